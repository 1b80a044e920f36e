"""The applications of an employer, a representative or a worker, and what is asked of him now."""

from collections.abc import Iterator
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, expect

from domain.case.commands import RequestInformation
from infra.identity.caller import Role
from tests.pages.browser import (
    check_accessibility,
    check_keyboard,
    check_reflow,
    check_targets,
    in_each_language,
    watched_page,
)
from tests.pages.case_service import OTHER_EMPLOYER, CaseService, case_service


@pytest.fixture(scope="module")
def service(admin_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[CaseService]:
    """An employer with 21 applications, of which one waits for an answer."""
    with case_service(admin_url, tmp_path_factory.mktemp("home")) as opened:
        asked = opened.filed()
        opened.does(asked, RequestInformation(request_id=uuid4(), items=("diploma",), question="Where is it?"))
        for _ in range(20):
            opened.filed(worker__ssin=None)
        opened.catch_up()
        yield opened


def test_an_employer_sees_what_is_asked_and_pages_on(service: CaseService, browser: Browser) -> None:
    with watched_page(browser, java_script_enabled=False) as watched:
        page = watched.page
        service.sign_in(page.context, Role.EMPLOYER)
        page.goto(f"{service.address}/employer?lang=en")
        asked = page.get_by_role("region", name="Action needed")
        expect(asked).to_contain_text("Last day to answer: 4 February 2026")
        expect(asked).to_contain_text("Zwaluwina Vandekanarie")
        expect(asked).to_contain_text("Diploma")
        expect(page.locator(".application")).to_have_count(20)
        page.get_by_role("link", name="Next page").click()
        expect(page.locator(".application")).to_have_count(1)
        expect(page.get_by_role("region", name="Action needed")).to_have_count(0)
        page.get_by_role("link", name="Previous page").click()
        asked.get_by_role("link", name="Answer the request").click()
        expect(page.get_by_role("heading", name="Answer the request")).to_be_visible()


def test_others_see_only_what_is_their_own(service: CaseService, browser: Browser) -> None:
    for role, value, count in (
        (Role.WORKER, None, 1),
        (Role.EMPLOYER, OTHER_EMPLOYER, 0),
        (Role.REPRESENTATIVE, None, 0),
    ):
        with watched_page(browser) as watched:
            service.sign_in(watched.page.context, role, value=value)
            watched.page.goto(f"{service.address}/employer?lang=en")
            expect(watched.page.locator(".application")).to_have_count(count)


def test_a_handler_has_no_applications_of_his_own(service: CaseService, browser: Browser) -> None:
    with watched_page(browser) as watched:
        watched.forgive("403")
        service.sign_in(watched.page.context, Role.CASE_HANDLER)
        watched.page.goto(f"{service.address}/employer?lang=fr")
        expect(watched.page.get_by_role("heading", name="Vous ne pouvez pas faire cela")).to_be_visible()
        check_accessibility(watched.page)


@in_each_language("de")
def test_everyone_can_use_the_list(service: CaseService, browser: Browser, code: str) -> None:
    with watched_page(browser) as watched:
        page = watched.page
        service.sign_in(page.context, Role.EMPLOYER)
        page.goto(f"{service.address}/employer?lang={code}")
        check_accessibility(page)
        check_targets(page)
        check_keyboard(page)
        page.set_viewport_size({"width": 320, "height": 700})
        check_reflow(page)


def test_a_place_that_no_page_gave(service: CaseService, browser: Browser) -> None:
    with watched_page(browser) as watched:
        watched.forgive("400")
        service.sign_in(watched.page.context, Role.EMPLOYER)
        answer = watched.page.goto(f"{service.address}/employer?after=made-up&lang=nl")
        assert answer is not None
        assert answer.status == 400
