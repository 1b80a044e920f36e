"""A case is given to somebody who exists, through whichever door."""

import httpx
import pytest

from infra.identity.caller import Role
from tests.world.service_clients import ServiceClient, ServiceClients, problem_of


@pytest.fixture
def filed(employer: ServiceClient) -> httpx.Response:
    return employer.file()


def test_an_unknown_handler_is_refused(clients: ServiceClients, handler: ServiceClient, filed: httpx.Response) -> None:
    written = handler.written
    refused = handler.change(filed, "assignments", {"handler": "caseHandler:nobody-of-ours"})
    assert problem_of(refused)[0] == 400
    (issue,) = refused.json()["issues"]
    assert (issue["in"], issue["name"]) == ("body", "handler")
    assert "no case handler of this authority" in issue["detail"]
    assert handler.written == written


def test_one_takes_a_case_oneself_the_first_time_too(handler: ServiceClient, filed: httpx.Response) -> None:
    assert handler.change(filed, "assignments", {"handler": "caseHandler:handler-12"}).status_code == 201


def test_of_a_case_out_of_reach_nothing_is_said(clients: ServiceClients, filed: httpx.Response) -> None:
    refused = clients.of(Role.EMPLOYER).change(filed, "assignments", {"handler": "caseHandler:nobody-of-ours"})
    assert problem_of(refused)[0] == 403
