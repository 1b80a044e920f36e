"""The page of a case and its forms: a whole case by clicking, two people at once, and who sees nothing of it."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from api.pages.session import SESSION_COOKIE
from domain.case.commands import DecideAdmissibility, DecideWorkPart, RequestInformation
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
from tests.pages.case_service import FILED_AT, OTHER_EMPLOYER, CaseService
from tests.world.bodies import CANARIES

PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\nstartxref\n9\n%%EOF\n"
ASKED = RequestInformation(request_id=UUID(int=7), items=("diploma", "payDetails"), question="Where is the diploma?")


@pytest.fixture
def handler(service: CaseService, browser: Browser) -> Iterator[Page]:
    """A handler's browser without scripts: what it can do, every other can."""
    with watched_page(browser, java_script_enabled=False) as watched:
        service.sign_in(watched.page.context, Role.CASE_HANDLER)
        yield watched.page


def test_a_handler_takes_a_case_from_filing_to_decision(service: CaseService, handler: Page) -> None:
    case_id = service.filed()
    page = handler
    page.goto(f"{service.address}/cases/{case_id}?lang=en")
    expect(page.get_by_role("definition").filter(has_text="€45,678.90 a year")).to_be_visible()
    page.get_by_role("button", name="Assign to me").click()
    expect(page.get_by_role("status").first).to_contain_text("The case is assigned")

    page.get_by_role("link", name="Record a payment").click()
    page.get_by_label("Immigration Office", exact=False).first.check()
    page.get_by_label("Amount in euros").fill("1.234,50")
    page.get_by_label("Paid on").fill("19/1/2026")
    page.get_by_label("Reference on the proof of payment").fill("R-1")
    page.get_by_role("button", name="Record the payment").click()

    page.get_by_role("link", name="Decide on admissibility").click()
    page.get_by_label("Admissible", exact=True).check()
    page.get_by_role("button", name="Decide").click()

    readings = page.get_by_text("decided by the day of filing: one of 5 readings")
    expect(readings).to_be_visible()
    page.get_by_role("link", name="Decide on the work part").click()
    expect(page.get_by_role("cell", name="€45,678.90")).to_be_visible()
    expect(readings).to_be_visible()
    page.get_by_label("Granted", exact=True).check()
    page.get_by_role("button", name="Decide").click()

    # What was decided is told by the decision.
    expect(readings).to_have_count(0)
    page.get_by_role("link", name="Forward to the Immigration Office").click()
    page.get_by_role("button", name="Record").click()
    page.get_by_role("link", name="Record the decision on residence").click()
    page.get_by_label("Granted", exact=True).check()
    page.get_by_role("button", name="Record the decision").click()

    expect(page.locator(".case-head")).to_contain_text("Permit granted")
    expect(page.locator(".stage-line .step-done")).to_have_count(5)
    expect(page.get_by_text("You have nothing to do")).to_be_visible()
    keep_screenshot(page, "case-decided")


def test_an_applicant_attaches_a_document_and_answers(service: CaseService, browser: Browser) -> None:
    case_id = service.filed()
    service.does(case_id, ASKED)
    with watched_page(browser, java_script_enabled=False) as watched:
        page = watched.page
        service.sign_in(page.context, Role.EMPLOYER, "hr-1")
        page.goto(f"{service.address}/cases/{case_id}?lang=en")
        page.get_by_role("link", name="Attach a document").click()
        page.get_by_label("What the document is").select_option("diploma")
        page.get_by_label("File").set_input_files({"name": "d.pdf", "mimeType": "application/pdf", "buffer": PDF})
        page.get_by_role("button", name="Attach").click()
        expect(page.get_by_role("status").first).to_contain_text("The document is attached")
        with page.expect_download() as download:
            page.locator(".documents a").click()
        assert Path(download.value.path()).read_bytes() == PDF

        page.get_by_role("link", name="Answer the request").click()
        page.get_by_label("Your answer").fill("Here it is.")
        page.get_by_role("checkbox", name="Diploma").check()
        page.get_by_role("button", name="Send the answer").click()
        expect(page.locator(".case-head")).to_contain_text("Application submitted")
        expect(page.get_by_text("Here it is.").first).to_be_visible()


def test_a_file_that_is_not_what_it_says_is_refused(service: CaseService, browser: Browser) -> None:
    case_id = service.filed()
    with watched_page(browser) as watched:
        watched.forgive("400|415")
        page = watched.page
        service.sign_in(page.context, Role.EMPLOYER)
        for name, kind, content in (
            ("a.pdf", "application/pdf", b"MZ no pdf"),
            ("a.exe", "application/x-msdownload", b"MZ"),
        ):
            page.goto(f"{service.address}/cases/{case_id}/documents?lang=nl")
            page.get_by_label("Wat het document is").select_option("diploma")
            page.get_by_label("Bestand").set_input_files({"name": name, "mimeType": kind, "buffer": content})
            page.get_by_role("button", name="Toevoegen").click()
            expect(page.get_by_role("alert")).to_be_visible()
            expect(page.get_by_label("Wat het document is")).to_have_value("diploma")
        page.goto(f"{service.address}/cases/{case_id}/documents?lang=nl")
        page.get_by_role("button", name="Toevoegen").click()
        expect(page.get_by_role("link", name="Kies een bestand.")).to_be_visible()


def test_two_handlers_decide_at_once(service: CaseService, browser: Browser) -> None:
    case_id = service.filed()
    with watched_page(browser) as one, watched_page(browser) as two:
        two.forgive("412")
        for watched, subject in ((one, "h-1"), (two, "h-2")):
            service.sign_in(watched.page.context, Role.CASE_HANDLER, subject)
            watched.page.goto(f"{service.address}/cases/{case_id}/admissibilityDecisions?lang=en")
        for watched in (one, two):
            watched.page.get_by_label("Admissible", exact=True).check()
            watched.page.get_by_role("textbox", name="Reasons").fill("The fee will follow.")
            watched.page.get_by_role("button", name="Decide").click()
        expect(one.page.get_by_role("status").first).to_contain_text(" is recorded")
        late = two.page
        expect(late.get_by_role("heading", name="Changes since you opened the form")).to_be_visible()
        expect(late.locator(".timeline")).to_contain_text("h-1")
        expect(late.get_by_role("textbox", name="Reasons")).to_have_value("The fee will follow.")
        expect(late.get_by_text("This cannot be done in the present state of the case.")).to_be_visible()
        check_accessibility(late)


def test_what_is_wrong_stands_at_its_field_and_what_was_typed_stays(service: CaseService, browser: Browser) -> None:
    case_id = service.filed()
    with watched_page(browser) as watched:
        watched.forgive("400")
        page = watched.page
        service.sign_in(page.context, Role.CASE_HANDLER)
        page.goto(f"{service.address}/cases/{case_id}/feePayments?lang=de")
        page.get_by_label("Betrag in Euro").fill("viel")
        page.get_by_label("Referenz auf dem Zahlungsnachweis").fill("R-9")
        page.get_by_role("button", name="Die Zahlung erfassen").click()
        expect(page.get_by_role("link", name="Wählen Sie, an wen gezahlt wurde")).to_be_visible()
        expect(
            page.get_by_role("link", name="Betrag in Euro: schreiben Sie einen Betrag in Euro, etwa 4.250,00")
        ).to_be_visible()
        expect(page.get_by_label("Betrag in Euro")).to_have_value("viel")
        expect(page.get_by_label("Referenz auf dem Zahlungsnachweis")).to_have_value("R-9")


def test_numbers_are_corrected_as_they_are_printed(service: CaseService, handler: Page) -> None:
    case_id, page = service.filed(), handler
    page.goto(f"{service.address}/cases/{case_id}/corrections?part=worker&lang=en")
    expect(page.get_by_text("11 digits, such as 42.01.22-051.81")).to_be_visible()
    page.get_by_label("National number").fill("85.07.30-033.28")
    page.get_by_label("Reason").fill("as on the card")
    page.get_by_role("button", name="Correct").click()
    expect(page.get_by_role("status").first).to_contain_text("The correction is recorded")
    view = service.file(case_id)
    assert view.body["worker"]["ssin"] == "85073003328"


def test_a_person_with_one_name_is_shown_and_corrected_by_it(service: CaseService, handler: Page) -> None:
    # given a worker whose passport holds one name
    case_id, page = service.filed(worker__givenName=None, worker__familyName="Suharto"), handler
    page.goto(f"{service.address}/cases/{case_id}?lang=en")
    # then it stands there without a stray blank
    name = page.locator("dt", has_text="Worker").locator("xpath=following-sibling::dd[1]").first
    assert name.evaluate("each => each.textContent.trim()") == "Suharto"
    # and a form takes it so
    page.goto(f"{service.address}/cases/{case_id}/corrections?part=worker&lang=en")
    expect(page.get_by_label("Given name")).to_have_value("")
    page.get_by_label("Family name").fill("Sukarno")
    page.get_by_label("Reason").fill("as in the passport")
    page.get_by_role("button", name="Correct").click()
    expect(page.get_by_role("status").first).to_contain_text("The correction is recorded")
    view = service.file(case_id)
    assert (view.body["worker"]["familyName"], "givenName" in view.body["worker"]) == ("Sukarno", False)


def test_a_form_sent_twice_is_carried_out_once(service: CaseService) -> None:
    case_id = service.filed()
    with httpx.Client(base_url=service.address, cookies={SESSION_COOKIE: service.token(Role.CASE_HANDLER)}) as client:
        version = service.program.journal.read(case_id).version
        form = {"key": str(uuid4()), "version": str(version), "handler": "caseHandler:h-1"}
        answers = [client.post(f"/cases/{case_id}/assignments", data=form) for _ in range(2)]
        assert [each.status_code for each in answers] == [303, 303]
        assert service.program.journal.read(case_id).version == version + 1
        without = client.post(f"/cases/{case_id}/assignments", data={"handler": "caseHandler:h-1"})
        assert without.status_code == 400


def upload(*parts: tuple[str, bytes], ending: bytes = b"--") -> bytes:
    """A form of these parts, as a browser writes it; another ``ending`` than the right one breaks it off."""
    written = (f"--b\r\nContent-Disposition: form-data; {head}\r\n\r\n".encode() + said for head, said in parts)
    return b"\r\n".join(written) + b"\r\n--b" + ending


FILE = ('name="file"; filename="d.pdf"\r\nContent-Type: application/pdf', PDF)


def test_a_form_with_a_file_is_taken_whole_or_not_at_all(service: CaseService) -> None:
    case_id = service.filed()
    version = service.program.journal.read(case_id).version
    hidden = (('name="key"', str(uuid4()).encode()), ('name="version"', b"%d" % version))
    kind = ('name="kind"', b"diploma")
    forms = [
        upload(*hidden, kind, FILE, ending=b""),
        upload(*hidden, kind, FILE, ('name="more"', b"x")),
        upload(*hidden, ('name="kind"', b"inventedKind"), FILE),
        upload(*hidden, FILE),
        upload(kind, FILE),
        upload(*hidden, ('name="kind"', b"x" * 2000), FILE),
        b"no form at all",
    ]
    with httpx.Client(base_url=service.address, cookies={SESSION_COOKIE: service.token(Role.EMPLOYER)}) as client:
        for form in forms:
            headers = {"Content-Type": "multipart/form-data; boundary=b"}
            assert client.post(f"/cases/{case_id}/documents", content=form, headers=headers).status_code == 400
    view = service.file(case_id)
    assert view.body["documents"] == []


def test_time_passes_and_somebody_has_it(service: CaseService, handler: Page) -> None:
    case_id = service.filed()
    service.does(case_id, ASKED)
    service.clock.moment += timedelta(days=10)
    try:
        handler.goto(f"{service.address}/cases/{case_id}?lang=en")
        handler.locator("#time-by-holder-summary").click()
        row = handler.locator("#time-by-holder-table tr", has_text="Applicant")
        expect(row).to_contain_text("100%")
        # the target moves while it stands still, and says why
        handler.get_by_text("Why this day? Service target").click()
        expect(handler.locator(".clocks")).to_contain_text("31 March 2026")
    finally:
        service.clock.moment = FILED_AT


def test_whose_case_it_is_not_finds_nothing(service: CaseService) -> None:
    case_id = service.filed()

    def status(role: Role, path: str = "", **value: str) -> int:
        token = service.token(role, **value)
        with httpx.Client(cookies={SESSION_COOKIE: token}) as client:
            answer = client.get(f"{service.address}/cases/{case_id}{path}")
        assert answer.status_code == 200 or not any(each in answer.text for each in CANARIES)
        return answer.status_code

    assert status(Role.EMPLOYER) == status(Role.WORKER) == status(Role.REGULATOR) == 200
    assert status(Role.EMPLOYER, value=OTHER_EMPLOYER) == 404
    assert status(Role.REPRESENTATIVE) == 404
    assert status(Role.CASE_HANDLER, value="brussels") == 404
    assert status(Role.OPERATIONS) == 403
    assert status(Role.EMPLOYER, "/workPartDecisions") == 403
    assert status(Role.WORKER, "/withdrawals") == 404
    assert status(Role.CASE_HANDLER, "/nothing") == 404
    assert status(Role.CASE_HANDLER, "/documents/" + "0" * 64) == 404


def test_provisions_and_how_sure_they_are_are_shown_to_handlers_only(service: CaseService) -> None:
    case_id = service.filed()
    service.does(case_id, DecideAdmissibility(outcome="admissible", motivation="in order"))
    service.does(case_id, DecideWorkPart(outcome="granted", motivation="all is met"))

    def page(role: Role) -> str:
        with httpx.Client(cookies={SESSION_COOKIE: service.token(role)}) as client:
            return client.get(f"{service.address}/cases/{case_id}?lang=en").text

    for_handler, for_employer = page(Role.CASE_HANDLER), page(Role.EMPLOYER)
    assert "Provision FL-REFERENCE-DATE: the sources contradict each other." in for_handler
    assert "The salary threshold is" in for_employer
    assert not [each for each in ("FL-REFERENCE-DATE", "contradict", "Confirmed by", "Remarks") if each in for_employer]


def test_of_an_erased_person_nothing_is_shown(service: CaseService, handler: Page) -> None:
    case_id = service.filed()
    service.does(case_id, DecideAdmissibility(outcome="admissible", motivation="in order"))
    service.erase(case_id)
    handler.goto(f"{service.address}/cases/{case_id}?lang=en")
    expect(handler.get_by_text("No longer kept: erased").first).to_be_visible()
    assert not any(each in handler.content() for each in (*CANARIES, "45,678.90", "in order"))


@in_each_language("de")
def test_everyone_can_use_the_page_and_its_forms(
    service: CaseService, browser: Browser, code: str, tmp_path: Path
) -> None:
    case_id = service.filed()
    service.does(case_id, ASKED)
    with watched_page(browser) as watched:
        page = watched.page
        service.sign_in(page.context, Role.CASE_HANDLER)
        for path in ("", "/answers", "/clockCorrections", "/corrections?part=employment"):
            page.set_viewport_size({"width": 1280, "height": 800})
            page.goto(f"{service.address}/cases/{case_id}{path}{'&' if '?' in path else '?'}lang={code}")
            check_accessibility(page)
            check_targets(page)
            check_keyboard(page)
            page.set_viewport_size({"width": 320, "height": 700})
            check_reflow(page)
        page.set_viewport_size({"width": 1280, "height": 800})
        page.goto(f"{service.address}/cases/{case_id}?lang={code}")
        keep_screenshot(page, f"case-{code}")


def test_nobody_is_named_in_a_title_or_address(service: CaseService, handler: Page) -> None:
    handler.goto(f"{service.address}/cases/{service.filed()}")
    assert not any(each in handler.title() + handler.url for each in CANARIES)
