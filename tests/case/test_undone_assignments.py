"""An assignment that was a mistake is undone: the case waits for a handler again, and the mistake stays on record."""

from domain.case.commands import WithdrawApplication
from domain.case.events import AssignmentWithdrawn, CaseAssigned
from domain.case.refusals import Reason
from tests.case.vocabulary import HANDLER, NOW, WORKER, assign, case, filed, happened, state_after, withdraw_assignment


def test_nobody_has_the_case_any_more() -> None:
    past = happened(filed(), assign())
    case(actor="caseHandler:lead-1").given(*past).when(withdraw_assignment("the wrong colleague")).then(
        AssignmentWithdrawn(
            effective_at=NOW,
            handler=HANDLER,
            by="caseHandler:lead-1",
            worker_subject=WORKER,
            reason="the wrong colleague",
        )
    )
    assert state_after(happened(filed(), assign(), withdraw_assignment())).handler is None


def test_undone_twice_it_is_undone_once() -> None:
    case().given(*happened(filed(), assign(), withdraw_assignment())).when(withdraw_assignment()).then()
    case().given(*filed()).when(withdraw_assignment()).then()


def test_the_same_handler_can_be_given_it_again() -> None:
    past = happened(filed(), assign(), withdraw_assignment())
    case().given(*past).when(assign()).then_events(CaseAssigned)


def test_of_a_case_that_has_ended_nothing_is_undone() -> None:
    past = happened(filed(), assign(), WithdrawApplication())
    case().given(*past).when(withdraw_assignment()).then_refused(Reason.ALREADY_WITHDRAWN)
