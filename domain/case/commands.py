"""What is asked of a case. Time, identity and minted ids come in with the command; nothing here reads a clock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from domain.case.application import Application, LabourMarketEvidence
from domain.crossroads.answers import CheckKind, CrossroadsAnswer

CIVIL_TIME = ZoneInfo("Europe/Brussels")
"""The time zone in which the procedure counts days."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandContext:
    """Who asks, when, and under which command id; ``expected_version`` is what the caller last saw, if said."""

    actor: str
    command_id: str
    now: datetime
    expected_version: int | None = None
    causation_id: str | None = None

    @property
    def today(self) -> date:
        """The civil day of the command in Europe/Brussels."""
        return self.now.astimezone(CIVIL_TIME).date()


@dataclass(frozen=True, slots=True, kw_only=True)
class Minted:
    """Ids made for this attempt at filing; a repetition makes others and is answered with the first."""

    reference: str
    worker_subject: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmitApplication:
    application: Application
    minted: Minted


@dataclass(frozen=True, slots=True, kw_only=True)
class AddLabourMarketEvidence:
    evidence: LabourMarketEvidence


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordCrossroadsAnswer:
    check: CheckKind
    revision: int
    ticket: str
    answer: CrossroadsAnswer
    answer_sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordCrossroadsFailure:
    check: CheckKind
    revision: int
    reason: str
    attempts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DecideApplication:
    """``outcome`` is ``granted`` or ``refused``; a refusal names its grounds."""

    outcome: str
    grounds: tuple[str, ...] = ()
    motivation: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawApplication:
    reason: str | None = None


CaseCommand = (
    SubmitApplication
    | AddLabourMarketEvidence
    | RecordCrossroadsAnswer
    | RecordCrossroadsFailure
    | DecideApplication
    | WithdrawApplication
)
