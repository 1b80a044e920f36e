"""The questions as the bank takes them: what each must hold, whichever face it comes in by."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

Ticket = Annotated[str, Field(min_length=1, max_length=36)]
Words = Annotated[str, Field(min_length=1, max_length=64)]
Ssin = Annotated[str, Field(pattern=r"^\d{11}$")]
EnterpriseNumber = Annotated[str, Field(pattern=r"^[01]\d{9}$")]
Quarter = Annotated[str, Field(pattern=r"^\d{4}Q[1-4]$")]


class RequestBody(BaseModel):
    """Properties in lowerCamelCase; an unknown one is refused."""

    model_config = ConfigDict(alias_generator=to_camel, extra="forbid", hide_input_in_errors=True)


class EmployerCriteria(RequestBody):
    enterprise_number: EnterpriseNumber


class PersonCriteria(RequestBody):
    ssin: Ssin


class WagesCriteria(RequestBody):
    ssin: Ssin
    enterprise_number: EnterpriseNumber
    quarters: Annotated[list[Quarter], Field(min_length=1, max_length=40)]


class EmploymentCriteria(RequestBody):
    ssin: Ssin
    begin_date: date
    end_date: date


class RegistrationCriteria(RequestBody):
    ssin: Ssin
    action: Literal["register", "unregister"]


CRITERIA: Final[dict[str, type[RequestBody]]] = {
    "employer": EmployerCriteria,
    "person": PersonCriteria,
    "declaredWages": WagesCriteria,
    "declaredEmployment": EmploymentCriteria,
    "registration": RegistrationCriteria,
}
