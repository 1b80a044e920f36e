"""What the Crossroads Bank can say to the questions of a case, and that it may say nothing usable.

Three outcomes are kept apart and never mixed: data were found, the bank holds no data, and the question
stayed unanswered. The first two are facts for the decision. The third is no fact at all: it is an exception,
so that no code path can read it as a pass or as a refusal.
"""

import uuid
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum


class CheckKind(StrEnum):
    """A question a case asks the Crossroads Bank. The values are stored in events: never rename one."""

    EMPLOYER_REGISTER = "employerRegister"
    WORKER_IDENTITY = "workerIdentity"
    DECLARED_WAGES = "declaredWages"
    DECLARED_EMPLOYMENT = "declaredEmployment"


ABOUT_THE_WORKER = frozenset({CheckKind.WORKER_IDENTITY, CheckKind.DECLARED_WAGES, CheckKind.DECLARED_EMPLOYMENT})
"""Checks that name the worker to the bank: the authority registers the person before, and has to know the number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisteredAddress:
    """An address as the register writes it; ``municipality_code`` is the NIS code, where it gives one."""

    street: str
    house_number: str
    postal_code: str
    municipality: str
    municipality_code: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisteredActivity:
    """The main activity: `code` has the five digits of NACE-BEL."""

    code: str
    description: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EstablishmentUnit:
    """A place where the undertaking is active; `number` begins with 2 to 8."""

    number: str
    name: str
    address: RegisteredAddress


@dataclass(frozen=True, slots=True, kw_only=True)
class EmployerOnRegister:
    """An undertaking as the enterprise register holds it. `active` is false once it has been struck off.

    What a register does not say of its founding, staff and debts (with social security or tax) is None.
    """

    enterprise_number: str
    name: str
    active: bool
    address: RegisteredAddress | None = None
    activity: RegisteredActivity | None = None
    establishment_units: tuple[EstablishmentUnit, ...] = ()
    founded_on: date | None = None
    has_staff: bool | None = None
    has_debts: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonOnRegister:
    """The registers know a living person under the requested number, and no newer number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QuarterWages:
    """The gross pay in EUR that an employer declared for one worker in one quarter, written "2025Q3"."""

    quarter: str
    gross: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclaredWages:
    """The quarters that were declared among those requested, oldest first, at least one.

    A requested quarter that is absent was not declared (yet).
    """

    quarters: tuple[QuarterWages, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkRelation:
    """An employment that was declared (Dimona). `last_day` is included; None while it lasts."""

    enterprise_number: str
    start: date
    last_day: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclaredEmployment:
    """The employments that touch the requested days, oldest first, at least one."""

    relations: tuple[WorkRelation, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NoDataFound:
    """The bank was reached and holds nothing on the question. An answer, unlike `CheckUnanswered`."""


EmployerAnswer = EmployerOnRegister | NoDataFound
PersonAnswer = PersonOnRegister | NoDataFound
WagesAnswer = DeclaredWages | NoDataFound
EmploymentAnswer = DeclaredEmployment | NoDataFound
CrossroadsAnswer = EmployerOnRegister | PersonOnRegister | DeclaredWages | DeclaredEmployment | NoDataFound


class UnansweredReason(StrEnum):
    """Why a question stayed without an answer."""

    TIMEOUT = "timeout"
    CONNECTION_FAILED = "connectionFailed"
    SERVICE_UNAVAILABLE = "serviceUnavailable"
    MAINTENANCE = "maintenance"
    SOURCE_UNAVAILABLE = "sourceUnavailable"
    TOO_MANY_REQUESTS = "tooManyRequests"
    INTERNAL_ERROR = "internalError"
    MALFORMED_ANSWER = "malformedAnswer"
    INCOMPLETE_DATA = "incompleteData"
    SSIN_UNKNOWN = "ssinUnknown"
    SSIN_REPLACED = "ssinReplaced"
    """The person has a newer number, which comes with it."""
    SSIN_CANCELED = "ssinCanceled"
    PERSON_DECEASED = "personDeceased"
    NOT_REGISTERED = "notRegistered"
    """The authority has no running inscription of the person, so it may not consult."""
    NO_ACCESS = "noAccess"
    REQUEST_REJECTED = "requestRejected"
    UNKNOWN_CODE = "unknownCode"
    """The bank refused with a code that is not in its documentation as we know it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Consultation:
    """What accompanies every question, so that the bank and we can both account for it.

    `ticket` (36 characters, see `ticket_of`) is the idempotency key: every attempt at one question carries it.
    `trace_id` is a UUIDv4 of this one attempt (Belgif's BelGov-Trace-Id). `legal_context` (at most 64 characters)
    says under which law, `purpose` (the bank's quality code) in which quality the authority consults.
    """

    ticket: str
    trace_id: str
    legal_context: str
    purpose: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """What may be kept of a call beside its conclusion: the bank's code and ticket, and keyed digests."""

    code: str | None = None
    ticket_cbss: str | None = None
    request_digest: str | None = None
    reply_digest: str | None = None


class CheckUnanswered(Exception):
    """The outcome of a question is unknown. Never a pass, never a refusal: ask again or ask a person.

    `stay_away_seconds` is how long the bank wants no call. `replaced_by` is the newer number of a person whose
    number was replaced; it is in no text.
    """

    def __init__(
        self,
        reason: UnansweredReason,
        *,
        stay_away_seconds: float = 0.0,
        replaced_by: str | None = None,
        exchange: Exchange | None = None,
    ) -> None:
        self.reason = reason
        self.stay_away_seconds = stay_away_seconds
        self.replaced_by = replaced_by
        self.exchange = exchange or Exchange()
        super().__init__(f"the Crossroads Bank gave no usable answer: {reason.value}")


_TICKETS = uuid.UUID("5b7f0c9e-0d4e-5d0c-9a0d-6d1f6f0c2c11")


def ticket_of(application_id: str, check: str, revision: int) -> str:
    """The idempotency key of one check: 36 characters, as long as the bank's envelope allows.

    The same application, check and revision always give the same ticket; a further request takes a new revision.
    Source: `ticket(<=36)` of the CommonV3 envelope.
    """
    return str(uuid.uuid5(_TICKETS, f"{application_id}/{check}/{revision}"))
