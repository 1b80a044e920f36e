"""The words of the cases: applications, answers and moments, so that each test names only what matters to it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from uuid import UUID

from domain.case.application import (
    Application,
    Employer,
    Employment,
    GrossPay,
    LabourMarketEvidence,
    VacancyPublication,
    Worker,
    Workplace,
)
from domain.case.commands import (
    AddLabourMarketEvidence,
    CaseCommand,
    CommandContext,
    DecideApplication,
    Minted,
    RecordCrossroadsAnswer,
    RecordCrossroadsFailure,
    SubmitApplication,
)
from domain.case.decider import decide
from domain.case.events import CaseEvent
from domain.case.folding import evolve
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

NOW = datetime(2026, 1, 20, 10, tzinfo=UTC)
WORKER = UUID("00000000-0000-4000-8000-000000000001")
ON_REGISTER = EmployerOnRegister(enterprise_number="0202239951", name="Acme", active=True)


@cache
def law() -> Rulebook:
    return Rulebook.load()


def context(now: datetime = NOW, *, actor: str = "employer-1") -> CommandContext:
    return CommandContext(actor=actor, command_id="command-1", now=now)


def case(now: datetime = NOW, *, actor: str = "employer-1") -> Specification[Case | None, CaseEvent, CaseCommand]:
    """A case of which nothing has happened yet, asked at ``now``."""
    asked = context(now, actor=actor)
    return Specification(None, evolve, lambda state, command: decide(state, command, asked, law()))


def application(
    category: str = "highlySkilled",
    *,
    pay: str = "60000.00",
    period: str = "year",
    renewal: bool = False,
    evidence: LabourMarketEvidence | None = None,
    authority: str = "flanders",
    kind: str = "fixedTerm",
) -> Application:
    return Application(
        authority=authority,
        kind=kind,
        category=category,
        procedure_language="nl",
        filed_by="employer",
        renewal=renewal,
        employer=Employer(enterprise_number="0202239951", name="Acme"),
        worker=Worker(
            given_name="Ada", family_name="Lovelace", birth_date=date(1990, 1, 1), nationality="IN", ssin="90010100187"
        ),
        employment=Employment(
            title="analyst",
            start=date(2026, 3, 1),
            contract="belgian",
            gross_pay=GrossPay(amount=Decimal(pay), period=period),
            full_time_equivalent=Decimal("1.0"),
            workplace=Workplace(municipality_code="44021"),
        ),
        labour_market_test=evidence,
    )


def submit(filed: Application | None = None, *, reference: str = "FL-2026-0000001-23") -> SubmitApplication:
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


def happened(past: list[CaseEvent], *commands: CaseCommand, now: datetime = NOW) -> list[CaseEvent]:
    """The stream after these commands, one after the other."""
    events = list(past)
    for each in commands:
        events += case(now).given(*events).when(each).decided()
    return events


def judged(application_: Application | None = None) -> list[CaseEvent]:
    """A first application whose employer is on the register: pay judged, nothing pending."""
    return happened(filed(application_), answered())


def published(days: int, *channels: str) -> LabourMarketEvidence:
    """A vacancy published for ``days`` days up to the day before filing, on each channel."""
    until = date(2026, 1, 20)
    start = date.fromordinal(until.toordinal() - days)
    return LabourMarketEvidence(
        publications=tuple(VacancyPublication(channel=channel, from_=start, to=until) for channel in channels)
    )


def add(evidence: LabourMarketEvidence) -> AddLabourMarketEvidence:
    return AddLabourMarketEvidence(evidence=evidence)


def grant(motivation: str | None = None) -> DecideApplication:
    return DecideApplication(outcome="granted", motivation=motivation)


def refuse(*grounds: str, motivation: str | None = None) -> DecideApplication:
    return DecideApplication(outcome="refused", grounds=grounds, motivation=motivation)


def with_pay(filed_: Application, amount: str) -> Application:
    pay = replace(filed_.employment.gross_pay, amount=Decimal(amount))
    return replace(filed_, employment=replace(filed_.employment, gross_pay=pay))
