"""The other readings of the deciding date: what each would give, told beside an assessment that is shown."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.codes import AUTHORITIES, CATEGORIES
from domain.law.assessment import assess
from domain.law.facts import ApplicationFacts
from domain.law.findings import Verdict
from domain.law.other_readings import readings_of
from domain.law.provisions.procedure import ReferenceDateBasis
from domain.law.rulebook import Rulebook

LAW = Rulebook.load()

FILED_ON = date(2024, 12, 20)
FACTS = ApplicationFacts(
    authority="flanders",
    category="highlySkilled",
    filed_on=FILED_ON,
    contract="belgian",
    gross_pay=Decimal("47000.00"),
    pay_period="year",
    employment_start=date(2025, 2, 1),
)


def test_pay_that_meets_the_amount_of_filing_and_not_that_of_the_first_day_of_work() -> None:
    # given pay between the amounts of 2024 and 2025, filed in 2024 for a job that begins in 2025
    assessment = assess(LAW, FACTS, FILED_ON)
    readings = readings_of(LAW, FACTS, assessment)
    # then
    assert assessment.verdict is Verdict.MET
    assert readings is not None
    assert readings.selected is ReferenceDateBasis.FILED_ON
    assert {each.basis for each in readings.others} == set(ReferenceDateBasis) - {ReferenceDateBasis.FILED_ON}
    # The amount of 2025 was not known on the day of filing; as known in 2025 it applies by the first day of work.
    known_later = date(2025, 1, 10)
    later = readings_of(LAW, FACTS, assess(LAW, FACTS, known_later))
    assert later is not None
    told = {each.basis: (each.legal_reference_date, each.verdict) for each in later.differing}
    assert told == {
        ReferenceDateBasis.EMPLOYMENT_START: (date(2025, 2, 1), Verdict.NOT_MET),
        ReferenceDateBasis.ONGOING: (known_later, Verdict.NOT_MET),
    }
    assert {each.basis: each.missing for each in later.unknown} == {
        ReferenceDateBasis.ADMISSIBLE_ON: ("admissibleOn",),
        ReferenceDateBasis.DECIDED_ON: ("decidedOn",),
    }


def test_a_reading_gives_what_the_law_gives_when_it_is_selected() -> None:
    facts = replace(FACTS, admissible_on=date(2024, 12, 30), decided_on=date(2025, 1, 8))
    known_on = date(2025, 1, 10)
    readings = readings_of(LAW, facts, assess(LAW, facts, known_on))
    assert readings is not None
    for each in readings.others:
        selected = assess(Rulebook.load(readings={"decidingDate": each.basis.value}), facts, known_on)
        assert (each.legal_reference_date, each.verdict) == (selected.legal_reference_date, selected.verdict)


def test_with_another_reading_selected_the_shipped_one_is_an_alternative() -> None:
    law = Rulebook.load(readings={"decidingDate": "employmentStart"})
    readings = readings_of(law, FACTS, assess(law, FACTS, date(2025, 1, 10)))
    assert readings is not None
    assert readings.selected is ReferenceDateBasis.EMPLOYMENT_START
    assert ReferenceDateBasis.FILED_ON in {each.basis for each in readings.differing}


def test_where_no_rule_on_the_deciding_day_is_held_there_is_no_alternative() -> None:
    facts = replace(FACTS, filed_on=date(2010, 1, 1))
    assert readings_of(LAW, facts, assess(LAW, facts, None)) is None


@given(
    authority=st.sampled_from(AUTHORITIES),
    category=st.sampled_from(CATEGORIES),
    filed_on=st.dates(date(2016, 1, 1), date(2027, 12, 31)),
    start=st.none() | st.dates(date(2016, 1, 1), date(2028, 12, 31)),
    known_on=st.none() | st.dates(date(2016, 1, 1), date(2027, 12, 31)),
)
def test_asking_for_alternatives_changes_no_assessment(
    authority: str, category: str, filed_on: date, start: date | None, known_on: date | None
) -> None:
    """The rulebook remembers findings: what another reading found must not be taken for what the selected one did."""
    facts = ApplicationFacts(authority=authority, category=category, filed_on=filed_on, employment_start=start)
    fresh = assess(Rulebook(LAW.provisions, LAW.terms), facts, known_on)
    readings = readings_of(LAW, facts, assess(LAW, facts, known_on))
    assert assess(LAW, facts, known_on) == fresh
    if readings is not None:
        assert readings.selected not in {each.basis for each in readings.others}
        assert set(readings.known) | set(readings.unknown) == set(readings.others)


@pytest.mark.parametrize("authority", AUTHORITIES)
def test_every_authority_has_five_readings(authority: str) -> None:
    facts = replace(FACTS, authority=authority)
    readings = readings_of(LAW, facts, assess(LAW, facts, FILED_ON))
    assert readings is not None
    assert len(readings.others) + 1 == len(ReferenceDateBasis)
