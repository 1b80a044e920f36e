"""Any application on any day, and the law by any reading of its open questions."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from typing import Final

from hypothesis import strategies as st

from domain.codes import (
    AUTHORITIES,
    CATEGORIES,
    CONTRACT_ELEMENTS,
    CONTRACTS,
    FILING_ROLES,
    PAY_PERIODS,
    RECRUITMENT_CHANNELS,
)
from domain.law.assessment import Assessment
from domain.law.durations import CalendarDuration
from domain.law.facts import ApplicationFacts, Publication, WorkDone
from domain.law.findings import Finding, Verdict
from domain.law.provisions.job import LabourMarketTestTerms, ShortageOccupation
from domain.law.provisions.pay import SalaryThreshold
from domain.law.rulebook import Rulebook

READINGS: Final = (
    (),
    (("mediumSkilled2026", "scaleAndTest"),),
    *((("decidingDate", basis),) for basis in ("admissibleOn", "employmentStart", "decidedOn", "ongoing")),
)
CENT: Final = Decimal("0.01")
RANK: Final = {Verdict.NOT_MET: 0, Verdict.UNDETERMINED: 1, Verdict.MET: 2}
"""Verdicts from the worst to the best."""

ABOUT_THE_EMPLOYER: Final = frozenset({"employerAge", "employerStaff", "employerActivity", "employerDebts"})


@cache
def law_by(readings: tuple[tuple[str, str], ...]) -> Rulebook:
    return Rulebook.load(readings=dict(readings))


LAW: Final = law_by(())
CHANGE_DAYS: Final = sorted(
    {day for each in LAW.provisions for day in (each.valid_from, each.valid_to) if day is not None}
)
AMOUNTS: Final = sorted({each.amount for each in LAW.provisions if isinstance(each, SalaryThreshold)})
OCCUPATIONS: Final = sorted(
    {code for each in LAW.provisions if isinstance(each, ShortageOccupation) for code in each.scope}
)
TESTED_CATEGORIES: Final = sorted(
    {code for each in LAW.provisions if isinstance(each, LabourMarketTestTerms) for code in each.scope}
)

days = st.one_of(
    # Law errs at its edges: most days are those of a change, and the days beside them.
    st.builds(lambda day, by: day + timedelta(days=by), st.sampled_from(CHANGE_DAYS), st.integers(-1, 1)),
    st.dates(date(2015, 1, 1), date(2028, 12, 31)),
)
pays = st.one_of(
    st.builds(lambda amount, cents: amount + cents * CENT, st.sampled_from(AMOUNTS), st.integers(-1, 1)),
    st.decimals(Decimal(0), Decimal(150_000), places=2),
)


@st.composite
def periods(draw: st.DrawFn, before: date) -> tuple[date, date]:
    start = before - timedelta(days=draw(st.integers(-20, 200)))
    return start, start + timedelta(days=draw(st.integers(0, 150)))


@st.composite
def publications(draw: st.DrawFn, filed_on: date) -> Publication:
    start, end = draw(periods(filed_on))
    channel = draw(st.sampled_from(RECRUITMENT_CHANNELS))
    return Publication(channel=channel, published_from=start, published_to=end)


def foundings(filed_on: date) -> st.SearchStrategy[date]:
    """Three years before filing, and the days beside it; or any day."""
    three_years_before = CalendarDuration(months=36).before(filed_on)
    return st.one_of(
        st.integers(-2, 2).map(lambda by: three_years_before + timedelta(days=by)), st.dates(date(1950, 1, 1), filed_on)
    )


contents = st.one_of(
    st.just(CONTRACT_ELEMENTS),
    st.sets(st.sampled_from(CONTRACT_ELEMENTS), min_size=1).map(lambda found: tuple(sorted(found))),
)


@st.composite
def applications(draw: st.DrawFn) -> ApplicationFacts:
    """An application of which any fact may be missing."""

    def maybe(values: st.SearchStrategy[object]) -> object:
        return draw(st.one_of(st.none(), values))

    filed_on = draw(days)
    around = st.integers(-400, 400).map(lambda by: filed_on + timedelta(days=by))
    work = st.builds(
        lambda start, length, basis: WorkDone(from_=start, to=start + timedelta(days=length), basis=basis),
        st.integers(0, 2200).map(lambda by: filed_on - timedelta(days=by)),
        st.integers(0, 2000),
        st.sampled_from(("singlePermit", "posted", "auPair")),
    )
    start = maybe(around)
    return ApplicationFacts(
        authority=draw(st.sampled_from(AUTHORITIES)),
        category=draw(st.sampled_from(CATEGORIES)),
        filed_on=filed_on,
        contract=maybe(st.sampled_from(CONTRACTS)),
        gross_pay=maybe(pays),
        pay_period=maybe(st.sampled_from(PAY_PERIODS)),
        publications=maybe(st.lists(publications(filed_on), max_size=4).map(tuple)),
        admissible_on=maybe(around),
        decided_on=maybe(around),
        employment_start=start,
        employment_end=None if start is None else maybe(st.integers(0, 800).map(lambda by: start + timedelta(days=by))),
        full_time_equivalent=maybe(st.sampled_from([Decimal(each) for each in ("0.5", "0.79", "0.80", "1.0")])),
        qualification_level=maybe(st.integers(1, 8)),
        occupation_code=maybe(st.sampled_from((*OCCUPATIONS, "stonemason"))),
        municipality_code=maybe(st.sampled_from(("44021", "21004", "25072", "63023", "63079", "99999"))),
        birth_date=maybe(st.integers(6500, 15000).map(lambda by: filed_on - timedelta(days=by))),
        nationality=maybe(st.sampled_from(("TR", "IN"))),
        renewal=maybe(st.booleans()),
        change_of_employer=maybe(st.booleans()),
        filed_by=maybe(st.sampled_from(FILING_ROLES)),
        mandate_reference=maybe(st.just("M-1")),
        prior_service_months=maybe(st.integers(0, 12)),
        work_history=maybe(st.lists(work, max_size=3).map(tuple)),
        permit_expires_on=maybe(around),
        family_in_belgium=maybe(st.booleans()),
        employer_founded_on=maybe(foundings(filed_on)),
        employer_has_staff=maybe(st.booleans()),
        employer_active=maybe(st.booleans()),
        employer_has_debts=maybe(st.booleans()),
        contract_states=maybe(contents),
    )


rulebooks = st.sampled_from(READINGS).map(law_by)
knowledge = st.one_of(st.none(), days)


def every_finding(assessment: Assessment) -> list[Finding]:
    return [each for found in assessment.findings for each in found.each()]
