"""Two hands on one case: one wins, the other is told by whom and how, and nothing is written twice."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier
from uuid import uuid4

import httpx
import pytest

from infra.identity.caller import Role
from tests.identity.callers import CALLERS
from tests.world.bodies import QUESTION
from tests.world.service_clients import ServiceClient, ServiceClients, admitted, problem_of

pytestmark = pytest.mark.server

GRANT = {"outcome": "granted"}
REFUSE = {"outcome": "refused", "grounds": ["other"], "motivation": "Valse stukken."}


@pytest.fixture
def colleague(clients: ServiceClients) -> ServiceClient:
    """Another case handler of the same authority."""
    return clients.of(replace(CALLERS[Role.CASE_HANDLER], subject="handler-13"))


def at_once(*requests: Callable[[], httpx.Response]) -> list[httpx.Response]:
    """The answers to requests that are sent together."""
    ready = Barrier(len(requests))

    def send(request: Callable[[], httpx.Response]) -> httpx.Response:
        ready.wait()
        return request()

    with ThreadPoolExecutor(len(requests)) as hands:
        return list(hands.map(send, requests))


def test_of_two_handlers_who_decide_at_once_one_decides(
    employer: ServiceClient, handler: ServiceClient, colleague: ServiceClient
) -> None:
    ready = admitted(employer, handler)
    written = handler.written
    # when one grants and the other refuses what both have seen
    grant, refusal = at_once(
        lambda: handler.change(ready, "workPartDecisions", GRANT),
        lambda: colleague.change(ready, "workPartDecisions", REFUSE),
    )
    # then one of them has decided and the other is told that the case is no longer what it saw
    won, lost = (grant, refusal) if grant.status_code == 201 else (refusal, grant)
    assert won.status_code == 201
    assert problem_of(lost) == (412, "staleVersion")
    assert lost.json()["currentVersion"] == won.json()["version"]
    assert lost.json()["expectedVersion"] == ready.json()["version"]
    assert handler.written == written + won.json()["version"] - ready.json()["version"]


def test_who_comes_second_is_told_by_whom_and_when_it_was_decided(
    employer: ServiceClient, handler: ServiceClient, colleague: ServiceClient
) -> None:
    decided = handler.change(admitted(employer, handler), "workPartDecisions", REFUSE)
    written = handler.written
    # when a colleague has read the case again and decides all the same
    late = colleague.change(decided, "workPartDecisions", GRANT)
    assert problem_of(late) == (409, "decisionAlreadyMade")
    assert "decidedRefused" in late.json()["detail"]
    assert "2026-01-20" in late.json()["detail"]
    granted = handler.change(admitted(employer, handler), "workPartDecisions", GRANT)
    again = colleague.change(granted, "workPartDecisions", REFUSE)
    assert problem_of(again) == (409, "workPartAlreadyDecided")
    assert "granted by caseHandler:handler-12 on 2026-01-20" in again.json()["detail"]
    assert handler.written == written + granted.json()["version"]


def test_a_decision_while_the_applicant_withdraws(employer: ServiceClient, handler: ServiceClient) -> None:
    ready = admitted(employer, handler)
    decision, withdrawal = at_once(
        lambda: handler.change(ready, "workPartDecisions", GRANT),
        lambda: employer.change(ready, "withdrawals", {"reason": "ander werk"}),
    )
    assert sorted((decision.status_code, withdrawal.status_code)) == [201, 412]
    # and the case is what the answer of the one who was first says
    won = decision if decision.status_code == 201 else withdrawal
    assert employer.case(ready)["status"] == won.json()["status"]


def test_a_decision_that_is_repeated_is_answered_as_the_first_time(
    employer: ServiceClient, handler: ServiceClient
) -> None:
    ready, key = admitted(employer, handler), str(uuid4())
    first = handler.change(ready, "workPartDecisions", GRANT, key=key)
    handler.change(first, "forwardings", {})
    written = handler.written
    again = handler.change(ready, "workPartDecisions", GRANT, key=key)
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json() == first.json()
    # and not taken for another one
    assert problem_of(handler.change(ready, "workPartDecisions", REFUSE, key=key)) == (409, "idempotencyKeyReused")
    assert handler.written == written


def test_eight_repetitions_of_a_question_at_once_are_one_question(
    employer: ServiceClient, handler: ServiceClient
) -> None:
    filed, key = employer.file(), str(uuid4())
    answers = at_once(*[lambda: handler.change(filed, "informationRequests", QUESTION, key=key)] * 8)
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.text for answer in answers}) == 1
    assert len(employer.case(filed)["informationRequests"]) == 1
