"""A form that fills itself in: the register's own words, the truth when it cannot be asked, and a log of who asked."""

from __future__ import annotations

from dataclasses import replace
from datetime import time

import httpx
import pytest

from api.composition import Program
from api.crossroads import employer_lookups
from api.server import running_server
from api.services.refusals import RegisterUnavailable
from domain.crossroads.service_calendar import ServiceCalendar, WeeklyWindow
from infra.crossroads.simulator.holdings import activity_of, address_of, company_name, units_of
from infra.identity.caller import Role
from infra.identity.development_issuer import DevelopmentIssuer
from tests.consumers.bank import ScriptedBank
from tests.world.service_clients import ServiceClient, ServiceClients, problem_of

pytestmark = pytest.mark.server

NUMBER = "0202239951"
ASKED = {"authority": "flanders", "enterpriseNumber": NUMBER}


def consultations(program: Program) -> list[tuple[str, ...]]:
    with program.writers.connection() as connection, connection.cursor() as cursor:
        cursor.execute(
            "select operation, actor, authority, outcome from crossroads_consultation join crossroads_reply"
            " using (trace_id) order by consulted_at"
        )
        return cursor.fetchall()


def look_up(employer: ServiceClient, **changes: str) -> httpx.Response:
    return employer.client.post("employerLookups", json={**ASKED, **changes})


def test_what_the_register_holds_comes_back_whole(employer: ServiceClient, program: Program) -> None:
    # given what the register holds of an employer
    where, (code, description) = address_of(NUMBER), activity_of(NUMBER)
    # when it is looked up
    answer = look_up(employer)
    # then the form has all of it
    assert answer.status_code == 200, answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    told = answer.json()
    assert (told["outcome"], told["name"], told["active"]) == ("found", company_name(NUMBER), True)
    assert told["address"] == {
        "street": where.street, "houseNumber": where.house_number, "postalCode": where.postal_code,
        "municipality": where.municipality, "municipalityCode": where.municipality_code,
    }  # fmt: skip
    assert told["activity"] == {"code": code, "description": description}
    assert [each["number"] for each in told["establishmentUnits"]] == [each.number for each in units_of(NUMBER)]
    # and nobody who looks an employer up learns of its debts
    assert not {"foundedOn", "hasStaff", "hasDebts"} & told.keys()
    # and it is on record who asked
    operation, actor, authority, outcome = consultations(program)[-1]
    assert (operation, authority, outcome) == ("employerRegister", "flanders", "found")
    assert actor.startswith("employer:")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"enterpriseNumber": "0202239952"}, "enterpriseNumber"),
        ({"enterpriseNumber": "202.239.951"}, "enterpriseNumber"),
        ({"authority": "atlantis"}, "authority"),
    ],
)
def test_what_is_wrong_stands_at_its_field(employer: ServiceClient, changes: dict[str, str], field: str) -> None:
    answer = look_up(employer, **changes)
    assert problem_of(answer) == (400, "badRequest")
    assert [each["name"] for each in answer.json()["issues"]] == [field]


@pytest.mark.parametrize("trouble", ["serviceUnavailable", "garbage", "tooManyRequests"])
def test_a_register_that_cannot_be_asked_says_nothing_about_the_number(
    employer: ServiceClient, crossroads: str, program: Program, trouble: str
) -> None:
    with httpx.Client(base_url=f"{crossroads}/admin", trust_env=False) as administration:
        administration.put("/outage", json={"trouble": trouble})
        try:
            answer = look_up(employer)
        finally:
            administration.delete("/outage")
    assert problem_of(answer) == (503, "serviceUnavailable")
    assert int(answer.headers["Retry-After"]) >= 1
    assert "by hand" in answer.json()["detail"]
    assert consultations(program)[-1][3] in {"serviceUnavailable", "malformedAnswer", "tooManyRequests"}
    assert look_up(employer).status_code == 200


def test_in_a_maintenance_window_nobody_is_asked(program: Program) -> None:
    closed = ServiceCalendar(tuple(WeeklyWindow(weekday=day, from_=time.min, to=time.max) for day in range(1, 8)))
    bank = ScriptedBank()
    with employer_lookups(program, "http://127.0.0.1:1") as lookups:
        assert lookups is not None
        shut = replace(lookups, bank=bank, calendar=closed)
        with pytest.raises(RegisterUnavailable):
            shut.look_up(NUMBER, authority="flanders", actor="employer:hr-7")
    assert bank.asked == []


def test_a_service_without_a_bank_says_so(program: Program, issuer: DevelopmentIssuer) -> None:
    with running_server(program) as address, ServiceClients(program, address, issuer) as clients:
        answer = look_up(clients.of(Role.EMPLOYER))
    assert problem_of(answer) == (503, "serviceUnavailable")
