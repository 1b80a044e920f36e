"""Contract and application, both ways: nothing is offered that is not written, nor written that is not there."""

from __future__ import annotations

import httpx
import pytest
import yaml

from api.app import create_app
from api.composition import Program
from api.http.routes.contract import PACKAGED_CONTRACT
from infra.identity.development_issuer import DevelopmentIssuer
from tests.openapi.conftest import ComparedClients
from tests.openapi.routed import Route, routes_of
from tests.openapi.written import contract, operations

pytestmark = pytest.mark.server


@pytest.fixture(scope="module")
def routes(program: Program, issuer: DevelopmentIssuer) -> dict[tuple[str, str], Route]:
    found = list(routes_of(create_app(program, issuer)))
    by_place = {(each.method, each.path): each for each in found}
    assert len(by_place) == len(found)
    return by_place


def test_every_route_is_an_operation_and_every_operation_a_route(routes: dict[tuple[str, str], Route]) -> None:
    written = {(each.method, each.path): each.name for each in operations()}
    assert written == {place: route.name for place, route in routes.items()}
    assert len(set(written.values())) == len(written)


def test_parameters_actions_and_headers_are_those_of_the_code(routes: dict[tuple[str, str], Route]) -> None:
    for operation in operations():
        route = routes[operation.method, operation.path]
        assert operation.names_in("query") == route.query, operation.name
        assert operation.names_in("header") - {"BelGov-Trace-Id"} == route.headers, operation.name
        assert operation.content["x-action"] == route.action, operation.name
        assert (operation.content.get("security") != []) == route.needs_token, operation.name


def test_the_contract_is_served_as_it_was_written(clients: ComparedClients) -> None:
    reader = clients.without_token()
    as_yaml, as_json = reader.get("doc/openapi.yaml"), reader.get("doc/openapi.json")
    assert (as_yaml.status_code, as_json.status_code) == (200, 200)
    assert as_yaml.content == PACKAGED_CONTRACT.read_bytes()
    assert as_json.json() == yaml.safe_load(as_yaml.content) == contract()
    assert as_yaml.headers["Content-Type"].startswith("application/yaml")
    assert "max-age" in as_json.headers["Cache-Control"]


def test_who_has_the_contract_already_does_not_get_it_again(clients: ComparedClients) -> None:
    reader = clients.without_token()
    for path in ("doc/openapi.yaml", "doc/openapi.json"):
        tag = reader.get(path).headers["ETag"]
        for named in (tag, f"W/{tag}", f'"other", {tag}', "*"):
            again = _asked_again(reader.client, path, named)
            assert (again.status_code, again.content, again.headers["ETag"]) == (304, b"", tag)
        assert _asked_again(reader.client, path, '"other"').status_code == 200


def test_the_contract_takes_no_parameters_and_asks_for_no_form(clients: ComparedClients) -> None:
    reader = clients.without_token()
    assert reader.get("doc/openapi.yaml", Accept="text/html").status_code == 200
    refused = reader.get("doc/openapi.json?page=2")
    assert (refused.status_code, refused.json()["issues"][0]["name"]) == (400, "page")


def _asked_again(client: httpx.Client, path: str, tag: str) -> httpx.Response:
    return client.get(path, headers={"If-None-Match": tag})
