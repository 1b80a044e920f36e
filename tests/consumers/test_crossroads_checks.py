"""What one requested check comes to: an answer, no data, or a failure that a person sees. Never a guess."""

from __future__ import annotations

from collections import deque
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID, uuid4

import pytest

from consumers.crossroads import BankHeldBack, CheckRequest, CrossroadsChecks
from domain.case.application import Application
from domain.case.commands import (
    CaseCommand,
    CommandContext,
    Minted,
    RecordCrossroadsAnswer,
    RecordCrossroadsFailure,
    SubmitApplication,
)
from domain.case.decider import decide
from domain.case.events import ApplicationSubmitted, CaseEvent
from domain.case.folding import fold
from domain.case.handling import Receipt
from domain.case.personal_data import Withheld
from domain.crossroads.answers import (
    CheckKind,
    CheckUnanswered,
    NoDataFound,
    QuarterWages,
    UnansweredReason,
    ticket_of,
)
from domain.law.rulebook import Rulebook
from tests.audit.case_book import application
from tests.consumers.bank import ACTIVE, HELD_BACK, ScriptedGateway

FILED_AT = datetime(2026, 1, 20, 22, 30, tzinfo=UTC)
ASKED_AT = datetime(2026, 1, 21, 8, 0, tzinfo=UTC)
SSIN = "85073003328"


class CasesInMemory:
    """One case, decided by the real rules; ``carried_out`` holds every command with its context."""

    def __init__(self, filed: Application) -> None:
        self.case_id = uuid4()
        self.law = Rulebook.load()
        self.carried_out: list[tuple[CaseCommand, CommandContext]] = []
        minted = Minted(reference="VL-2026-0000001", worker_subject=uuid4())
        context = CommandContext(actor="employer", command_id="filing", now=FILED_AT)
        self.events = decide(None, SubmitApplication(application=filed, minted=minted), context, self.law)

    def events_of(self, case_id: UUID) -> list[CaseEvent]:
        assert case_id == self.case_id
        return self.events

    def handle(self, case_id: UUID, command: CaseCommand, context: CommandContext) -> Receipt:
        self.carried_out.append((command, context))
        self.events = [*self.events, *decide(fold(self.events_of(case_id)), command, context, self.law)]
        return Receipt(case_id=case_id, version=len(self.events), position=None, leaf_hash=None)

    def names(self) -> list[str]:
        return [type(event).__name__ for event in self.events]

    def request(self, check: CheckKind) -> CheckRequest:
        return CheckRequest(case_id=self.case_id, check=check, revision=1, event_id=f"{self.case_id}/2")


def a_renewal() -> Application:
    filed = application("highlySkilled", "52000.00", renewal=True)
    return replace(filed, worker=replace(filed.worker, birth_date=date(1985, 7, 30), ssin=SSIN))


@pytest.fixture
def gateway() -> ScriptedGateway:
    return ScriptedGateway()


@pytest.fixture
def first() -> CasesInMemory:
    """A first application: only the employer is looked up."""
    return CasesInMemory(application("highlySkilled", "52000.00"))


@pytest.fixture
def renewal() -> CasesInMemory:
    return CasesInMemory(a_renewal())


def carry_out(cases: CasesInMemory, gateway: ScriptedGateway, check: CheckKind = CheckKind.EMPLOYER_REGISTER) -> None:
    CrossroadsChecks(cases, gateway, lambda: ASKED_AT).carry_out(cases.request(check))


def test_an_employer_that_is_found_is_recorded(first: CasesInMemory, gateway: ScriptedGateway) -> None:
    carry_out(first, gateway)

    (asked,) = gateway.asked
    assert asked.enterprise_number == "0202239951"
    assert asked.ticket == ticket_of(str(first.case_id), CheckKind.EMPLOYER_REGISTER, 1)
    ((command, context),) = first.carried_out
    assert isinstance(command, RecordCrossroadsAnswer)
    assert (command.answer, command.ticket, command.revision) == (ACTIVE, asked.ticket, 1)
    assert (context.now, context.causation_id) == (ASKED_AT, f"{first.case_id}/2")
    assert first.names()[-3:] == ["CrossroadsCheckAnswered", "EmployerIdentified", "SalaryVerified"]


def test_declared_wages_are_asked_of_the_quarters_before_filing(
    renewal: CasesInMemory, gateway: ScriptedGateway
) -> None:
    carry_out(renewal, gateway, CheckKind.DECLARED_WAGES)

    (asked,) = gateway.asked
    assert (asked.ssin, asked.enterprise_number) == (SSIN, "0202239951")
    assert asked.quarters == ("2024Q4", "2025Q1", "2025Q2", "2025Q3")
    ((command, _),) = renewal.carried_out
    assert isinstance(command, RecordCrossroadsAnswer)
    assert command.answer.quarters[0] == QuarterWages(quarter="2024Q4", gross=Decimal(15_000))  # type: ignore[union-attr]


def test_filed_after_midnight_in_brussels_it_is_the_new_years_quarters(gateway: ScriptedGateway) -> None:
    # given 31 March, 22.30 in UTC and the first of April in Brussels
    cases = CasesInMemory(a_renewal())
    submitted = cases.events[0]
    assert isinstance(submitted, ApplicationSubmitted)
    cases.events[0] = replace(submitted, effective_at=datetime(2026, 3, 31, 22, 30, tzinfo=UTC))

    carry_out(cases, gateway, CheckKind.DECLARED_WAGES)

    assert gateway.asked[0].quarters == ("2025Q1", "2025Q2", "2025Q3", "2025Q4")


def test_no_data_is_an_answer(first: CasesInMemory, gateway: ScriptedGateway) -> None:
    gateway.replies = deque([NoDataFound()])
    carry_out(first, gateway)
    ((command, _),) = first.carried_out
    assert isinstance(command, RecordCrossroadsAnswer)
    assert isinstance(command.answer, NoDataFound)
    assert "EmployerIdentified" not in first.names()


@pytest.mark.parametrize(
    "reason", [reason for reason in UnansweredReason if reason is not UnansweredReason.BREAKER_OPEN]
)
def test_whatever_else_the_bank_says_is_a_failure_and_a_task(
    first: CasesInMemory, gateway: ScriptedGateway, reason: UnansweredReason
) -> None:
    gateway.replies = deque([CheckUnanswered(reason, 4)])

    carry_out(first, gateway)

    ((command, _),) = first.carried_out
    assert command == RecordCrossroadsFailure(
        check=CheckKind.EMPLOYER_REGISTER, revision=1, reason=reason.value, attempts=4
    )
    case = fold(first.events)
    assert case is not None
    assert [(task.subject, task.reason) for task in case.manual_tasks] == [("employerRegister", reason.value)]
    assert "EmployerIdentified" not in first.names()
    assert case.pending_checks == ()


def test_a_breaker_that_opened_before_the_question_leaves_it_for_later(
    first: CasesInMemory, gateway: ScriptedGateway
) -> None:
    gateway.replies = deque([HELD_BACK])
    with pytest.raises(BankHeldBack):
        carry_out(first, gateway)
    assert first.carried_out == []

    carry_out(first, gateway)
    assert first.names()[-1] == "SalaryVerified"


def test_a_breaker_that_opened_during_the_question_is_a_failure(first: CasesInMemory, gateway: ScriptedGateway) -> None:
    gateway.replies = deque([CheckUnanswered(UnansweredReason.BREAKER_OPEN, 2)])
    carry_out(first, gateway)
    ((command, _),) = first.carried_out
    assert isinstance(command, RecordCrossroadsFailure)
    assert (command.reason, command.attempts) == ("breakerOpen", 2)


@pytest.mark.parametrize("erased", [False, True], ids=["never given", "erased"])
def test_without_a_national_number_nobody_is_asked(
    renewal: CasesInMemory, gateway: ScriptedGateway, *, erased: bool
) -> None:
    submitted = renewal.events[0]
    assert isinstance(submitted, ApplicationSubmitted)
    assert not isinstance(submitted.worker, Withheld)
    renewal.events[0] = replace(submitted, worker=Withheld() if erased else replace(submitted.worker, ssin=None))

    carry_out(renewal, gateway, CheckKind.DECLARED_WAGES)

    assert gateway.asked == []
    ((command, _),) = renewal.carried_out
    assert isinstance(command, RecordCrossroadsFailure)
    assert (command.reason, command.attempts) == ("ssinUnknown", 0)


def test_asked_twice_the_case_keeps_the_first_answer(first: CasesInMemory, gateway: ScriptedGateway) -> None:
    # given a crash after the answer was recorded, so that the question is put again and answered otherwise
    gateway.replies = deque([None, NoDataFound()])
    carry_out(first, gateway)
    recorded = first.events
    carry_out(first, gateway)

    assert first.events == recorded
    tickets = {asked.ticket for asked in gateway.asked}
    ids = {context.command_id for _, context in first.carried_out}
    assert len(tickets) == 1, "the bank may recognise the question"
    assert len(ids) == 2, "another answer must not be taken for the first one"


def test_a_command_id_tells_nothing_of_the_answer(renewal: CasesInMemory, gateway: ScriptedGateway) -> None:
    carry_out(renewal, gateway, CheckKind.DECLARED_WAGES)
    ((command, context),) = renewal.carried_out
    assert isinstance(command, RecordCrossroadsAnswer)
    assert command.answer_sha256 not in context.command_id
    assert SSIN not in context.command_id
