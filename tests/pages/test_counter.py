"""The employer's counter: cards with the worker first, permits and their days, search, files, mandates, notices."""

from collections.abc import Iterator
from datetime import timedelta

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from api.pages.session import SESSION_COOKIE
from domain.case.commands import DecideAdmissibility
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
from tests.pages.case_service import EMPLOYER, FILED_AT, OTHER_EMPLOYER, CaseService, case_service
from tests.pages.counter_cases import BIG_EMPLOYER, REPRESENTATIVE, granted, represented, with_request

PAGES = ("/employer", "/employer/permits", "/employer/mandates", "/employer/notices")
YOUNG = {"category": "highlySkilledUnder30", "worker__birthDate": "1997-05-14"}
THE_YOUNG_ONE = {
    "category": "highlySkilledUnder30",
    "worker__ssin": None,
    "worker__givenName": "Lech",
    "worker__familyName": "Wałęsa",
    "worker__birthDate": "1997-05-14",
    "employment__start": "2024-12-01",
    "employment__grossPay": {"amount": "38317.60", "period": "year"},
}


@pytest.fixture(scope="module")
def service(admin_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[CaseService]:
    """Two permits, of which that of an earlier year ends with a birthday; a request; a representative of two."""
    with case_service(admin_url, tmp_path_factory.mktemp("home")) as opened:
        opened.clock.move_to("2024-11-20")
        granted(opened, **THE_YOUNG_ONE)
        opened.clock.moment = FILED_AT
        granted(opened, worker__ssin=None, worker__familyName="Peeters", employment__end="2026-08-31")
        with_request(opened, worker__ssin=None, worker__familyName="Ben-Salah")
        refused = opened.filed(worker__ssin=None, worker__familyName="Geweigerd")
        opened.does(refused, DecideAdmissibility(outcome="inadmissible", grounds=("other",), motivation="Onvolledig."))
        represented(opened, valid=True, worker__ssin=None, worker__familyName="Klant")
        other = {"employer": {"enterpriseNumber": OTHER_EMPLOYER, "name": "=Anders & Co; NV"}}
        represented(opened, worker__ssin=None, worker__familyName="Andersen", **other)
        represented(opened, valid=False, worker__ssin=None, worker__familyName="Verloren", **other)
        opened.clock.moment = FILED_AT + timedelta(days=1)
        opened.catch_up()
        yield opened


@pytest.fixture
def employer(service: CaseService, browser: Browser) -> Iterator[Page]:
    """An employer's browser without scripts: what it can do, every other can."""
    with watched_page(browser, java_script_enabled=False) as watched:
        service.sign_in(watched.page.context, Role.EMPLOYER)
        yield watched.page


def test_a_card_names_the_worker_first_and_says_until_when(service: CaseService, employer: Page) -> None:
    employer.goto(f"{service.address}/employer?lang=en")
    card = employer.locator(".application").filter(has_text="Peeters")
    expect(card.get_by_role("heading")).to_contain_text("Zwaluwina Peeters FL-2026-")
    expect(card).to_contain_text("Valid until at the latest 31 August 2026")
    expect(card).to_contain_text("Renew between 28 February 2026 and 30 June 2026.")
    keep_screenshot(employer, "counter-applications")


def test_what_is_to_be_done_has_its_day_its_papers_and_its_button(service: CaseService, employer: Page) -> None:
    employer.goto(f"{service.address}/employer?lang=en")
    tasks = employer.get_by_role("region", name="Action needed").get_by_role("listitem")
    asked = tasks.filter(has_text="Ben-Salah").filter(has_text="requests information")
    expect(asked).to_contain_text("Last day to answer: 4 February 2026")
    expect(asked).to_contain_text("Diploma")
    fee = tasks.filter(has_text="Ben-Salah").filter(has_text="A fee has to be paid")
    expect(fee).to_contain_text("Immigration Office")
    asked.get_by_role("link", name="Answer the request").click()
    expect(employer.get_by_role("heading", name="Answer the request")).to_be_visible()


def test_a_file_that_is_inadmissible_had_its_admissibility_decided(service: CaseService, employer: Page) -> None:
    employer.goto(f"{service.address}/employer?lang=en")
    card = employer.locator(".application").filter(has_text="Geweigerd")
    expect(card).to_contain_text("Admissibility done")
    expect(card).to_contain_text("Work part not reached")
    expect(card).not_to_contain_text("still to come")


def test_a_permit_says_when_it_ends_and_what_its_pay_is_held_against(service: CaseService, employer: Page) -> None:
    employer.goto(f"{service.address}/employer/permits?lang=en")
    first, second = employer.locator(".application").all()
    expect(first).to_contain_text("Zwaluwina Peeters")
    expect(first).to_contain_text("The last day of the contract.")
    expect(second).to_contain_text("Lech Wałęsa")
    expect(second).to_contain_text("Valid until at the latest 13 May 2027")
    expect(second).to_contain_text("The day before the 30th birthday, unless the contract provides for the higher pay")
    expect(second).to_contain_text("30th birthday: 14 May 2027.")
    expect(second).to_contain_text("The pay is below the amount of 2026 (€39,129.60 a year) by €812.00.")
    expect(second).to_contain_text("The amount of 2027 is not published yet.")
    keep_screenshot(employer, "counter-permits")
    employer.get_by_label("Ends", exact=True).select_option("365")
    employer.get_by_role("button", name="Show").click()
    expect(employer.locator(".application")).to_have_count(1)


def test_a_permit_is_renewed_in_its_window(service: CaseService, employer: Page) -> None:
    service.clock.moment = FILED_AT + timedelta(days=60)
    try:
        employer.goto(f"{service.address}/employer?lang=en")
        task = employer.get_by_role("region", name="Action needed").get_by_role("listitem").filter(has_text="Peeters")
        expect(task.first).to_contain_text("Time to renew the permit · Last day to renew: 30 June 2026")
    finally:
        service.clock.moment = FILED_AT + timedelta(days=1)


@pytest.mark.parametrize("text", ["walesa", "Lech W", "WAŁĘSA"])
def test_a_worker_is_found_by_name_however_it_is_typed(service: CaseService, employer: Page, text: str) -> None:
    employer.goto(f"{service.address}/employer?lang=en")
    employer.get_by_label("Name or reference").fill(text)
    employer.get_by_role("button", name="Search my applications").click()
    expect(employer.locator(".application")).to_have_count(1)
    expect(employer.locator(".application")).to_contain_text("Lech Wałęsa")
    # What was searched for may be a name: it stands in no address.
    assert employer.url == f"{service.address}/employer"


def test_an_application_is_found_by_its_reference(service: CaseService, employer: Page) -> None:
    employer.goto(f"{service.address}/employer?lang=en")
    reference = employer.locator(".application .card-reference").first.inner_text().strip()
    employer.get_by_label("Name or reference").fill(reference.lower())
    employer.get_by_role("button", name="Search my applications").click()
    expect(employer.locator(".application")).to_have_count(1)


def test_nobody_finds_what_is_anothers(service: CaseService, employer: Page) -> None:
    employer.goto(f"{service.address}/employer?lang=en")
    employer.get_by_label("Name or reference").fill("Andersen")
    employer.get_by_role("button", name="Search my applications").click()
    expect(employer.get_by_text("None of your applications has these words")).to_be_visible()


def test_the_list_is_filtered(service: CaseService, employer: Page) -> None:
    employer.goto(f"{service.address}/employer?lang=en")
    employer.get_by_label("With a request to answer").check()
    employer.get_by_role("button", name="Show").click()
    expect(employer.locator(".application")).to_have_count(1)
    expect(employer.locator(".application")).to_contain_text("Ben-Salah")
    employer.goto(f"{service.address}/employer?stage=closed&category=highlySkilledUnder30&lang=en")
    expect(employer.locator(".application")).to_have_count(1)


def test_a_representative_tells_clients_apart(service: CaseService, browser: Browser) -> None:
    with watched_page(browser, java_script_enabled=False) as watched:
        page = watched.page
        service.sign_in(page.context, Role.REPRESENTATIVE, value=REPRESENTATIVE)
        page.goto(f"{service.address}/employer?lang=en")
        expect(page.locator(".application")).to_have_count(2)
        page.get_by_label("Employer").select_option(OTHER_EMPLOYER)
        page.get_by_role("button", name="Show").click()
        expect(page.locator(".application")).to_have_count(1)
        expect(page.locator(".application")).to_contain_text("=Anders & Co; NV (0420.429.375)")
        page.get_by_role("link", name="Mandates").click()
        expect(page.locator(".application")).to_have_count(2)
        expect(page.locator(".application").filter(has_text="Haven NV")).to_contain_text("Found valid 20 January 2026")
        # Under the mandate that was found invalid nothing is shown, not even that there was one.
        expect(page.locator(".application").filter(has_text="Anders")).to_contain_text("Not checked yet")
        keep_screenshot(page, "counter-mandates")


def test_an_employer_sees_which_mandate_was_found_invalid(service: CaseService, browser: Browser) -> None:
    with watched_page(browser) as watched:
        service.sign_in(watched.page.context, Role.EMPLOYER, value=OTHER_EMPLOYER)
        watched.page.goto(f"{service.address}/employer/mandates?lang=en")
        invalid = watched.page.locator(".application").filter(has_text="Found invalid, or ended")
        expect(invalid).to_contain_text("0206.731.645")
        expect(invalid).to_contain_text("1 application, 1 still open")


def test_what_happened_is_told_newest_first(service: CaseService, employer: Page) -> None:
    employer.goto(f"{service.address}/employer/notices?lang=en")
    notices = employer.locator(".timeline li")
    expect(notices.filter(has_text="Ben-Salah").first).to_contain_text("Last day to answer: 4 February 2026")
    expect(notices.filter(has_text="Peeters").first).to_contain_text("granted")
    expect(notices.filter(has_text="Andersen")).to_have_count(0)
    keep_screenshot(employer, "counter-notices")


def test_the_sheets_run_no_formula_and_name_the_worker(service: CaseService) -> None:
    text = _file(service, "/employer/applications.csv?lang=en", "text/csv", OTHER_EMPLOYER)
    assert text.startswith("\ufeffWorker;Reference;Employer;")
    assert "Zwaluwina Andersen;FL-2026-" in text
    assert '"\'=Anders & Co; NV"' in text
    permits = _file(service, "/employer/permits.csv?lang=en", "text/csv", EMPLOYER)
    assert "2027-05-13;2026-11-13;2027-03-13;2027-05-14\r\n" in permits


def test_the_days_are_a_calendar_without_a_name(service: CaseService) -> None:
    text = _file(service, "/employer/calendar.ics?lang=nl", "text/calendar", EMPLOYER)
    assert text.startswith("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n")
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    unfolded = text.replace("\r\n ", "")
    assert (
        "DTSTART;VALUE=DATE:20260204\r\nDTEND;VALUE=DATE:20260205\r\nSUMMARY:Laatste dag om te antwoorden FL-"
        in unfolded
    )
    assert "SUMMARY:Geldig tot uiterlijk FL-" in unfolded
    assert not any(name in unfolded for name in ("Peeters", "Wałęsa", "Zwaluwina", "Haven"))
    stable = [line for line in unfolded.split("\r\n") if line.startswith("UID:")]
    again = _file(service, "/employer/calendar.ics?lang=fr", "text/calendar", EMPLOYER).replace("\r\n ", "")
    assert stable == [line for line in again.split("\r\n") if line.startswith("UID:")]
    assert len(set(stable)) == len(stable)


@pytest.mark.parametrize(
    "address",
    ["/employer/permits?within=0", "/employer/permits?page=x", "/employer?employer=1", "/employer?stage=nowhere"],
)
def test_an_address_that_was_mistyped_is_said_to_be(service: CaseService, address: str) -> None:
    cookies = {SESSION_COOKIE: service.token(Role.EMPLOYER)}
    assert httpx.get(f"{service.address}{address}", cookies=cookies).status_code == 400


def test_of_an_erased_worker_no_name_is_shown(service: CaseService, browser: Browser) -> None:
    employer = {"enterpriseNumber": BIG_EMPLOYER, "name": "Groot NV"}
    erased = granted(service, employer=employer, worker__ssin=None, worker__familyName="Vergeten", **YOUNG)
    service.catch_up()
    service.erase(erased)
    with watched_page(browser) as watched:
        page = watched.page
        service.sign_in(page.context, Role.EMPLOYER, value=BIG_EMPLOYER)
        page.goto(f"{service.address}/employer?lang=en")
        expect(page.locator(".application")).to_contain_text("No longer kept: erased")
        page.goto(f"{service.address}/employer/permits?lang=en")
        expect(page.locator(".application")).to_contain_text("30th birthday: the date of birth is not on record.")
        expect(page.locator(".application")).to_contain_text("The pay is not on record")
        expect(page.get_by_text("Vergeten")).to_have_count(0)


@pytest.mark.parametrize("path", PAGES)
@in_each_language("fr")
def test_everyone_can_use_the_counter(service: CaseService, browser: Browser, code: str, path: str) -> None:
    with watched_page(browser) as watched:
        page = watched.page
        service.sign_in(page.context, Role.EMPLOYER)
        page.goto(f"{service.address}{path}?lang={code}")
        check_accessibility(page)
        check_targets(page)
        check_keyboard(page)
        page.set_viewport_size({"width": 320, "height": 700})
        check_reflow(page)
        keep_screenshot(page, f"counter{path.replace('/', '-')}-{code}-narrow")


def _file(service: CaseService, path: str, media_type: str, employer: str) -> str:
    cookies = {SESSION_COOKIE: service.token(Role.EMPLOYER, value=employer)}
    answer = httpx.get(f"{service.address}{path}", cookies=cookies)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith(media_type)
    assert answer.headers["Cache-Control"] == "no-store"
    return answer.content.decode()
