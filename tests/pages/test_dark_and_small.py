"""Pages in the dark, and on a telephone: read as easily, and what matters is on the first screen."""

from collections.abc import Iterator
from uuid import UUID

import pytest
from playwright.sync_api import Browser, Page, expect

from domain.case.commands import AssignCase
from domain.codes import AUTHORITIES
from infra.identity.caller import Role
from tests.pages.browser import check_accessibility, check_reflow, keep_screenshot, watched_page
from tests.pages.case_service import CaseService

TELEPHONE = {"width": 390, "height": 844}
PAPER = "rgb(27, 34, 42)"


@pytest.fixture
def in_the_dark(browser: Browser) -> Iterator[Page]:
    with watched_page(browser, color_scheme="dark") as watched:
        watched.forgive("400")
        yield watched.page


@pytest.fixture
def telephone(browser: Browser) -> Iterator[Page]:
    with watched_page(browser, viewport=TELEPHONE) as watched:
        yield watched.page


@pytest.fixture(scope="module")
def waiting(service: CaseService) -> UUID:
    """One of four cases that wait for the handler h-1."""
    for case_id in (cases := [service.filed() for _ in range(4)]):
        service.does(case_id, AssignCase(handler="caseHandler:h-1"))
    service.catch_up()
    return cases[0]


@pytest.mark.parametrize(
    "path", ["/queue", "/cases/{}", "/cases/{}/admissibilityDecisions", "/board", "/law", "/search", "/migration"]
)
def test_pages_are_read_in_the_dark(service: CaseService, waiting: UUID, in_the_dark: Page, path: str) -> None:
    service.sign_in(in_the_dark.context, Role.REGULATOR if path == "/migration" else Role.CASE_HANDLER)
    in_the_dark.goto(f"{service.address}{path.format(waiting)}")
    assert in_the_dark.locator(".site-header").evaluate("(e) => getComputedStyle(e).backgroundColor") == PAPER
    check_accessibility(in_the_dark)
    keep_screenshot(in_the_dark, f"dark-{path.strip('/').replace('/', '-').format('case')}")


@pytest.mark.parametrize("authority", AUTHORITIES)
def test_the_colours_of_an_authority_are_read_in_the_dark(in_the_dark: Page, gallery: str, authority: str) -> None:
    in_the_dark.goto(f"{gallery}/gallery?authority={authority}")
    check_accessibility(in_the_dark)


def test_errors_are_read_in_the_dark(service: CaseService, waiting: UUID, in_the_dark: Page) -> None:
    service.sign_in(in_the_dark.context, Role.CASE_HANDLER)
    in_the_dark.goto(f"{service.address}/cases/{waiting}/feePayments")
    with in_the_dark.expect_navigation():
        in_the_dark.locator("#form button[type=submit]").click()
    expect(in_the_dark.get_by_role("alert")).to_be_visible()
    check_accessibility(in_the_dark)


def test_the_queue_begins_on_the_first_screen_of_a_telephone(
    service: CaseService, waiting: UUID, telephone: Page
) -> None:
    service.sign_in(telephone.context, Role.CASE_HANDLER)
    telephone.goto(f"{service.address}/queue")
    check_reflow(telephone)
    keep_screenshot(telephone, "queue-telephone")
    row = telephone.locator("#queue tbody tr").first
    top = row.bounding_box()
    assert top is not None
    assert top["y"] < TELEPHONE["height"], f"the first row begins at {top['y']}"
    due = row.locator("td.case-day").first.bounding_box()
    assert due is not None
    assert due["x"] + due["width"] <= TELEPHONE["width"], f"the due day ends at {due['x'] + due['width']}"


@pytest.mark.parametrize("width", [1280, 320])
def test_nothing_of_the_board_is_cut_off(service: CaseService, waiting: UUID, page: Page, width: int) -> None:
    service.sign_in(page.context, Role.CASE_HANDLER)
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(f"{service.address}/board?lang=nl")
    check_reflow(page)
    keep_screenshot(page, f"board-{width}")
    assert page.locator(".tiles ~ .tile-freshness").count() == 1
    assert page.locator(".tile .freshness").count() == 0
    if width == 1280:
        hidden = page.evaluate(
            "[...document.querySelectorAll('.table-frame')]"
            ".filter((f) => f.checkVisibility() && f.scrollWidth > f.clientWidth + 1)"
            ".map((f) => f.innerText.slice(0, 80))"
        )
        assert not hidden
        number = page.locator("#waiting tbody a").first
        expect(number).to_have_text("4")
        number.click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Open dossiers (4)")
        assert page.locator("#cases tbody tr").count() == 4


def test_a_day_to_come_is_not_shown_as_fact(service: CaseService, waiting: UUID, page: Page) -> None:
    service.sign_in(page.context, Role.CASE_HANDLER)
    page.goto(f"{service.address}/board?lang=en&on=2027-06-01")
    expect(page.get_by_text("This day is still to come: the figures are those of today")).to_be_visible()
    expect(page.get_by_role("heading", name="Open work at the end of 20 January 2026")).to_be_visible()


def test_the_law_is_no_endless_page_on_a_telephone(service: CaseService, telephone: Page) -> None:
    telephone.goto(f"{service.address}/law")
    check_reflow(telephone)
    keep_screenshot(telephone, "law-telephone")
    height = telephone.evaluate("document.documentElement.scrollHeight")
    assert height < 10_000, f"{height} pixels"
    # No row has more room than its words need: what made it tall stood in a column that nobody saw.
    tallest = telephone.evaluate(
        "Math.max(...[...document.querySelectorAll('#amounts tbody tr')].map((row) => row.offsetHeight))"
    )
    assert tallest < 320
    wide = telephone.evaluate("document.getElementById('amounts-frame').scrollWidth")
    assert wide <= TELEPHONE["width"]
