"""Tokens at the border: whose is not accepted learns why, and nothing of the case, the token or the inside."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Final

import httpx
import jwt
import pytest

from infra.clock import SystemClock
from infra.identity.caller import Caller, Role
from infra.identity.development_issuer import LONGEST_LIFETIME, DevelopmentIssuer
from infra.structured_logs import configure_logging
from tests.identity.callers import CALLERS
from tests.world.service_clients import ServiceClient, ServiceClients, case_path, problem_of

pytestmark = pytest.mark.server

GRANT: Final = {"outcome": "granted"}


@pytest.fixture
def filed(employer: ServiceClient) -> httpx.Response:
    return employer.file()


@pytest.fixture
def bad_tokens(issuer: DevelopmentIssuer, tmp_path: Path) -> dict[str, str]:
    """Tokens of a handler who may decide, were it not for one thing each."""
    caller, now = CALLERS[Role.CASE_HANDLER], SystemClock().now()
    good = issuer.issue(caller, now=now)
    head, claims, signature = good.split(".")
    unsigned = jwt.encode(jwt.decode(good, options={"verify_signature": False}), "", algorithm="none")
    return {
        "garbage": "garbage",
        "three words": "one.two.three",
        "too long": good + "A" * 4096,
        "another key": DevelopmentIssuer.open(tmp_path / "elsewhere", create=True).issue(caller, now=now),
        "another signature": f"{head}.{claims}.{signature[::-1]}",
        "no signature": unsigned,
        "not yet": issuer.issue(caller, now=now + timedelta(hours=1)),
        "expired": issuer.issue(caller, now=now - timedelta(hours=9)),
    }


def test_a_token_that_is_not_accepted(
    clients: ServiceClients, filed: httpx.Response, bad_tokens: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    written = clients.of(Role.EMPLOYER).written
    configure_logging()
    for what, token in bad_tokens.items():
        bearer = clients.bearing(token)
        for answer in (
            bearer.get(case_path(filed)),
            bearer.change(filed, "workPartDecisions", GRANT),
            bearer.get("serviceLevels"),
        ):
            # then it is said whether a new token would do
            expired = what == "expired"
            assert problem_of(answer) == (401, "expiredAccessToken" if expired else "invalidAccessToken"), what
            assert answer.headers["WWW-Authenticate"] == 'Bearer realm="singlePermit", error="invalid_token"'
            # and nothing of it is repeated
            logged = capsys.readouterr()
            said = answer.text + str(answer.headers) + logged.out + logged.err
            assert not any(part in said for part in token.split(".") if len(part) > 8), what
    assert clients.of(Role.EMPLOYER).written == written


@pytest.mark.parametrize("header", ["Basic aGFuZGxlcjpzZWNyZXQ=", "Token x", "Bearer"])
def test_another_way_to_say_who_calls(clients: ServiceClients, filed: httpx.Response, header: str) -> None:
    answer = clients.without_token().get(case_path(filed), Authorization=header)
    assert problem_of(answer) == (401, "invalidAccessToken")
    assert "aGFuZGxlcjpzZWNyZXQ" not in answer.text


def test_without_a_token_nothing_is_said_of_anything(clients: ServiceClients, filed: httpx.Response) -> None:
    nobody = clients.without_token()
    for path in (case_path(filed), "applications/0190a000-0000-7abc-8def-00000000000a", "applications/no-uuid"):
        answer = nobody.get(path)
        assert problem_of(answer) == (401, "noAccessToken")
        assert answer.headers["WWW-Authenticate"] == 'Bearer realm="singlePermit"'
    # also not of what is wrong with a request
    assert problem_of(nobody.post("applications?x=1", b"{", key="two words")) == (401, "noAccessToken")


def test_the_scheme_is_read_in_any_case(
    clients: ServiceClients, employer: ServiceClient, filed: httpx.Response
) -> None:
    token = employer.client.headers["Authorization"].removeprefix("Bearer ")
    for header in (f"bearer {token}", f"BEARER  {token}"):
        assert clients.without_token().get(case_path(filed), Authorization=header).status_code == 200


def test_a_token_serves_until_it_expires(
    clients: ServiceClients, issuer: DevelopmentIssuer, filed: httpx.Response
) -> None:
    # given a token of yesterday that lasts a day, and has its last minutes
    now = SystemClock().now()
    old = issuer.issue(CALLERS[Role.EMPLOYER], now=now - timedelta(hours=23, minutes=55), lifetime=LONGEST_LIFETIME)
    assert clients.bearing(old).get(case_path(filed)).status_code == 200


def handlers() -> Iterator[tuple[str, Caller]]:
    handler = CALLERS[Role.CASE_HANDLER]
    for authority in ("brussels", "wallonia", "german-community"):
        yield authority, replace(handler, authority=authority)


@pytest.mark.parametrize(("authority", "handler"), list(handlers()), ids=[each[0] for each in handlers()])
def test_another_authority_learns_nothing(
    clients: ServiceClients, filed: httpx.Response, authority: str, handler: Caller
) -> None:
    abroad = clients.of(handler)
    written = abroad.written
    nowhere = abroad.get("applications/0190a000-0000-7abc-8def-00000000000a").json()
    for answer in (abroad.get(case_path(filed)), abroad.change(filed, "workPartDecisions", GRANT)):
        assert problem_of(answer) == (404, "resourceNotFound")
        # word for word what is said of a case that is not there
        assert {**answer.json(), "instance": ""} == {**nowhere, "instance": ""}
    # whatever version is expected: a refusal for it would tell that there is one
    assert problem_of(abroad.change(filed, "workPartDecisions", GRANT, tag='"999"')) == (404, "resourceNotFound")
    assert abroad.written == written


def test_a_role_that_may_not_is_told_so(clients: ServiceClients, filed: httpx.Response) -> None:
    written = clients.of(Role.EMPLOYER).written
    for role in (Role.EMPLOYER, Role.WORKER, Role.OPERATIONS, Role.REGULATOR):
        answer = clients.of(role).change(filed, "workPartDecisions", GRANT)
        assert problem_of(answer) == (403, "missingPermission")
        assert f"The role {role}" in answer.json()["detail"]
    assert clients.of(Role.EMPLOYER).written == written


def test_who_did_something_is_on_record_by_pseudonym(
    employer: ServiceClient, handler: ServiceClient, filed: httpx.Response
) -> None:
    handler.change(filed, "assignments", {"handler": "caseHandler:handler-12"})
    entry = employer.get(f"{case_path(filed)}/events").json()["items"][-1]
    assert entry["values"] == {"handler": "caseHandler:handler-12", "by": "caseHandler:handler-12"}


def test_a_key_is_anothers_own(clients: ServiceClients, employer: ServiceClient, filed: httpx.Response) -> None:
    # given a withdrawal by the employer
    first = employer.change(filed, "withdrawals", {}, key="the-same-key")
    # when a stranger sends the same with the same key
    stranger = clients.of(replace(CALLERS[Role.EMPLOYER], subject="hr-9", enterprise_number="0409536968"))
    again = stranger.change(filed, "withdrawals", {}, key="the-same-key")
    # then it is not answered with what the other was answered
    assert (first.status_code, problem_of(again)) == (201, (404, "resourceNotFound"))
