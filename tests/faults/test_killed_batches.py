"""kill -9 of the service and of its database while a batch is being filed: every row becomes one application."""

from __future__ import annotations

import time
from typing import Any
from uuid import uuid4

import httpx
import pytest

from api.http.problems import API_ROOT
from infra.identity.caller import Role
from tests.faults.filings import EMPLOYER
from tests.faults.killable_service import KillableService
from tests.journal.appends import JournalAsStored
from tests.world.bodies import application_body
from tests.world.servers import reachable_directory
from tests.world.waiting import wait_until

pytestmark = [pytest.mark.server, pytest.mark.nightly, pytest.mark.timeout(600)]

ROWS = 400


def application(number: int) -> dict[str, Any]:
    body = application_body(employer__enterpriseNumber=EMPLOYER, worker__familyName=f"Werknemer {number}")
    del body["worker"]["ssin"]
    return body


def test_a_batch_whose_filing_is_killed_again_and_again_is_filed_once() -> None:
    with reachable_directory(on_disk=True) as directory, KillableService(directory / "var") as service:
        token = service.token(Role.EMPLOYER, "--enterprise", EMPLOYER)
        headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": str(uuid4())}
        sent = {"dryRun": False, "applications": [application(number) for number in range(ROWS)]}

        def send() -> httpx.Response:
            return httpx.post(f"{service.address}{API_ROOT}/applicationBatches", json=sent, headers=headers, timeout=60)

        def rows() -> list[dict[str, Any]]:
            """The rows as far as they have come; none while nobody answers."""
            address = f"{service.address}{API_ROOT}/applicationBatches/{batch}"
            try:
                answer = httpx.get(address, headers={"Authorization": f"Bearer {token}"}, timeout=30)
            except httpx.TransportError:
                return []
            return list(answer.json()["rows"]) if answer.status_code == 200 else []

        def filed() -> int:
            return sum(each["outcome"] == "filed" for each in rows())

        # given a batch that is being filed
        accepted = send()
        assert accepted.status_code == 202, accepted.text
        batch = accepted.json()["id"]
        for kill in (service.kill, service.kill_database, service.kill):
            before = filed()
            wait_until(lambda before=before: filed() > before, because="it goes on", within=60)
            # when it is killed in the middle
            kill()
            if kill == service.kill:
                service.start()
            # and its sender, who has no answer, sends it again
            wait_until(lambda: rows() != [], because="somebody answers again", within=60)
            assert send().json()["id"] == batch
            time.sleep(0.2)
        wait_until(lambda: filed() == ROWS, because="every row is filed", within=120)

        # then every row is one application, and nothing else was filed
        done = rows()
        assert len({each["id"] for each in done}) == ROWS
        stored = JournalAsStored.of(service.journal_url)
        stored.require_sound()
        assert len({each.stream for each in stored.rows}) == ROWS
