"""``employerLookups``: what the enterprise register holds of an employer, so that nothing is typed twice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Response

from api.http.bodies import read_body
from api.http.requests import AuthorisedQuery, authorised_search
from api.permissions import Action
from api.services.employer_lookups import EmployerLookups
from api.services.refusals import RegisterUnavailable
from domain.case.refusals import require_no_issues
from domain.case.value_checks import enterprise_number, one_of
from domain.codes import AUTHORITIES
from domain.crossroads.answers import EmployerAnswer, EmployerOnRegister
from infra.wire_format import canonical_json, wire_adapter

LookupQuery = Annotated[AuthorisedQuery, Depends(authorised_search(Action.LOOK_UP_EMPLOYER))]


@dataclass(frozen=True, slots=True, kw_only=True)
class EmployerLookup:
    """``authority`` is the one to which the application will go: it is the one that consults."""

    authority: str
    enterprise_number: str


def employer_lookup_routes(lookups: EmployerLookups | None) -> APIRouter:
    """The route; without a bank to query, it answers that the register is unavailable."""
    routes = APIRouter()

    @routes.post("/employerLookups", name="lookUpEmployer")
    def look_up_employer(query: LookupQuery) -> Response:
        wanted = read_body(EmployerLookup, query.body)
        require_no_issues(
            (
                *one_of("authority", wanted.authority, AUTHORITIES),
                *enterprise_number("enterpriseNumber", wanted.enterprise_number),
            )
        )
        if lookups is None:
            raise RegisterUnavailable
        number, actor = wanted.enterprise_number, query.caller.caller.actor
        found = lookups.look_up(number, authority=wanted.authority, actor=actor)
        return Response(
            canonical_json(_content(number, found)),
            headers={"Cache-Control": "no-store"},
            media_type="application/json",
        )

    return routes


_FOR_THE_AUTHORITY: Final = frozenset({"foundedOn", "hasStaff", "hasDebts"})
"""Members of the register that a form does not need: a look-up does not disclose the debts of an undertaking."""


def _content(number: str, found: EmployerAnswer) -> dict[str, Any]:
    if isinstance(found, EmployerOnRegister):
        held: dict[str, Any] = wire_adapter(EmployerOnRegister).dump_python(found, mode="json", by_alias=True)
        shown = {name: value for name, value in held.items() if value is not None and name not in _FOR_THE_AUTHORITY}
        return {"outcome": "found", **shown}
    return {"outcome": "noData", "enterpriseNumber": number}
