"""A token that somebody kept: after its bearer signed out, or with an end that lies in another century."""

from __future__ import annotations

import os
import stat
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from api.composition import Program
from api.pages.session import SESSION_COOKIE
from api.server import running_server
from infra.clock import SystemClock
from infra.identity.access_tokens import TokenVerifier
from infra.identity.caller import Role
from infra.identity.development_issuer import DevelopmentIssuer
from infra.identity.ended_sessions import EndedSessions
from infra.identity.errors import TokenRefused
from tests.identity.callers import CALLERS
from tests.world.service_clients import ServiceClients, problem_of

pytestmark = pytest.mark.server

MONDAY = datetime(2026, 11, 30, 9, tzinfo=UTC)


def fresh_token(issuer: DevelopmentIssuer) -> str:
    caller = replace(CALLERS[Role.CASE_HANDLER], token_id=str(uuid4()))
    return issuer.issue(caller, now=SystemClock().now())


def browser(address: str, token: str) -> httpx.Client:
    return httpx.Client(base_url=address, cookies={SESSION_COOKIE: token, "lang": "en"})


def test_a_token_ends_with_its_session(program: Program, clients: ServiceClients, issuer: DevelopmentIssuer) -> None:
    # given a handler who is signed in, and whose token somebody has copied
    token, other = fresh_token(issuer), fresh_token(issuer)
    thief = clients.bearing(token)
    assert thief.get("workQueues").status_code == 200
    with browser(clients.address, token) as handlers, browser(clients.address, token) as copied:
        assert handlers.get("/queue?sort=dueOn").status_code == 200
        # when the handler signs out
        out = handlers.post("/session/end")
        assert (out.status_code, out.headers["Location"]) == (303, "/?out=yes")
        # then the copy is worth nothing, on the pages and in the interface
        assert copied.get("/queue?sort=dueOn").headers["Location"].startswith("/?next=")
    refused = thief.get("workQueues")
    assert problem_of(refused) == (401, "invalidAccessToken")
    assert "signed out" in refused.json()["detail"]
    assert 'error="invalid_token"' in refused.headers["WWW-Authenticate"]
    # nor in another process, or after a restart: it begins with no memory of its own
    with running_server(program) as address, ServiceClients(program, address, issuer) as others:
        assert problem_of(others.bearing(token).get("workQueues")) == (401, "invalidAccessToken")
        assert others.bearing(other).get("workQueues").status_code == 200
    # while another session of the same person goes on
    assert clients.bearing(other).get("workQueues").status_code == 200


@pytest.mark.parametrize("token", [None, "eyJ.no.good", "x" * 5000])
def test_who_is_not_signed_in_ends_nothing(program: Program, clients: ServiceClients, token: str | None) -> None:
    directory = program.settings.home / "ended-sessions"
    before = set(directory.glob("*"))
    cookies = {} if token is None else {SESSION_COOKIE: token}
    with httpx.Client(base_url=clients.address, cookies=cookies) as client:
        assert client.post("/session/end").status_code == 303
    assert set(directory.glob("*")) == before


def test_another_site_signs_nobody_out(clients: ServiceClients, issuer: DevelopmentIssuer) -> None:
    token = fresh_token(issuer)
    with browser(clients.address, token) as handlers:
        assert handlers.post("/session/end", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
        assert handlers.get("/queue?sort=dueOn").status_code == 200


@pytest.fixture(scope="module")
def verifier(issuer: DevelopmentIssuer) -> TokenVerifier:
    return issuer.verifier()


def signed(program: Program, issuer: DevelopmentIssuer, lifetime: timedelta) -> str:
    """A token that the issuer itself would not give, signed with its key."""
    pem = (program.settings.home / "development-issuer.pem").read_bytes()
    ordinary = issuer.issue(CALLERS[Role.CASE_HANDLER], now=MONDAY)
    claims = jwt.decode(ordinary, options={"verify_signature": False})
    claims["exp"] = claims["iat"] + int(lifetime.total_seconds())
    key = load_pem_private_key(pem, password=None)
    return jwt.encode(claims, key, algorithm="ES256", headers=jwt.get_unverified_header(ordinary))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "lifetime", [timedelta(days=36_525), timedelta(hours=24, seconds=1), timedelta(days=7)], ids=str
)
def test_no_token_lasts_longer_than_a_day(
    program: Program, issuer: DevelopmentIssuer, verifier: TokenVerifier, lifetime: timedelta
) -> None:
    token = signed(program, issuer, lifetime)
    with pytest.raises(TokenRefused, match="lasts longer than 24 hours"):
        verifier.verify(token, now=MONDAY)


def test_a_day_is_not_too_long(program: Program, issuer: DevelopmentIssuer, verifier: TokenVerifier) -> None:
    day = signed(program, issuer, timedelta(hours=24))
    assert verifier.verify(day, now=MONDAY + timedelta(hours=23)).role is Role.CASE_HANDLER


def test_what_is_remembered_is_for_its_owner_and_ends(tmp_path: Path) -> None:
    ended, beside = EndedSessions(tmp_path), EndedSessions(tmp_path)
    assert not ended.has_ended("t-1")
    assert not beside.has_ended("t-1")
    ended.end("t-1", now=MONDAY)
    (file,) = (tmp_path / "ended-sessions").iterdir()
    assert "t-1" not in file.name
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    # another process knows it that had looked before, and one that starts later; of the others nothing has changed
    for process in (beside, EndedSessions(tmp_path)):
        assert process.has_ended("t-1")
        assert not process.has_ended("t-2")
    # many may end at once, and again changes nothing
    with ThreadPoolExecutor(8) as people:
        list(people.map(lambda n: ended.end(f"t-{n}", now=MONDAY + timedelta(hours=23)), range(2, 40)))
    assert all(process.has_ended(f"t-{n}") for n in range(1, 40) for process in (ended, beside))
    # once no token can be that old, its file is removed
    ended.end("t-99", now=MONDAY + timedelta(hours=24, minutes=3))
    assert not ended.has_ended("t-1")
    assert all(ended.has_ended(f"t-{n}") for n in (*range(2, 40), 99))


def test_a_session_has_ended_also_where_older_ones_could_not_be_forgotten(tmp_path: Path) -> None:
    # given a process that has looked, and something old in the directory that no file can be removed as
    ended, beside = EndedSessions(tmp_path), EndedSessions(tmp_path)
    assert not beside.has_ended("t-1")
    strange = tmp_path / "ended-sessions" / "strange"
    strange.mkdir(parents=True)
    os.utime(strange, (0, 0))
    # when a session ends, then it has, though the error is told
    with pytest.raises(OSError, match="strange"):
        ended.end("t-1", now=MONDAY)
    assert beside.has_ended("t-1")
