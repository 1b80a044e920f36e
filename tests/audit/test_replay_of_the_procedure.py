"""Verdicts of the whole procedure, and of the one before it, judged again."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from domain.audit.replay import CaseReplay, ReplayOutcome, replay_case
from domain.case.application import Employer
from domain.case.events import (
    ApplicationDecidedAtOnce,
    CaseCorrected,
    CaseEvent,
    SalaryVerified,
    WorkPartDecided,
)
from domain.case.folding import fold
from domain.case.lifecycle import CaseStatus
from domain.case.personal_data import Withheld, personal_fields
from domain.case.verification import rule_applied
from domain.crossroads.answers import NoDataFound
from domain.law.assessment import assess
from domain.law.facts import ApplicationFacts
from domain.law.rule_sets import RuleSets
from infra.event_codec import EventCodec
from tests.case.vocabulary import (
    ANOTHER_REQUEST,
    NOW,
    WORKER,
    admitted,
    allow_residence,
    answer,
    answered,
    ask,
    asked,
    at_residence,
    checked,
    correct,
    filed,
    grant,
    happened,
    judged,
    law,
    pause,
    refuse,
    resume,
    wages,
    with_pay,
)
from tests.keys.keys_in_memory import KeysInMemory
from tests.world.applications import application

CASE = UUID("00000000-0000-4000-8000-00000000000c")
PAID_TOO_LITTLE = application(pay="40000.00")


def replayed(events: list[CaseEvent]) -> CaseReplay:
    return replay_case(CASE, enumerate(events, 1), RuleSets(law()))


def verdicts(replay: CaseReplay) -> list[tuple[str, str]]:
    return [(each.event, each.outcome.value) for each in replay.verdicts]


def erased(events: list[CaseEvent]) -> list[CaseEvent]:
    """The same events as they are read once the key of the worker has been destroyed."""
    return [replace(event, **dict.fromkeys(personal_fields(type(event)), Withheld())) for event in events]


def decided_at_once(past: list[CaseEvent]) -> list[CaseEvent]:
    """The stream as it was written when one decision ended the case: without admission, and with schema 1."""
    (work_part,) = (event for event in past if isinstance(event, WorkPartDecided))
    before = [event for event in past[: past.index(work_part)] if type(event) in BEFORE_THE_PARTS]
    decided = ApplicationDecidedAtOnce(
        effective_at=work_part.effective_at,
        outcome=work_part.outcome,
        grounds=work_part.grounds,
        verdict=work_part.verdict,
        legal_reference_date=work_part.legal_reference_date,
        known_on=work_part.known_on,
        rule_set=work_part.rule_set,
        engine_version=work_part.engine_version,
        results=work_part.results,
        worker_subject=work_part.worker_subject,
        facts=work_part.facts,
        findings=work_part.findings,
        motivation=work_part.motivation,
    )
    return [*before, by_the_first_engine(decided)]


ENGINE_1_RULE_SET = "40e7135394b0b8221264102abb5a331f162f762fd4c08f35ce8732483adfa93d"
"""The law as it was when the first engine decided; it is kept under this hash."""


def by_the_first_engine(decided: ApplicationDecidedAtOnce) -> ApplicationDecidedAtOnce:
    """The decision as the first engine wrote it: fewer facts, the law of then, sentences for steps."""
    assert isinstance(decided.facts, ApplicationFacts)
    known = ("authority", "category", "filed_on", "contract", "gross_pay", "pay_period", "publications")
    facts = ApplicationFacts(**{name: getattr(decided.facts, name) for name in known})
    rulebook = RuleSets.load().of_decision(ENGINE_1_RULE_SET)
    assessed = assess(rulebook, facts, decided.known_on)
    findings = tuple(
        replace(each, trace=("EUR this is not below EUR that: met.",), counterfactual=None, provisions=())
        for each in assessed.findings
    )
    return replace(
        decided,
        engine_version=1,
        rule_set=rulebook.sha256,
        verdict=assessed.verdict.value,
        results=tuple(rule_applied(each) for each in findings),
        facts=facts,
        findings=findings,
    )


BEFORE_THE_PARTS = {type(event) for event in checked()}


# The procedure of today


@pytest.mark.parametrize(
    "events",
    [
        happened(judged(), grant()),
        happened(judged(PAID_TOO_LITTLE), refuse("salaryThreshold")),
        happened(judged(), refuse("other", motivation="public order")),
        happened(admitted(happened(filed(), answered(NoDataFound()))), refuse("employerNotRegistered")),
        happened(at_residence(), allow_residence()),
        happened(judged(), ask(), answer(), pause(), resume(), grant()),
        happened(asked(judged()), ask(ANOTHER_REQUEST), answer(ANOTHER_REQUEST), grant(), now=NOW + timedelta(days=16)),
    ],
    ids=["granted", "refused", "for another reason", "not registered", "to the end", "asked and paused", "lapsed"],
)
def test_what_was_decided_comes_out_as_it_was_recorded(events: list[CaseEvent]) -> None:
    assert verdicts(replayed(events)) == [("SalaryVerified", "identical"), ("WorkPartDecided", "identical")]


@pytest.mark.parametrize(
    ("forge", "field"),
    [
        (lambda decided: replace(decided, verdict="notMet"), "verdict"),
        (lambda decided: replace(decided, outcome="refused", grounds=("salaryThreshold",)), "outcome"),
        (lambda decided: replace(decided, results=()), "results"),
        (lambda decided: replace(decided, facts=replace(decided.facts, category="nurse")), "facts.category"),
    ],
)
def test_a_forged_decision_on_the_work_part_is_different(
    forge: Callable[[WorkPartDecided], WorkPartDecided], field: str
) -> None:
    *past, decided = happened(judged(), grant())
    assert isinstance(decided, WorkPartDecided)

    replay = replayed([*past, forge(decided)])

    assert replay.outcome is ReplayOutcome.DIFFERENT
    assert field in [difference.field for difference in replay.verdicts[-1].differences]


# A correction


@pytest.mark.parametrize(("before", "after"), [("40000.00", "60000.00"), ("60000.00", "61000.00")])
def test_a_correction_of_pay_before_the_decision_is_no_difference(before: str, after: str) -> None:
    corrected = correct(employment=with_pay(application(), after).employment)

    replay = replayed(happened(judged(application(pay=before)), corrected, grant()))

    assert verdicts(replay) == [
        ("SalaryVerified", "identical"),
        ("SalaryVerified", "identical"),
        ("WorkPartDecided", "identical"),
    ]


def test_a_correction_before_pay_was_judged_and_one_of_a_renewal_are_no_difference() -> None:
    corrected = correct(employment=with_pay(application(), "10.00").employment)
    renewal = happened(filed(application(renewal=True)), answered(), wages("12228", "12228", "12228", "12228"))

    assert replayed(happened(filed(), corrected, answered())).outcome is ReplayOutcome.IDENTICAL
    assert replayed(happened(admitted(renewal), corrected, grant())).outcome is ReplayOutcome.IDENTICAL


def test_a_decision_on_the_pay_of_before_the_correction_is_different() -> None:
    *past, decided = happened(judged(), grant())
    corrected = happened(past, correct(employment=with_pay(application(), "61000.00").employment))

    replay = replayed([*corrected, decided])

    assert [each.outcome.value for each in replay.verdicts] == ["identical", "identical", "different"]
    assert [difference.field for difference in replay.verdicts[-1].differences] == ["facts.grossPay"]


def test_a_correction_after_the_decision_leaves_it_as_it_was() -> None:
    decided = happened(judged(), grant())

    later = happened(decided, correct(worker=replace(application().worker, family_name="King")))

    assert replayed(later).digest == replayed(decided).digest


# A decision of before the two parts were told apart


@pytest.mark.parametrize(
    ("events", "status"),
    [
        (happened(judged(), grant()), CaseStatus.DECIDED_GRANTED),
        (happened(judged(PAID_TOO_LITTLE), refuse("salaryThreshold")), CaseStatus.DECIDED_REFUSED),
    ],
    ids=["granted", "refused"],
)
def test_an_old_decision_is_still_judged_again(events: list[CaseEvent], status: CaseStatus) -> None:
    old = decided_at_once(events)

    case = fold(old)
    assert case is not None
    assert (case.status, case.is_open) == (status, False)
    assert verdicts(replayed(old)) == [("SalaryVerified", "identical"), ("ApplicationDecidedAtOnce", "identical")]


def test_an_old_decision_read_from_its_stored_form_is_judged_again() -> None:
    old = decided_at_once(happened(judged(), grant()))
    codec = EventCodec("tests", KeysInMemory({WORKER: b"k" * 32}))

    stored = [codec.encode(event, CASE, version) for version, event in enumerate(old, 1)]
    read = [codec.decode(each.name, each.schema, each.body, CASE, version) for version, each in enumerate(stored, 1)]

    assert (stored[-1].name, stored[-1].schema) == ("ApplicationDecided", 1)
    assert replayed(read).digest == replayed(old).digest
    assert replayed(read).outcome is ReplayOutcome.IDENTICAL


def test_an_old_decision_that_was_forged_is_different() -> None:
    *past, decided = decided_at_once(happened(judged(PAID_TOO_LITTLE), refuse("salaryThreshold")))
    assert isinstance(decided, ApplicationDecidedAtOnce)

    replay = replayed([*past, replace(decided, outcome="granted", grounds=())])

    (difference,) = replay.verdicts[-1].differences
    assert (difference.field, difference.recorded) == ("outcome", "granted")
    assert "requirementNotMet" in str(difference.recomputed)


# Erasure


@pytest.mark.parametrize(
    "events",
    [
        happened(at_residence(), allow_residence()),
        happened(judged(), correct(employment=with_pay(application(), "61000.00").employment), grant()),
        decided_at_once(happened(judged(), grant())),
    ],
    ids=["to the end", "corrected", "decided at once"],
)
def test_after_the_erasure_of_the_worker_every_verdict_is_withheld_and_none_different(events: list[CaseEvent]) -> None:
    replay = replayed(erased(events))

    assert {each.outcome for each in replay.verdicts} == {ReplayOutcome.WITHHELD}
    assert [each.event for each in replay.verdicts] == [each.event for each in replayed(events).verdicts]


def test_pay_erased_from_a_correction_is_not_held_against_the_verdicts_after_it() -> None:
    events = happened(judged(), correct(employment=with_pay(application(), "61000.00").employment), grant())

    partly = [replace(each, gross_pay=Withheld()) if isinstance(each, CaseCorrected) else each for each in events]

    assert replayed(partly).outcome is ReplayOutcome.IDENTICAL


def test_the_facts_of_another_worker_are_different_and_not_withheld() -> None:
    events = happened(judged(), grant())
    somebody = UUID("00000000-0000-4000-8000-0000000000ff")

    forged = [
        *events[:-1],
        replace(events[-1], worker_subject=somebody, facts=Withheld(), findings=Withheld(), motivation=Withheld()),
    ]

    assert verdicts(replayed(forged))[-1] == ("WorkPartDecided", "different")


def test_a_verdict_of_pay_recorded_of_an_employer_corrected_since_stands() -> None:
    moved = correct(employer=Employer(enterprise_number="0403227515", name="Acme Two"))

    events = happened(judged(), moved, answered(revision=2), grant())

    assert sum(isinstance(event, SalaryVerified) for event in events) == 1
    assert replayed(events).outcome is ReplayOutcome.IDENTICAL
