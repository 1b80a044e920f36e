"""What the Crossroads Bank can say to the questions of a case, and that it may say nothing usable.

Three outcomes are kept apart and never mixed: data were found, the bank holds no data, and the question
stayed unanswered. The first two are facts for the decision. The third is no fact at all: it is an exception,
so that no code path can read it as a pass or as a refusal.
"""

import uuid
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum


class CheckKind(StrEnum):
    """A question a case asks the Crossroads Bank. The values are stored in events: never rename one."""

    EMPLOYER_REGISTER = "employerRegister"
    DECLARED_WAGES = "declaredWages"


@dataclass(frozen=True, slots=True, kw_only=True)
class EmployerOnRegister:
    """An undertaking as the enterprise register holds it. `active` is false once it has been struck off."""

    enterprise_number: str
    name: str
    active: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class QuarterWages:
    """The gross pay in EUR that an employer declared for one worker in one quarter, written "2025Q3"."""

    quarter: str
    gross: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclaredWages:
    """The quarters that were declared among those asked for, oldest first, at least one.

    A quarter that was asked for and is absent was not declared (yet).
    """

    quarters: tuple[QuarterWages, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NoDataFound:
    """The bank was reached and holds nothing on the question. An answer, unlike `CheckUnanswered`."""


EmployerAnswer = EmployerOnRegister | NoDataFound
WagesAnswer = DeclaredWages | NoDataFound
CrossroadsAnswer = EmployerOnRegister | DeclaredWages | NoDataFound


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
    PERSON_DECEASED = "personDeceased"
    NOT_REGISTERED = "notRegistered"
    """The authority has no running inscription of the person, so it may not consult."""
    NO_ACCESS = "noAccess"
    REQUEST_REJECTED = "requestRejected"
    UNKNOWN_CODE = "unknownCode"
    """The bank refused with a code that is not in its documentation as we know it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Consultation:
    """What goes along with every question, so that the bank and we can both account for it.

    `ticket` (36 characters, see `ticket_of`) is the idempotency key: every attempt at one question carries it.
    `trace_id` is a UUIDv4 of this one attempt (Belgif's BelGov-Trace-Id). `legal_context` (at most 64 characters)
    says under which law, `purpose` (the bank's quality code) in which quality the authority asks.
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

    `stay_away_seconds` is how long the bank asked not to be called. Nothing here identifies a person.
    """

    def __init__(
        self, reason: UnansweredReason, *, stay_away_seconds: float = 0.0, exchange: Exchange | None = None
    ) -> None:
        self.reason = reason
        self.stay_away_seconds = stay_away_seconds
        self.exchange = exchange or Exchange()
        super().__init__(f"the Crossroads Bank gave no usable answer: {reason.value}")


_TICKETS = uuid.UUID("5b7f0c9e-0d4e-5d0c-9a0d-6d1f6f0c2c11")


def ticket_of(application_id: str, check: str, revision: int) -> str:
    """The idempotency key of one check: 36 characters, as long as the bank's envelope allows.

    The same application, check and revision always give the same ticket; asking anew takes a new revision.
    Source: `ticket(<=36)` of the CommonV3 envelope.
    """
    return str(uuid.uuid5(_TICKETS, f"{application_id}/{check}/{revision}"))
