"""Looking for a case on the pages: by reference, number and name, and never with either in an address."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from domain.case.commands import AssignCase, WithdrawApplication
from infra.identity.caller import Role
from tests.pages.browser import (
    check_accessibility,
    check_keyboard,
    check_reflow,
    check_targets,
    in_each_language,
    keep_screenshot,
    watched_page,
)
from tests.pages.case_service import EMPLOYER, OTHER_EMPLOYER, SSIN, CaseService

pytestmark = pytest.mark.server

NDIAYE = "N'Diaye"


@dataclass(frozen=True, slots=True, kw_only=True)
class Filed:
    """Cases of Flanders by the name of their worker."""

    cases: dict[str, UUID]

    def reference(self, service: CaseService, name: str) -> str:
        return str(service.file(self.cases[name]).body["reference"])


@pytest.fixture(scope="module")
def filed(service: CaseService) -> Filed:
    people = {"N'Diaye": "Awa", "Wałęsa": "Lech", "Ben-Salah": "Ines"}
    cases = {
        family: service.filed(worker__familyName=family, worker__givenName=given, worker__ssin=None)
        for family, given in people.items()
    }
    cases["Vandekanarie"] = service.filed(employer__enterpriseNumber=OTHER_EMPLOYER, employer__name="Zonnebloem BV")
    service.does(cases["Wałęsa"], WithdrawApplication(), f"employer:{EMPLOYER}")
    service.does(cases["Ben-Salah"], AssignCase(handler="caseHandler:h-7"))
    service.catch_up()
    return Filed(cases=cases)


@pytest.fixture
def handler(service: CaseService, filed: Filed, page: Page) -> Iterator[Page]:
    """A page of a handler of Flanders, who reads English."""
    service.sign_in(page.context, Role.CASE_HANDLER)
    page.goto(f"{service.address}/queue?lang=en")
    yield page
    # whatever was searched for, the address says nothing of it
    assert page.url in (f"{service.address}/search", f"{service.address}/search?lang=en") or "/cases/" in page.url


def of_session(service: CaseService, role: Role, value: str | None = None) -> dict[str, str]:
    """The headers of somebody who is signed in."""
    return {"Cookie": f"session={service.token(role, value=value)}"}


def search(page: Page, text: str) -> None:
    page.get_by_role("search").get_by_label("Reference, name or number").fill(text)
    page.get_by_role("search").get_by_role("button").click()


def links(page: Page) -> list[str | None]:
    return [each.get_attribute("href") for each in page.locator("#found tbody a").all()]


def test_a_reference_in_the_head_of_any_page_leads_to_the_case(
    handler: Page, service: CaseService, filed: Filed
) -> None:
    reference = filed.reference(service, "N'Diaye")
    search(handler, reference.lower().replace("-", " "))
    expect(handler).to_have_url(f"{service.address}/cases/{filed.cases[NDIAYE]}")


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("n\u2019diaye", "N'Diaye"), ("Ndiaye Awa", "N'Diaye"), ("walesa", "Wałęsa"), ("LECH WAŁĘSA", "Wałęsa"),
        ("Ben Salah", "Ben-Salah"), ("bensalah", "Ben-Salah"), ("zonnebloem", "Vandekanarie"),
        ("85.07.30-033.28", "Vandekanarie"), ("BE 0420.429.375", "Vandekanarie"),
    ],
)  # fmt: skip
def test_a_name_or_a_number_finds_the_case(
    handler: Page, service: CaseService, filed: Filed, typed: str, name: str
) -> None:
    search(handler, typed)
    assert links(handler) == [f"/cases/{filed.cases[name]}"]
    row = handler.locator("#found tbody tr")
    expect(row).to_contain_text(name)
    # what was typed is still there, to be corrected
    expect(handler.get_by_label("Reference, name or number")).to_have_value(typed)


def test_closed_cases_are_found_too_and_say_so(handler: Page, service: CaseService, filed: Filed) -> None:
    search(handler, "Lech")
    expect(handler.locator("#found tbody tr")).to_contain_text("20 Jan 2026")
    handler.get_by_label("Which cases").select_option("Open cases")
    handler.get_by_role("button", name="Search").click()
    expect(handler.get_by_role("heading", name="No case found")).to_be_visible()
    # and without a text all closed cases are listed
    search(handler, "")
    handler.get_by_label("Which cases").select_option("Closed cases")
    handler.get_by_role("button", name="Search").click()
    assert links(handler) == [f"/cases/{filed.cases['Wałęsa']}"]


def test_a_mistyped_number_is_said_to_be_mistyped(browser: Browser, service: CaseService, filed: Filed) -> None:
    with watched_page(browser) as watched:
        watched.forgive("status 400|400 ")
        page = watched.page
        service.sign_in(page.context, Role.CASE_HANDLER)
        page.goto(f"{service.address}/search?lang=en")
        search(page, "85.07.30-033.29")
        expect(page.get_by_role("alert")).to_have_text(
            "The last two digits of this number do not fit the others: look for a mistyped digit."
        )
        check_accessibility(page)


def test_a_case_of_another_authority_is_not_found(client: httpx.Client, service: CaseService, filed: Filed) -> None:
    for typed in (NDIAYE, filed.reference(service, NDIAYE), "85.07.30-033.28"):
        for authority, expected in (("flanders", True), ("brussels", False)):
            session = of_session(service, Role.CASE_HANDLER, authority)
            answer = client.post("/search", data={"text": typed}, headers=session)
            found = answer.text + answer.headers.get("Location", "")
            assert ("/cases/" in found) is expected


@pytest.mark.parametrize("role", [Role.EMPLOYER, Role.REPRESENTATIVE, Role.WORKER, Role.OPERATIONS])
def test_parties_and_operations_have_no_search(client: httpx.Client, service: CaseService, role: Role) -> None:
    session = of_session(service, role)
    assert client.get("/search", headers=session).status_code == 403
    assert client.post("/search", data={"text": SSIN}, headers=session).status_code == 403
    assert 'action="/search"' not in client.get("/law", headers=session).text


def test_a_corrected_name_finds_the_case_and_the_wrong_one_does_not(client: httpx.Client, service: CaseService) -> None:
    # given a name that a handler corrects
    case_id = service.filed(worker__familyName="Tikfout", worker__ssin=None)
    session = of_session(service, Role.CASE_HANDLER)
    page = client.get(f"/cases/{case_id}/corrections?part=worker", headers=session).text
    version = service.program.journal.read(case_id).version
    assert "Tikfout" in page
    corrected = {
        "key": "0b5b4a3e-5f0e-4f5e-9f8e-000000000001", "version": str(version), "part": "worker", "reason": "passport",
        "worker.givenName": "Zwaluwina", "worker.familyName": "Rechtgezet", "worker.birthDate": "30/07/1985",
        "worker.nationality": "IN",
    }  # fmt: skip
    sent = client.post(f"/cases/{case_id}/corrections", data=corrected, headers=session)
    assert sent.status_code == 303, sent.text
    service.catch_up()
    # then it is found by the right one only
    for typed, expected in (("Rechtgezet", True), ("Tikfout", False)):
        answer = client.post("/search", data={"text": typed}, headers=session)
        assert (f"/cases/{case_id}" in answer.text) is expected


def test_an_erased_person_is_found_by_no_name(client: httpx.Client, service: CaseService) -> None:
    case_id = service.filed(worker__familyName="Vergeetmij", worker__ssin=None, employer__name="Vergeten BV")
    service.catch_up()
    session = of_session(service, Role.CASE_HANDLER)
    assert f"/cases/{case_id}" in client.post("/search", data={"text": "vergeetmij"}, headers=session).text
    reference = str(service.file(case_id).body["reference"])
    service.erase(case_id)
    for typed in ("vergeetmij", "vergeten"):
        assert f"/cases/{case_id}" not in client.post("/search", data={"text": typed}, headers=session).text
    # and by the reference still, without a name
    assert client.post("/search", data={"text": reference}, headers=session).headers["Location"] == f"/cases/{case_id}"
    listed = client.post("/search", data={"text": "", "state": "open"}, headers=session).text
    assert "No longer kept: erased" in listed


def test_what_was_found_goes_on_where_the_page_ended(service: CaseService, filed: Filed, page: Page) -> None:
    for _ in range(26):
        service.filed(employer__name="Lange Lijst", worker__ssin=None)
    service.catch_up()
    service.sign_in(page.context, Role.CASE_HANDLER)
    page.goto(f"{service.address}/search?lang=en")
    search(page, "lange lijst")
    first = links(page)
    page.get_by_role("button", name="Next page").click()
    second = links(page)
    assert (len(first), len(second), len({*first, *second})) == (25, 1, 26)


@in_each_language("fr")
def test_everyone_can_read_it(page: Page, service: CaseService, filed: Filed, code: str) -> None:
    service.sign_in(page.context, Role.CASE_HANDLER)
    page.goto(f"{service.address}/search?lang={code}")
    page.locator("#search-text").fill("ben salah")
    page.locator("#search-text").press("Enter")
    assert page.locator("html").get_attribute("lang") == code
    assert links(page) == [f"/cases/{filed.cases['Ben-Salah']}"]
    check_accessibility(page)
    for width in (1280, 320):
        page.set_viewport_size({"width": width, "height": 900})
        keep_screenshot(page, f"search-{code}-{width}")
        check_reflow(page)
        check_targets(page)


def test_the_keyboard_and_no_script_are_enough(browser: Browser, service: CaseService, filed: Filed) -> None:
    with watched_page(browser) as watched:
        service.sign_in(watched.page.context, Role.CASE_HANDLER)
        watched.page.goto(f"{service.address}/search")
        assert check_keyboard(watched.page) > 8
    with watched_page(browser, java_script_enabled=False) as watched:
        service.sign_in(watched.page.context, Role.CASE_HANDLER)
        watched.page.goto(f"{service.address}/queue?lang=en")
        watched.page.locator("#site-search").fill("ndiaye")
        watched.page.locator("#site-search").press("Enter")
        assert links(watched.page) == [f"/cases/{filed.cases[NDIAYE]}"]
