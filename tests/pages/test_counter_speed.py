"""How soon an employer with 2,000 applications sees the pages of the counter."""

import sys
import time
from collections.abc import Iterator
from datetime import date, timedelta
from statistics import median, quantiles

import httpx
import pytest

from api.pages.session import SESSION_COOKIE
from infra.identity.caller import Role
from tests.pages.case_service import CaseService, case_service
from tests.pages.counter_cases import BIG_EMPLOYER, granted, with_request

pytestmark = [pytest.mark.nightly, pytest.mark.server, pytest.mark.timeout(1_800)]

APPLICATIONS = 2_000
OF_THE_EMPLOYER = {"employer__enterpriseNumber": BIG_EMPLOYER}
TIMES = 40
MOST_SECONDS = {"/employer": 0.3, "/employer/permits": 0.5, "/employer/notices": 0.5}
"""The target for the first page is an employer's, 95 times of 100; the bounds of the others are generous."""


@pytest.fixture(scope="module")
def service(admin_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[CaseService]:
    """Of ten applications six were granted, one of them to a worker under thirty; one in ten waits for an answer.

    Their contracts end on 700 different days, so that each day has two or three permits and some are to be renewed.
    """
    with case_service(admin_url, tmp_path_factory.mktemp("home")) as opened:
        for number in range(APPLICATIONS):
            named = {
                **OF_THE_EMPLOYER,
                "worker__ssin": None,
                "worker__familyName": f"Werknemer{number}",
                "employment__end": (date(2028, 2, 29) - timedelta(days=number % 700)).isoformat(),
            }
            match number % 10:
                case 0:
                    young = {"category": "highlySkilledUnder30", "worker__birthDate": "2000-05-14"}
                    granted(opened, **named, **young)
                case 1 | 2 | 3 | 4 | 5:
                    granted(opened, **named)
                case 6:
                    with_request(opened, **named)
                case _:
                    opened.filed(**named)
        opened.catch_up()
        yield opened


@pytest.mark.parametrize("path", list(MOST_SECONDS))
def test_a_page_is_there_in_its_time(service: CaseService, path: str) -> None:
    cookies = {SESSION_COOKIE: service.token(Role.EMPLOYER, value=BIG_EMPLOYER)}
    with httpx.Client(base_url=service.address, cookies=cookies, timeout=60) as client:
        took = [_seconds(client, "GET", path) for _ in range(TIMES)]
    p95 = quantiles(took, n=20)[-1]
    figures = f"{path}: p95 {p95 * 1000:.0f} ms, median {median(took) * 1000:.0f} ms"
    sys.stdout.write(f"{figures}\n")
    assert p95 < MOST_SECONDS[path], figures


def test_a_search_among_all_of_them(service: CaseService) -> None:
    cookies = {SESSION_COOKIE: service.token(Role.EMPLOYER, value=BIG_EMPLOYER)}
    with httpx.Client(base_url=service.address, cookies=cookies, timeout=60) as client:
        took = [_seconds(client, "POST", "/employer", data={"text": "werknemer7"}) for _ in range(10)]
        sheet = _seconds(client, "GET", "/employer/applications.csv")
        calendar = _seconds(client, "GET", "/employer/calendar.ics")
    assert median(took) < 3.0
    assert sheet < 10.0
    assert calendar < 10.0


def _seconds(client: httpx.Client, method: str, path: str, **more: object) -> float:
    began = time.perf_counter()
    answer = client.request(method, path, **more)  # type: ignore[arg-type]
    assert answer.status_code == 200, answer.text[:2000]
    return time.perf_counter() - began
