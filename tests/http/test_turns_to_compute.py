"""Who only computes takes turns; whoever does not is served meanwhile."""

from __future__ import annotations

import time
from concurrent.futures import Future, ThreadPoolExecutor

import httpx
import pytest

from api.services.computing import COMPUTING
from infra.identity.caller import Role
from tests.http.conftest import ServiceClients
from tests.world.service_clients import case_path

FACTS = {"authority": "flanders", "category": "highlySkilled", "filedOn": "2026-01-20", "filedBy": "employer"}
UNDER_WAY = 5


@pytest.mark.parametrize("what", ["assessment", "salaryChecks", "checklists"])
def test_the_rest_is_served_while_many_wait_for_their_turn(clients: ServiceClients, what: str) -> None:
    employer = clients.of(Role.EMPLOYER)
    filed = employer.file()

    def computed() -> httpx.Response:
        if what == "assessment":
            return employer.get(f"{case_path(filed)}/assessment")
        return employer.client.post(what, json=FACTS)

    with ThreadPoolExecutor(UNDER_WAY) as threads:
        # given a computation that goes on, behind which others wait
        with COMPUTING:
            waiting: list[Future[httpx.Response]] = [threads.submit(computed) for _ in range(UNDER_WAY)]
            time.sleep(0.3)
            # when somebody else reads a case, then it is answered
            assert clients.of(Role.CASE_HANDLER).get(case_path(filed)).status_code == 200
            assert not any(each.done() for each in waiting)
        # and the others are as soon as it has ended
        assert {each.result().status_code for each in waiting} == {200}
