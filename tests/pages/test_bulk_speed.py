"""How soon a file of 500 applications is judged, and filed."""

from __future__ import annotations

import time
from collections.abc import Iterator

import httpx
import pytest

from api.pages.bulk.screens import BATCHES
from api.pages.session import SESSION_COOKIE
from api.permissions import Permissions
from api.services.access import Access
from api.services.application_batches import ApplicationBatchService
from api.services.cases import CaseService as Cases
from infra.identity.caller import Role
from tests.bulk.files_of_applications import cells, text, workbook
from tests.pages.case_service import CaseService

pytestmark = [pytest.mark.nightly, pytest.mark.server, pytest.mark.timeout(600)]

ROWS = 500
JUDGED_WITHIN = 5.0
FILED_WITHIN = 60.0


@pytest.fixture
def client(service: CaseService) -> Iterator[httpx.Client]:
    cookies = {SESSION_COOKIE: service.token(Role.EMPLOYER)}
    with httpx.Client(base_url=service.address, cookies=cookies, timeout=120, follow_redirects=True) as opened:
        yield opened


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_five_hundred_rows(service: CaseService, client: httpx.Client, kind: str) -> None:
    rows = [cells({"worker.familyName": f"Werknemer {kind} {number}"}) for number in range(ROWS)]
    content = text(rows).encode() if kind == "csv" else workbook(rows)
    # given a file, when it is sent: from the first byte to the page on which every row stands with its verdict
    began = time.perf_counter()
    shown = client.post(BATCHES, files={"file": ("applications", content)})
    judged = time.perf_counter() - began
    assert shown.text.count(f"Werknemer {kind}") == ROWS
    confirmed = client.post(f"{shown.url.path}/filing", data={"sent": "true"})
    assert confirmed.status_code == 200
    # when it is filed
    access = Access(Permissions.load())
    batches = ApplicationBatchService(service.program, access, Cases(service.program, access))
    began = time.perf_counter()
    while batches.file_some():
        pass
    filed = time.perf_counter() - began
    began = time.perf_counter()
    assert client.get(f"{shown.url.path}/result.{kind}").status_code == 200
    result = time.perf_counter() - began
    took = f"judged in {judged:.1f} s, filed in {filed:.1f} s, given back in {result:.1f} s"
    assert judged < JUDGED_WITHIN, took
    assert filed < FILED_WITHIN, took
