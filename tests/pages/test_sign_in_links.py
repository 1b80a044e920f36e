"""The one-time sign-in links of a demonstration: one click, one session, once, and nothing left behind."""

from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import httpx
import pytest
from fastapi import FastAPI
from fastapi.responses import HTMLResponse
from playwright.sync_api import Browser, expect

from api.pages.session import SIGN_IN_LINK
from infra.clock import SystemClock
from infra.identity.caller import Caller, Role
from infra.identity.sign_in_links import SignInLinks
from tests.pages.browser import check_accessibility, watched_page
from tests.pages.case_service import CaseService
from tests.pages.served import served


@pytest.fixture
def links(service: CaseService) -> SignInLinks:
    return SignInLinks(service.program.settings.home)


def path_of(secret: str) -> str:
    return f"{SIGN_IN_LINK}/{secret}"


def _terminal(address: str) -> FastAPI:
    """A page with a link, as a terminal in a browser shows it."""
    app = FastAPI(openapi_url=None)
    shown = f'<!doctype html><link rel="icon" href="data:,"><a href="{address}">{address}</a>'
    app.get("/")(lambda: HTMLResponse(shown))
    return app


def test_one_click_signs_in_and_the_second_explains(service: CaseService, links: SignInLinks, browser: Browser) -> None:
    address = service.address + path_of(links.make(service.token(Role.CASE_HANDLER)))
    with watched_page(browser) as watched:
        watched.forgive("410")
        watched.page.goto(f"{service.address}/?lang=en")
        watched.page.goto(address)
        expect(watched.page.get_by_role("heading", name="Work queue")).to_be_visible()
        assert watched.page.url.startswith(f"{service.address}/queue?handler=")
        watched.page.goto(address)
        expect(watched.page.get_by_text("This sign-in link is no longer valid")).to_be_visible()
        expect(watched.page.get_by_role("heading", name="Choose a role")).to_be_visible()
        check_accessibility(watched.page)


def test_from_a_page_of_another_site_it_takes_one_click_too(
    service: CaseService, links: SignInLinks, browser: Browser
) -> None:
    address = service.address + path_of(links.make(service.token(Role.OPERATIONS)))
    with served(_terminal(address)) as elsewhere, watched_page(browser) as watched:
        watched.page.goto(elsewhere.replace("127.0.0.1", "localhost"))
        watched.page.get_by_role("link").click()
        watched.page.wait_for_url(f"{service.address}/board")


def test_it_begins_a_session_as_every_other_and_tells_the_address_to_nobody(
    service: CaseService, links: SignInLinks, client: httpx.Client
) -> None:
    token = service.token(Role.EMPLOYER)
    secret = links.make(token)
    answer = client.get(path_of(secret))
    assert (answer.status_code, answer.headers["Location"]) == (303, "/employer")
    assert {"HttpOnly", "Path=/", "SameSite=strict"} <= set(answer.headers["Set-Cookie"].split("; "))
    assert (answer.headers["Referrer-Policy"], answer.headers["Cache-Control"]) == ("no-referrer", "no-store")
    assert secret not in token


def test_a_browser_that_looks_ahead_does_not_use_it_up(
    service: CaseService, links: SignInLinks, client: httpx.Client
) -> None:
    path = path_of(links.make(service.token(Role.REGULATOR)))
    for purpose in ("prefetch", "prefetch;prerender"):
        ahead = client.get(path, headers={"Sec-Purpose": purpose})
        assert (ahead.status_code, "Set-Cookie" in ahead.headers) == (204, False)
    assert "Set-Cookie" not in client.head(path).headers
    assert "Set-Cookie" not in client.post(path).headers
    assert client.get(path).headers["Location"] == "/board"


def test_of_many_at_once_one_is_let_in(service: CaseService, links: SignInLinks) -> None:
    path = path_of(links.make(service.token(Role.CASE_HANDLER)))
    with ThreadPoolExecutor(8) as people:
        codes = list(people.map(lambda _: httpx.get(service.address + path).status_code, range(16)))
    assert sorted(codes) == [303] + [410] * 15


@pytest.mark.parametrize("secret", ["a" * 43, "a", "..%2Fdevelopment-issuer.pem", "%00", "a" * 5_000, "end"])
def test_what_is_no_link_is_none(client: httpx.Client, secret: str) -> None:
    answer = client.get(path_of(secret))
    assert answer.status_code in (404, 410)
    assert "Set-Cookie" not in answer.headers


def test_it_lasts_no_longer_than_its_token_nor_than_its_demonstration(
    service: CaseService, links: SignInLinks, client: httpx.Client
) -> None:
    caller = Caller(role=Role.OPERATIONS, subject="o", token_id=str(uuid4()), authority="flanders")
    past = SystemClock().now() - timedelta(hours=2)
    expired = links.make(service.issuer.issue(caller, now=past, lifetime=timedelta(hours=1)))
    assert client.get(path_of(expired)).status_code == 410
    withdrawn = links.make(service.token(Role.OPERATIONS))
    links.withdraw_all()
    assert client.get(path_of(withdrawn)).status_code == 410


def test_only_the_owner_of_the_home_can_read_them(tmp_path: Path) -> None:
    links = SignInLinks(tmp_path)
    secret = links.make("header.claims.signature")
    (file,) = (tmp_path / "sign-in-links").iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert secret not in file.name
    assert links.redeem(secret) == "header.claims.signature"
    assert links.redeem(secret) is None
    assert SignInLinks(tmp_path / "never-made").redeem(secret) is None
    SignInLinks(tmp_path / "never-made").withdraw_all()
