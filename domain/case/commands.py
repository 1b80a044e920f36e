"""What is requested of a case. Time, identity and minted ids come in with the command; nothing here reads a clock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from domain.case.application import Application, Document, Employer, Employment, LabourMarketEvidence, Worker
from domain.civil_time import civil_day
from domain.crossroads.answers import CheckKind, CrossroadsAnswer
from domain.plain_text import FreeText


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandContext:
    """Who sends it, when, and under which command id; ``expected_version`` is what the caller last saw, if given.

    ``key_holder`` is whose command ids these are where that is not the actor: a person's, for whom or where the person
    acts, whatever the role.
    """

    actor: str
    command_id: str
    now: datetime
    expected_version: int | None = None
    causation_id: str | None = None
    key_holder: str | None = None

    @property
    def holder(self) -> str:
        """Within whose commands the command id is unique."""
        return self.actor if self.key_holder is None else self.key_holder

    @property
    def today(self) -> date:
        """The civil day of the command in Europe/Brussels."""
        return civil_day(self.now)


@dataclass(frozen=True, slots=True, kw_only=True)
class Minted:
    """Ids made for this attempt at filing; a repetition makes others and is answered with the first."""

    reference: str
    worker_subject: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmitApplication:
    """``received`` are documents whose files are in the document store already; the application announces others."""

    application: Application
    minted: Minted
    received: tuple[Document, ...] = ()


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
class RecordIdentifierReplaced:
    """Asked about the worker under this check, the bank named the number that took the place of the one on file."""

    check: CheckKind
    revision: int
    ssin: str
    attempts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawApplication:
    reason: FreeText | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AttachDocument:
    """The file itself is in the document store already."""

    document: Document


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawDocument:
    """A file was attached by mistake and counts no more; that it was attached stays on record.

    ``sha256`` is the digest of the file, as whatever it was attached.
    """

    sha256: str
    reason: FreeText


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordFeePayment:
    """``amount`` is EUR; ``payment_reference`` is the one on the proof of payment."""

    recipient: str
    amount: Decimal
    paid_on: date
    payment_reference: str


@dataclass(frozen=True, slots=True, kw_only=True)
class VoidFeePayment:
    """The payment on record numbered ``payment`` was recorded wrongly, for this ``reason``."""

    payment: int
    reason: FreeText


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifyMandate:
    valid: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignCase:
    handler: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawAssignment:
    """Undo an assignment: nobody has the case until it is assigned again; that it was stays on record."""

    reason: FreeText


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectCase:
    """The parts named replace those on file, each as a whole; the others stay."""

    reason: FreeText
    employer: Employer | None = None
    worker: Worker | None = None
    employment: Employment | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestInformation:
    request_id: UUID
    items: tuple[str, ...]
    question: FreeText


@dataclass(frozen=True, slots=True, kw_only=True)
class ProvideInformation:
    """``documents`` are digests (SHA-256) of files attached before."""

    request_id: UUID
    answer: FreeText
    documents: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DecideAdmissibility:
    """``outcome`` is ``admissible`` or ``inadmissible``; the latter names its grounds."""

    outcome: str
    grounds: tuple[str, ...] = ()
    motivation: FreeText | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DecideWorkPart:
    """``outcome`` is ``granted`` or ``refused``; a refusal names its grounds."""

    outcome: str
    grounds: tuple[str, ...] = ()
    motivation: FreeText | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ForwardToImmigrationOffice:
    """It has no content: the case itself is forwarded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DecideResidencePart:
    """What the Immigration Office decided on ``decided_on`` (a civil day; today when absent)."""

    outcome: str
    grounds: tuple[str, ...] = ()
    motivation: FreeText | None = None
    decided_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PauseClock:
    """``on`` is the first civil day that does not count; it may lie in the past."""

    on: date
    ground: str
    motivation: FreeText
    legal_reference: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ResumeClock:
    """``on`` is the first civil day that counts again; it may lie in the past."""

    on: date
    motivation: FreeText


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectPause:
    """The pause numbered ``pause`` lasted ``[from_, to)``; an absent ``to`` means that it is open."""

    pause: int
    from_: date
    motivation: FreeText
    to: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RaiseDeadline:
    """A clock came near its last day (``warned``) or ran past it (``breached``), on the civil day ``crossed_on``."""

    clock: str
    kind: str
    due_on: date
    crossed_on: date


CaseCommand = (
    SubmitApplication
    | AddLabourMarketEvidence
    | RecordCrossroadsAnswer
    | RecordCrossroadsFailure
    | RecordIdentifierReplaced
    | WithdrawApplication
    | AttachDocument
    | WithdrawDocument
    | RecordFeePayment
    | VoidFeePayment
    | VerifyMandate
    | AssignCase
    | WithdrawAssignment
    | CorrectCase
    | RequestInformation
    | ProvideInformation
    | DecideAdmissibility
    | DecideWorkPart
    | ForwardToImmigrationOffice
    | DecideResidencePart
    | PauseClock
    | ResumeClock
    | CorrectPause
    | RaiseDeadline
)
