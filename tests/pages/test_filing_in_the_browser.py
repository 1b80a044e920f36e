"""Employers, representatives and workers file in the browser: one group of questions a page, saved on every page."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing

import pytest
from playwright.sync_api import Browser, Page, expect

from infra.identity.caller import Role
from tests.documents.files import pdf
from tests.drafts.applicants import ANSWERS, Applicant
from tests.pages.browser import (
    check_accessibility,
    check_keyboard,
    check_reflow,
    check_targets,
    in_each_language,
    watched_page,
)
from tests.pages.case_service import CaseService, case_service
from tests.pages.draft_forms import PASSPORT, fill_in, follow, heading, press

TITLES: Mapping[str, str] = {"Employer": "employer", "Worker": "worker", "Job": "job", "Pay and contract": "pay"}


@pytest.fixture(scope="module")
def service(admin_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[CaseService]:
    with case_service(admin_url, tmp_path_factory.mktemp("home")) as opened:
        yield opened


def begin(page: Page, service: CaseService, category: str = "nurse") -> None:
    page.goto(f"{service.address}/drafts/new?lang=en")
    fill_in(page, {"authority": "flanders", "category": category, "procedureLanguage": "nl"})
    press(page, "Begin")


@pytest.mark.parametrize("scripts", [False, True])
def test_an_employer_files_a_permit_of_fixed_term(service: CaseService, browser: Browser, scripts: bool) -> None:
    with watched_page(browser, java_script_enabled=scripts) as watched:
        page = watched.page
        service.sign_in(page.context, Role.EMPLOYER)
        # given the questions, answered one page after the other
        begin(page, service)
        for title, group in TITLES.items():
            heading(page, title)
            fill_in(page, ANSWERS[group])
            press(page, "Save and continue")
        heading(page, "Documents")
        page.locator('[name="file-passport"]').set_input_files(PASSPORT)
        press(page, "Attach the chosen files")
        expect(page.locator(".draft-files li")).to_have_count(1)
        follow(page, "Continue without the missing documents")
        # when all is checked
        heading(page, "Check your answers")
        expect(page.locator("main")).to_contain_text("Vandekanarie")
        expect(page.locator("main")).to_contain_text("€45,678.90")
        watched.forgive("409")
        press(page, "File the application")
        if scripts:
            # The same application was filed by the test before.
            press(page, "File it as another application")
        # then it is filed, and is no draft any more
        heading(page, "Your application was filed")
        expect(page.locator("main")).to_contain_text("1 document was attached with it.")
        page.goto(f"{service.address}/drafts?lang=en")
        expect(page.locator(".application")).to_have_count(0)


def test_what_the_rules_say_follows_what_is_typed(service: CaseService, browser: Browser) -> None:
    with watched_page(browser) as watched:
        page = watched.page
        service.sign_in(page.context, Role.EMPLOYER)
        begin(page, service, "mediumSkilledOther")
        page.goto(page.url.replace("/employer", "/recruitment"))
        for row, channel in enumerate(("VDAB", "EURES")):
            place = f"labourMarketTest.publications.{row}"
            fill_in(page, {f"{place}.channel": channel, f"{place}.from": "18/11/2025", f"{place}.to": "17/01/2026"})
        with page.expect_response("**/beside"):
            page.locator('[name="labourMarketTest.publications.1.to"]').blur()
        expect(page.locator("#beside")).to_contain_text("61")
        # and nothing was saved
        page.reload()
        expect(page.locator('[name="labourMarketTest.publications.0.from"]')).to_have_value("")


def test_a_renewal_is_filed_by_keyboard_in_few_pages_and_minutes(
    service: CaseService, browser: Browser, record_property: Callable[[str, object], None]
) -> None:
    """The script says how many pages and seconds it took; a person types slower, and reads."""
    case_id = service.filed(worker__familyName="Toetsenbord")
    with watched_page(browser) as watched:
        page = watched.page
        service.sign_in(page.context, Role.EMPLOYER)
        pages: list[str] = []
        page.on("framenavigated", lambda frame: pages.append(frame.url))
        began = time.monotonic()
        # given a permit that is renewed
        page.goto(f"{service.address}/drafts/new?renewalOf={case_id}&lang=en")
        press_keys(page, "renewal", "Yes")
        send_by_enter(page, "procedureLanguage")
        # when what changes is typed
        heading(page, "Employer")
        send_by_enter(page, "employer.name")
        heading(page, "Job")
        press_keys(page, "employment.start", "01/03/2028")
        press_keys(page, "employment.end", "28/02/2030")
        send_by_enter(page, "employment.end")
        heading(page, "Documents")
        papers = page.locator('#files [type="file"]')
        for number in range(papers.count()):
            # The one thing that a script does for the keyboard: to choose in the dialogue of the system.
            papers.nth(number).set_input_files(PASSPORT)
        page.get_by_role("button", name="Attach the chosen files").focus()
        with page.expect_navigation():
            page.keyboard.press("Enter")
        expect(page.locator('#files [type="file"]')).to_have_count(1)
        page.get_by_role("link", name="Continue").focus()
        with page.expect_navigation():
            page.keyboard.press("Enter")
        heading(page, "Check your answers")
        page.get_by_role("button", name="File the application").focus()
        with page.expect_navigation():
            page.keyboard.press("Enter")
        # then it is filed
        heading(page, "Your application was filed")
        seconds = time.monotonic() - began
    record_property("pages", len(pages))
    record_property("seconds", round(seconds, 1))
    assert len(pages) <= 12
    assert seconds < 240


@pytest.mark.parametrize("scripts", [False, True])
def test_a_worker_states_earlier_work_where_the_register_is_away(
    service: CaseService, browser: Browser, scripts: bool
) -> None:
    with watched_page(browser, java_script_enabled=scripts) as watched:
        page = watched.page
        service.sign_in(page.context, Role.WORKER, "w-1")
        begin(page, service, "unlimited")
        page.goto(page.url.replace("/employer", "/workHistory"))
        fill_in(page, {"workHistory.0.employer": "Bakkerij Eigen"})
        press(page, "Fill in from the register")
        expect(page.locator(".notice")).to_contain_text("fill in your employments yourself")
        expect(page.locator('[name="workHistory.0.employer"]')).to_have_value("Bakkerij Eigen")
        if scripts:
            check_accessibility(page)
            page.set_viewport_size({"width": 320, "height": 700})
            check_reflow(page)
        row = {"from": "01/02/2019", "to": "31/01/2024", "basis": "singlePermit"}
        fill_in(page, {f"workHistory.0.{member}": value for member, value in row.items()})
        press(page, "Save and go to the list")
        page.goto(page.url + "/check")
        expect(page.locator("main")).to_contain_text("Bakkerij Eigen")


def press_keys(page: Page, name: str, text: str) -> None:
    """Type into a field, as somebody without a mouse does."""
    page.locator(f'[name="{name}"]').focus()
    page.keyboard.type(text)


def send_by_enter(page: Page, name: str) -> None:
    """Send the form of a page from one of its fields."""
    page.locator(f'[name="{name}"]').focus()
    if page.locator(f'[name="{name}"]').evaluate("each => each.tagName") == "SELECT":
        page.get_by_role("button").first.focus()
    with page.expect_navigation():
        page.keyboard.press("Enter")


@in_each_language("de")
def test_everyone_can_use_the_pages_of_a_draft(service: CaseService, browser: Browser, code: str) -> None:
    service.filed()
    service.catch_up()
    applicant = Applicant(service, subject=f"hr-{code}")
    with closing(applicant), watched_page(browser) as watched:
        page = watched.page
        watched.forgive("400")
        service.sign_in(page.context, Role.EMPLOYER, f"hr-{code}")
        applicant.begin(category="mediumSkilledOther")
        applicant.save("worker", ANSWERS["worker"])
        applicant.attach(("passport", pdf()))
        for path in (
            "/drafts", "/drafts/new", applicant.draft, f"{applicant.draft}/check", f"{applicant.draft}/deletion",
            f"{applicant.draft}/questions/worker", f"{applicant.draft}/questions/recruitment",
            f"{applicant.draft}/documents",
        ):  # fmt: skip
            page.set_viewport_size({"width": 1280, "height": 900})
            page.goto(f"{service.address}{path}?lang={code}")
            check_accessibility(page)
            check_targets(page)
            check_keyboard(page)
            page.set_viewport_size({"width": 320, "height": 700})
            check_reflow(page)
        # with errors too
        page.goto(f"{service.address}{applicant.draft}/documents")
        with page.expect_navigation():
            page.locator("#files button").first.click()
        expect(page.locator(".error-summary")).to_be_visible()
        check_accessibility(page)
        page.goto(f"{service.address}{applicant.draft}/questions/pay")
        page.locator('[name="employment.grossPay.amount"]').fill("veel")
        with page.expect_navigation():
            page.get_by_role("button").first.click()
        expect(page.locator(".error-summary")).to_be_visible()
        check_accessibility(page)
        applicant.press("deletion")
