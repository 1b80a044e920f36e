"""How the pages of a draft are filled in and sent in a browser, in whatever language their buttons are."""

from __future__ import annotations

from collections.abc import Mapping

from playwright.sync_api import FilePayload, Page, expect

from tests.documents.files import pdf

PASSPORT: FilePayload = {"name": "passport.pdf", "mimeType": "application/pdf", "buffer": pdf()}
DIPLOMA: FilePayload = {"name": "diploma.pdf", "mimeType": "application/pdf", "buffer": pdf(b"the diploma")}


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


def follow(page: Page, link: str) -> None:
    with page.expect_navigation():
        page.get_by_role("link", name=link).click()


def heading(page: Page, text: str) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text(text)
