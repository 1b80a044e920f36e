"""``POST applications/query`` with a ``text``: what the search of the pages finds, a program finds too."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from api.composition import Program
from infra.identity.caller import Role
from tests.world.bodies import application_body
from tests.world.service_clients import ServiceClients, problem_of

pytestmark = pytest.mark.server

QUERY = "applications/query"


@pytest.fixture(scope="module")
def filed(clients: ServiceClients, program: Program) -> httpx.Response:
    """A case with a name of its own."""
    answer = clients.of(Role.EMPLOYER).file(
        application_body(worker__familyName="Yildiz-\u015eahin", employer__name="Zoekbaar Haven NV")
    )
    assert answer.status_code == 201, answer.text
    for runner in program.projection_runners().values():
        runner.catch_up()
    return answer


def found(clients: ServiceClients, role: Role, **query: Any) -> list[str]:
    answer = clients.of(role).client.post(QUERY, json=query)
    assert answer.status_code == 200, answer.text
    return [each["id"] for each in answer.json()["items"]]


@pytest.mark.parametrize("text", ["Y\u0131ld\u0131z Sahin", "yildizsahin", "zoekbaar", "Zwaluwina Zoekbaar"])
def test_a_handler_finds_a_case_by_names(clients: ServiceClients, filed: httpx.Response, text: str) -> None:
    assert found(clients, Role.CASE_HANDLER, text=text) == [filed.json()["id"]]


def test_a_reference_is_found_in_any_spelling_by_whoever_has_the_case(
    clients: ServiceClients, filed: httpx.Response
) -> None:
    spelled = filed.json()["reference"].lower().replace("-", " ")
    for role in (Role.CASE_HANDLER, Role.EMPLOYER, Role.WORKER):
        assert found(clients, role, text=spelled) == [filed.json()["id"]]
    assert found(clients, Role.REPRESENTATIVE, text=spelled) == []


def test_what_is_asked_beside_it_has_to_fit_too(clients: ServiceClients, filed: httpx.Response) -> None:
    case_id = filed.json()["id"]
    for more, expected in (
        ({"closed": False}, [case_id]),
        ({"closed": True}, []),
        ({"enterpriseNumber": "0202239951"}, [case_id]),
        ({"enterpriseNumber": "0206731645"}, []),
        ({"ssin": "85073003328"}, [case_id]),
        ({"category": "teacher"}, []),
    ):
        assert found(clients, Role.CASE_HANDLER, text="zoekbaar", **more) == expected
    # and of two numbers of enterprises that differ no case has both
    assert found(clients, Role.CASE_HANDLER, text="BE 0202.239.951", enterpriseNumber="0206731645") == []


def test_numbers_as_printed_find_what_digits_find(clients: ServiceClients, filed: httpx.Response) -> None:
    assert filed.status_code == 201
    for text, field, digits in (
        ("85.07.30-033.28", "ssin", "85073003328"),
        ("BE 0202.239.951", "enterpriseNumber", "0202239951"),
    ):
        # The first page of many: whoever files in these tests has these numbers.
        by_text = found(clients, Role.CASE_HANDLER, text=text)
        assert by_text
        assert by_text == found(clients, Role.CASE_HANDLER, **{field: digits})


@pytest.mark.parametrize("role", [Role.EMPLOYER, Role.REPRESENTATIVE, Role.WORKER])
def test_a_party_finds_nothing_by_names(clients: ServiceClients, filed: httpx.Response, role: Role) -> None:
    refused = clients.of(role).client.post(QUERY, json={"text": "zoekbaar"})
    assert (refused.status_code, problem_of(refused)[0]) == (403, 403)


@pytest.mark.parametrize("text", ["", " ", "...", "x" * 201, "85.07.30-033.29", "BE 0206.731.646"])
def test_what_nothing_can_be_found_by_is_refused_at_its_field(clients: ServiceClients, text: str) -> None:
    refused = clients.of(Role.CASE_HANDLER).client.post(QUERY, json={"text": text})
    assert refused.status_code == 400
    (issue,) = refused.json()["issues"]
    assert issue["name"] == "text"
    assert len(text) < 4 or text not in refused.text
