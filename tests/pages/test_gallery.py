"""Every macro and chart in a real browser: seen, heard, by keyboard, on a narrow screen and without scripts."""

import pytest
from playwright.sync_api import Browser, Page, expect

from domain.codes import AUTHORITIES
from tests.pages.browser import (
    WIDTHS,
    Watched,
    check_accessibility,
    check_keyboard,
    check_reflow,
    check_targets,
    in_each_language_and_width,
    keep_screenshot,
    watched_page,
)

MOST_BYTES = 200_000


@in_each_language_and_width(("de", 1280), ("fr", 320))
def test_everyone_can_read_it(page: Page, gallery: str, code: str, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(f"{gallery}/gallery?lang={code}&personal=yes")
    assert page.locator("html").get_attribute("lang") == code
    keep_screenshot(page, f"gallery-{code}-{width}")
    check_reflow(page)
    check_targets(page)
    page.locator("#percentiles-summary").click()
    check_reflow(page)
    check_accessibility(page)


@pytest.mark.parametrize("width", WIDTHS)
def test_the_keyboard_reaches_everything(page: Page, gallery: str, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 600})
    page.goto(f"{gallery}/gallery")
    assert check_keyboard(page) > 40
    # the first stop of a page without an error leads past all that stands around it
    page.goto(f"{gallery}/refreshing")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()


@pytest.mark.parametrize("authority", AUTHORITIES)
def test_each_authority_has_its_colours(page: Page, gallery: str, authority: str) -> None:
    page.goto(f"{gallery}/refreshing")
    usual = page.evaluate("getComputedStyle(document.documentElement).getPropertyValue('--main')")
    page.goto(f"{gallery}/refreshing?authority={authority}")
    assert page.evaluate("getComputedStyle(document.documentElement).getPropertyValue('--main')") != usual
    check_accessibility(page)


def test_it_works_without_scripts(browser: Browser, gallery: str) -> None:
    with watched_page(browser, java_script_enabled=False) as watched:
        page = watched.page
        page.goto(f"{gallery}/gallery?lang=en")
        # tables open, and what would need a script is not promised
        table = page.locator("#ages-data")
        expect(table.locator("table")).to_be_hidden()
        table.locator("summary").click()
        expect(table.locator("table")).to_be_visible()
        expect(page.get_by_text("Pause automatic refresh")).to_be_hidden()
        expect(page.get_by_role("link", name="Refresh", exact=True)).to_be_visible()
        # and so do languages
        page.get_by_role("link", name="Deutsch").click()
        expect(page.get_by_role("link", name="Zum Inhalt springen")).to_have_count(1)
        page.goto(f"{gallery}/gallery")
        assert page.locator("html").get_attribute("lang") == "de"


def test_a_first_visit_is_light(watched: Watched, gallery: str) -> None:
    sizes: dict[str, int] = {}

    def weighed(request: object) -> None:
        size = request.sizes()  # type: ignore[attr-defined]
        sizes[request.url] = size["responseBodySize"] + size["responseHeadersSize"]  # type: ignore[attr-defined]

    watched.page.on("requestfinished", weighed)
    watched.page.goto(f"{gallery}/gallery?personal=yes", wait_until="networkidle")
    assert any("htmx" in url for url in sizes)
    assert sum(sizes.values()) < MOST_BYTES, sizes


def test_a_script_that_slips_in_does_not_run(watched: Watched, gallery: str) -> None:
    # given a page into which somebody's text came as markup
    watched.forgive("policy: |Content Security Policy")
    watched.page.goto(f"{gallery}/message", wait_until="load")
    watched.forgive("status 404|404 ")
    # then neither script nor style of it has any effect
    watched.page.evaluate(
        """() => {
        const script = document.createElement("script");
        script.textContent = "window.slippedIn = true";
        document.body.append(script);
        document.querySelector("h1").setAttribute("style", "color: red");
        }"""
    )
    assert watched.page.evaluate("window.slippedIn") is None
    assert any("policy: script-src" in each for each in watched.complaints)
    assert any("policy: style-src" in each for each in watched.complaints)


def test_a_complaint_of_the_browser_fails_a_test(browser: Browser, gallery: str) -> None:
    with pytest.raises(AssertionError, match="status 404"), watched_page(browser) as watched:
        watched.page.goto(f"{gallery}/message")
    with pytest.raises(AssertionError, match="no good"), watched_page(browser) as watched:
        watched.page.evaluate("console.error('no good')")


def test_a_page_that_not_everyone_can_use_fails(page: Page, gallery: str) -> None:
    page.goto(f"{gallery}/gallery")
    page.evaluate("document.querySelector('input').removeAttribute('id')")
    with pytest.raises(AssertionError, match="label"):
        check_accessibility(page)
    page.evaluate("document.querySelector('.button').tabIndex = -1")
    with pytest.raises(AssertionError):
        check_keyboard(page)
    page.set_viewport_size({"width": 320, "height": 600})
    page.evaluate("document.querySelector('main').insertAdjacentHTML('beforeend', '<pre>' + 'x'.repeat(90) + '</pre>')")
    with pytest.raises(AssertionError, match="in a window of 320"):
        check_reflow(page)
