"""Signing in and out: who one can be, what the cookie is, and what another site cannot do with it."""

from datetime import timedelta
from uuid import uuid4

import httpx
import pytest
from playwright.sync_api import Browser, expect

from api.pages.session import SESSION_COOKIE, local_path
from infra.clock import SystemClock
from infra.identity.caller import Caller, Role
from tests.pages.browser import (
    check_accessibility,
    check_keyboard,
    check_reflow,
    check_targets,
    in_each_language,
    watched_page,
)
from tests.pages.case_service import EMPLOYER, SSIN, CaseService


def test_an_employer_signs_in_and_out(service: CaseService, browser: Browser) -> None:
    with watched_page(browser, java_script_enabled=False) as watched:
        page = watched.page
        page.goto(f"{service.address}/?lang=en")
        page.get_by_role("link", name="Employer", exact=True).click()
        page.get_by_label("Enterprise number").fill("0202.239.951")
        page.get_by_label("Secret of this service").fill(service.secret)
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_role("heading", name="My applications")).to_be_visible()
        assert page.url == f"{service.address}/employer"
        page.get_by_role("link", name="Sign out").click()
        page.get_by_role("button", name="Sign out").click()
        expect(page.get_by_text("You have signed out.")).to_be_visible()
        assert not [each for each in page.context.cookies() if each["name"] == SESSION_COOKIE]


@in_each_language("fr")
def test_everyone_can_use_the_entrance(service: CaseService, browser: Browser, code: str) -> None:
    with watched_page(browser, viewport={"width": 320, "height": 700}) as watched:
        for path in ("/", "/?role=caseHandler", "/accessibility"):
            watched.page.goto(f"{service.address}{path}{'&' if '?' in path else '?'}lang={code}")
            check_accessibility(watched.page)
            check_reflow(watched.page)
            check_targets(watched.page)
            check_keyboard(watched.page)


def test_the_session_is_for_this_service_alone(service: CaseService, client: httpx.Client) -> None:
    answer = client.post(
        "/session", data={"role": "caseHandler", "sub": "h-1", "authority": "flanders", "secret": service.secret}
    )
    assert (answer.status_code, answer.headers["Location"]) == (303, "/queue")
    parts = answer.headers["Set-Cookie"].split("; ")
    assert parts[0].startswith("session=eyJ")
    assert {"HttpOnly", "Path=/", "SameSite=strict"} <= set(parts)


def test_a_token_that_was_brought_along(service: CaseService, client: httpx.Client) -> None:
    answer = client.post("/session", data={"token": service.token(Role.WORKER), "next": "/employer?after=x"})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/employer?after=x")
    refused = client.post("/session", data={"token": "eyJ.no.good"})
    assert refused.status_code == 400
    assert "This access token is invalid or has expired" in refused.text
    assert "Set-Cookie" not in refused.headers


def test_what_is_wrong_is_said_and_a_national_number_is_never_repeated(
    service: CaseService, client: httpx.Client
) -> None:
    wrong = client.post(
        "/session", data={"role": "employer", "sub": "me", "enterpriseNumber": "0202239952", "secret": service.secret}
    )
    assert wrong.status_code == 400
    assert 'value="0202239952"' in wrong.text
    assert 'href="#enterpriseNumber"' in wrong.text
    number = client.post(
        "/session", data={"role": "worker", "sub": "me", "ssin": "85073003329", "secret": service.secret}
    )
    assert number.status_code == 400
    assert "85073003329" not in number.text
    name = client.post(
        "/session", data={"role": "employer", "sub": SSIN, "enterpriseNumber": EMPLOYER, "secret": service.secret}
    )
    assert 'href="#sub"' in name.text


@pytest.mark.parametrize(
    ("role", "claim", "printed"),
    [
        ("employer", "enterpriseNumber", "BE 0206.731.645"),
        ("representative", "enterpriseNumber", "BE\u00a00206\u00a0731\u00a0645"),
        ("worker", "ssin", "85.07.30-033.28"),
        ("worker", "ssin", "850730 033 28"),
    ],
)
def test_numbers_are_understood_as_they_are_printed(
    service: CaseService, client: httpx.Client, role: str, claim: str, printed: str
) -> None:
    signed_in = client.post("/session", data={"role": role, "sub": "me", claim: printed, "secret": service.secret})
    assert signed_in.status_code == 303


def test_a_number_in_another_form_is_answered_with_a_right_one(service: CaseService, client: httpx.Client) -> None:
    wrong = client.post("/session", data={"role": "worker", "sub": "me", "ssin": "85.07.30", "secret": service.secret})
    assert wrong.status_code == 400
    assert "42.01.22-051.81" in wrong.text


def test_whoever_is_not_signed_in_comes_to_the_entrance_and_back(client: httpx.Client) -> None:
    case = f"/cases/{uuid4()}?after=3"
    answer = client.get(case)
    assert answer.status_code == 303
    entrance = client.get(answer.headers["Location"])
    assert f'name="next" value="{case}"' in entrance.text


def test_a_session_that_has_expired_says_so(service: CaseService, client: httpx.Client) -> None:
    caller = Caller(role=Role.EMPLOYER, subject="hr-1", token_id="t", enterprise_number=EMPLOYER)
    past = SystemClock().now() - timedelta(hours=2)
    token = service.issuer.issue(caller, now=past, lifetime=timedelta(hours=1))
    client.cookies.set(SESSION_COOKIE, token)
    answer = client.get("/employer")
    assert answer.headers["Location"] == "/?next=%2Femployer&expired=yes"
    assert "Your session has ended" in client.get(answer.headers["Location"]).text


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Sec-Fetch-Site": "same-origin", "Origin": "null"}, 303),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Origin": "https://elsewhere.example"}, 403),
        ({"Origin": "null"}, 403),
    ],
)
def test_a_form_of_another_site_is_refused(
    service: CaseService, client: httpx.Client, headers: dict[str, str], status: int
) -> None:
    answer = client.post(
        "/session",
        data={"role": "operations", "sub": "o", "authority": "flanders", "secret": service.secret},
        headers=headers,
    )
    assert answer.status_code == status
    assert ("Set-Cookie" in answer.headers) == (status == 303)


@pytest.mark.parametrize(
    "path", ["https://elsewhere.example", "//elsewhere.example", "/\\elsewhere.example", "employer", "/a\nb", "", None]
)
def test_nothing_leads_elsewhere(service: CaseService, client: httpx.Client, path: str | None) -> None:
    assert local_path(path) is None
    form = {"role": "regulator", "sub": "r", "authority": "", "next": path or "", "secret": service.secret}
    assert client.post("/session", data=form).headers["Location"] == "/board"


def test_a_form_that_is_none_is_refused(client: httpx.Client) -> None:
    assert client.post("/session", json={}).status_code == 415
    odd = client.post("/session", content=b"role=%ff", headers={"Content-Type": "application/x-www-form-urlencoded"})
    assert odd.status_code == 400
    assert '<html lang="en">' in odd.text
