"""Schemathesis with the token of each role, about a case that is theirs: never a failure, never an unwritten answer.

What it makes of the contract is valid in one half and spoiled in the other. The gate tries each operation by each role
a few times, the same ones in every run; `make nightly` many times.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import httpx
import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from infra.identity.caller import Role
from tests.documents.files import PDF, pdf
from tests.openapi.compared import compare
from tests.openapi.conftest import ComparedClients
from tests.openapi.written import Operation, contract, operations
from tests.world.bodies import QUESTION, represented
from tests.world.service_clients import case_path

pytestmark = pytest.mark.server

SCHEMA: Final = schemathesis.openapi.from_dict(contract())
CHECKS: Final = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
"""Of Schemathesis itself; `compare` is stricter where both look, and does not look at all of this."""

OPERATIONS: Final = tuple(each for each in operations() if each.path != "/doc/openapi.yaml")
"""Without the contract itself, which is no JSON: tests/openapi/test_routes.py compares its bytes."""

UNAVAILABLE_HERE: Final = frozenset({"lookUpEmployer"})
"""What asks a register, which may be away: 503 with a reason is no failure of the service."""


@pytest.fixture(scope="module")
def own(clients: ComparedClients) -> dict[Role, dict[str, str]]:
    """For each role a case that is within its reach, by the names that paths of the contract have."""
    agency, handler = clients.of(Role.REPRESENTATIVE), clients.of(Role.CASE_HANDLER)
    found = {}
    for role in Role:
        attached = agency.attach(agency.file(represented()), pdf(role.encode()))
        asked = handler.change(attached, "informationRequests", QUESTION)
        assert asked.status_code == 201, asked.text
        (document,) = handler.get(f"{case_path(asked)}/documents").json()["items"]
        (request,) = handler.case(asked)["informationRequests"]
        found[role] = {
            "applicationId": asked.json()["id"],
            "informationRequestId": request["id"],
            "sha256": document["sha256"],
        }
    return found


@pytest.fixture(scope="module")
def session() -> Iterator[requests.Session]:
    with requests.Session() as opened:
        opened.trust_env = False
        yield opened


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize(
    "examples", [2, pytest.param(100, marks=(pytest.mark.nightly, pytest.mark.timeout(1_800)))], ids=["few", "many"]
)
def test_whatever_a_role_sends_is_answered_in_the_words_of_the_contract(
    clients: ComparedClients, own: dict[Role, dict[str, str]], session: requests.Session, role: Role, examples: int
) -> None:
    statuses: set[tuple[str, int]] = set()
    for number, operation in enumerate(OPERATIONS):
        modes = (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)
        # With few examples each role spoils what the one before it left as it is.
        chosen = modes if examples > 2 else (modes[(number + list(Role).index(role)) % 2],)
        for mode in chosen:
            statuses |= _tried(clients, operation, role, own[role], session, mode, examples)
    assert {name for name, _ in statuses} == {each.name for each in OPERATIONS}
    assert {200, 400, 403} <= {status for _, status in statuses}


def _tried(
    clients: ComparedClients,
    operation: Operation,
    role: Role,
    own: dict[str, str],
    session: requests.Session,
    mode: GenerationMode,
    examples: int,
) -> set[tuple[str, int]]:
    statuses: set[tuple[str, int]] = set()
    caller = clients.of(role)
    token = caller.client.headers["Authorization"]
    tag = caller.get(f"applications/{own['applicationId']}").headers.get("ETag", '"1"')
    named = {name: own[name] for name in operation.names_in("path") if name in own}
    made = SCHEMA[operation.path][operation.method.upper()].as_strategy(generation_mode=mode)

    @settings(
        max_examples=examples,
        database=None,
        phases=(Phase.generate,),
        suppress_health_check=list(HealthCheck),
    )
    @seed(20_260_120)
    @given(case=made, at_its_version=st.booleans())
    def send(case: Any, at_its_version: bool) -> None:
        case.path_parameters = {**(case.path_parameters or {}), **named}
        headers = {"Authorization": token}
        if "If-Match" in operation.names_in("header") and at_its_version:
            headers["If-Match"] = tag
        if operation.name == "attachDocument":
            headers["Content-Type"] = PDF
        answer = case.call(base_url=clients.address + contract()["servers"][0]["url"], session=session, headers=headers)
        statuses.add((operation.name, answer.status_code))
        if answer.status_code == 503 and operation.name in UNAVAILABLE_HERE:
            return
        case.validate_response(answer, checks=CHECKS)
        assert answer.status_code < 500, answer.text
        compare(_as_compared(answer))

    send()
    return statuses


def _as_compared(answer: Any) -> httpx.Response:
    """The same request and answer in the terms of the clients of these tests."""
    sent = answer.request
    body = sent.body.encode() if isinstance(sent.body, str) else sent.body or b""
    request = httpx.Request(sent.method, sent.url, content=body)
    headers = [(name, value) for name, values in answer.headers.items() for value in values
               if name.lower() != "content-encoding"]  # fmt: skip
    return httpx.Response(answer.status_code, headers=headers, content=answer.content, request=request)
