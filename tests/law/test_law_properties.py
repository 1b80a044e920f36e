"""What holds of every assessment, whatever the facts, the day and the reading of an open question."""

from __future__ import annotations

import datetime
import gc
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from typing import Final

import pytest
from hypothesis import given, settings
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
from domain.law import reasons
from domain.law.assessment import Assessment, assess
from domain.law.durations import CalendarDuration
from domain.law.facts import ApplicationFacts, Publication, WorkDone
from domain.law.findings import Change, Finding, Verdict
from domain.law.provisions.job import LabourMarketTestTerms, ShortageOccupation
from domain.law.provisions.pay import SalaryThreshold
from domain.law.rulebook import Rulebook

READINGS: Final = (
    (),
    (("mediumSkilled2026", "scaleAndTest"),),
    *((("decidingDate", basis),) for basis in ("admissibleOn", "employmentStart", "decidedOn", "ongoing")),
)
RANK: Final = {Verdict.NOT_MET: 0, Verdict.UNDETERMINED: 1, Verdict.MET: 2}
AT_LEAST: Final = frozenset(
    {
        "salaryThreshold",
        "labourMarketTest",
        "employmentShare",
        "contractDuration",
        "priorService",
        "workHistory",
        "minimumAge",
    }
)
KNOWN_REASONS: Final = frozenset(value for name, value in vars(reasons).items() if name.isupper())
BETWEEN_BOUNDS: Final = frozenset(
    {
        reasons.AMOUNT_DISPUTED,
        reasons.PART_TIME_RULE_UNKNOWN,
        reasons.PUBLICATION_DISPUTED,
        reasons.REDUCED_AMOUNT_POSSIBLE,
    }
)
CENT: Final = Decimal("0.01")


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


@given(rulebooks, applications(), pays, pays, knowledge)
@settings(max_examples=200)
def test_more_pay_never_worsens_a_verdict(
    law: Rulebook, facts: ApplicationFacts, one: Decimal, other: Decimal, known_on: date | None
) -> None:
    less = assess(law, replace(facts, gross_pay=min(one, other)), known_on)
    more = assess(law, replace(facts, gross_pay=max(one, other)), known_on)

    assert_not_worse(less, more)


@given(rulebooks, applications(), st.data(), knowledge)
@settings(max_examples=200)
def test_a_longer_publication_never_worsens_a_verdict(
    law: Rulebook, facts: ApplicationFacts, data: st.DataObject, known_on: date | None
) -> None:
    """Where there is evidence: a first publication may show that what could have been proved was not done."""
    facts = replace(facts, category=data.draw(st.sampled_from((facts.category, *TESTED_CATEGORIES))))
    held = data.draw(st.lists(publications(facts.filed_on), min_size=1, max_size=3))
    at = data.draw(st.integers(0, len(held) - 1))
    sooner, later = data.draw(st.integers(0, 60)), data.draw(st.integers(0, 60))
    longer = replace(
        held[at],
        published_from=held[at].published_from - timedelta(days=sooner),
        published_to=held[at].published_to + timedelta(days=later),
    )
    added = data.draw(st.lists(publications(facts.filed_on), max_size=2))

    before = assess(law, replace(facts, publications=tuple(held)), known_on)
    after = assess(law, replace(facts, publications=(*held[:at], longer, *held[at + 1 :], *added)), known_on)

    assert_not_worse(before, after)


@given(rulebooks, applications(), knowledge)
@settings(max_examples=250)
def test_every_assessment_agrees_with_itself(law: Rulebook, facts: ApplicationFacts, known_on: date | None) -> None:
    assessment = assess(law, facts, known_on)

    assert assessment.verdict is verdict_of_required(assessment)
    for finding in every_finding(assessment):
        assert_difference_has_the_sign_of_the_verdict(finding)
        assert_undetermined_says_why(finding)
        assert_only_a_failed_test_says_what_would_have_met_it(finding)
        if finding.rule_id is not None:
            assert finding.rule_id in finding.provisions, finding
            assert finding.sources, finding
            # How sure a provision is, is said as of a day: of no day, and of an amount that is still to be published,
            # there is no saying.
            unsaid = finding.legal_reference_date is None or finding.reason == reasons.AMOUNT_NOT_PUBLISHED_YET
            assert (finding.confidence is None) == unsaid, finding


@given(rulebooks, applications(), knowledge)
@settings(max_examples=250)
def test_who_does_what_would_have_met_a_rule_meets_it(
    law: Rulebook, facts: ApplicationFacts, known_on: date | None
) -> None:
    """Threshold, counterfactual and verdict come from one comparison."""
    for finding in every_finding(assess(law, facts, known_on)):
        ways = finding.counterfactual
        if isinstance(ways, tuple) and all(each.fact.startswith(GRANTABLE) for each in ways):
            granted = facts
            for change in ways:
                granted = with_change(granted, change)
            after = [each for each in every_finding(assess(law, granted, known_on)) if each.rule is finding.rule]
            assert [each.verdict for each in after] == [Verdict.MET], (finding, after)


SOUND: Final = {
    "employer_founded_on": date(1958, 4, 1),
    "employer_has_staff": True,
    "employer_active": True,
    "employer_has_debts": False,
}
UNSOUND: Final = {
    "employer_founded_on": date(2028, 12, 31),
    "employer_has_staff": False,
    "employer_active": False,
    "employer_has_debts": True,
}
SILENT: Final = dict.fromkeys(SOUND)
ABOUT_THE_EMPLOYER: Final = frozenset({"employerAge", "employerStaff", "employerActivity", "employerDebts"})


@st.composite
def sound_but_for_grounds(draw: st.DrawFn) -> ApplicationFacts:
    """An application of which pay, level and contract are beyond doubt, so that a ground is all that could tip it."""
    return replace(
        draw(applications()),
        authority="flanders",
        category="highlySkilled",
        contract="belgian",
        gross_pay=Decimal(150_000),
        pay_period="year",
        full_time_equivalent=Decimal("1.0"),
        qualification_level=7,
    )


anything_or_sound = st.one_of(applications(), sound_but_for_grounds())


@given(rulebooks, anything_or_sound, knowledge)
@settings(max_examples=200)
def test_what_a_register_leaves_out_changes_no_verdict(
    law: Rulebook, facts: ApplicationFacts, known_on: date | None
) -> None:
    silent = assess(law, replace(facts, **SILENT, contract_states=None), known_on)
    sound = assess(law, replace(facts, **SOUND, contract_states=CONTRACT_ELEMENTS), known_on)

    assert silent.verdict is sound.verdict
    assert not {*silent.grounds} & {*ABOUT_THE_EMPLOYER, "contractContent"}


@given(rulebooks, anything_or_sound, knowledge)
@settings(max_examples=200)
def test_an_employer_that_fails_makes_grounds_and_leaves_the_decision_to_a_person(
    law: Rulebook, facts: ApplicationFacts, known_on: date | None
) -> None:
    silent = assess(law, replace(facts, **SILENT), known_on)
    unsound = assess(law, replace(facts, **UNSOUND), known_on)
    asked = {each.rule for each in silent.judged} & ABOUT_THE_EMPLOYER

    assert {*unsound.grounds} - {*silent.grounds} == asked
    assert unsound.unmet == silent.unmet
    assert unsound.verdict is (Verdict.UNDETERMINED if asked and not silent.unmet else silent.verdict)


@given(rulebooks, applications(), knowledge)
@settings(max_examples=200)
def test_family_here_never_worsens_a_verdict(law: Rulebook, facts: ApplicationFacts, known_on: date | None) -> None:
    facts = replace(facts, category="unlimited")
    without, unknown, with_family = (
        assess(law, replace(facts, family_in_belgium=family), known_on) for family in (False, None, True)
    )

    assert RANK[without.verdict] <= RANK[unknown.verdict] <= RANK[with_family.verdict]


GRANTABLE: Final = (
    "employment.grossPay.amount",
    "employment.end",
    "employment.fullTimeEquivalent",
    "employment.qualificationLevel",
    "employment.contract",
    "transfer.priorServiceMonths",
    "labourMarketTest.publications.",
    "workHistory",
    "employer.",
    "employment.contractStates",
)
"""What an applicant could have done otherwise; nobody changes an age."""


def with_change(facts: ApplicationFacts, change: Change) -> ApplicationFacts:
    """The same application with what a counterfactual asks for."""
    fact, threshold = change.fact, change.threshold
    match fact:
        case "employment.grossPay.amount":
            return replace(facts, gross_pay=Decimal(threshold))
        case "employment.end":
            return replace(facts, employment_end=date.fromisoformat(threshold))
        case "employment.fullTimeEquivalent":
            return replace(facts, full_time_equivalent=Decimal(threshold))
        case "employment.qualificationLevel":
            return replace(facts, qualification_level=int(threshold.split("-")[0]))
        case "employment.contract":
            return replace(facts, contract=threshold.split()[0])
        case "transfer.priorServiceMonths":
            return replace(facts, prior_service_months=int(threshold))
        case "employer.foundedOn":
            return replace(facts, employer_founded_on=date.fromisoformat(threshold))
        case "employer.hasStaff":
            return replace(facts, employer_has_staff=True)
        case "employer.active":
            return replace(facts, employer_active=True)
        case "employer.hasDebts":
            return replace(facts, employer_has_debts=False)
        case "employment.contractStates":
            return replace(facts, contract_states=(*(facts.contract_states or ()), *threshold.split()))
        case "workHistory":
            start = facts.filed_on - timedelta(days=int(threshold))
            return replace(facts, work_history=(WorkDone(from_=start, to=facts.filed_on, basis="singlePermit"),))
        case _:
            channel = fact.removeprefix("labourMarketTest.publications.")
            start = facts.filed_on - timedelta(days=int(threshold))
            search = Publication(channel=channel, published_from=start, published_to=facts.filed_on)
            return replace(facts, publications=(*(facts.publications or ()), search))


@given(st.lists(applications(), min_size=2, max_size=4), st.sampled_from(READINGS), knowledge)
@settings(max_examples=40)
def test_an_answer_does_not_depend_on_what_was_asked_before(
    asked: list[ApplicationFacts], readings: tuple[tuple[str, str], ...], known_on: date | None
) -> None:
    """A rulebook keeps what it looked up: neither many questions before nor none may show in an answer."""
    used = law_by(readings)
    fresh = Rulebook(used.provisions, used.terms)

    first = [assess(used, each, known_on) for each in asked]
    again = [assess(used, each, known_on) for each in reversed(asked)][::-1]
    anew = [assess(fresh, each, known_on) for each in asked]

    assert first == again == anew


@given(st.lists(applications(), min_size=1, max_size=3), knowledge)
@settings(max_examples=40)
def test_no_rule_reads_the_clock_or_the_environment(asked: list[ApplicationFacts], known_on: date | None) -> None:
    fresh = Rulebook(LAW.provisions, LAW.terms)

    with clock_watched() as read:
        for facts in asked:
            assess(fresh, facts, known_on)

    assert read == []


@pytest.mark.parametrize(
    "look",
    [date.today, lambda: datetime.datetime.now(datetime.UTC), time.time, time.monotonic, time.localtime],
    ids=["today", "now", "time", "monotonic", "localtime"],
)
def test_a_look_at_the_clock_would_be_noticed(look: Callable[[], object]) -> None:
    with clock_watched() as read:
        look()

    assert read != []


def test_a_look_at_the_environment_would_be_noticed() -> None:
    with clock_watched() as read:
        os.environ.get("TZ")

    assert read != []


@contextmanager
def clock_watched() -> Iterator[list[str]]:
    """Every call meanwhile that asks for the time of day, or for a variable of the environment."""
    read: list[str] = []

    def watch(frame: object, event: str, called: object) -> None:
        if event == "call":
            code = frame.f_code  # type: ignore[attr-defined]
            if code is type(os.environ).__getitem__.__code__:
                read.append("os.environ")
        elif event == "c_call":
            owner, name = getattr(called, "__self__", None), getattr(called, "__name__", "")
            if owner is time or (name in {"today", "now", "utcnow"} and isinstance(owner, type)):
                read.append(name)

    before, collects = sys.getprofile(), gc.isenabled()
    # Hypothesis times the garbage collector, in the middle of whatever runs: that look is not one of the law's.
    gc.disable()
    sys.setprofile(watch)
    try:
        yield read
    finally:
        sys.setprofile(before)
        if collects:
            gc.enable()


def every_finding(assessment: Assessment) -> list[Finding]:
    return [each for found in assessment.findings for each in found.each()]


def verdict_of_required(assessment: Assessment) -> Verdict:
    required = {
        # What the authority may refuse and need not, a person decides.
        Verdict.UNDETERMINED if each.reason == reasons.LEFT_TO_THE_AUTHORITY else each.verdict
        for each in assessment.findings
        if each.required
    }
    if Verdict.NOT_MET in required:
        return Verdict.NOT_MET
    # Nothing required is nothing found out: it is no pass.
    return Verdict.UNDETERMINED if Verdict.UNDETERMINED in required or not required else Verdict.MET


def assert_not_worse(before: Assessment, after: Assessment) -> None:
    assert RANK[after.verdict] >= RANK[before.verdict]
    for earlier, later in zip(every_finding(before), every_finding(after), strict=True):
        assert earlier.rule == later.rule
        assert RANK[later.verdict] >= RANK[earlier.verdict], later
        if earlier.difference is not None:
            assert later.difference is not None, later
            assert Decimal(later.difference) >= Decimal(earlier.difference), later


def assert_difference_has_the_sign_of_the_verdict(finding: Finding) -> None:
    if finding.difference is None:
        return
    difference, met = Decimal(finding.difference), finding.verdict is Verdict.MET
    if finding.verdict is Verdict.UNDETERMINED:
        # Between two bounds of which either may apply: short of the one that is beyond doubt.
        assert finding.reason in BETWEEN_BOUNDS, finding
        assert difference < 0, finding
        return
    if finding.rule in AT_LEAST:
        assert met == (difference >= 0), finding
    elif finding.rule == "workerAge":
        assert met == (difference < 0), finding
    else:
        # A level has a lowest and may have a highest: below the one or above the other is not met.
        assert finding.rule == "qualificationLevel", finding
        assert met or difference != 0, finding
        assert not met or difference >= 0, finding
    if finding.rule in {"salaryThreshold", "labourMarketTest", "employmentShare"}:
        assert difference == Decimal(str(finding.observed)) - Decimal(str(finding.threshold)), finding


def assert_undetermined_says_why(finding: Finding) -> None:
    if finding.verdict is Verdict.UNDETERMINED:
        assert finding.reason is not None, finding
        assert finding.reason in KNOWN_REASONS, finding
    elif finding.reason is not None:
        assert (finding.verdict, finding.reason) == (Verdict.NOT_MET, reasons.LEFT_TO_THE_AUTHORITY), finding
        assert finding.rule in ABOUT_THE_EMPLOYER, finding
    if finding.reason in {reasons.FACT_MISSING, reasons.EVIDENCE_MISSING}:
        assert finding.missing, finding
    else:
        assert finding.missing == (), finding


def assert_only_a_failed_test_says_what_would_have_met_it(finding: Finding) -> None:
    """What would have met one of several alternatives stands with the alternative."""
    if finding.verdict is Verdict.NOT_MET and not finding.branches:
        assert finding.counterfactual, finding
    else:
        assert finding.counterfactual is None, finding
