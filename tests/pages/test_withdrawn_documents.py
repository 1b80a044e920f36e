"""A handler withdraws a document that was attached by mistake: nobody opens it any more, and the file says so."""

import re

import httpx
from playwright.sync_api import Page, expect

from api.pages.session import SESSION_COOKIE
from infra.identity.caller import Role
from tests.pages.browser import check_accessibility, check_reflow
from tests.pages.case_service import CaseService

PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\nstartxref\n9\n%%EOF\n"


def test_a_document_is_withdrawn_with_its_reason(service: CaseService, page: Page) -> None:
    case_id = service.filed()
    where = f"{service.address}/cases/{case_id}"
    service.sign_in(page.context, Role.CASE_HANDLER)
    page.goto(f"{where}/documents?lang=en")
    page.get_by_label("What the document is").select_option("passport")
    page.get_by_label("File").set_input_files({"name": "p.pdf", "mimeType": "application/pdf", "buffer": PDF})
    with page.expect_navigation():
        page.get_by_role("button", name="Attach").click()
    expect(page.get_by_role("status").first).to_have_text("The document is attached")
    documents = page.locator("section").filter(has=page.get_by_role("heading", name="Documents", exact=True))
    opened = documents.get_by_role("link").first.get_attribute("href") or ""
    assert _status(service, Role.CASE_HANDLER, opened) == 200

    page.get_by_role("link", name="Withdraw a document").click()
    check_accessibility(page)
    digest = opened.rpartition("/")[2]
    page.get_by_label(re.compile(rf"\({digest[:8]}\)")).check()
    page.get_by_label("What was wrong").fill("It is of another person.")
    with page.expect_navigation():
        page.get_by_role("button", name="Withdraw the document").click()
    expect(page.get_by_role("status").first).to_have_text("The document is withdrawn")
    expect(documents.get_by_text("It is of another person.")).to_be_visible()
    expect(page.locator(".timeline")).to_contain_text("attached by mistake was withdrawn by case handler h-1")
    check_reflow(page)
    for role in (Role.CASE_HANDLER, Role.EMPLOYER):
        assert _status(service, role, opened) == 404
    # What is on record stays: the bytes lie where they lay, for as long as the key of the person does.
    case = service.program.case_snapshots.read(case_id)
    assert case is not None
    assert service.program.documents.holds(case.case.worker_subject, digest)


def _status(service: CaseService, role: Role, path: str) -> int:
    with httpx.Client(base_url=service.address, cookies={SESSION_COOKIE: service.token(role)}) as client:
        return client.get(path).status_code
