"""Reading the Crossroads Bank's replies strictly: an answer, or the reason why there is none.

The wire is described in the docstring of the package `infra.crossroads.simulator`. A reply that differs from
it in any way, be it one property more, is not an answer. That is stricter than the Belgif guide asks of a
client, on purpose: a bank that changed its shape is looked at by a person before it decides about permits.
"""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Literal, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, TypeAdapter, ValidationError
from pydantic.alias_generators import to_camel

from domain.crossroads.answers import (
    DeclaredEmployment,
    DeclaredWages,
    EmployerAnswer,
    EmployerOnRegister,
    EmploymentAnswer,
    EstablishmentUnit,
    NoDataFound,
    PersonAnswer,
    PersonOnRegister,
    QuarterWages,
    RegisteredActivity,
    RegisteredAddress,
    UnansweredReason,
    WagesAnswer,
    WorkRelation,
)
from domain.plain_text import LAYOUT, is_plain
from infra.crossroads.errors import FailedAttempt
from infra.crossroads.protocol import Content
from infra.crossroads.reasons import reason_of_code

_ALREADY_REGISTERED = "40143"
_MALFORMED = UnansweredReason.MALFORMED_ANSWER


def read_number(text: str | None) -> str:
    """The number that took another's place. Raises `FailedAttempt` for what is no number."""
    try:
        return _NEW_NUMBER.validate_python(text)
    except ValidationError:
        raise FailedAttempt(_MALFORMED) from None


class Registering(StrEnum):
    """What is requested of the register of persons about whom the authority may consult."""

    REGISTER = "register"
    UNREGISTER = "unregister"


def read_registration(content: Content, ticket: str, action: Registering) -> None:
    """Return when the register now is as requested, whether or not it was so before; else raises `FailedAttempt`."""
    reply = content.read_as(_REGISTRATION_REPLY)
    if action is Registering.REGISTER and reply.ticket == ticket and reply.status.code == _ALREADY_REGISTERED:
        return
    try:
        done = _data_found(reply, reply.registration, ticket)
    except FailedAttempt as failure:
        if action is Registering.UNREGISTER and failure.reason is UnansweredReason.NOT_REGISTERED:
            return
        raise
    if done is None or done.action != action:
        raise FailedAttempt(_MALFORMED)


def read_employer(content: Content, ticket: str, enterprise_number: str) -> EmployerAnswer:
    """The register's answer to the question about this undertaking; raises `FailedAttempt`."""
    reply = content.read_as(_EMPLOYER_REPLY)
    found = _data_found(reply, reply.employer, ticket)
    if found is None:
        return NoDataFound()
    if found.enterprise_number != enterprise_number:
        raise FailedAttempt(_MALFORMED)
    return EmployerOnRegister(
        enterprise_number=found.enterprise_number,
        name=found.name,
        active=found.active,
        address=None if found.address is None else found.address.registered_address,
        activity=None if found.activity is None else RegisteredActivity(**found.activity.model_dump()),
        establishment_units=tuple(
            EstablishmentUnit(number=unit.number, name=unit.name, address=unit.address.registered_address)
            for unit in found.establishment_units
        ),
        founded_on=found.founded_on,
        has_staff=found.has_staff,
        has_debts=found.has_debts,
    )


def read_person(content: Content, ticket: str, ssin: str) -> PersonAnswer:
    """That the number is somebody's and the latest one; raises `FailedAttempt`."""
    reply = content.read_as(_PERSON_REPLY)
    found = _data_found(reply, reply.person, ticket)
    if found is None:
        return NoDataFound()
    if found.ssin != ssin:
        raise FailedAttempt(_MALFORMED)
    return PersonOnRegister()


def read_wages(content: Content, ticket: str, enterprise_number: str, quarters: Sequence[str]) -> WagesAnswer:
    """The declared quarters, each one requested and none twice, oldest first; raises `FailedAttempt`."""
    reply = content.read_as(_WAGES_REPLY)
    found = _data_found(reply, reply.declaration, ticket)
    if found is None:
        return NoDataFound()
    cents_by_quarter = {pay.quarter: pay.gross_euro_cents for pay in found.quarters}
    if (
        found.enterprise_number != enterprise_number
        or len(cents_by_quarter) != len(found.quarters)
        or not cents_by_quarter.keys() <= set(quarters)
    ):
        raise FailedAttempt(_MALFORMED)
    return DeclaredWages(
        quarters=tuple(
            QuarterWages(quarter=quarter, gross=_euros(cents)) for quarter, cents in sorted(cents_by_quarter.items())
        )
    )


def read_employment(content: Content, ticket: str, since: date, until: date) -> EmploymentAnswer:
    """The declared relations, each touching the requested days, oldest first; raises `FailedAttempt`."""
    reply = content.read_as(_EMPLOYMENT_REPLY)
    found = _data_found(reply, reply.employment, ticket)
    if found is None:
        return NoDataFound()
    for each in found.relations:
        if each.begin_date > until or (each.end_date is not None and not max(since, each.begin_date) <= each.end_date):
            raise FailedAttempt(_MALFORMED)
    relations = (
        WorkRelation(enterprise_number=each.enterprise_number, start=each.begin_date, last_day=each.end_date)
        for each in found.relations
    )
    return DeclaredEmployment(relations=tuple(sorted(relations, key=lambda it: (it.start, it.enterprise_number))))


def _plain(text: str) -> str:
    if not is_plain(text):
        raise ValueError("a control character")
    return text


def _plain_free_text(text: str) -> str:
    if not is_plain(text, LAYOUT):
        raise ValueError("a control character")
    return text


PlainText = Annotated[str, AfterValidator(_plain)]
"""What the log of consultations and the case can keep; a reply that holds more than that is no answer."""
FreePlainText = Annotated[str, AfterValidator(_plain_free_text)]


class _Wire(BaseModel):
    # A validation error would otherwise quote the reply, and with it personal data.
    model_config = ConfigDict(
        alias_generator=to_camel, extra="forbid", strict=True, frozen=True, hide_input_in_errors=True
    )


_Ssin = Annotated[str, Field(pattern=r"^[0-9]{11}$")]
_EnterpriseNumber = Annotated[str, Field(pattern=r"^[01][0-9]{9}$")]
_Words = Annotated[PlainText, Field(min_length=1, max_length=200)]


class _Status(_Wire):
    value: Literal["DATA_FOUND", "NO_DATA_FOUND", "NO_RESULT", "INCOMPLETE_DATA"]
    code: Annotated[PlainText, Field(min_length=1, max_length=16)]
    description: Annotated[FreePlainText, Field(max_length=500)] = ""


class _Reply(_Wire):
    ticket: str
    ticket_cbss: Annotated[PlainText, Field(min_length=1, max_length=36)]
    status: _Status


class _Address(_Wire):
    street: _Words
    house_number: _Words
    postal_code: Annotated[str, Field(pattern=r"^[1-9][0-9]{3}$")]
    municipality: _Words
    municipality_code: Annotated[str, Field(pattern=r"^[0-9]{5}$")] | None = None

    @property
    def registered_address(self) -> RegisteredAddress:
        return RegisteredAddress(**self.model_dump())


class _Activity(_Wire):
    code: Annotated[str, Field(pattern=r"^[0-9]{5}$")]
    description: _Words


class _EstablishmentUnit(_Wire):
    number: Annotated[str, Field(pattern=r"^[2-8][0-9]{9}$")]
    name: _Words
    address: _Address


class _Employer(_Wire):
    enterprise_number: str
    name: _Words
    active: bool
    address: _Address | None = None
    activity: _Activity | None = None
    establishment_units: tuple[_EstablishmentUnit, ...] = ()
    founded_on: date | None = None
    has_staff: bool | None = None
    has_debts: bool | None = None


class _EmployerReply(_Reply):
    employer: _Employer | None = None


class _Person(_Wire):
    ssin: _Ssin


class _PersonReply(_Reply):
    person: _Person | None = None


class _QuarterPay(_Wire):
    quarter: str
    gross_euro_cents: Annotated[int, Field(ge=0, lt=10**12)]


class _Declaration(_Wire):
    enterprise_number: str
    quarters: Annotated[tuple[_QuarterPay, ...], Field(min_length=1)]


class _WagesReply(_Reply):
    declaration: _Declaration | None = None


class _Relation(_Wire):
    enterprise_number: _EnterpriseNumber
    begin_date: date
    end_date: date | None = None


class _Employment(_Wire):
    relations: Annotated[tuple[_Relation, ...], Field(min_length=1)]


class _EmploymentReply(_Reply):
    employment: _Employment | None = None


class _Registration(_Wire):
    action: str


class _RegistrationReply(_Reply):
    registration: _Registration | None = None


class Envelope(BaseModel):
    """The part that every reply has."""

    model_config = ConfigDict(alias_generator=to_camel, extra="ignore", hide_input_in_errors=True)
    ticket_cbss: Annotated[PlainText, Field(max_length=36)]
    status: _Status


_NEW_NUMBER: TypeAdapter[str] = TypeAdapter(_Ssin)
_EMPLOYER_REPLY = TypeAdapter(_EmployerReply)
_PERSON_REPLY = TypeAdapter(_PersonReply)
_WAGES_REPLY = TypeAdapter(_WagesReply)
_EMPLOYMENT_REPLY = TypeAdapter(_EmploymentReply)
_REGISTRATION_REPLY = TypeAdapter(_RegistrationReply)

Found = TypeVar("Found", bound=_Wire)


def _data_found(reply: _Reply, data: Found | None, ticket: str) -> Found | None:
    """The data of a reply whose status, code and content agree; None where the bank says it has none."""
    if reply.ticket != ticket:
        raise FailedAttempt(_MALFORMED)
    match reply.status.value, reply.status.code:
        case "DATA_FOUND", "MSG00000" if data is not None:
            return data
        case "NO_DATA_FOUND", "MSG00100" if data is None:
            return None
        case "INCOMPLETE_DATA", _:
            raise FailedAttempt(UnansweredReason.INCOMPLETE_DATA)
        case "NO_RESULT", code if data is None:
            raise FailedAttempt(reason_of_code(code))
        case _:
            raise FailedAttempt(_MALFORMED)


def _euros(cents: int) -> Decimal:
    """Exact whatever the precision of the caller's decimal context, which only arithmetic obeys."""
    return Decimal(f"{cents // 100}.{cents % 100:02d}")
