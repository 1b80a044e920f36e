"""The levers of the simulator, for tests and demonstrations; from this machine only, like all of it.

    GET    /admin/attempts   {"attempts": {ticket: number of requests}}
    GET    /admin/operations {"operations": {ticket: [operation, ...]}}, in the order in which they came
    GET    /admin/registrations   {"registered": number of persons who may be consulted about}
    PUT    /admin/persons    {"persons": [{"ssin", "status", "replacedBy": for a replaced number}]}
                             the values of `bank.PersonStatus`; who is not named is alive under this number
    PUT    /admin/employments {"employments": [{"ssin", "relations": [{"enterpriseNumber", "beginDate", "endDate"}]}]}
                             replaces what the seed gives for that worker; no relations: no data
    PUT    /admin/wages      {"declarations": [{"ssin", "enterpriseNumber",
                                                "quarters": [{"quarter", "grossEuroCents"}, ...]}, ...]}
                             replaces what the seed gives for that worker and employer, or what was put before
                             (a correction of the declaration); no quarters: no data
    PUT    /admin/tickets    {"tickets": [{"ticket", "trouble", "failingAttempts": number, absent for all}]}
                             replaces what the seed gives for that ticket
    PUT    /admin/outage     {"trouble"}: every request meets it, until
    DELETE /admin/outage

The names of troubles are the values of `troubles.Trouble`.
"""

from datetime import date
from typing import Annotated, Self

from fastapi import APIRouter, Response
from pydantic import Field, model_validator

from infra.crossroads.simulator.bank import Employment, Person, PersonStatus, SimulatedBank
from infra.crossroads.simulator.questions import EnterpriseNumber, Quarter, RequestBody, Ssin, Ticket
from infra.crossroads.simulator.troubles import Fate, Trouble


class QuarterPay(RequestBody):
    quarter: Quarter
    gross_euro_cents: Annotated[int, Field(ge=0, strict=True)]


class Declaration(RequestBody):
    ssin: Ssin
    enterprise_number: EnterpriseNumber
    quarters: list[QuarterPay]


class ChosenWages(RequestBody):
    declarations: list[Declaration]


class ChosenPerson(RequestBody):
    ssin: Ssin
    status: PersonStatus
    replaced_by: Ssin | None = None

    @model_validator(mode="after")
    def _names_the_newer_number(self) -> Self:
        if (self.status is PersonStatus.REPLACED) != (self.replaced_by is not None):
            raise ValueError("replacedBy belongs to a replaced number, and to no other")
        return self


class ChosenPersons(RequestBody):
    persons: list[ChosenPerson]


class Relation(RequestBody):
    enterprise_number: EnterpriseNumber
    begin_date: date
    end_date: date | None = None


class ChosenRelations(RequestBody):
    ssin: Ssin
    relations: list[Relation]


class ChosenEmployments(RequestBody):
    employments: list[ChosenRelations]


class ChosenFate(RequestBody):
    ticket: Ticket
    trouble: Trouble
    failing_attempts: Annotated[int | None, Field(ge=0)] = None


class ChosenFates(RequestBody):
    tickets: list[ChosenFate]


class Outage(RequestBody):
    trouble: Trouble


def administration_routes(bank: SimulatedBank) -> APIRouter:
    """The routes of `/admin` over this bank."""
    routes = APIRouter(prefix="/admin")

    @routes.get("/attempts")
    async def attempts() -> dict[str, dict[str, int]]:
        return {"attempts": bank.attempts}

    @routes.get("/operations")
    async def operations() -> dict[str, dict[str, list[str]]]:
        return {"operations": bank.operations}

    @routes.put("/persons")
    async def choose_persons(chosen: ChosenPersons) -> Response:
        for it in chosen.persons:
            bank.choose_person(it.ssin, Person(status=it.status, replaced_by=it.replaced_by))
        return Response(status_code=204)

    @routes.put("/employments")
    async def choose_employments(chosen: ChosenEmployments) -> Response:
        for it in chosen.employments:
            relations = (
                Employment(enterprise_number=each.enterprise_number, begin=each.begin_date, end=each.end_date)
                for each in it.relations
            )
            bank.declare_employments(it.ssin, tuple(relations))
        return Response(status_code=204)

    @routes.get("/registrations")
    async def registrations() -> dict[str, int]:
        return {"registered": bank.registrations}

    @routes.put("/wages")
    async def choose_wages(chosen: ChosenWages) -> Response:
        for it in chosen.declarations:
            cents_by_quarter = {pay.quarter: pay.gross_euro_cents for pay in it.quarters}
            bank.declare_wages(it.ssin, it.enterprise_number, cents_by_quarter)
        return Response(status_code=204)

    @routes.put("/tickets")
    async def choose_fates(chosen: ChosenFates) -> Response:
        for it in chosen.tickets:
            bank.choose_fate(it.ticket, Fate(trouble=it.trouble, failing_attempts=it.failing_attempts))
        return Response(status_code=204)

    @routes.put("/outage")
    async def begin_outage(outage: Outage) -> Response:
        bank.begin_outage(outage.trouble)
        return Response(status_code=204)

    @routes.delete("/outage")
    async def end_outage() -> Response:
        bank.end_outage()
        return Response(status_code=204)

    return routes
