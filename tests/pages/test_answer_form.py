"""The form of an answer: the question beside it, a file for each requested document, and text that is not lost."""

from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from api.pages.session import SESSION_COOKIE
from infra.identity.caller import Role
from tests.documents.files import PDF, pdf
from tests.pages.browser import (
    check_accessibility,
    check_keyboard,
    check_reflow,
    check_targets,
    in_each_language,
    keep_screenshot,
    watched_page,
)
from tests.pages.case_service import FILED_AT, CaseService, case_service
from tests.pages.counter_cases import with_request

TYPED = "Hierbij het diploma.\nDe rest volgt niet."


@pytest.fixture(scope="module")
def service(admin_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[CaseService]:
    with case_service(admin_url, tmp_path_factory.mktemp("home")) as opened:
        opened.clock.moment = FILED_AT
        yield opened


@pytest.fixture
def case_id(service: CaseService) -> UUID:
    return with_request(service, worker__ssin=None)


@pytest.fixture
def employer(service: CaseService, browser: Browser) -> Iterator[Page]:
    with watched_page(browser, java_script_enabled=False) as watched:
        watched.forgive("400")
        service.sign_in(watched.page.context, Role.EMPLOYER)
        yield watched.page


def test_a_requested_document_is_attached_and_the_text_stays(
    service: CaseService, employer: Page, case_id: UUID
) -> None:
    page = employer
    page.goto(f"{service.address}/cases/{case_id}/answers?lang=en")
    asked = page.get_by_role("region", name="What is requested")
    expect(asked).to_contain_text("Where is the diploma?")
    expect(asked).to_contain_text("Details of the pay")
    expect(asked).to_contain_text("Last day to answer: 4 February 2026")
    # given a text, and the file of the one document that is requested
    page.get_by_label("Your answer").fill(TYPED)
    page.get_by_label("Diploma").set_input_files(_file(pdf(b"the diploma")))
    # when the file is attached
    page.get_by_role("button", name="Attach the chosen files").click()
    # then the text is kept, the file is ticked, and nothing has been answered
    expect(page.get_by_label("Your answer")).to_have_value(TYPED)
    expect(page.get_by_role("checkbox", name="Diploma")).to_be_checked()
    keep_screenshot(page, "answer-form")
    page.get_by_role("button", name="Send the answer").click()
    expect(page.locator(".case-head")).to_contain_text("Application submitted")
    answer = service.file(case_id).body["informationRequests"][-1]
    assert answer["answer"] == TYPED
    assert len(answer["documents"]) == 1


def test_a_file_that_is_refused_is_named_and_the_text_stays(
    service: CaseService, employer: Page, case_id: UUID
) -> None:
    employer.goto(f"{service.address}/cases/{case_id}/answers?lang=nl")
    employer.get_by_label("Uw antwoord").fill(TYPED)
    employer.get_by_label("Diploma").set_input_files(_file(b"MZ no pdf"))
    employer.get_by_role("button", name="De gekozen bestanden toevoegen").click()
    expect(employer.get_by_role("alert").get_by_role("link")).to_contain_text("Diploma:")
    expect(employer.get_by_label("Uw antwoord")).to_have_value(TYPED)
    assert service.file(case_id).body["documents"] == []


def test_without_a_file_nothing_is_attached(service: CaseService, employer: Page, case_id: UUID) -> None:
    employer.goto(f"{service.address}/cases/{case_id}/answers?lang=en")
    employer.get_by_label("Your answer").fill(TYPED)
    employer.get_by_role("button", name="Attach the chosen files").click()
    expect(employer.get_by_role("link", name="Diploma: Choose a file.")).to_be_visible()
    expect(employer.get_by_label("Your answer")).to_have_value(TYPED)


def test_an_answer_does_not_go_out_without_a_file_that_was_chosen(
    service: CaseService, employer: Page, case_id: UUID
) -> None:
    employer.goto(f"{service.address}/cases/{case_id}/answers?lang=en")
    employer.get_by_label("Your answer").fill(TYPED)
    employer.get_by_label("Diploma").set_input_files(_file(pdf(b"forgotten")))
    employer.get_by_role("button", name="Send the answer").click()
    expect(employer.get_by_role("alert")).to_contain_text("this file is not attached yet")
    expect(employer.get_by_label("Your answer")).to_have_value(TYPED)
    assert "answeredAt" not in service.file(case_id).body["informationRequests"][-1]


def test_going_back_after_the_answer_and_sending_again_says_that_it_was_answered(
    service: CaseService, employer: Page, case_id: UUID
) -> None:
    employer.goto(f"{service.address}/cases/{case_id}/answers?lang=en")
    employer.get_by_label("Your answer").fill(TYPED)
    with employer.expect_navigation():
        employer.get_by_role("button", name="Send the answer").click()
    employer.go_back()
    employer.goto(f"{service.address}/cases/{case_id}/answers?lang=en")
    expect(employer.get_by_text("This cannot be done in the present state of the case.")).to_be_visible()
    expect(employer.get_by_role("button", name="Send the answer")).to_have_count(0)
    # and a form that was opened after the answer, and is sent, is no page that does not exist
    cookies = {SESSION_COOKIE: service.token(Role.EMPLOYER)}
    fields = {"version": "99", "key": "6f9619ff-8b86-4011-b42d-00c04fc964ff", "request": "", "answer": TYPED}
    sent = httpx.post(f"{service.address}/cases/{case_id}/answers?lang=en", data=fields, cookies=cookies)
    assert sent.status_code == 409
    assert TYPED.splitlines()[0] in sent.text
    assert "This page does not exist" not in sent.text


def test_what_others_did_meanwhile_is_shown_before_the_answer_goes_out(
    service: CaseService, employer: Page, case_id: UUID
) -> None:
    employer.goto(f"{service.address}/cases/{case_id}/documents?lang=en")
    other = employer.context.new_page()
    other.goto(f"{service.address}/cases/{case_id}/answers?lang=en")
    employer.get_by_label("What the document is").select_option("passport")
    employer.get_by_label("File").set_input_files(_file(pdf(b"a passport")))
    employer.get_by_role("button", name="Attach").click()
    other.get_by_label("Your answer").fill(TYPED)
    other.get_by_label("Diploma").set_input_files(_file(pdf(b"late")))
    other.get_by_role("button", name="Attach the chosen files").click()
    other.get_by_role("button", name="Send the answer").click()
    expect(other.get_by_role("heading", name="Changes since you opened the form")).to_be_visible()
    expect(other.get_by_label("Your answer")).to_have_value(TYPED)


@pytest.mark.parametrize(("field", "status"), [("file-passport", 400), ("file-../../etc", 400), ("answer", 400)])
def test_a_file_that_nobody_requested_is_not_taken(
    service: CaseService, case_id: UUID, field: str, status: int
) -> None:
    cookies = {SESSION_COOKIE: service.token(Role.EMPLOYER)}
    fields = {"version": "1", "key": "6f9619ff-8b86-4011-b42d-00c04fc964ff"}
    files = {field: ("a.pdf", pdf(b"no one asked"), PDF)}
    address = f"{service.address}/cases/{case_id}/answers/files"
    assert httpx.post(address, data=fields, files=files, cookies=cookies).status_code == status
    assert service.file(case_id).body["documents"] == []


def test_several_files_come_in_one_form(service: CaseService, case_id: UUID) -> None:
    cookies = {SESSION_COOKIE: service.token(Role.EMPLOYER)}
    version = str(service.file(case_id).version)
    fields = {"version": version, "key": "6f9619ff-8b86-4011-b42d-00c04fc964fe", "answer": TYPED, "request": ""}
    files = [
        ("file-diploma", ("", b"", "application/octet-stream")),
        ("file-diploma", ("one.pdf", pdf(b"one"), PDF)),
        ("file-diploma", ("cut.pdf", b"%PDF-1.7 cut off", PDF)),
    ]
    address = f"{service.address}/cases/{case_id}/answers/files?lang=en"
    answer = httpx.post(address, data=fields, files=files, cookies=cookies)
    # The first that was chosen is attached; of the one that is no whole file is said what is wrong.
    assert answer.status_code == 400
    assert [each["kind"] for each in service.file(case_id).body["documents"]] == ["diploma"]


@in_each_language("fr")
def test_everyone_can_use_the_form(service: CaseService, browser: Browser, case_id: UUID, code: str) -> None:
    service.clock.moment = FILED_AT + timedelta(hours=1)
    with watched_page(browser) as watched:
        page = watched.page
        service.sign_in(page.context, Role.EMPLOYER)
        page.goto(f"{service.address}/cases/{case_id}/answers?lang={code}")
        check_accessibility(page)
        check_targets(page)
        check_keyboard(page)
        page.set_viewport_size({"width": 320, "height": 700})
        check_reflow(page)


def _file(content: bytes) -> dict[str, object]:
    return {"name": "d.pdf", "mimeType": "application/pdf", "buffer": content}
