"""Whatever the contract lets somebody send is answered in the words of the contract, and never by a failure."""

from __future__ import annotations

from typing import Any, Final
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from api.permissions import Action, Permissions, Reach
from infra.identity.caller import Role
from tests.openapi.conftest import ComparedClients
from tests.openapi.generated import values_of
from tests.openapi.written import Operation, operations
from tests.world.bodies import QUESTION
from tests.world.service_clients import ServiceClient

pytestmark = pytest.mark.server

SENDING: Final = tuple(each for each in operations() if each.sent is not None)
PERMISSIONS: Final = Permissions.load()
CALLERS: Final = (Role.CASE_HANDLER, Role.EMPLOYER)

_FEW = settings(
    max_examples=12,
    database=None,
    phases=(Phase.explicit, Phase.generate),  # a body that fails is short enough to be read as it is
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.function_scoped_fixture],
)


def who_may(clients: ComparedClients, operation: Operation) -> ServiceClient:
    action = Action(operation.content["x-action"])
    return clients.of(next(role for role in CALLERS if PERMISSIONS.reach(role, action) is not Reach.NONE))


def path_to_a_case(clients: ComparedClients, operation: Operation) -> tuple[str, dict[str, str]]:
    """The path of the operation for a new case with an open request, and what is said of the version seen."""
    if "{" not in operation.path:
        return operation.path, {}
    if "webhookId" in operation.path:
        made = clients.of(Role.EMPLOYER).client.post("webhooks", json={"url": "https://hr.example.be/notices"})
        return operation.path.format(webhookId=made.json()["id"]), {}
    employer, handler = clients.of(Role.EMPLOYER), clients.of(Role.CASE_HANDLER)
    last = employer.file()
    if "informationRequestId" in operation.path:
        last = handler.change(last, "informationRequests", QUESTION)
    case = employer.case(last)
    request = case["informationRequests"][0]["id"] if case["informationRequests"] else ""
    path = operation.path.format(applicationId=case["id"], informationRequestId=request)
    return path, {"If-Match": last.headers["ETag"]}


@pytest.mark.parametrize("operation", SENDING, ids=lambda each: each.name)
def test_what_the_contract_describes_is_never_answered_by_a_failure(
    clients: ComparedClients, operation: Operation
) -> None:
    sender = who_may(clients, operation)
    path, version = path_to_a_case(clients, operation)

    @_FEW
    @given(body=values_of(operation.sent))
    def send(body: Any) -> None:
        headers = {**version, "Idempotency-Key": str(uuid4())}
        answer = sender.client.post(path.removeprefix("/"), json=body, headers=headers)
        # the client has held the answer against the contract already
        assert answer.status_code in (200, 201, 400, 409, 412), answer.text

    send()


@_FEW
@given(
    body=st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=20),
        lambda part: st.lists(part, max_size=3) | st.dictionaries(st.text(max_size=10), part),
    )
)
def test_what_it_does_not_describe_is_refused_in_its_words(employer: ServiceClient, body: Any) -> None:
    answer = employer.file([body])
    assert answer.status_code == 400
    assert answer.json()["issues"]
