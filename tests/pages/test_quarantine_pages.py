"""The quarantine in a real browser: the records that wait, and one put right by a person with a motive."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from api.pages.session import SESSION_COOKIE
from infra.identity.caller import Role
from tests.migration.cutting_over import go_live, reconcile
from tests.migration.moving import numbered, record
from tests.pages.browser import (
    Watched,
    check_accessibility,
    watched_page,
)
from tests.pages.migration_service import BAD_NUMBER, KEY, MigrationService, brussels_moves_in, migration_service

pytestmark = pytest.mark.server

GOOD_NUMBER = "85.07.30-033.28"
FAMILY_NAME = "Lambert"


@pytest.fixture
def service(admin_url: str, tmp_path: Path) -> Iterator[MigrationService]:
    with migration_service(admin_url, tmp_path) as opened:
        brussels_moves_in(opened)
        yield opened


@pytest.fixture
def handler(watched: Watched, service: MigrationService) -> Page:
    service.sign_in(watched.page.context, Role.CASE_HANDLER)
    return watched.page


def corrected(page: Page, service: MigrationService, *, text: str = GOOD_NUMBER, motive: str = "asked") -> None:
    page.goto(f"{service.href(KEY)}?lang=en")
    page.get_by_role("link", name="Correct: niss").click()
    expect(page.get_by_label("Field", exact=True)).to_have_value("niss")
    page.get_by_label("New text").fill(text)
    page.locator("#correction").get_by_label("Reasons").fill(motive)
    page.get_by_role("button", name="Record the correction").click()


def tried_again(page: Page, motive: str = "number asked") -> None:
    page.locator("#replay").get_by_label("Reasons").fill(motive)
    page.get_by_role("button", name="Try again").click()


def test_a_reason_leads_to_its_records_and_a_record_to_its_page(handler: Page, service: MigrationService) -> None:
    handler.goto(f"{service.address}/migration?lang=en")
    handler.locator("#brussels-quarantine").get_by_role("link", name="An identification number is wrong").click()
    expect(handler.locator("#quarantine caption")).to_have_text("2 records waiting")
    row = handler.locator("#quarantine tbody tr", has_text=KEY)
    expect(row).to_contain_text("niss")
    row.get_by_role("link", name="brussels.csv, line 3").click()
    # raw beside parsed, with what was found at its field
    field = handler.locator("#fields tr", has_text="niss")
    expect(field).to_contain_text(BAD_NUMBER)
    expect(field).to_contain_text("An identification number is wrong")
    expect(handler.locator("#fields tr", has_text="date_introduction")).to_contain_text("7 Mar 2025")
    # and the trace says who has looked at it
    expect(handler.locator(".timeline li", has_text="Content viewed")).to_contain_text("handler-b")


def test_a_field_is_corrected_and_the_record_is_retold(handler: Page, service: MigrationService) -> None:
    corrected(handler, service, text="85.07.30-033.27", motive="a guess")
    expect(handler.get_by_text("The correction is recorded.")).to_be_visible()
    # tried again in vain, and it says so at the field
    tried_again(handler)
    expect(handler.get_by_text("The record was tried again and is still waiting.")).to_be_visible()
    expect(handler.locator("#fields tr", has_text="niss")).to_contain_text("85.07.30-033.27")
    # put right
    corrected(handler, service, motive="asked the employer")
    tried_again(handler, "number asked")
    expect(handler.get_by_text("The record has left the quarantine and is a case now.")).to_be_visible()
    expect(handler.locator("#correction")).to_have_count(0)
    expect(handler.get_by_role("link", name="To the case")).to_be_visible()
    changes = [each for each in service.steps(service.quarantined(KEY).record_id) if each != "lookedAt"]
    assert changes == [
        "setAside", "corrected: niss", "replayed in vain: identifierInvalid", "corrected: niss", "retold",
    ]  # fmt: skip
    # by whoever was signed in
    assert service.move.ask("select distinct by from legacy_correction") == [("caseHandler:handler-b",)]


def test_it_works_without_scripts(browser: Browser, service: MigrationService) -> None:
    with watched_page(browser, java_script_enabled=False) as watched:
        service.sign_in(watched.page.context, Role.CASE_HANDLER)
        corrected(watched.page, service)
        tried_again(watched.page)
        expect(watched.page.get_by_text("The record has left the quarantine")).to_be_visible()


def test_a_form_without_a_motive_says_so_and_keeps_what_was_typed(watched: Watched, service: MigrationService) -> None:
    watched.forgive("400")
    service.sign_in(watched.page.context, Role.CASE_HANDLER)
    corrected(watched.page, service, motive=" ")
    expect(watched.page.get_by_role("alert").get_by_role("link", name="Enter the reasons")).to_be_visible()
    expect(watched.page.get_by_label("New text")).to_have_value(GOOD_NUMBER)
    assert service.move.ask("select count(*) from legacy_correction") == [(0,)]
    check_accessibility(watched.page)


def test_a_form_sent_twice_is_carried_out_once(handler: Page, service: MigrationService) -> None:
    handler.goto(f"{service.href(KEY)}?lang=en")
    seen = handler.locator("#correction input[name=seen]").input_value()
    form = {"seen": seen, "field": "niss", "text": GOOD_NUMBER, "motive": "asked"}
    path = f"{service.href(KEY)}/corrections"
    first, again = (sent(service, path, form) for _ in range(2))
    assert (first.status_code, again.status_code) == (303, 303)
    assert service.move.ask("select count(*) from legacy_correction") == [(1,)]
    # whoever sends another text with what he saw before is told that it has changed
    other = sent(service, path, form | {"text": "85.07.30-033.27"})
    assert other.status_code == 409
    assert "Someone has changed this record since you opened it" in other.text
    assert service.move.ask("select count(*) from legacy_correction") == [(1,)]


def test_a_form_of_another_site_is_refused(service: MigrationService) -> None:
    form = {"seen": "1", "field": "niss", "text": GOOD_NUMBER, "motive": "asked"}
    refused = sent(service, f"{service.href(KEY)}/corrections", form, **{"Sec-Fetch-Site": "cross-site"})
    assert refused.status_code == 403
    assert service.move.ask("select count(*) from legacy_correction") == [(0,)]


@pytest.mark.parametrize("closed_by", ["reconciled", "live"])
def test_nothing_is_repaired_once_the_report_is_made_or_the_authority_live(
    handler: Page, service: MigrationService, closed_by: str
) -> None:
    handler.goto(f"{service.href(KEY)}?lang=en")
    seen = handler.locator("#correction input[name=seen]").input_value()
    # when the authority is closed after somebody opened the form
    if closed_by == "live":
        go_live(service.move)
        sentence = "brussels is live here: its former system is no longer authoritative"
    else:
        reconcile(service.move)
        sentence = "permit migrate cutover reopen brussels"
    # then his form is refused with the sentence of the command line
    form = {"seen": seen, "field": "niss", "text": GOOD_NUMBER, "motive": "asked"}
    for path, body in (("corrections", form), ("replays", {"seen": seen, "replayMotive": "asked"})):
        refused = sent(service, f"{service.href(KEY)}/{path}", body)
        assert refused.status_code == 409
        assert sentence in refused.text
    # and whoever opens the page now finds no form
    handler.goto(f"{service.href(KEY)}?lang=en")
    expect(handler.get_by_text("Nothing can be repaired for this authority now")).to_be_visible()
    expect(handler.locator("#correction, #replay")).to_have_count(0)
    assert service.move.ask("select count(*) from legacy_correction") == [(0,)]


@pytest.mark.parametrize(
    ("role", "authority"),
    [(Role.OPERATIONS, "brussels"), (Role.REGULATOR, "brussels"), (Role.CASE_HANDLER, "wallonia")],
)
def test_others_see_codes_and_places_only(page: Page, service: MigrationService, role: Role, authority: str) -> None:
    service.sign_in(page.context, role, authority)
    page.goto(f"{service.href(KEY)}?lang=en")
    expect(page.get_by_text("An identification number is wrong").first).to_be_visible()
    assert not any(text in page.content() for text in (BAD_NUMBER, FAMILY_NAME, "infirmière"))
    expect(page.locator("main form[method=post]")).to_have_count(0)
    check_accessibility(page)
    # nor may they send what they see no form for
    refused = sent(
        service,
        f"{service.href(KEY)}/corrections",
        {"seen": "1", "field": "niss", "text": GOOD_NUMBER, "motive": "asked"},
        token=service.token(role, authority),
    )
    assert refused.status_code == 403
    # and nothing was looked at
    assert service.steps(service.quarantined(KEY).record_id) == ["setAside"]


def test_a_record_whose_person_was_erased_says_so(handler: Page, service: MigrationService) -> None:
    service.erase(KEY)
    handler.goto(f"{service.href(KEY)}?lang=en")
    expect(handler.get_by_text("The personal data of this record were erased")).to_be_visible()
    assert BAD_NUMBER not in handler.content()
    expect(handler.locator("main form[method=post]")).to_have_count(0)


def test_a_conflict_names_the_case_with_which_it_is(handler: Page, service: MigrationService) -> None:
    # given another content under the same file number and time of change
    service.move.load_brussels(record(fonction="médecin"))
    handler.goto(f"{service.address}/migration/brussels/quarantine?reason=versionConflict&lang=en")
    service.move.project()
    handler.get_by_role("link", name="To the case").click()
    expect(handler.get_by_role("heading", level=1)).to_contain_text("BXL/2025/00001")


def records_listed(page: Page) -> list[str]:
    """The addresses of the records on the page, once it is there."""
    links = page.locator("#quarantine tbody th a")
    expect(links.first).to_be_visible()
    return [str(each.get_attribute("href")) for each in links.all()]


def test_a_long_list_is_read_page_by_page(handler: Page, service: MigrationService) -> None:
    service.move.load_brussels(*numbered(60, niss=BAD_NUMBER, modifie_le="21/04/2025 09:00"))
    handler.goto(f"{service.address}/migration/brussels/quarantine?reason=identifierInvalid&lang=en")
    first = records_listed(handler)
    handler.get_by_role("link", name="Next page").click()
    expect(handler.get_by_role("link", name="Back to the first page")).to_be_visible()
    second = records_listed(handler)
    # Others of this module may wait for the same reason.
    assert (len(first), len(second) >= 10) == (50, True)
    assert not set(first) & set(second)
    handler.get_by_role("link", name="Back to the first page").click()
    expect(handler.get_by_role("link", name="Next page")).to_be_visible()
    assert records_listed(handler) == first


def sent(
    service: MigrationService, path: str, form: dict[str, str], token: str | None = None, **headers: str
) -> httpx.Response:
    """The answer to a form, sent by a case handler of Brussels unless ``token`` is somebody else's."""
    cookies = {SESSION_COOKIE: token or service.token(Role.CASE_HANDLER)}
    return httpx.post(
        path, data=form, cookies=cookies, headers={"Accept-Language": "en", **headers}, trust_env=False, timeout=20
    )
