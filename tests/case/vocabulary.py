"""The words of the cases: applications, answers and moments, so that each test names only what matters to it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cache
from uuid import UUID

from domain.case.application import (
    Application,
    Document,
    Employer,
    Employment,
    LabourMarketEvidence,
    Representative,
    VacancyPublication,
    Worker,
)
from domain.case.commands import (
    AddLabourMarketEvidence,
    AssignCase,
    AttachDocument,
    CaseCommand,
    CommandContext,
    CorrectCase,
    CorrectPause,
    DecideAdmissibility,
    DecideResidencePart,
    DecideWorkPart,
    ForwardToImmigrationOffice,
    Minted,
    PauseClock,
    ProvideInformation,
    RaiseDeadline,
    RecordCrossroadsAnswer,
    RecordCrossroadsFailure,
    RecordFeePayment,
    RecordIdentifierReplaced,
    RequestInformation,
    ResumeClock,
    SubmitApplication,
    VerifyMandate,
    VoidFeePayment,
    WithdrawAssignment,
    WithdrawDocument,
)
from domain.case.decider import decide
from domain.case.events import CaseEvent
from domain.case.folding import evolve, fold
from domain.case.lifecycle import Case
from domain.crossroads.answers import (
    CheckKind,
    CrossroadsAnswer,
    DeclaredWages,
    EmployerOnRegister,
    NoDataFound,
    QuarterWages,
)
from domain.law.rulebook import Rulebook
from tests.case.specification import Specification
from tests.world.applications import application

NOW = datetime(2026, 1, 20, 10, tzinfo=UTC)
TODAY = date(2026, 1, 20)
WORKER = UUID("00000000-0000-4000-8000-000000000001")
REQUEST = UUID("00000000-0000-4000-8000-0000000000a1")
ANOTHER_REQUEST = UUID("00000000-0000-4000-8000-0000000000a2")
HANDLER = "caseHandler:h-1"
ON_REGISTER = EmployerOnRegister(
    enterprise_number="0202239951",
    name="Acme",
    active=True,
    founded_on=date(1994, 3, 1),
    has_staff=True,
    has_debts=False,
)
AGENT = Representative(enterprise_number="0403227515", mandate_reference="M-1")
DIPLOMA = Document(kind="diploma", sha256="d1" * 32, media_type="application/pdf", size=2048)
FORWARD = ForwardToImmigrationOffice()


@cache
def law() -> Rulebook:
    return Rulebook.load()


def context(now: datetime = NOW, *, actor: str = "employer-1") -> CommandContext:
    return CommandContext(actor=actor, command_id="command-1", now=now)


def case(now: datetime = NOW, *, actor: str = "employer-1") -> Specification[Case | None, CaseEvent, CaseCommand]:
    """A case of which nothing has happened yet, asked at ``now``."""
    asked = context(now, actor=actor)
    return Specification(None, evolve, lambda state, command: decide(state, command, asked, law()))


def submit(filed: Application | None = None, *, reference: str = "FL-2026-0000001-59") -> SubmitApplication:
    return SubmitApplication(
        application=filed or application(), minted=Minted(reference=reference, worker_subject=WORKER)
    )


def filed(application_: Application | None = None, *, now: datetime = NOW) -> list[CaseEvent]:
    """What filing leaves in the stream."""
    return case(now).when(submit(application_)).decided()


def answered(
    answer: CrossroadsAnswer = ON_REGISTER, check: CheckKind = CheckKind.EMPLOYER_REGISTER, *, revision: int = 1
) -> RecordCrossroadsAnswer:
    return RecordCrossroadsAnswer(
        check=check, revision=revision, ticket="ticket-1", answer=answer, answer_sha256="ab" * 32
    )


def wages(*quarters: str) -> RecordCrossroadsAnswer:
    """Declared wages for the quarters of 2025, oldest first; none at all is the bank's "no data"."""
    declared = tuple(QuarterWages(quarter=f"2025Q{n}", gross=Decimal(amount)) for n, amount in enumerate(quarters, 1))
    return answered(DeclaredWages(quarters=declared) if declared else NoDataFound(), CheckKind.DECLARED_WAGES)


def unanswered(check: CheckKind = CheckKind.EMPLOYER_REGISTER, *, revision: int = 1) -> RecordCrossroadsFailure:
    return RecordCrossroadsFailure(check=check, revision=revision, reason="timeout", attempts=4)


def replaced(check: CheckKind, ssin: str, *, revision: int = 1) -> RecordIdentifierReplaced:
    return RecordIdentifierReplaced(check=check, revision=revision, ssin=ssin, attempts=1)


def happened(past: list[CaseEvent], *commands: CaseCommand, now: datetime = NOW) -> list[CaseEvent]:
    """The stream after these commands, one after the other."""
    events = list(past)
    for each in commands:
        events += case(now).given(*events).when(each).decided()
    return events


def state_after(past: list[CaseEvent]) -> Case:
    """The case that these events make."""
    state = fold(past)
    assert state is not None
    return state


def checked(application_: Application | None = None) -> list[CaseEvent]:
    """A first application whose employer is on the register: pay judged, nothing pending, not yet admissible."""
    return happened(filed(application_), answered())


def admitted(past: list[CaseEvent]) -> list[CaseEvent]:
    """The stream once the fee has been paid and the application declared admissible, whatever the category owes."""
    return happened(past, fee(), admit("the payment was seen"))


def judged(application_: Application | None = None) -> list[CaseEvent]:
    """An admissible application whose employer is on the register: the work part can be decided."""
    return admitted(checked(application_))


def asked(past: list[CaseEvent] | None = None, *, now: datetime = NOW) -> list[CaseEvent]:
    """The stream once information has been requested; the file is with the applicant."""
    return happened(checked() if past is None else past, ask(), now=now)


def at_residence(application_: Application | None = None) -> list[CaseEvent]:
    """A case whose work part is granted and which the Immigration Office has."""
    return happened(judged(application_), grant(), FORWARD)


def on(day: date) -> datetime:
    """Some moment in the middle of a civil day."""
    return datetime(day.year, day.month, day.day, 11, tzinfo=UTC)


def days_later(days: int) -> datetime:
    return NOW + timedelta(days=days)


def published(days: int, *channels: str) -> LabourMarketEvidence:
    """A vacancy published for ``days`` days up to the day before filing, on each channel."""
    until = date(2026, 1, 20)
    start = date.fromordinal(until.toordinal() - days)
    return LabourMarketEvidence(
        publications=tuple(VacancyPublication(channel=channel, from_=start, to=until) for channel in channels)
    )


def add(evidence: LabourMarketEvidence) -> AddLabourMarketEvidence:
    return AddLabourMarketEvidence(evidence=evidence)


def fee(recipient: str = "federal", amount: str = "152.00", *, reference: str = "P-1") -> RecordFeePayment:
    return RecordFeePayment(
        recipient=recipient, amount=Decimal(amount), paid_on=date(2026, 1, 19), payment_reference=reference
    )


def void(payment: int = 1, reason: str = "It was another employer's payment.") -> VoidFeePayment:
    return VoidFeePayment(payment=payment, reason=reason)


def attach(document: Document = DIPLOMA) -> AttachDocument:
    return AttachDocument(document=document)


def mandate(*, valid: bool = True) -> VerifyMandate:
    return VerifyMandate(valid=valid)


def withdraw_document(sha256: str = DIPLOMA.sha256, reason: str = "of another person") -> WithdrawDocument:
    return WithdrawDocument(sha256=sha256, reason=reason)


def withdraw_assignment(reason: str = "the wrong colleague") -> WithdrawAssignment:
    return WithdrawAssignment(reason=reason)


def assign(handler: str = HANDLER) -> AssignCase:
    return AssignCase(handler=handler)


def admit(motivation: str | None = None) -> DecideAdmissibility:
    return DecideAdmissibility(outcome="admissible", motivation=motivation)


def reject(*grounds: str, motivation: str | None = None) -> DecideAdmissibility:
    return DecideAdmissibility(outcome="inadmissible", grounds=grounds, motivation=motivation)


def ask(request_id: UUID = REQUEST, *items: str) -> RequestInformation:
    return RequestInformation(request_id=request_id, items=items or ("diploma",), question="Which diploma?")


def answer(request_id: UUID = REQUEST, *documents: str) -> ProvideInformation:
    return ProvideInformation(request_id=request_id, answer="The one of 2012.", documents=documents)


def grant(motivation: str | None = None) -> DecideWorkPart:
    return DecideWorkPart(outcome="granted", motivation=motivation)


def refuse(*grounds: str, motivation: str | None = None) -> DecideWorkPart:
    return DecideWorkPart(outcome="refused", grounds=grounds, motivation=motivation)


def allow_residence(decided_on: date | None = None) -> DecideResidencePart:
    return DecideResidencePart(outcome="granted", decided_on=decided_on)


def refuse_residence(*grounds: str, decided_on: date | None = None) -> DecideResidencePart:
    return DecideResidencePart(outcome="refused", grounds=grounds, decided_on=decided_on)


def pause(on_: date = TODAY, ground: str = "forceMajeure") -> PauseClock:
    return PauseClock(on=on_, ground=ground, motivation="The archive is flooded.")


def resume(on_: date = TODAY) -> ResumeClock:
    return ResumeClock(on=on_, motivation="The archive is dry.")


def restate_pause(from_: date, to: date | None, *, number: int = 1) -> CorrectPause:
    return CorrectPause(pause=number, from_=from_, to=to, motivation="The days were written down wrongly.")


def correct(
    *, employer: Employer | None = None, worker: Worker | None = None, employment: Employment | None = None
) -> CorrectCase:
    return CorrectCase(reason="A typing mistake.", employer=employer, worker=worker, employment=employment)


def alarm(clock: str, kind: str, *, due_on: date, crossed_on: date) -> RaiseDeadline:
    return RaiseDeadline(clock=clock, kind=kind, due_on=due_on, crossed_on=crossed_on)


def with_pay(filed_: Application, amount: str) -> Application:
    pay = replace(filed_.employment.gross_pay, amount=Decimal(amount))
    return replace(filed_, employment=replace(filed_.employment, gross_pay=pay))
