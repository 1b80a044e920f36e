"""The pages of the migration as they are read in a real browser: ledgers, the quarantine, one of its records."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from infra.identity.caller import Role
from tests.pages.browser import (
    WIDTHS,
    Watched,
    check_accessibility,
    check_keyboard,
    check_reflow,
    check_targets,
    in_each_language_and_width,
    keep_screenshot,
)
from tests.pages.migration_service import KEY, MigrationService, brussels_moves_in, migration_service

pytestmark = pytest.mark.server


@pytest.fixture(scope="module")
def service(admin_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[MigrationService]:
    """Nobody changes anything here, so one serves all."""
    with migration_service(admin_url, tmp_path_factory.mktemp("migration")) as opened:
        brussels_moves_in(opened)
        yield opened


@pytest.fixture
def handler(watched: Watched, service: MigrationService) -> Page:
    service.sign_in(watched.page.context, Role.CASE_HANDLER)
    return watched.page


def test_the_ledger_stands_against_the_source(handler: Page, service: MigrationService) -> None:
    handler.goto(f"{service.address}/migration?lang=en")
    # the file by its own count, and the fates of its lines
    (file,) = [row for row in handler.locator("#brussels-ledger tbody tr").all() if "brussels.csv" in row.inner_text()]
    assert file.locator("td").all_inner_texts() == ["4", "1", "0", "0", "1", "0", "0", "2", "Agrees"]
    digest = handler.locator("#brussels-batches code").get_attribute("title")
    assert digest is not None
    assert len(digest) == 64
    # the topic by partition: first and next offset, messages, records, set aside, again, never
    (partition,) = handler.locator("#brussels-topic tbody tr").all()
    assert partition.locator("td").all_inner_texts() == ["100", "101", "1", "1", "0", "0", "0"]
    expect(handler.get_by_text("Records and dead-lettered messages account for all that was received")).to_be_visible()


def test_an_authority_of_which_nothing_came_is_one_sentence(handler: Page, service: MigrationService) -> None:
    handler.goto(f"{service.address}/migration?lang=en")
    wallonia = handler.locator("section", has=handler.locator("#wallonia-title"))
    expect(wallonia).to_contain_text("permit migrate dry-run wallonia FILE")
    expect(wallonia.locator("table")).to_have_count(0)


@pytest.mark.parametrize("path", ["migration/atlantis/quarantine", "migration/brussels/quarantine/x"])
def test_what_is_not_there_is_not_found(watched: Watched, service: MigrationService, path: str) -> None:
    watched.forgive("404")
    service.sign_in(watched.page.context, Role.CASE_HANDLER)
    watched.page.goto(f"{service.address}/{path}?lang=en")
    expect(watched.page.get_by_role("heading", level=1)).to_have_text("This page does not exist")


@in_each_language_and_width(("fr", 1280), ("de", 320))
def test_everyone_can_use_the_pages(handler: Page, service: MigrationService, code: str, width: int) -> None:
    handler.set_viewport_size({"width": width, "height": 900})
    pages = {
        "migration": f"{service.address}/migration",
        "quarantine": f"{service.address}/migration/brussels/quarantine",
        "record": service.href(KEY),
    }
    for name, address in pages.items():
        handler.goto(f"{address}?lang={code}")
        assert handler.locator("html").get_attribute("lang") == code
        keep_screenshot(handler, f"{name}-{code}-{width}")
        check_reflow(handler)
        check_targets(handler)
        check_accessibility(handler)


@pytest.mark.parametrize("width", WIDTHS)
def test_the_keyboard_reaches_everything(handler: Page, service: MigrationService, width: int) -> None:
    handler.set_viewport_size({"width": width, "height": 600})
    for address in (f"{service.address}/migration/brussels/quarantine", service.href(KEY)):
        handler.goto(address)
        assert check_keyboard(handler) > 10
