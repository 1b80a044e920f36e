"""One caller who asks for too much: told to wait, with how long, while all others are answered."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from fastapi import Request

from api.http.problems import RequestRefused
from api.http.quotas import Quotas
from infra.identity.caller import Caller, Role
from infra.limit_counts import Limit, LimitCounts
from infra.limits import Limits, LimitsUnusable, RequestLimits
from tests.identity.callers import CALLERS
from tests.world.limited_service import LimitedService, limited_service
from tests.world.service_clients import problem_of

LIMITS = """
[requests]
most_at_a_time = 3
a_minute = 30

[requests.a_minute_of]
getEvents = 5
"""

EMPLOYER = CALLERS[Role.EMPLOYER]


class Bucket:
    """Quotas under a clock that the test moves."""

    def __init__(self, **limits: object) -> None:
        self.seconds = 0.0
        self.counts = LimitCounts()
        self.quotas = Quotas(RequestLimits.model_validate(limits), self.counts, clock=lambda: self.seconds)

    def asks(self, caller: Caller = EMPLOYER, kind: str = "getApplication") -> httpx.Headers | None:
        """One request that is answered at once; gives the headers of a refusal."""
        request = Request({"type": "http", "state": {}, "route": Named(kind)})
        try:
            self.quotas.admit(request, caller)
        except RequestRefused as refused:
            return httpx.Headers(dict(refused.problem.headers))
        self.quotas.ended(request.state.asker)
        return None


class Named:
    def __init__(self, name: str) -> None:
        self.name = name


def test_a_minutes_worth_passes_at_once_and_then_as_much_as_the_time_gives_back() -> None:
    bucket = Bucket(a_minute=60)
    assert [bucket.asks() for _ in range(60)] == [None] * 60
    refused = bucket.asks()
    assert refused is not None
    assert refused["Retry-After"] == "1"
    bucket.seconds = 2.0
    assert [bucket.asks() is None for _ in range(3)] == [True, True, False]


def test_who_waits_as_long_as_told_is_answered() -> None:
    bucket = Bucket(a_minute=1)
    assert bucket.asks() is None
    refused = bucket.asks()
    assert refused is not None
    bucket.seconds += float(refused["Retry-After"])
    assert bucket.asks() is None


def test_a_costly_kind_has_its_own_number_and_leaves_the_rest_alone() -> None:
    bucket = Bucket(a_minute=60, a_minute_of={"lookUpEmployer": 2})
    assert [bucket.asks(kind="lookUpEmployer") is None for _ in range(3)] == [True, True, False]
    assert bucket.asks() is None
    assert bucket.counts.totals()[Limit.REQUESTS_A_MINUTE_OF_A_KIND] == 1


def test_callers_do_not_take_from_one_another() -> None:
    bucket = Bucket(a_minute=1)
    assert bucket.asks() is None
    assert bucket.asks() is not None
    # whatever of them is different
    assert bucket.asks(replace(EMPLOYER, subject="hr-2")) is None
    assert bucket.asks(replace(EMPLOYER, enterprise_number="0206731645")) is None


def test_a_new_token_gives_nobody_a_new_minute() -> None:
    bucket = Bucket(a_minute=1)
    assert bucket.asks() is None
    assert bucket.asks(replace(EMPLOYER, token_id="another")) is not None


def test_a_file_of_limits_says_what_is_wrong_in_it(tmp_path: Path) -> None:
    file = tmp_path / "limits.toml"
    for text, named in (
        ("[requests]\na_minute = 0", "requests.a_minute"),
        ("[requests]\na_minite = 5", "requests.a_minite"),
        ("[connections]\nheaders_seconds = -1", "connections.headers_seconds"),
        ('[connections]\nmost = "many"', "connections.most"),
        ("[connections", "TOML"),
    ):
        file.write_text(text, encoding="utf-8")
        with pytest.raises(LimitsUnusable, match=named):
            Limits.load(file)


@pytest.fixture(scope="module")
def service(admin_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LimitedService]:
    with limited_service(admin_url, tmp_path_factory.mktemp("limited"), LIMITS) as opened:
        yield opened


@pytest.mark.server
def test_one_too_many_is_429_with_the_limit_and_the_time_to_wait(service: LimitedService) -> None:
    employer = service.clients.of(Role.EMPLOYER)
    filed = employer.file()
    path = f"applications/{filed.json()['id']}/events"
    assert [employer.get(path).status_code for _ in range(5)] == [200] * 5
    refused = employer.get(path)
    assert problem_of(refused) == (429, "tooManyRequests")
    assert (refused.json()["limit"], refused.headers["Retry-After"]) == (5, "12")
    # and what is not of that kind goes on
    assert employer.case(filed)["id"] == filed.json()["id"]
    assert service.reached("requestsAMinuteOfAKind") == 1


@pytest.mark.server
def test_a_page_counts_too_and_refuses_as_a_page(service: LimitedService) -> None:
    handler = service.clients.of(Role.CASE_HANDLER)
    token = handler.client.headers["Authorization"].removeprefix("Bearer ")
    with httpx.Client(base_url=service.address, cookies={"session": token}, trust_env=False) as browser:
        answers = [browser.get("/queue?sort=dueOn") for _ in range(31)]
    assert {each.status_code for each in answers[:30]} == {200}
    assert answers[30].status_code == 429
    assert answers[30].headers["Content-Type"].startswith("text/html")
    # two seconds for the next one, of which the thirty pages themselves may have taken one
    assert answers[30].headers["Retry-After"] in ("1", "2")


@pytest.mark.server
def test_one_caller_has_no_more_under_way_than_allowed_and_others_have_their_own(service: LimitedService) -> None:
    caller = replace(EMPLOYER, subject="hr-slow")
    token = service.clients.of(caller).client.headers["Authorization"]
    head = (
        f"POST /rest/singlePermit/v1/applications HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: {token}\r\n"
        "Idempotency-Key: k\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"
    )
    with ExitStack() as opened:
        # given three filings of which the rest is awaited
        for _ in range(3):
            slow = opened.enter_context(closing(socket.create_connection(("127.0.0.1", service.port), timeout=5)))
            slow.sendall(head.encode())
        time.sleep(0.3)
        assert problem_of(service.clients.of(caller).get("applications")) == (429, "tooManyRequests")
        assert service.clients.of(replace(EMPLOYER, subject="hr-other")).get("applications").status_code == 200
    # then, when they are gone, there is room again
    time.sleep(0.3)
    assert service.clients.of(caller).get("applications").status_code == 200
