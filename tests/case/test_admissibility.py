"""The application is declared admissible, and may be judged, or inadmissible, and ends."""

import pytest

from domain.case.commands import CaseCommand, DecideAdmissibility
from domain.case.events import ApplicationDeclaredAdmissible, ApplicationDeclaredInadmissible, CaseEvent
from domain.case.lifecycle import CaseStatus, Stage
from domain.case.refusals import Reason
from tests.case.vocabulary import (
    AGENT,
    ANOTHER_REQUEST,
    FORWARD,
    HANDLER,
    NOW,
    WORKER,
    admit,
    answer,
    ask,
    asked,
    at_residence,
    attach,
    case,
    checked,
    days_later,
    fee,
    filed,
    grant,
    happened,
    judged,
    mandate,
    pause,
    reject,
    resume,
    state_after,
)
from tests.world.applications import application

COMPLETE = happened(checked(), fee())
BY_AGENT = checked(application(representative=AGENT))
LATE = days_later(16)


def test_a_complete_file_is_declared_admissible() -> None:
    admissible = ApplicationDeclaredAdmissible(
        effective_at=NOW, open_points=(), by=HANDLER, worker_subject=WORKER, motivation=None
    )

    case(actor=HANDLER).given(*COMPLETE).when(admit()).then(admissible)

    state = state_after([*COMPLETE, admissible])
    assert (state.status, state.stage) == (CaseStatus.ADMISSIBLE, Stage.WORK_PART)


def test_an_application_is_declared_inadmissible_and_the_case_ends() -> None:
    inadmissible = ApplicationDeclaredInadmissible(
        effective_at=NOW, grounds=("feeNotPaid",), by=HANDLER, worker_subject=WORKER, motivation=None
    )

    case(actor=HANDLER).given(*checked()).when(reject("feeNotPaid")).then(inadmissible)

    state = state_after([*checked(), inadmissible])
    assert (state.status, state.stage, state.is_open) == (CaseStatus.INADMISSIBLE, Stage.CLOSED, False)
    assert state.manual_tasks == ()


def test_admission_does_not_wait_for_the_crossroads_bank() -> None:
    case().given(*happened(filed(), fee())).when(admit()).then_events(ApplicationDeclaredAdmissible)


class TestOpenPoints:
    @pytest.mark.parametrize(
        ("past", "points"),
        [
            (checked(), ("feeNotPaid",)),
            (happened(checked(), fee("regional")), ("feeNotPaid",)),
            (BY_AGENT, ("feeNotPaid", "mandateMissing")),
            (happened(BY_AGENT, fee(), mandate(valid=False)), ("mandateMissing",)),
        ],
        ids=["fee", "another fee", "fee and mandate", "mandate not valid"],
    )
    def test_they_are_answered_in_the_motivation_or_hold_admission_up(
        self, past: list[CaseEvent], points: tuple[str, ...]
    ) -> None:
        refused = case().given(*past).when(admit()).then_refused(Reason.MOTIVATION_REQUIRED)
        case().given(*past).when(admit("")).then_refused(Reason.MOTIVATION_REQUIRED)
        (admissible,) = (
            case().given(*past).when(admit("shown at the counter")).then_events(ApplicationDeclaredAdmissible)
        )

        assert ", ".join(points) in refused.sentence
        assert isinstance(admissible, ApplicationDeclaredAdmissible)
        assert (admissible.open_points, admissible.motivation) == (points, "shown at the counter")

    def test_what_was_mended_holds_nothing_up(self) -> None:
        mended = happened(BY_AGENT, fee(), mandate())

        case().given(*mended).when(admit()).then_events(ApplicationDeclaredAdmissible)


class TestGrounds:
    def test_inadmissibility_names_a_ground_and_admission_none(self) -> None:
        case().given(*checked()).when(reject()).then_refused(Reason.GROUND_REQUIRED)
        with_grounds = DecideAdmissibility(outcome="admissible", grounds=("feeNotPaid",), motivation="yet")
        case().given(*checked()).when(with_grounds).then_refused(Reason.GROUND_NOT_APPLICABLE)

    @pytest.mark.parametrize(
        ("past", "ground"),
        [
            (COMPLETE, "feeNotPaid"),
            (checked(), "mandateMissing"),
            (happened(BY_AGENT, mandate()), "mandateMissing"),
            (checked(), "answerTermExpired"),
            (happened(asked(), answer()), "answerTermExpired"),
        ],
        ids=["fee paid", "no mandate claimed", "mandate valid", "nothing asked", "answered"],
    )
    def test_a_ground_that_the_file_does_not_bear_is_refused_even_with_a_motivation(
        self, past: list[CaseEvent], ground: str
    ) -> None:
        refused = case().given(*past).when(reject(ground, motivation="so")).then_refused(Reason.GROUND_NOT_SUPPORTED)

        assert ground in refused.sentence

    def test_one_unborne_ground_among_others_is_named_beside_those_that_are_borne(self) -> None:
        refused = (
            case().given(*BY_AGENT).when(reject("feeNotPaid", "answerTermExpired")).then_refused(
                Reason.GROUND_NOT_SUPPORTED
            )
        )  # fmt: skip

        assert (
            "does not support answerTermExpired; it supports feeNotPaid, mandateMissing, fileIncomplete"
            in refused.sentence
        )

    @pytest.mark.parametrize("ground", ["fileIncomplete", "authorityNotCompetent", "other"])
    def test_a_ground_that_only_a_person_can_see_needs_a_motivation(self, ground: str) -> None:
        case().given(*checked()).when(reject(ground)).then_refused(Reason.MOTIVATION_REQUIRED)
        case().given(*checked()).when(reject("feeNotPaid", ground)).then_refused(Reason.MOTIVATION_REQUIRED)
        case().given(*checked()).when(reject(ground, motivation="because")).then_events(ApplicationDeclaredInadmissible)

    def test_an_expired_term_is_a_ground_until_a_later_request_is_answered(self) -> None:
        asked_anew = happened(asked(), ask(ANOTHER_REQUEST), now=LATE)
        answered = happened(asked_anew, answer(ANOTHER_REQUEST), now=LATE)

        case(LATE).given(*answered).when(reject("answerTermExpired")).then_refused(Reason.GROUND_NOT_SUPPORTED)


class TestWhen:
    @pytest.mark.parametrize("decision", [admit("so"), reject("feeNotPaid")], ids=["admissible", "inadmissible"])
    def test_not_while_the_applicant_has_the_file(self, decision: CaseCommand) -> None:
        refused = case().given(*asked()).when(decision).then_refused(Reason.INFORMATION_OUTSTANDING)

        assert "2026-02-04" in refused.sentence

    @pytest.mark.parametrize("decision", [admit("so"), reject("feeNotPaid")], ids=["admissible", "inadmissible"])
    def test_not_while_the_clock_stands_still(self, decision: CaseCommand) -> None:
        paused = happened(checked(), pause())

        case().given(*paused).when(decision).then_refused(Reason.CLOCK_PAUSED)
        assert case().given(*happened(paused, resume())).when(decision).decided()

    @pytest.mark.parametrize("again", [admit(), reject("other", motivation="on second thoughts")])
    def test_not_twice_and_the_refusal_says_who_did_it_first(self, again: CaseCommand) -> None:
        past = [*COMPLETE, *case(actor=HANDLER).given(*COMPLETE).when(admit()).decided()]

        refused = case(days_later(2)).given(*past).when(again).then_refused(Reason.ALREADY_ADMISSIBLE)

        assert f"admissible by {HANDLER} on 2026-01-20" in refused.sentence

    @pytest.mark.parametrize("past", [happened(judged(), grant()), at_residence()], ids=["work granted", "forwarded"])
    def test_not_once_it_has_gone_further(self, past: list[CaseEvent]) -> None:
        case().given(*past).when(reject("other", motivation="late")).then_refused(Reason.ALREADY_ADMISSIBLE)

    @pytest.mark.parametrize("late", [admit(), reject("feeNotPaid"), fee(), attach(), grant(), FORWARD, answer()])
    def test_an_inadmissible_application_takes_nothing_more_and_says_who_ended_it(self, late: CaseCommand) -> None:
        ended = [*checked(), *case(actor=HANDLER).given(*checked()).when(reject("feeNotPaid")).decided()]

        refused = case().given(*ended).when(late).then_refused(Reason.DECLARED_INADMISSIBLE)

        assert f"inadmissible by {HANDLER} on 2026-01-20" in refused.sentence
