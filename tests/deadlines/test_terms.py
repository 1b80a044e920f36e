"""Procedural terms: which one applies to a case, and the last day it gives."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from domain.law.durations import CalendarDuration
from domain.law.procedural_terms import PACKAGED_TERMS, PURPOSES, ProceduralTerms
from domain.law.readers.entry_reader import LawDataUnusable
from domain.law.rule_sets import RuleSets
from domain.law.working_days import WorkingDays

TERMS = ProceduralTerms.load()
CALENDAR = WorkingDays.load()
IN_2026 = date(2026, 2, 2)


def test_a_decision_is_due_four_months_or_120_days_after_admissibility_whichever_is_earlier() -> None:
    decision = TERMS.term("SP-DECISION-4M")

    # FACTS 4.3: in a year that is no leap year both come to 1 March; from 1 July the days are three short.
    assert decision.ends_on(date(2025, 11, 1)) == date(2026, 3, 1)
    assert decision.ends_on(date(2026, 7, 1)) == date(2026, 10, 29)
    # January to May holds a short February: here the months are the earlier.
    assert decision.ends_on(date(2026, 1, 10)) == date(2026, 5, 10)
    assert decision.ends_on(date(2026, 2, 1)) == date(2026, 6, 1)
    assert decision.on_expiry == "deemedGranted"


@pytest.mark.parametrize(
    ("purpose", "authority", "category", "on", "term_id"),
    [
        ("decision", "flanders", "highlySkilled", IN_2026, "SP-DECISION-4M"),
        ("decision", "wallonia", "seasonal", IN_2026, "SP-DECISION-4M"),
        ("decision", "flanders", "euBlueCard", IN_2026, "BC-DECISION"),
        ("decision", "flanders", "highlySkilled", date(2019, 1, 1), "SP-DECISION-4M"),
        ("decision", "flanders", "highlySkilled", date(2018, 12, 31), None),
        ("workPart", "flanders", "highlySkilled", date(2025, 5, 1), "FL-HS-FAST"),
        ("workPart", "flanders", "highlySkilled", date(2025, 4, 30), None),
        ("workPart", "flanders", "highlySkilledUnder30", date(2025, 5, 1), "FL-HS-FAST"),
        ("workPart", "flanders", "nurse", date(2025, 5, 1), "FL-HS-FAST"),
        ("workPart", "flanders", "nurse", date(2025, 4, 30), None),
        ("workPart", "flanders", "executive", IN_2026, None),
        ("workPart", "brussels", "highlySkilled", IN_2026, None),
        ("answer", "german-community", "nurse", IN_2026, "SUPPLEMENT"),
        ("forwarding", "brussels", "nurse", IN_2026, "FORWARD-DVZ"),
        ("appeal", "flanders", "nurse", IN_2026, "FL-APPEAL"),
        ("appeal", "brussels", "nurse", IN_2026, "BR-APPEAL"),
        ("appeal", "wallonia", "nurse", IN_2026, "WA-APPEAL"),
        ("appeal", "german-community", "nurse", IN_2026, "DG-APPEAL"),
        ("residenceAppeal", "german-community", "nurse", IN_2026, "RVV-APPEAL"),
        ("residenceAppealInDetention", "wallonia", "nurse", IN_2026, "RVV-APPEAL-DETAINED"),
        ("urgentSuspension", "brussels", "nurse", IN_2026, "RVV-URGENT"),
        ("urgentSuspensionOfLaterRemoval", "flanders", "nurse", IN_2026, "RVV-URGENT-LATER"),
        ("councilOfStateAppeal", "wallonia", "nurse", IN_2026, "COUNCIL-OF-STATE"),
        ("councilOfStateAfterAppeal", "flanders", "nurse", IN_2026, "COUNCIL-OF-STATE-AFTER-APPEAL"),
        ("registration", "wallonia", "nurse", IN_2026, "REGISTRATION"),
        ("renewal", "brussels", "nurse", IN_2026, "BR-RENEWAL-WINDOW"),
        ("renewal", "wallonia", "nurse", IN_2026, None),
        ("jobSearch", "brussels", "nurse", IN_2026, "JOB-LOSS"),
        ("jobSearch", "brussels", "euBlueCard", date(2024, 5, 1), "BC-JOB-LOSS"),
        ("jobSearch", "brussels", "euBlueCard", date(2024, 4, 30), "JOB-LOSS"),
        ("notification", "flanders", "euBlueCard", date(2024, 5, 1), "BC-NOTIFICATION"),
        ("notification", "flanders", "euBlueCard", date(2024, 4, 30), None),
        ("notification", "flanders", "nurse", IN_2026, None),
        ("SUPPLEMENT", "flanders", "nurse", IN_2026, "SUPPLEMENT"),
        ("FL-APPEAL", "wallonia", "nurse", IN_2026, None),
        ("coffee", "flanders", "nurse", IN_2026, None),
    ],
)
def test_the_term_in_force_for_a_case(
    purpose: str, authority: str, category: str, on: date, term_id: str | None
) -> None:
    found = TERMS.in_force(purpose, authority, category, on)

    assert (None if found is None else found.id) == term_id


def test_the_directive_is_shown_and_never_applied() -> None:
    directive = TERMS.term("DIR-2024-1233")

    assert (directive.transposed, directive.term.days, directive.valid_from) == (False, 90, date(2026, 5, 21))
    assert directive.extension == CalendarDuration(days=30)
    assert directive in TERMS.all()
    assert TERMS.in_force("DIR-2024-1233", "flanders", "nurse", date(2026, 6, 1)) is None
    applied = TERMS.in_force("decision", "flanders", "nurse", date(2026, 6, 1))
    assert applied is not None
    assert applied.id == "SP-DECISION-4M"


def test_an_appeal_that_ends_on_a_weekend_or_a_holiday_rolls_to_the_next_working_day() -> None:
    appeal = TERMS.term("RVV-APPEAL")

    assert appeal.ends_on(date(2026, 3, 2), CALENDAR) == date(2026, 4, 1)
    # 4 April 2026 is a Saturday, before Easter Monday.
    assert appeal.ends_on(date(2026, 3, 5), CALENDAR) == date(2026, 4, 7)
    assert appeal.last_day(date(2026, 3, 5)) == date(2026, 4, 4)


def test_a_feast_day_of_one_authority_does_not_roll_a_term_of_law() -> None:
    assert not CALENDAR.is_working_day(date(2029, 7, 11), "flanders")
    assert TERMS.term("FL-APPEAL").ends_on(date(2029, 6, 11), CALENDAR) == date(2029, 7, 11)


def test_a_term_that_rolls_is_not_answered_without_the_calendar() -> None:
    with pytest.raises(ValueError, match="the term RVV-APPEAL rolls to a working day: give the calendar"):
        TERMS.term("RVV-APPEAL").ends_on(IN_2026)


def test_a_renewal_is_filed_from_six_to_two_months_before_the_permit_expires() -> None:
    window = TERMS.term("FL-RENEWAL-WINDOW")

    assert window.opens_on(date(2026, 8, 31)) == date(2026, 2, 28)
    assert window.ends_on(date(2026, 8, 31)) == date(2026, 6, 30)
    assert (window.confidence, window.opens_confidence) == ("confirmed", "disputed")


def test_in_brussels_it_is_filed_until_two_months_before_and_how_early_was_not_found() -> None:
    window = TERMS.term("BR-RENEWAL-WINDOW")

    assert window.opens_on(date(2026, 8, 31)) is None
    assert window.ends_on(date(2026, 8, 31)) == date(2026, 6, 30)


def test_a_term_loaded_later_is_not_looked_at_under_a_rule_set_of_the_time_before() -> None:
    earlier = TERMS.term("BR-RENEWAL-WINDOW").unknown_to
    assert set(earlier) == set(RuleSets.load().earlier())

    for rule_set, found in ((earlier[0], None), (earlier[1], None), ("ab" * 32, "BR-RENEWAL-WINDOW")):
        term = TERMS.in_force("renewal", "brussels", "nurse", IN_2026, rule_set=rule_set)
        assert (None if term is None else term.id) == found
        assert TERMS.in_force("renewal", "flanders", "nurse", IN_2026, rule_set=rule_set) is not None


@pytest.mark.parametrize(
    ("term_id", "starts", "last_day"),
    [
        # Ninety days from 2 February: 26 of February, 31 of March, 30 of April, 3 of May.
        ("JOB-LOSS", "authorisationEndedOn", date(2026, 5, 3)),
        ("BC-JOB-LOSS", "authorisationEndedOn", date(2026, 8, 2)),
        ("BC-NOTIFICATION", "admissibilityNotifiedOn", date(2026, 5, 3)),
        ("FL-HS-FAST", "admissibleOn", date(2026, 2, 17)),
        ("BR-APPEAL", "notifiedOn", date(2026, 3, 2)),
        ("WA-APPEAL", "notifiedOn", date(2026, 3, 2)),
        ("DG-APPEAL", "notifiedOn", date(2026, 3, 2)),
        ("RVV-APPEAL-DETAINED", "notifiedOn", date(2026, 2, 12)),
        ("RVV-URGENT", "removalNotifiedOn", date(2026, 2, 12)),
        # The fifth day is a Saturday: the term ends on Monday.
        ("RVV-URGENT-LATER", "removalNotifiedOn", date(2026, 2, 9)),
        ("COUNCIL-OF-STATE", "notifiedOn", date(2026, 4, 3)),
        ("COUNCIL-OF-STATE-AFTER-APPEAL", "appealDecisionNotifiedOn", date(2026, 4, 3)),
        ("REGISTRATION", "arrivedOn", date(2026, 2, 10)),
    ],
)
def test_the_last_day_of_a_term_that_starts_on_2_february_2026(term_id: str, starts: str, last_day: date) -> None:
    term = TERMS.term(term_id)

    assert term.starts == starts
    assert term.opens_on(IN_2026) == IN_2026
    assert term.ends_on(IN_2026, CALENDAR) == last_day
    assert term.ends_on(IN_2026 - timedelta(days=1), CALENDAR) != last_day or term.roll != "none"


def test_what_is_federal_stands_once() -> None:
    of_all = [term for term in TERMS.all() if term.authority == "all"]
    assert {"COUNCIL-OF-STATE", "RVV-APPEAL", "JOB-LOSS", "SUPPLEMENT", "REGISTRATION"} <= {each.id for each in of_all}
    said = [(each.purpose, each.categories) for each in of_all if each.transposed]
    assert len(said) == len(set(said))


def test_an_unknown_id_is_refused_with_the_ids_that_exist() -> None:
    with pytest.raises(LookupError, match=r"there is no procedural term 'SP'; there are SP-DECISION-4M, BC-DECISION"):
        TERMS.term("SP")


def test_every_purpose_has_a_term_and_every_term_says_where_it_comes_from() -> None:
    assert {term.purpose for term in TERMS.all()} == set(PURPOSES)
    assert {(term.id, term.confidence) for term in TERMS.all()} == {
        ("SP-DECISION-4M", "confirmed"),
        ("BC-DECISION", "single-source"),
        ("DIR-2024-1233", "confirmed"),
        ("FL-HS-FAST", "confirmed"),
        ("SUPPLEMENT", "confirmed"),
        ("FORWARD-DVZ", "confirmed"),
        ("FL-APPEAL", "confirmed"),
        ("BR-APPEAL", "single-source"),
        ("WA-APPEAL", "single-source"),
        # No source names the Community.
        ("DG-APPEAL", "derived"),
        ("RVV-APPEAL", "confirmed"),
        ("RVV-APPEAL-DETAINED", "single-source"),
        ("RVV-URGENT", "single-source"),
        ("RVV-URGENT-LATER", "single-source"),
        ("COUNCIL-OF-STATE", "single-source"),
        ("COUNCIL-OF-STATE-AFTER-APPEAL", "single-source"),
        ("REGISTRATION", "single-source"),
        ("FL-RENEWAL-WINDOW", "confirmed"),
        ("BR-RENEWAL-WINDOW", "confirmed"),
        ("BC-NOTIFICATION", "single-source"),
        ("JOB-LOSS", "single-source"),
        ("BC-JOB-LOSS", "single-source"),
    }
    # Only these first days stand in a source; the others are assumed and say so.
    stated = {term.id for term in TERMS.all() if term.from_basis == "stated"}
    assert stated == {"SP-DECISION-4M", "DIR-2024-1233", "FL-HS-FAST"}


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('term = "P4M"', 'term = "four months"', "entry SP-DECISION-4M, key term"),
        ('alternative = "P120D"', 'alternative = "P0D"', "entry SP-DECISION-4M, key alternative"),
        ('on_expiry = "inadmissible"', 'on_expiry = "refused"', "entry SUPPLEMENT, key on_expiry"),
        ('warn_confidence = "derived"\n', "", "entry SP-DECISION-4M, key warn_confidence: the key is missing"),
        ('roll_confidence = "derived"\n', "", "entry FL-APPEAL, key roll_confidence: the key is missing"),
        (
            'categories = ["euBlueCard"]',
            'categories = ["euBlueCard", "all"]',
            "key categories: 'all' is not the only one",
        ),
        ('categories = ["euBlueCard"]', 'categories = ["blueCard"]', "entry BC-DECISION, key categories: 'blueCard'"),
        ('categories = ["euBlueCard"]', 'categories = ["all"]', "entry BC-DECISION, key from: it overlaps SP-DECISION"),
        ('application = "notTransposed"', 'application = "applied"', "entry DIR-2024-1233, key starts: a term for"),
        ('starts = "admissibleOn"', 'starts = "notifiedOn"', "entry FL-HS-FAST, key starts: .*write admissibleOn"),
        ('opens = "P6M"\n', "", "entry FL-RENEWAL-WINDOW, key opens_confidence: the key is unknown"),
        ('purpose = "renewal"', 'purpose = "appeal"', "entry FL-RENEWAL-WINDOW, key starts"),
        ('alternative = "P120D"', 'opens = "P6M"\nopens_confidence = "derived"', "entry SP-DECISION-4M, key opens"),
        ("from = 2025-05-01", "from = 2025-05-01\nlast_day = 2025-04-30", "entry FL-HS-FAST, key last_day"),
        ("unknown_to = [", 'unknown_to = [\n  "an earlier one",', "entry BR-RENEWAL-WINDOW, key unknown_to"),
        ('id = "JOB-LOSS"', 'id = "FL-APPEAL"', "entry FL-APPEAL, key id: the same id occurs twice"),
        ('id = "JOB-LOSS"', 'id = "JOB-LOSS"\ncolour = "red"', "entry JOB-LOSS, key colour: the key is unknown"),
    ],
)
def test_a_term_that_is_not_understood_is_refused(tmp_path: Path, old: str, new: str, says: str) -> None:
    text = PACKAGED_TERMS.read_text(encoding="utf-8")
    assert old in text
    bent = tmp_path / "bent.toml"
    bent.write_text(text.replace(old, new, 1), encoding="utf-8")

    with pytest.raises(LawDataUnusable, match=f"bent.toml.*{says}"):
        ProceduralTerms.load(bent)


def test_a_term_may_follow_another_from_the_day_after_its_last(tmp_path: Path) -> None:
    text = PACKAGED_TERMS.read_text(encoding="utf-8")
    start = text.index('[[procedural_term]]\nid = "FL-HS-FAST"')
    entry = text[start : text.index("[[procedural_term]]", start + 1)]
    earlier = entry.replace("from = 2025-05-01", "from = 2025-05-01\nlast_day = 2026-06-30")
    later = entry.replace("FL-HS-FAST", "FL-HS-FASTER").replace("P15D", "P10D").replace("2025-05-01", "2026-07-01", 1)
    two = tmp_path / "two.toml"
    two.write_text(text.replace(entry, earlier + later), encoding="utf-8")

    terms = ProceduralTerms.load(two)

    last, first = (
        terms.in_force("workPart", "flanders", "highlySkilled", on) for on in (date(2026, 6, 30), date(2026, 7, 1))
    )
    assert last is not None
    assert first is not None
    assert (last.id, first.id) == ("FL-HS-FAST", "FL-HS-FASTER")
