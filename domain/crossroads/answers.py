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
    BREAKER_OPEN = "breakerOpen"
    """The bank was not called (again), because the calls of everybody had been failing."""
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


class CheckUnanswered(Exception):
    """The outcome of a question is unknown. Never a pass, never a refusal: ask again or ask a person.

    `reason` is one of `UnansweredReason` as plain text, `attempts` the number of calls that reached out to
    the bank (0 when the breaker held back the first). Neither they nor the message identify a person.
    """

    def __init__(self, reason: str, attempts: int) -> None:
        self.reason = str(reason)
        self.attempts = attempts
        super().__init__(f"the Crossroads Bank gave no usable answer after {attempts} attempts: {self.reason}")


_TICKETS = uuid.UUID("5b7f0c9e-0d4e-5d0c-9a0d-6d1f6f0c2c11")


def ticket_of(application_id: str, check: CheckKind, revision: int) -> str:
    """The idempotency key of one check: 36 characters, as long as the bank's envelope allows.

    The same application, check and revision always give the same ticket; asking anew takes a new revision.
    Source: `ticket(<=36)` of the CommonV3 envelope.
    """
    return str(uuid.uuid5(_TICKETS, f"{application_id}/{check}/{revision}"))
