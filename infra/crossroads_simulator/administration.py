"""The levers of the simulator, for tests and demonstrations; from this machine only, like all of it.

    GET    /admin/attempts   {"attempts": {ticket: number of requests}}
    GET    /admin/registrations   {"registered": number of persons who may be asked about}
    PUT    /admin/wages      {"declarations": [{"ssin", "enterpriseNumber",
                                                "quarters": [{"quarter", "grossEuroCents"}, ...]}, ...]}
                             replaces what the seed gives for that worker and employer; no quarters: no data
    PUT    /admin/tickets    {"tickets": [{"ticket", "trouble", "failingAttempts": number, absent for all}]}
                             replaces what the seed gives for that ticket
    PUT    /admin/outage     {"trouble"}: every request meets it, until
    DELETE /admin/outage

The names of troubles are the values of `troubles.Trouble`.
"""

from typing import Annotated

from fastapi import APIRouter, Response
from pydantic import Field

from infra.crossroads_simulator.bank import SimulatedBank
from infra.crossroads_simulator.consultations import EnterpriseNumber, Quarter, RequestBody, Ssin, Ticket
from infra.crossroads_simulator.troubles import Fate, Trouble


class QuarterPay(RequestBody):
    quarter: Quarter
    gross_euro_cents: Annotated[int, Field(ge=0, strict=True)]


class Declaration(RequestBody):
    ssin: Ssin
    enterprise_number: EnterpriseNumber
    quarters: list[QuarterPay]


class ChosenWages(RequestBody):
    declarations: list[Declaration]


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
