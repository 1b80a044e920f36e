"""The pages of webhooks, in a real browser without scripts: added, tested, paused, replaced, sent again, deleted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from uuid import uuid4

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from api.composition import Program
from api.pages.sent_forms import FORM
from api.pages.session import SESSION_COOKIE
from infra.clock import SystemClock
from infra.identity.caller import Caller, Role
from infra.identity.development_issuer import DevelopmentIssuer
from tests.identity.callers import CALLERS
from tests.pages.browser import (
    check_accessibility,
    check_keyboard,
    check_reflow,
    check_targets,
    in_each_language,
    keep_screenshot,
    watched_page,
)
from tests.webhooks.hooks import Hooks
from tests.webhooks.receiver import Receiver
from tests.webhooks.verifying import verified_by
from tests.world.bodies import represented
from tests.world.service_clients import ServiceClient, ServiceClients
from tests.world.waiting import wait_until

pytestmark = pytest.mark.server

EMPLOYER, AGENCY = CALLERS[Role.EMPLOYER], CALLERS[Role.REPRESENTATIVE]


def token_of(program: Program, caller: Caller) -> str:
    issuer = DevelopmentIssuer.open(program.settings.home, create=True)
    return issuer.issue(caller, now=SystemClock().now())


def signed_in(page: Page, program: Program, address: str, caller: Caller) -> None:
    page.context.add_cookies(
        [{"name": SESSION_COOKIE, "value": token_of(program, caller), "url": address, "sameSite": "Strict"}]
    )


@pytest.fixture
def page(browser: Browser, program: Program, address: str) -> Iterator[Page]:
    """An employer's browser without scripts: what it can do, every other can."""
    with watched_page(browser, java_script_enabled=False) as watched:
        # A form that is refused is part of the tests.
        watched.forgive("400")
        signed_in(watched.page, program, address, EMPLOYER)
        yield watched.page


def press(page: Page, name: str) -> None:
    with page.expect_navigation():
        page.get_by_role("button", name=name).first.click()


@pytest.mark.usefixtures("workers", "hooks")
def test_a_system_is_added_tested_paused_and_told_again(
    page: Page, address: str, employer: ServiceClient, receiver: Receiver
) -> None:
    # given the counter, and a system that is added there
    page.goto(f"{address}/employer?lang=en")
    with page.expect_navigation():
        page.get_by_role("link", name="Webhooks").click()
    expect(page.get_by_text("No system is told yet.")).to_be_visible()
    page.get_by_label("Address of the system").fill(receiver.url)
    press(page, "Add")
    secret = page.locator("code").inner_text()
    keep_screenshot(page, "webhook-secret")
    with page.expect_navigation():
        page.get_by_role("link", name="I have copied it").click()
    # when it is tested, it is told
    press(page, "Send a test")
    wait_until(lambda: receiver.received, because="the test comes")
    assert verified_by(receiver.received[0], secret)
    # when something happens, the log says what, of which application and how it went
    filed = employer.file()
    wait_until(lambda: len(receiver.received) == 2, because="the notice comes")
    wait_until(lambda: _reloaded(page).get_by_text("Delivered").count() == 2, because="both are settled")
    row = page.get_by_role("row").filter(has_text="Application filed")
    expect(row).to_contain_text(employer.case(filed)["reference"])
    keep_screenshot(page, "webhook-log")
    # when it is sent again
    with page.expect_navigation():
        row.get_by_role("button", name="Send again").click()
    wait_until(lambda: len(receiver.received) == 3, because="it comes again")
    assert receiver.received[2].id == receiver.received[1].id
    # and from a day on, however the day is written
    wait_until(lambda: _reloaded(page).get_by_text("Delivered").count() == 2, because="it is settled")
    page.get_by_role("textbox", name="From").fill("1/1/2026")
    page.locator("form").filter(has=page.get_by_role("textbox", name="From")).get_by_role("button").click()
    wait_until(lambda: len(receiver.received) == 4, because="it comes once more")
    # when it is paused and goes on
    press(page, "Pause")
    expect(page.get_by_text("Nothing is sent now.")).to_be_visible()
    press(page, "Go on")
    expect(page.get_by_text("Active")).to_be_visible()
    # when the secret is replaced, then both are valid for a while
    press(page, "Make a new secret")
    assert page.locator("code").inner_text() != secret
    expect(page.get_by_text("The secret before is valid beside it until")).to_be_visible()
    # a change of language there shows the webhook: the secret was shown
    page.goto(f"{page.url}?lang=nl")
    expect(page.get_by_text("whsec_")).to_have_count(0)
    page.goto(f"{page.url.partition('?')[0]}?lang=en")
    # when it is deleted, after a question
    with page.expect_navigation():
        page.get_by_role("link", name="Delete").click()
    press(page, "Delete")
    expect(page.get_by_text("No system is told yet.")).to_be_visible()


def _reloaded(page: Page) -> Page:
    page.reload()
    return page


@pytest.mark.usefixtures("workers")
def test_one_that_has_stopped_says_why_and_how_to_go_on(
    page: Page, address: str, hooks: Hooks, employer: ServiceClient, receiver: Receiver
) -> None:
    hook = hooks.make(receiver.url)
    receiver.always(410)
    employer.file()
    wait_until(lambda: hook.read()["state"] == "stopped", because="it stops")
    page.goto(f"{address}/employer/webhooks/{hook.id}?lang=en")
    expect(
        page.get_by_text("The receiver answered that this address is gone: nothing is sent any more.")
    ).to_be_visible()
    row = page.get_by_role("row").filter(has_text="Application filed")
    expect(row).to_contain_text("The receiver answered that this address is gone (410)")
    expect(row).not_to_contain_text("Will be tried again")
    keep_screenshot(page, "webhook-stopped")
    receiver.always(200)
    press(page, "Go on")
    wait_until(lambda: hook.is_done, because="what waited is told")
    expect(_reloaded(page).get_by_text("Delivered")).to_have_count(1)


@pytest.mark.parametrize(
    "url", ["http://hr.example.be/", "https://10.0.0.1/", "hr.example.be", "", "https://intranet/"]
)
def test_what_is_no_public_https_address_is_said_at_its_field(page: Page, address: str, url: str) -> None:
    page.goto(f"{address}/employer/webhooks?lang=en")
    page.get_by_label("Address of the system").fill(url)
    press(page, "Add")
    expect(page.get_by_role("alert")).to_contain_text("Enter an https address on the public internet")
    assert page.get_by_label("Address of the system").input_value() == url
    assert page.get_by_label("Address of the system").get_attribute("aria-invalid") == "true"


@pytest.mark.parametrize("day", ["31/02/2026", "soon", ""])
def test_a_day_that_the_calendar_does_not_have_is_said_at_its_field(
    page: Page, address: str, hooks: Hooks, day: str
) -> None:
    page.goto(f"{address}/employer/webhooks/{hooks.make('https://hr.example.be/').id}?lang=en")
    page.get_by_role("textbox", name="From").fill(day)
    press(page, "Send again")
    expect(page.get_by_role("alert")).to_contain_text("Enter a day, such as 20/01/2026")


def test_a_representative_says_for_which_employer(
    browser: Browser, program: Program, address: str, clients: ServiceClients
) -> None:
    agency = clients.of(Role.REPRESENTATIVE)
    agency.file(represented())
    for runner in program.projection_runners().values():
        runner.catch_up()
    with watched_page(browser, java_script_enabled=False) as watched:
        page = watched.page
        watched.forgive("400")
        signed_in(page, program, address, AGENCY)
        page.goto(f"{address}/employer/webhooks?lang=en")
        page.get_by_label("Address of the system").fill("https://hr.example.be/")
        page.get_by_label("Enterprise number of the employer").fill("0409536968")
        press(page, "Add")
        expect(page.get_by_role("alert")).to_contain_text("employer for which you have applications under a mandate")
        page.get_by_label("Enterprise number of the employer").fill("BE 0202.239.951")
        press(page, "Add")
        expect(page.locator("code")).to_contain_text("whsec_")
        page.goto(f"{address}/employer/webhooks?lang=en")
        expect(page.locator(".application")).to_contain_text("0202.239.951")
    Hooks(agency).delete_all()


def test_others_find_nothing_there(program: Program, address: str, hooks: Hooks) -> None:
    hook, absent = hooks.make("https://hr.example.be/canary"), uuid4()
    paths = ["", "/deletion"]
    actions = ["secrets", "pauses", "resumptions", "tests", "replays", "deletion"]
    before = hook.read()
    strangers = (
        replace(EMPLOYER, subject="hr-foreign", enterprise_number="0409536968"),
        AGENCY,
        CALLERS[Role.WORKER],
        CALLERS[Role.CASE_HANDLER],
    )
    for caller in strangers:
        expected = 404 if caller.role in (Role.EMPLOYER, Role.REPRESENTATIVE) else 403
        cookies = {SESSION_COOKIE: token_of(program, caller)}
        with httpx.Client(base_url=address, cookies=cookies, timeout=20) as client:
            for which in (hook.id, absent):
                found = [client.get(f"/employer/webhooks/{which}{each}").status_code for each in paths]
                found += [
                    client.post(f"/employer/webhooks/{which}/{each}", headers={"Content-Type": FORM}).status_code
                    for each in actions
                ]
                assert set(found) == {expected}, caller
            assert "canary" not in client.get("/employer/webhooks").text
    assert hook.read() == before
    # and nobody is made to do it from another site
    cookies = {SESSION_COOKIE: token_of(program, EMPLOYER)}
    with httpx.Client(base_url=address, cookies=cookies, timeout=20) as client:
        forged = client.post(
            f"/employer/webhooks/{hook.id}/deletion",
            headers={"Content-Type": FORM, "Origin": "https://elsewhere.example"},
        )
        assert forged.status_code == 403
        assert hook.read() == before
        # who is signed in again at the address of a button comes back to the webhook
        again = client.get(f"/employer/webhooks/{hook.id}/pauses")
        assert (again.status_code, again.headers["Location"]) == (303, f"/employer/webhooks/{hook.id}")


@pytest.mark.usefixtures("workers")
@in_each_language("fr")
def test_everyone_can_use_the_pages(
    browser: Browser,
    program: Program,
    address: str,
    hooks: Hooks,
    employer: ServiceClient,
    receiver: Receiver,
    code: str,
) -> None:
    hook = hooks.make(f"{receiver.url}/a-rather-long-address-of-a-system-that-does-not-fit-on-a-narrow-screen")
    employer.file()
    wait_until(lambda: receiver.received and hook.is_done, because="it is told")
    receiver.always(500)
    employer.file()
    wait_until(lambda: "failingSince" in hook.read(), because="it fails")
    for path in ("", f"/{hook.id}", f"/{hook.id}/deletion"):
        with watched_page(browser) as watched:
            page = watched.page
            signed_in(page, program, address, EMPLOYER)
            page.goto(f"{address}/employer/webhooks{path}?lang={code}")
            check_accessibility(page)
            check_targets(page)
            check_keyboard(page)
            page.set_viewport_size({"width": 320, "height": 700})
            check_reflow(page)
            keep_screenshot(page, f"webhooks{path.replace(hook.id, 'one').replace('/', '-')}-{code}-narrow")
