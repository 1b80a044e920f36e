"""The part of a page that renews itself: what it shows, what it leaves alone, and who stops it.

The clock of the page is the test's: a second passes when the test says so.
"""

import pytest
from playwright.sync_api import Page, Response, Route, expect

from tests.pages.browser import Watched, check_accessibility

A_POLL = 1100
"""Milliseconds after which the part has asked once: it does so each second."""

POLLS = "**/refreshing?*case=7*"


@pytest.fixture
def renewing(watched: Watched, gallery: str) -> Watched:
    watched.page.clock.install()
    watched.page.goto(f"{gallery}/refreshing?lang=en&case=7", wait_until="networkidle")
    return watched


def is_poll(response: Response) -> bool:
    return response.request.headers.get("hx-request") == "true"


def refreshed(page: Page) -> None:
    """Let the part renew itself once, and wait until it has."""
    page.evaluate("document.getElementById('refreshing').dataset.old = 'yes'")
    with page.expect_response(is_poll):
        page.clock.run_for(A_POLL)
    expect(page.locator("#refreshing:not([data-old])")).to_have_count(1)
    # htmx settles, and gives the focus back, a moment after it has swapped
    page.clock.run_for(100)


def polls_in(page: Page, milliseconds: int) -> int:
    """How often the part asks in a while."""
    # A second that passed by itself, on a busy machine, is not the test's: its poll is waited for first.
    page.wait_for_load_state("networkidle")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.clock.run_for(milliseconds)
    # a round trip to the page: what it has asked until now has been heard here
    page.evaluate("0")
    return len(asked)


A_NAMELESS_FOCUS = """() => {
  document.querySelector("#ages-data").open = true;
  const place = document.querySelector("#ages-data [tabindex='0']");
  place.removeAttribute("id");
  place.focus();
}"""
A_SELECTION = "() => getSelection().selectAllChildren(document.querySelector('#refreshing h2'))"


def lasting(page: Page, arrange: str, holds: str) -> None:
    """What a reader does, until it lasts: a poll that was under way, on a busy machine, may just have undone it."""
    for _ in range(5):
        page.evaluate(arrange)
        page.wait_for_load_state("networkidle")
        if page.evaluate(holds):
            return
    raise AssertionError("the part is refreshed while its reader is busy there")


def test_figures_are_refreshed_and_what_was_opened_stays_open(renewing: Watched) -> None:
    page = renewing.page
    page.locator("#ages-summary").click()
    refreshed(page)
    expect(page.locator("#ages-data table")).to_be_visible()
    # and the focus is where it was
    expect(page.locator("#ages-summary")).to_be_focused()
    refreshed(page)
    expect(page.locator("#ages-data table")).to_be_visible()
    check_accessibility(page)


def test_a_reader_pauses_and_resumes(renewing: Watched) -> None:
    page = renewing.page
    expect(page.get_by_text("Refreshes every second.")).to_be_visible()
    page.get_by_role("link", name="Pause automatic refresh").click()
    # the focus stays on the control, which now says the contrary, and the address can be kept
    resume = page.get_by_role("link", name="Resume automatic refresh")
    expect(resume).to_be_visible()
    page.clock.run_for(100)
    expect(resume).to_be_focused()
    assert page.url.endswith("lang=en&case=7&refresh=paused")
    assert polls_in(page, 10 * A_POLL) == 0
    page.reload(wait_until="networkidle")
    assert polls_in(page, 10 * A_POLL) == 0
    resume.click()
    expect(page.get_by_text("Refreshes every second.")).to_be_visible()
    assert page.url.endswith("lang=en&case=7")
    refreshed(page)


def test_a_reader_is_not_disturbed(renewing: Watched) -> None:
    page = renewing.page
    # given a focus inside that could not be given back
    lasting(page, A_NAMELESS_FOCUS, "document.activeElement.matches('#ages-data [tabindex]:not([id])')")
    assert polls_in(page, 3 * A_POLL) == 0
    # or text selected there
    page.evaluate("document.activeElement.blur()")
    lasting(page, A_SELECTION, "getSelection().toString() !== ''")
    assert polls_in(page, 3 * A_POLL) == 0
    # when both are gone
    page.evaluate("getSelection().removeAllRanges()")
    refreshed(page)


def test_only_a_summary_that_changed_is_said(renewing: Watched) -> None:
    page = renewing.page
    said = page.get_by_role("status")
    refreshed(page)
    expect(said).to_have_text("")

    def one_more(route: Route) -> None:
        answer = route.fetch()
        route.fulfill(response=answer, body=answer.text().replace("9 cases", "10 cases"))

    page.route(POLLS, one_more)
    refreshed(page)
    expect(said).to_have_text("10 cases")


def test_figures_that_cannot_be_refreshed_say_so(renewing: Watched) -> None:
    page = renewing.page
    renewing.forgive("failed: |ERR_FAILED|htmx:sendError|htmx:afterRequest")
    trouble = page.locator("#refreshing").get_by_text("These figures could not be refreshed")
    expect(trouble).to_be_hidden()
    page.route(POLLS, lambda route: route.abort())
    page.clock.run_for(A_POLL)
    expect(trouble).to_be_visible()
    expect(page.get_by_role("status")).to_contain_text("could not be refreshed")
    # until they can
    page.unroute(POLLS)
    refreshed(page)
    expect(trouble).to_be_hidden()


def test_another_page_in_its_place_is_shown_whole(renewing: Watched) -> None:
    page = renewing.page

    def sign_in(route: Route) -> None:
        route.fulfill(content_type="text/html", body="<!doctype html><title>x</title><h1>Sign in</h1>")

    page.route(POLLS, sign_in)
    page.clock.run_for(A_POLL)
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    expect(page.locator("#refreshing")).to_have_count(0)
