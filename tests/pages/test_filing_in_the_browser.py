"""Employers, representatives and workers file in the browser: one group of questions a page, saved on every page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pytest
from playwright.sync_api import Browser, Page, expect

from infra.identity.caller import Role
from tests.pages.browser import watched_page
from tests.pages.case_service import CaseService, case_service

EMPLOYER: Mapping[str, str] = {"employer.name": "Haven NV"}
WORKER: Mapping[str, str] = {
    "worker.givenName": "Zwaluwina",
    "worker.familyName": "Vandekanarie",
    "worker.birthDate": "30/07/1985",
    "worker.nationality": "IN",
}
JOB: Mapping[str, str] = {
    "employment.title": "verpleegkundige",
    "employment.contract": "belgian",
    "employment.start": "01/03/2026",
    "employment.end": "29/02/2028",
    "employment.workplace.municipalityCode": "44021",
    "employment.qualificationLevel": "6",
}
PAY: Mapping[str, str] = {
    "employment.grossPay.amount": "45.678,90",
    "employment.grossPay.period": "year",
    "employment.fullTimeEquivalent": "100",
}


@pytest.fixture(scope="module")
def service(admin_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[CaseService]:
    with case_service(admin_url, tmp_path_factory.mktemp("home")) as opened:
        yield opened


def fill_in(page: Page, answers: Mapping[str, str]) -> None:
    for name, value in answers.items():
        field = page.locator(f'[name="{name}"]')
        if field.evaluate("each => each.tagName") == "SELECT":
            field.select_option(value)
        else:
            field.fill(value)


def press(page: Page, button: str) -> None:
    with page.expect_navigation():
        page.get_by_role("button", name=button).click()


def heading(page: Page, text: str) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text(text)


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
        heading(page, "Employer")
        fill_in(page, EMPLOYER)
        press(page, "Save and continue")
        heading(page, "Worker")
        fill_in(page, WORKER)
        press(page, "Save and continue")
        heading(page, "Job")
        fill_in(page, JOB)
        press(page, "Save and continue")
        heading(page, "Pay and contract")
        fill_in(page, PAY)
        press(page, "Save and continue")
        # when all is checked
        heading(page, "Check your answers")
        expect(page.locator("main")).to_contain_text("Vandekanarie")
        expect(page.locator("main")).to_contain_text("€45,678.90")
        press(page, "File the application")
        # then it is filed, and is no draft any more
        heading(page, "Your application was filed")
        page.goto(f"{service.address}/drafts?lang=en")
        expect(page.locator(".application")).to_have_count(0)
