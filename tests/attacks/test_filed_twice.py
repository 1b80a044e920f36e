"""One application under two keys: a client that lost an answer and made a new key, or two of its threads at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest

from infra.identity.caller import Role
from tests.identity.callers import CALLERS, OTHER_ENTERPRISE
from tests.world.bodies import application_body, represented, unlimited
from tests.world.clocks import StoppedClock
from tests.world.service_clients import ServiceClient, ServiceClients, case_path, problem_of

pytestmark = pytest.mark.server

NUMBERS = iter(range(10_000))


def somebody(**changes: Any) -> dict[str, Any]:
    """An application for a worker whom no other test files for."""
    return application_body(worker__ssin=None, worker__familyName=f"Vandekanarie-{next(NUMBERS)}a", **changes)


def test_the_second_is_led_to_the_first(employer: ServiceClient) -> None:
    # given an application that was filed, and whose answer was lost
    body = somebody()
    first = employer.file(body, another=False)
    assert first.status_code == 201
    written = employer.written
    # when it is sent once more, under a new key
    again = employer.file(body, another=False)
    # then it is not filed again, and the answer leads to the case
    assert (again.status_code, again.headers["Location"]) == (303, first.json()["href"])
    assert again.content == b""
    assert employer.written == written
    assert employer.client.get(again.headers["Location"]).json()["reference"] == first.json()["reference"]
    # also where particulars differ that make no other application of it
    dearer = {**body, "employment": {**body["employment"], "grossPay": {"amount": "50000.00", "period": "year"}}}
    assert employer.file(dearer, another=False).status_code == 303


def test_it_is_filed_where_the_caller_says_that_it_is_another(employer: ServiceClient) -> None:
    body, key = somebody(), str(uuid4())
    first = employer.file(body, another=False)
    second = employer.file(body, another=True, key=key)
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json()["id"] != second.json()["id"]
    # a repetition gets its first answer, whatever it says of others
    assert employer.file(body, another=True, key=key).json() == second.json()
    assert employer.file(body, another=False, key=key).json() == second.json()


def test_of_many_at_once_one_is_filed(employer: ServiceClient) -> None:
    body = somebody()
    before = employer.written
    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(lambda _: employer.file(body, another=False), range(16)))
    assert sorted(each.status_code for each in answers) == [201] + [303] * 15
    (filed,) = [each.json() for each in answers if each.status_code == 201]
    assert {each.headers["Location"] for each in answers if each.status_code == 303} == {filed["href"]}
    assert employer.written - before == filed["version"]


@pytest.mark.parametrize(
    "changes",
    [
        {"worker__birthDate": "1985-07-31"},
        {"worker__nationality": "TR"},
        {"worker__givenName": "Zwaluwin"},
        {"employment__start": "2026-03-02"},
        {"employment__end": "2028-02-28"},
        {"employment__end": None},
        {"kind": "intraCorporateTransfer", "category": "ictManager", "labourMarketTest": None,
         "transfer": {"sendingUndertaking": "Holding", "country": "IN", "priorServiceMonths": 12}},
    ],
)  # fmt: skip
def test_another_worker_kind_or_period_is_another_application(employer: ServiceClient, changes: dict[str, Any]) -> None:
    name = f"Vandekanarie-{next(NUMBERS)}b"
    first = employer.file(application_body(worker__ssin=None, worker__familyName=name), another=False)
    other = employer.file(application_body(worker__ssin=None, worker__familyName=name, **changes), another=False)
    assert (first.status_code, other.status_code) == (201, 201), other.text


def test_the_next_day_it_is_another_application(employer: ServiceClient, clock: StoppedClock) -> None:
    body = somebody()
    assert employer.file(body, another=False).status_code == 201
    clock.move_to("2026-01-21")
    assert employer.file(body, another=False).status_code == 201


def test_nobody_learns_in_this_way_what_another_has_filed(clients: ServiceClients, employer: ServiceClient) -> None:
    # given an application of an employer
    name = f"Vandekanarie-{next(NUMBERS)}c"
    filed = employer.file(application_body(worker__ssin=None, worker__familyName=name), another=False)
    assert filed.status_code == 201
    # when somebody claims to represent the employer and files the same, it is a filing of its own
    agency = clients.of(Role.REPRESENTATIVE)
    mandated = represented(worker__ssin=None, worker__familyName=name)
    by_mandate = agency.file(mandated, another=False)
    assert by_mandate.status_code == 201
    # and another agency neither meets that one
    other = clients.of(replace(CALLERS[Role.REPRESENTATIVE], enterprise_number="0420429375", token_id="t-51"))
    mandated["representative"]["enterpriseNumber"] = "0420429375"
    assert other.file(mandated, another=False).status_code == 201
    # nor is anything told to one who may not file it
    own = application_body(employer={"enterpriseNumber": OTHER_ENTERPRISE, "name": "X"}, worker__familyName=name)
    assert problem_of(employer.file(own, another=False)) == (403, "missingPermission")


def test_a_worker_who_files_twice_is_led_to_the_first_too(worker: ServiceClient, clock: StoppedClock) -> None:
    clock.move_to("2026-01-22")
    first = worker.file(unlimited(), another=False)
    assert first.status_code == 201
    assert worker.file(unlimited(), another=False).headers["Location"].endswith(case_path(first))


@pytest.mark.parametrize("value", ["yes", "", "TRUE", "1", "true&another=true"])
def test_it_is_said_in_one_word(employer: ServiceClient, value: str) -> None:
    refused = employer.post(f"applications?another={value}", somebody())
    assert problem_of(refused) == (400, "badRequest")
