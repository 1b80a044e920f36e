"""Two handlers correct the same file: the later one is shown both values, chooses, and reverts nothing unseen."""

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import date
from uuid import UUID

import pytest
from playwright.sync_api import Browser, Page, expect

from domain.case.application import Worker
from domain.case.commands import CorrectCase
from infra.identity.caller import Role
from tests.pages.browser import Watched, check_accessibility, check_reflow, watched_page
from tests.pages.case_service import CaseService

NINA = Worker(
    given_name="Nina", family_name="Patel", birth_date=date(1985, 7, 30), nationality="IN", ssin="85073003328"
)


@pytest.fixture
def two(service: CaseService, browser: Browser) -> Iterator[tuple[Watched, Watched]]:
    """Two handlers of the authority, each in a browser without scripts."""
    with ExitStack() as opened:
        both = [opened.enter_context(watched_page(browser, java_script_enabled=False)) for _ in range(2)]
        for watched, subject in zip(both, ("h-1", "h-2"), strict=True):
            service.sign_in(watched.page.context, Role.CASE_HANDLER, subject)
            watched.forgive("412")
        yield both[0], both[1]


def correct(page: Page, **fields: str) -> None:
    for label, text in fields.items():
        page.get_by_label(label.replace("_", " "), exact=False).first.fill(text)
    page.get_by_label("Reason").fill("As on the passport.")
    with page.expect_navigation():
        page.get_by_role("button", name="Correct", exact=True).click()


def held(service: CaseService, case_id: UUID) -> tuple[str, str]:
    worker = service.file(case_id).body["worker"]
    return worker["givenName"], worker["familyName"]


def both_open(service: CaseService, two: tuple[Watched, Watched]) -> UUID:
    case_id = service.filed()
    for each in two:
        each.page.goto(f"{service.address}/cases/{case_id}/corrections?part=worker&lang=en")
    return case_id


def test_what_the_other_changed_stays_where_one_left_it_alone(
    service: CaseService, two: tuple[Watched, Watched]
) -> None:
    case_id = both_open(service, two)
    correct(two[0].page, Given_name="Nina")
    late = two[1].page
    correct(late, Family_name="Patel-Roy")
    expect(late.get_by_label("Given name")).to_have_value("Nina")
    expect(late.get_by_text("These fields now show what was recorded meanwhile: Given name.")).to_be_visible()
    correct(late)
    assert held(service, case_id) == ("Nina", "Patel-Roy")


@pytest.mark.parametrize(("chosen", "name"), [("Yours: Nino", "Nino"), ("In the file now: Nina", "Nina")])
def test_of_two_values_one_is_chosen(
    service: CaseService, two: tuple[Watched, Watched], chosen: str, name: str
) -> None:
    case_id = both_open(service, two)
    family_name = held(service, case_id)[1]
    correct(two[0].page, Given_name="Nina")
    late = two[1].page
    two[1].forgive("400")
    correct(late, Given_name="Nino")
    expect(late.get_by_role("group", name="Given name: which value is to be kept?")).to_be_visible()

    correct(late)
    expect(late.get_by_role("link", name="Given name: choose which value is to be kept")).to_be_visible()
    assert held(service, case_id) == ("Nina", family_name)

    late.get_by_label(chosen).check()
    correct(late)
    assert held(service, case_id) == (name, family_name)


def test_an_assignment_that_somebody_made_meanwhile_is_not_undone_unseen(
    service: CaseService, two: tuple[Watched, Watched]
) -> None:
    case_id = service.filed()
    for each in two:
        each.page.goto(f"{service.address}/cases/{case_id}/assignments?lang=en")
    with two[0].page.expect_navigation():
        two[0].page.get_by_role("button", name="Assign", exact=True).click()
    late = two[1].page
    with late.expect_navigation():
        late.get_by_role("button", name="Assign", exact=True).click()
    expect(late.get_by_role("group", name="Handler: which value is to be kept?")).to_be_visible()
    two[1].forgive("400")
    with late.expect_navigation():
        late.get_by_role("button", name="Assign", exact=True).click()
    expect(late.get_by_role("link", name="Handler: choose which value is to be kept")).to_be_visible()


@pytest.mark.parametrize("code", ["fr", "de"])
def test_the_choice_is_accessible_in_long_words_on_a_narrow_screen(
    service: CaseService, browser: Browser, code: str
) -> None:
    case_id = service.filed()
    with watched_page(browser, viewport={"width": 320, "height": 800}) as watched:
        watched.forgive("412")
        page = watched.page
        service.sign_in(page.context, Role.CASE_HANDLER)
        page.goto(f"{service.address}/cases/{case_id}/corrections?part=worker&lang={code}")
        service.does(case_id, CorrectCase(worker=NINA, reason="As on the passport."), "caseHandler:h-2")
        page.locator("[name='worker.givenName']").fill("Nino")
        page.locator("[name=reason]").fill("Comme au passeport.")
        with page.expect_navigation():
            page.locator("#form button[type=submit]").click()
        expect(page.locator("fieldset").filter(has_text="Nina")).to_be_visible()
        # The reader is taken to what stopped them.
        assert page.evaluate("document.activeElement.getAttribute('role')") == "alert"
        check_accessibility(page)
        check_reflow(page)
