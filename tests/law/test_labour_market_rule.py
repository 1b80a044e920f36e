"""Recruitment before filing: 63 days on VDAB and on EURES within four months, and nothing counted twice."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.law.facts import ApplicationFacts, Publication
from domain.law.findings import Change, Finding, Step, Verdict
from domain.law.rulebook import Rulebook
from domain.law.rules.labour_market_test import assess_labour_market_test, days_published

LAW = Rulebook.load()
FILED_ON = date(2025, 6, 16)
WINDOW_FROM = date(2025, 2, 16)


def on(channel: str, start: date, days: int) -> Publication:
    return Publication(channel=channel, published_from=start, published_to=start + timedelta(days=days))


def on_both(start: date, days: int) -> tuple[Publication, ...]:
    return on("VDAB", start, days), on("EURES", start, days)


def judged(*publications: Publication, filed_on: date = FILED_ON, category: str = "mediumSkilledOther") -> Finding:
    return assess_labour_market_test(
        LAW,
        ApplicationFacts(authority="flanders", category=category, filed_on=filed_on, publications=publications),
    )


def more_days(channel: str, days: int) -> Change:
    return Change(fact=f"labourMarketTest.publications.{channel}", threshold="63", distance=str(days), unit="days")


def test_nine_weeks_on_both_channels_meet_the_test() -> None:
    finding = judged(*on_both(date(2025, 3, 3), 70))

    assert finding.verdict is Verdict.MET
    assert (finding.rule, finding.rule_id, finding.required) == ("labourMarketTest", "FL-LMT", True)
    assert (finding.threshold, finding.unit) == ("63", "days")
    assert (finding.observed, finding.difference) == ("70", "7")
    assert finding.counterfactual is None


def test_63_days_are_enough_and_62_are_not() -> None:
    assert judged(*on_both(date(2025, 3, 3), 63)).verdict is Verdict.MET

    short = judged(*on_both(date(2025, 3, 3), 62))
    assert short.verdict is Verdict.NOT_MET
    assert (short.observed, short.difference) == ("62", "-1")
    assert short.counterfactual == (more_days("EURES", 1), more_days("VDAB", 1))


def test_one_channel_only_is_not_met_and_the_other_is_named() -> None:
    finding = judged(on("VDAB", date(2025, 3, 3), 80))

    assert (finding.verdict, finding.observed) == (Verdict.NOT_MET, "0")
    assert finding.counterfactual == (more_days("EURES", 63),)


def test_another_channel_does_not_stand_in_for_a_required_one() -> None:
    finding = judged(on("VDAB", date(2025, 3, 3), 80), on("ACTIRIS", date(2025, 3, 3), 80))

    assert finding.verdict is Verdict.NOT_MET


def test_the_last_day_is_not_counted() -> None:
    # Half-open: gone on 5 May means 63 days since 3 March.
    period = {"published_from": date(2025, 3, 3), "published_to": date(2025, 5, 5)}

    finding = judged(Publication(channel="VDAB", **period), Publication(channel="EURES", **period))

    assert (finding.verdict, finding.observed) == (Verdict.MET, "63")


def test_days_before_and_after_an_interruption_add_up() -> None:
    parts = (*on_both(date(2025, 3, 3), 30), *on_both(date(2025, 4, 10), 33))

    assert (judged(*parts).verdict, judged(*parts).observed) == (Verdict.MET, "63")
    step = judged(*parts).trace[2]
    assert isinstance(step, Step)
    assert (step.values["interruptions"], step.values["confidence"]) == ("addUp", "disputed")


def test_overlapping_publications_count_each_day_once() -> None:
    overlapping = (*on_both(date(2025, 3, 3), 40), *on_both(date(2025, 3, 23), 40))

    finding = judged(*overlapping)

    assert (finding.verdict, finding.observed) == (Verdict.NOT_MET, "60")


def test_days_before_the_four_months_do_not_count() -> None:
    just_in = judged(*on_both(WINDOW_FROM, 63))
    a_day_early = judged(*on_both(WINDOW_FROM - timedelta(days=1), 63))

    assert just_in.verdict is Verdict.MET
    assert (a_day_early.verdict, a_day_early.observed) == (Verdict.NOT_MET, "62")


def test_days_from_the_filing_on_do_not_count() -> None:
    until_the_filing = judged(*on_both(FILED_ON - timedelta(days=63), 63))
    a_day_later = judged(*on_both(FILED_ON - timedelta(days=62), 63))
    wholly_after = judged(*on_both(FILED_ON + timedelta(days=1), 63))

    assert until_the_filing.verdict is Verdict.MET
    assert (a_day_later.verdict, a_day_later.observed) == (Verdict.NOT_MET, "62")
    assert (wholly_after.verdict, wholly_after.observed) == (Verdict.NOT_MET, "0")


def test_four_months_before_a_day_that_month_lacks_is_the_months_last_day() -> None:
    # Filed on 30 June: the window opens on 28 February, the last of its month.
    assert judged(*on_both(date(2025, 2, 28), 63), filed_on=date(2025, 6, 30)).verdict is Verdict.MET
    early = judged(*on_both(date(2025, 2, 27), 63), filed_on=date(2025, 6, 30))
    assert (early.verdict, early.observed) == (Verdict.NOT_MET, "62")


def test_an_empty_list_says_that_there_was_no_search_because_the_file_is_complete_when_filed() -> None:
    finding = judged()

    assert (finding.verdict, finding.observed, finding.missing) == (Verdict.NOT_MET, "0", ())


def test_no_evidence_is_undetermined_because_it_can_still_be_added() -> None:
    facts = ApplicationFacts(authority="flanders", category="mediumSkilledOther", filed_on=date(2025, 6, 30))
    finding = assess_labour_market_test(Rulebook.load(), facts)

    assert (finding.verdict, finding.reason) == (Verdict.UNDETERMINED, "evidenceMissing")
    assert finding.missing == ("labourMarketTest.publications",)
    assert finding.required


@pytest.mark.parametrize(
    ("category", "filed_on", "reason", "required"),
    [
        ("highlySkilled", FILED_ON, "notRequired", False),
        ("mediumSkilledShortage", FILED_ON, "notRequired", False),
        ("seasonal", FILED_ON, "notFound", True),
        ("frontierWorker", FILED_ON, "underlyingCategoryUnknown", True),
        ("mediumSkilledOther", date(2024, 4, 30), "noTermsInForce", True),
    ],
)
def test_a_test_without_terms_is_undetermined_with_the_reason(
    category: str, filed_on: date, reason: str, required: bool
) -> None:
    finding = judged(*on_both(date(2024, 1, 1), 90), category=category, filed_on=filed_on)

    assert (finding.verdict, finding.reason) == (Verdict.UNDETERMINED, reason)
    assert finding.required is required


def test_the_terms_apply_from_their_first_day() -> None:
    finding = judged(*on_both(date(2024, 2, 1), 63), filed_on=date(2024, 5, 1))

    assert finding.verdict is Verdict.MET


def test_a_publication_that_ends_before_it_began_is_refused() -> None:
    with pytest.raises(ValueError, match="before it began"):
        on("VDAB", date(2025, 3, 3), -1)


def test_where_publication_must_be_continuous_only_the_longest_run_counts() -> None:
    touching = (on("VDAB", date(2025, 3, 3), 20), on("VDAB", date(2025, 3, 23), 20))
    apart = (*touching, on("VDAB", date(2025, 4, 20), 30))

    def longest(*publications: Publication) -> int:
        return days_published(publications, "VDAB", WINDOW_FROM, FILED_ON, interruptions="continuous")

    assert longest(*touching) == 40
    assert longest(*apart) == 40


PERIODS = st.lists(
    st.tuples(st.sampled_from(["VDAB", "EURES"]), st.integers(min_value=-200, max_value=30), st.integers(0, 120)),
    max_size=6,
)


@given(periods=PERIODS)
def test_the_days_counted_are_the_distinct_days_in_the_window(periods: list[tuple[str, int, int]]) -> None:
    publications = tuple(on(name, FILED_ON + timedelta(days=start), days) for name, start, days in periods)
    distinct = {
        day
        for name, start, days in periods
        if name == "VDAB"
        for offset in range(days)
        if WINDOW_FROM <= (day := FILED_ON + timedelta(days=start + offset)) < FILED_ON
    }

    counted = days_published(publications, "VDAB", WINDOW_FROM, FILED_ON, interruptions="addUp")

    assert counted == len(distinct)


@given(periods=PERIODS.filter(bool), longer=st.integers(1, 60))
def test_a_longer_publication_never_worsens_the_verdict(periods: list[tuple[str, int, int]], longer: int) -> None:
    def verdict(extra: int) -> Verdict:
        first, *rest = periods
        bent = [(first[0], first[1], first[2] + extra), *rest]
        return judged(*(on(name, FILED_ON + timedelta(days=start), days) for name, start, days in bent)).verdict

    assert not (verdict(0) is Verdict.MET and verdict(longer) is not Verdict.MET)
