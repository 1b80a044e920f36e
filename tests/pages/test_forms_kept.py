"""A form that is sent after the session has ended: its text comes back after signing in again, and nothing is lost."""

from __future__ import annotations

import json
from datetime import timedelta
from html import unescape
from uuid import UUID, uuid4

import httpx
import pytest
from playwright.sync_api import Browser, expect

from api.pages.session import SESSION_COOKIE
from infra.clock import SystemClock
from infra.identity.caller import Caller, Role
from tests.pages.browser import check_accessibility, check_reflow, watched_page
from tests.pages.case_service import CaseService

QUESTION = 'Welke "taken" hoort de werknemer te doen?\nGraag <b>per week</b> & per dag: één bladzijde.'


def version_of(service: CaseService, case_id: UUID) -> int:
    return service.program.journal.read(case_id).version


def ended_token(service: CaseService) -> str:
    """The token of a handler whose working day is over."""
    caller = Caller(role=Role.CASE_HANDLER, subject="h-1", token_id="t", authority="flanders")
    return service.issuer.issue(caller, now=SystemClock().now() - timedelta(hours=2), lifetime=timedelta(hours=1))


@pytest.mark.parametrize("how", ["signed out elsewhere", "expired"])
def test_what_was_typed_comes_back_after_signing_in_again(service: CaseService, browser: Browser, how: str) -> None:
    case_id = service.filed()
    with watched_page(browser, java_script_enabled=False) as watched:
        page = watched.page
        # given a handler who has written a question
        service.sign_in(page.context, Role.CASE_HANDLER)
        page.goto(f"{service.address}/cases/{case_id}/informationRequests?lang=en")
        page.get_by_label("Your question").fill(QUESTION)
        page.get_by_label("Job description").check()
        # and whose session ends before he sends it
        page.context.clear_cookies(name=SESSION_COOKIE)
        if how == "expired":
            token = ended_token(service)
            page.context.add_cookies([{"name": SESSION_COOKIE, "value": token, "url": service.address}])
        before = version_of(service, case_id)
        page.get_by_role("button", name="Send the request").click()
        # when he is asked to sign in again, and does, after choosing wrong at first
        expect(page.get_by_text("What you filled in is kept on this page")).to_be_visible()
        expect(page.get_by_text("Your session has ended")).to_have_count(1 if how == "expired" else 0)
        check_reflow(page)
        page.get_by_role("button", name="Regulator").click()
        page.get_by_role("button", name="Choose another role").click()
        page.get_by_role("button", name="Case handler").click()
        page.get_by_label("Authority").select_option("flanders")
        page.get_by_label("Secret of this service").fill(service.secret)
        page.get_by_role("button", name="Sign in", exact=True).first.click()
        # then the form is there with what he had written, and nothing was sent
        expect(page.get_by_text("Nothing has been sent: check it and send it.")).to_be_visible()
        expect(page.get_by_label("Your question")).to_have_value(QUESTION)
        expect(page.get_by_label("Job description")).to_be_checked()
        assert version_of(service, case_id) == before
        # and no address ever had any of it
        assert page.url.partition("?")[0] == f"{service.address}/cases/{case_id}/informationRequests"
        assert "taken" not in page.url
        # and he sends it himself
        page.get_by_role("button", name="Send the request").click()
        expect(page.get_by_role("status").first).to_contain_text("Your question was sent")
    view = service.file(case_id)
    (asked,) = view.body["informationRequests"]
    assert (asked["question"], asked["items"]) == (QUESTION, ["jobDescription"])


def test_everyone_can_use_the_sign_in_that_keeps_a_form(service: CaseService, browser: Browser) -> None:
    case_id = service.filed()
    with watched_page(browser) as watched:
        page = watched.page
        service.sign_in(page.context, Role.CASE_HANDLER)
        page.goto(f"{service.address}/cases/{case_id}/informationRequests?lang=en")
        page.get_by_label("Your question").fill(QUESTION)
        page.context.clear_cookies(name=SESSION_COOKIE)
        page.get_by_role("button", name="Send the request").click()
        expect(page.get_by_text("What you filled in is kept on this page")).to_be_visible()
        check_accessibility(page)


def hidden(page: str, name: str) -> str:
    """The value of a hidden field, as the browser would send it."""
    return unescape(page.split(f'name="{name}" value="')[1].split('"')[0])


def typed(version: int) -> dict[str, str]:
    return {"question": QUESTION, "items": "diploma", "version": str(version), "key": str(uuid4())}


def test_a_token_brought_along_brings_the_form_back_too(service: CaseService, client: httpx.Client) -> None:
    case_id = service.filed()
    path = f"/cases/{case_id}/informationRequests"
    form = typed(version_of(service, case_id))
    away = client.post(path, data=form)
    assert (away.status_code, away.headers["Location"]) == (307, f"/session/again?next={path.replace('/', '%2F')}")
    entrance = client.post(away.headers["Location"], data=form)
    assert (entrance.status_code, entrance.headers["Cache-Control"]) == (200, "no-store")
    kept = hidden(entrance.text, "kept")
    # a wrong token keeps it, the right one leads back to it
    wrong = client.post("/session", data={"token": "eyJ.no.good", "next": path, "kept": kept})
    assert (wrong.status_code, hidden(wrong.text, "kept")) == (400, kept)
    sign_in = {"token": service.token(Role.CASE_HANDLER), "next": path, "kept": kept}
    back = client.post("/session", data=sign_in)
    assert (back.status_code, back.headers["Location"]) == (307, path)
    shown = client.post(path, data=sign_in)
    assert shown.status_code == 200
    assert unescape(shown.text.split('name="question"')[1].split(">", 1)[1].split("</textarea>")[0]) == QUESTION
    # what comes back still rests on the version that was seen, under a key of its own
    assert hidden(shown.text, "version") == form["version"]
    assert hidden(shown.text, "key") != form["key"]
    assert sign_in["token"] not in shown.text


def test_whoever_may_not_see_the_case_sees_nothing_of_it(service: CaseService, client: httpx.Client) -> None:
    case_id = service.filed()
    path = f"/cases/{case_id}/informationRequests"
    kept = json.dumps({name: [value] for name, value in typed(version_of(service, case_id)).items()})
    client.cookies.set(SESSION_COOKIE, service.token(Role.CASE_HANDLER, value="brussels"))
    assert client.post(path, data={"kept": kept}).status_code == 404


@pytest.mark.parametrize("kept", ["", "{", "[]", '{"question": "text"}', '{"question": [7]}', "[" * 3000])
def test_what_is_no_form_is_not_kept(service: CaseService, client: httpx.Client, kept: str) -> None:
    case_id = service.filed()
    path = f"/cases/{case_id}/informationRequests"
    token = service.token(Role.CASE_HANDLER)
    assert client.post("/session", data={"token": token, "next": path, "kept": kept}).status_code == 303
    before = version_of(service, case_id)
    client.cookies.clear()
    client.cookies.set(SESSION_COOKIE, token)
    assert client.post(path, data={"kept": kept}).status_code == 400
    assert version_of(service, case_id) == before


@pytest.mark.parametrize("path", ["/session/again", "/cases/{case}/informationRequests"])
def test_another_site_can_put_nothing_into_a_form(service: CaseService, client: httpx.Client, path: str) -> None:
    case_id = service.filed()
    client.cookies.set(SESSION_COOKIE, service.token(Role.CASE_HANDLER))
    kept = json.dumps({"question": ["written by somebody else"]})
    refused = client.post(path.format(case=case_id), data={"kept": kept}, headers={"Sec-Fetch-Site": "cross-site"})
    assert refused.status_code == 403
    assert "somebody else" not in refused.text


def test_a_file_is_chosen_anew(service: CaseService, client: httpx.Client) -> None:
    path = f"/cases/{service.filed()}/documents"
    away = client.post(path, data={"kind": "diploma"}, files={"file": ("d.pdf", b"%PDF-1.7", "application/pdf")})
    assert (away.status_code, away.headers["Location"]) == (303, f"/?next={path.replace('/', '%2F')}")


def test_the_address_of_the_second_sign_in_leads_to_the_first(client: httpx.Client) -> None:
    away = client.get("/session/again?next=%2Femployer&expired=yes")
    assert (away.status_code, away.headers["Location"]) == (303, "/?next=%2Femployer&expired=yes")


@pytest.mark.parametrize(
    ("path", "fields", "shown"),
    [
        ("/search", {"text": "Vandekanarie-Zwaluw"}, "Vandekanarie-Zwaluw"),
        (
            "/queue/payments/recorded",
            {"lines": "paid_on;amount;structured_reference\n19/01/2026;12,50;+++000/0000/00097+++"},
            "000/0000/00097",
        ),
    ],
)
def test_other_forms_keep_what_was_typed_too(
    service: CaseService, client: httpx.Client, path: str, fields: dict[str, str], shown: str
) -> None:
    asked = client.post(path, data=fields)
    assert (asked.status_code, asked.headers["Location"].partition("?")[0]) == (307, "/session/again")
    again = client.post(asked.headers["Location"], data=fields)
    kept = unescape(again.text.partition('name="kept" value="')[2].partition('"')[0])
    token = service.token(Role.CASE_HANDLER)
    back = client.post("/session", data={"token": token, "next": path, "kept": kept})
    assert (back.status_code, back.headers["Location"]) == (307, path)
    client.cookies.set(SESSION_COOKIE, token)
    assert shown in unescape(client.post(path, data={"kept": kept}).text)


def test_a_session_that_ends_while_a_part_is_renewed_empties_nothing(client: httpx.Client) -> None:
    renewed = client.post(f"/drafts/{uuid4()}/questions/worker/beside", data={"a": "b"}, headers={"HX-Request": "true"})
    # A script that is answered with nothing leaves the part as it is; the page it fetches by itself is the sign-in.
    assert (renewed.status_code, renewed.text) == (204, "")
    assert client.get("/queue", headers={"HX-Request": "true"}).status_code == 303
