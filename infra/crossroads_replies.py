"""Reading the Crossroads Bank's replies strictly: an answer, or the reason why there is none.

The wire is described in the docstring of the package `infra.crossroads_simulator`. A reply that differs from
it in any way, be it one property more, is not an answer. That is stricter than the Belgif guide asks of a
client, on purpose: a bank that changed its shape is looked at by a person before it decides about permits.
"""

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from email.utils import parsedate_to_datetime
from enum import StrEnum
from typing import Annotated, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError
from pydantic.alias_generators import to_camel

from domain.crossroads.answers import (
    DeclaredWages,
    EmployerAnswer,
    EmployerOnRegister,
    Exchange,
    NoDataFound,
    QuarterWages,
    UnansweredReason,
    WagesAnswer,
)

# The codes of the bank (MSG...), of its suppliers (HAN...) and of MAGDA (digits) that are documented at
# vlaamseoverheid.atlassian.net/wiki/spaces/MG/pages/2104688821.
_REASON_OF_CODE = {
    "MSG00003": UnansweredReason.INTERNAL_ERROR,
    "MSG00005": UnansweredReason.SSIN_UNKNOWN,
    "MSG00006": UnansweredReason.SSIN_REPLACED,
    "MSG00008": UnansweredReason.REQUEST_REJECTED,
    "MSG00009": UnansweredReason.PERSON_DECEASED,
    "MSG00011": UnansweredReason.REQUEST_REJECTED,
    "MSG00012": UnansweredReason.NOT_REGISTERED,
    "MSG00013": UnansweredReason.NO_ACCESS,
    "HAN20200": UnansweredReason.INCOMPLETE_DATA,
    "40001": UnansweredReason.NO_ACCESS,
    "40003": UnansweredReason.NOT_REGISTERED,
    "40035": UnansweredReason.REQUEST_REJECTED,
    "50000": UnansweredReason.INTERNAL_ERROR,
    "70001": UnansweredReason.INTERNAL_ERROR,
    "70002": UnansweredReason.INTERNAL_ERROR,
    "70003": UnansweredReason.INTERNAL_ERROR,
    "99996": UnansweredReason.SOURCE_UNAVAILABLE,
}

_ALREADY_REGISTERED = "40143"
_MAINTENANCE_PROBLEM = "urn:problem-type:cbss:maintenance"
_A_VERY_LONG_TIME_SECONDS = 1e9


class FailedAttempt(Exception):
    """One call brought no usable answer. Its text names the reason only."""

    def __init__(self, reason: UnansweredReason, *, stay_away_seconds: float = 0.0) -> None:
        self.reason = reason
        self.stay_away_seconds = stay_away_seconds
        super().__init__(reason.value)


def refuse_unless_ok(status: int, retry_after: str | None, content: bytes) -> None:
    """Raise `FailedAttempt` for every HTTP status but 200, with the time the bank asks to stay away."""
    if status == 200:
        return
    if status == 429:
        reason = UnansweredReason.TOO_MANY_REQUESTS
    elif status in {401, 403}:
        reason = UnansweredReason.NO_ACCESS
    elif 400 <= status < 500:
        reason = UnansweredReason.REQUEST_REJECTED
    elif status == 500:
        reason = UnansweredReason.INTERNAL_ERROR
    elif status == 503 and _problem_type(content) == _MAINTENANCE_PROBLEM:
        reason = UnansweredReason.MAINTENANCE
    elif 500 <= status < 600:
        reason = UnansweredReason.SERVICE_UNAVAILABLE
    else:
        reason = UnansweredReason.MALFORMED_ANSWER
    raise FailedAttempt(reason, stay_away_seconds=_seconds_to_stay_away(retry_after))


class Registering(StrEnum):
    """What is asked of the register of persons about whom the authority may consult."""

    REGISTER = "register"
    UNREGISTER = "unregister"


def read_registration(content: bytes, *, ticket: str, action: Registering) -> None:
    """Return when the register now is as asked, whether or not it was so before; else raises `FailedAttempt`."""
    reply = _parsed(_REGISTRATION_REPLY, content)
    if action is Registering.REGISTER and reply.ticket == ticket and reply.status.code == _ALREADY_REGISTERED:
        return
    try:
        done = _data_found(reply, reply.registration, ticket)
    except FailedAttempt as failure:
        if action is Registering.UNREGISTER and failure.reason is UnansweredReason.NOT_REGISTERED:
            return
        raise
    if done is None or done.action != action:
        raise FailedAttempt(UnansweredReason.MALFORMED_ANSWER)


def exchange_of(content: bytes, *, request_digest: str, reply_digest: str) -> Exchange:
    """What may be kept of a reply, whatever else is wrong with it: its code and the bank's own ticket."""
    try:
        envelope = _ENVELOPE.validate_json(content)
    except ValidationError:
        return Exchange(request_digest=request_digest, reply_digest=reply_digest)
    return Exchange(
        code=envelope.status.code,
        ticket_cbss=envelope.ticket_cbss,
        request_digest=request_digest,
        reply_digest=reply_digest,
    )


def read_employer(content: bytes, *, ticket: str, enterprise_number: str) -> EmployerAnswer:
    """The register's answer to the question about this undertaking; raises `FailedAttempt`."""
    reply = _parsed(_EMPLOYER_REPLY, content)
    found = _data_found(reply, reply.employer, ticket)
    if found is None:
        return NoDataFound()
    if found.enterprise_number != enterprise_number:
        raise FailedAttempt(UnansweredReason.MALFORMED_ANSWER)
    return EmployerOnRegister(enterprise_number=found.enterprise_number, name=found.name, active=found.active)


def read_wages(content: bytes, *, ticket: str, enterprise_number: str, quarters: Sequence[str]) -> WagesAnswer:
    """The declared quarters, each one asked for and none twice, oldest first; raises `FailedAttempt`."""
    reply = _parsed(_WAGES_REPLY, content)
    found = _data_found(reply, reply.declaration, ticket)
    if found is None:
        return NoDataFound()
    cents_by_quarter = {pay.quarter: pay.gross_euro_cents for pay in found.quarters}
    if (
        found.enterprise_number != enterprise_number
        or len(cents_by_quarter) != len(found.quarters)
        or not cents_by_quarter.keys() <= set(quarters)
    ):
        raise FailedAttempt(UnansweredReason.MALFORMED_ANSWER)
    return DeclaredWages(
        quarters=tuple(
            QuarterWages(quarter=quarter, gross=_euros(cents)) for quarter, cents in sorted(cents_by_quarter.items())
        )
    )


class _Wire(BaseModel):
    # A validation error would otherwise quote the reply, and with it personal data.
    model_config = ConfigDict(
        alias_generator=to_camel, extra="forbid", strict=True, frozen=True, hide_input_in_errors=True
    )


class _Status(_Wire):
    value: Literal["DATA_FOUND", "NO_DATA_FOUND", "NO_RESULT", "INCOMPLETE_DATA"]
    code: Annotated[str, Field(min_length=1, max_length=16)]
    description: Annotated[str, Field(max_length=500)]


class _Reply(_Wire):
    ticket: str
    ticket_cbss: Annotated[str, Field(min_length=1, max_length=36)]
    status: _Status


class _Employer(_Wire):
    enterprise_number: str
    # Without control characters: PostgreSQL's JSON cannot hold the first of them.
    name: Annotated[str, Field(max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$")]
    active: bool


class _EmployerReply(_Reply):
    employer: _Employer | None = None


class _QuarterPay(_Wire):
    quarter: str
    gross_euro_cents: Annotated[int, Field(ge=0, lt=10**12)]


class _Declaration(_Wire):
    enterprise_number: str
    quarters: Annotated[tuple[_QuarterPay, ...], Field(min_length=1)]


class _WagesReply(_Reply):
    declaration: _Declaration | None = None


class _Registration(_Wire):
    action: str


class _RegistrationReply(_Reply):
    registration: _Registration | None = None


class _Envelope(BaseModel):
    """The part that every reply has."""

    model_config = ConfigDict(alias_generator=to_camel, extra="ignore", hide_input_in_errors=True)
    ticket_cbss: Annotated[str, Field(max_length=36)]
    status: _Status


class _Problem(BaseModel):
    model_config = ConfigDict(extra="ignore", hide_input_in_errors=True)
    type: str


_EMPLOYER_REPLY = TypeAdapter(_EmployerReply)
_WAGES_REPLY = TypeAdapter(_WagesReply)
_REGISTRATION_REPLY = TypeAdapter(_RegistrationReply)
_ENVELOPE = TypeAdapter(_Envelope)
_PROBLEM = TypeAdapter(_Problem)

AnyReply = TypeVar("AnyReply", bound=_Reply)
Found = TypeVar("Found", bound=_Wire)


def _parsed(shape: TypeAdapter[AnyReply], content: bytes) -> AnyReply:
    try:
        return shape.validate_json(content)
    except ValidationError:
        raise FailedAttempt(UnansweredReason.MALFORMED_ANSWER) from None


def _data_found(reply: _Reply, data: Found | None, ticket: str) -> Found | None:
    """The data of a reply whose status, code and content agree; None where the bank says it has none."""
    if reply.ticket != ticket:
        raise FailedAttempt(UnansweredReason.MALFORMED_ANSWER)
    match reply.status.value, reply.status.code:
        case "DATA_FOUND", "MSG00000" if data is not None:
            return data
        case "NO_DATA_FOUND", "MSG00100" if data is None:
            return None
        case "INCOMPLETE_DATA", _:
            raise FailedAttempt(UnansweredReason.INCOMPLETE_DATA)
        case "NO_RESULT", code if data is None:
            raise FailedAttempt(_REASON_OF_CODE.get(code, UnansweredReason.UNKNOWN_CODE))
        case _:
            raise FailedAttempt(UnansweredReason.MALFORMED_ANSWER)


def _euros(cents: int) -> Decimal:
    """Exact whatever the precision of the caller's decimal context, which only arithmetic obeys."""
    return Decimal(f"{cents // 100}.{cents % 100:02d}")


def _problem_type(content: bytes) -> str | None:
    try:
        return _PROBLEM.validate_json(content).type
    except ValidationError:
        return None


def _seconds_to_stay_away(retry_after: str | None) -> float:
    """The header Retry-After in seconds, given as a number or as a moment; 0 where it says nothing usable."""
    if retry_after is None:
        return 0.0
    if re.fullmatch("[0-9]+", retry_after):
        return float(retry_after) if len(retry_after) < 10 else _A_VERY_LONG_TIME_SECONDS
    try:
        moment = parsedate_to_datetime(retry_after)
    except ValueError:
        return 0.0
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, (moment - datetime.now(UTC)).total_seconds())
