"""Where the focus and the links of every page lead: what is to be done first, what is wrong, and home."""

import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

import api.pages
from api.pages.session import FIRST_PAGES, SESSION_COOKIE
from domain.case.commands import AssignCase
from infra.identity.caller import Role
from tests.pages.browser import watched_page
from tests.pages.case_service import CaseService

FOCUS = "document.activeElement.textContent.trim()"


@pytest.fixture
def without_scripts(service: CaseService, browser: Browser) -> Iterator[Page]:
    with watched_page(browser, java_script_enabled=False) as watched:
        watched.forgive("400")
        service.sign_in(watched.page.context, Role.CASE_HANDLER)
        yield watched.page


def test_what_the_case_waits_for_is_the_first_stop_of_its_page(service: CaseService, page: Page) -> None:
    case_id = service.filed()
    service.does(case_id, AssignCase(handler="caseHandler:h-1"))
    service.sign_in(page.context, Role.CASE_HANDLER)
    page.goto(f"{service.address}/cases/{case_id}?lang=en")
    page.keyboard.press("Tab")
    assert page.evaluate(FOCUS) == "Skip to the content"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate(FOCUS) == "Decide on admissibility"
    # In a wide window it stands beside the file, as before.
    dossier, steps = page.locator(".dossier").bounding_box(), page.locator(".side").bounding_box()
    assert dossier is not None
    assert steps is not None
    assert dossier["x"] + dossier["width"] <= steps["x"]
    assert dossier["y"] == steps["y"]


def test_after_an_error_the_focus_is_on_what_is_wrong(service: CaseService, without_scripts: Page) -> None:
    page, case_id = without_scripts, service.filed()
    page.goto(f"{service.address}/cases/{case_id}/feePayments?lang=en")
    with page.expect_navigation():
        page.get_by_role("button", name="Record the payment").click()
    expect(page.get_by_role("alert")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Choose to whom it was paid")).to_be_focused()
    for link in page.get_by_role("alert").get_by_role("link").all():
        target = (link.get_attribute("href") or "").removeprefix("#")
        expect(page.locator(f"[id='{target}']")).to_have_count(1)


def test_every_alert_takes_the_focus() -> None:
    templates = Path(api.pages.__file__).parent / "templates"
    without = [
        file.name
        for file in templates.rglob("*.html")
        for tag in re.findall(r'<[^>]*role="alert"[^>]*', file.read_text())
        if 'tabindex="-1"' not in tag or "autofocus" not in tag
    ]
    assert not without


@pytest.mark.parametrize("role", FIRST_PAGES)
def test_the_name_of_the_service_leads_home(service: CaseService, role: Role) -> None:
    cookies = {SESSION_COOKIE: service.token(role)}
    with httpx.Client(base_url=service.address, cookies=cookies) as signed_in:
        assert f'class="product" href="{FIRST_PAGES[role]}"' in signed_in.get("/law").text
    assert 'class="product" href="/"' in httpx.get(f"{service.address}/law").text


def test_a_page_says_only_what_its_reader_did(service: CaseService) -> None:
    case_id, other = service.filed(), service.filed()
    form = f"/cases/{case_id}/assignments"
    said = "The case is assigned"
    with httpx.Client(
        base_url=service.address,
        headers={"Accept-Language": "en"},
        cookies={SESSION_COOKIE: service.token(Role.CASE_HANDLER)},
    ) as handler:
        shown = handler.get(form).text
        held = {name: re.findall(rf'name="{name}" value="([^"]+)"', shown)[0] for name in ("key", "version")}
        sent = handler.post(form, data=held | {"handler": "caseHandler:h-1"})
        done = sent.headers["Location"]
        assert said in handler.get(done).text

        note = done.partition("?done=")[2]
        for made_up in ("assignments", "answers", note[:-4], f"{note}A", "é", ""):
            assert said not in handler.get(f"/cases/{case_id}", params={"done": made_up}).text
            assert 'role="status"><p>' not in handler.get(f"/cases/{case_id}", params={"done": made_up}).text
        assert said not in handler.get(f"/cases/{other}?done={note}").text
    with httpx.Client(
        base_url=service.address,
        headers={"Accept-Language": "en"},
        cookies={SESSION_COOKIE: service.token(Role.CASE_HANDLER, "h-2")},
    ) as colleague:
        assert said not in colleague.get(done).text


@pytest.mark.parametrize(("parameter", "said"), [("out", "You have signed out"), ("expired", "session has ended")])
def test_the_entrance_says_only_what_is_so(service: CaseService, parameter: str, said: str) -> None:
    cookies = {SESSION_COOKIE: service.token(Role.EMPLOYER)}
    with httpx.Client(base_url=service.address, headers={"Accept-Language": "en"}, cookies=cookies) as signed_in:
        assert said not in signed_in.get(f"/?{parameter}=yes").text
