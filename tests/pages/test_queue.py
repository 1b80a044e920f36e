"""The work queue in a real browser: what waits, found by filters, and a case taken from it by two at once."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from domain.case.folding import fold
from tests.pages.board_service import (
    EMPLOYER,
    HANDLER,
    OPERATIONS,
    OTHER_HANDLER,
    SUPERVISOR,
    BoardService,
    board_service,
)
from tests.pages.browser import (
    Watched,
    check_accessibility,
    check_keyboard,
    check_reflow,
    check_targets,
    in_each_language,
    keep_screenshot,
    watched_page,
)
from tests.projections.log_of_cases import CANARIES, ORDINARY

pytestmark = pytest.mark.server

FIRST = datetime(2026, 1, 12, 9, tzinfo=UTC)
MORE = 52
"""Cases that nobody has, so that the queue is longer than a page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Filed:
    """The cases that tests speak of, by their references; ``case_of`` gives their ids."""

    mine: str
    others: str
    free: tuple[str, ...]
    case_of: dict[str, UUID]


TAKER = replace(HANDLER, subject="handler-3", token_id="t-9")
"""Who takes cases; what is the other handler's own does not change by it."""


@pytest.fixture(scope="module")
def service(admin_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[BoardService]:
    with board_service(admin_url, tmp_path_factory.mktemp("queue")) as service, service.following():
        yield service


@pytest.fixture(scope="module")
def filed(service: BoardService) -> Filed:
    """The oldest is the reader's, the next another handler's; the others were filed a day after each other."""
    case_of: dict[str, UUID] = {}
    for n in range(MORE + 2):
        category = "nurse" if n % 2 else "teacher"
        case_id, reference = service.file(n + 1, FIRST + timedelta(days=n), replace(ORDINARY, category=category))
        case_of[reference] = case_id
    mine, others, *free = case_of
    service.assign(case_of[mine], HANDLER, FIRST + timedelta(days=1))
    service.assign(case_of[others], OTHER_HANDLER, FIRST + timedelta(days=2))
    service.has_caught_up()
    return Filed(mine=mine, others=others, free=tuple(free), case_of=case_of)


def references(page: Page) -> list[str]:
    return page.locator("#queue tbody th").all_inner_texts()


def handler_of(service: BoardService, case_id: UUID) -> str | None:
    case = fold(service.program.journal.read(case_id).events)
    assert case is not None
    return case.handler


def test_the_most_urgent_stand_first(page: Page, service: BoardService, filed: Filed) -> None:
    service.sign_in(page, HANDLER)
    page.goto(f"{service.address}/queue?lang=en")
    expect(page.locator("#queue caption")).to_have_text(f"{MORE + 2} open cases")
    assert references(page)[:3] == [filed.mine, filed.others, filed.free[0]]
    first = page.locator("#queue tbody tr").first
    expect(first).to_contain_text("Teacher")
    expect(first).to_contain_text("12 Jan 2026")
    expect(first).to_contain_text("13 Mar 2026")
    expect(first).to_contain_text("8 days late")
    expect(first).to_contain_text("handler-1")
    assert first.locator("th a").get_attribute("href") == f"/cases/{filed.case_of[filed.mine]}"
    assert not any(canary in page.content() for canary in CANARIES)


def test_filters_find_what_is_meant(page: Page, service: BoardService, filed: Filed) -> None:
    service.sign_in(page, HANDLER)
    page.goto(f"{service.address}/queue?lang=en")
    show = page.get_by_role("button", name="Show", exact=True)
    page.get_by_label("Handler").select_option("Mine")
    show.click()
    assert references(page) == [filed.mine]
    page.get_by_label("Handler").select_option("Unassigned")
    page.get_by_label("Category").select_option("nurse")
    page.get_by_label("Sort by").select_option("Day of filing")
    show.click()
    expect(page.locator("#queue caption")).to_have_text(f"{MORE // 2} open cases")
    assert references(page) == list(filed.free[1::2])
    page.get_by_label("Service status").select_option("late")
    show.click()
    # filed by 19 January, and due sixty days later
    assert references(page) == [filed.free[1], filed.free[3], filed.free[5]]
    page.get_by_label("With manual tasks").check()
    show.click()
    expect(page.locator("#queue")).to_contain_text("There is nothing to show.")
    page.get_by_role("link", name="Show all").click()
    expect(page.locator("#queue caption")).to_have_text(f"{MORE + 2} open cases")


def test_all_cases_are_on_some_page_and_none_on_two(page: Page, service: BoardService, filed: Filed) -> None:
    service.sign_in(page, HANDLER)
    page.goto(f"{service.address}/queue?lang=en&sort=filedOn")
    seen = references(page)
    page.get_by_role("link", name="Next page").click()
    expect(page.get_by_role("link", name="Back to the first page")).to_be_visible()
    seen += references(page)
    assert seen == list(filed.case_of)
    assert page.get_by_role("link", name="Next page").count() == 0
    page.get_by_role("link", name="Back to the first page").click()
    expect(page.get_by_role("link", name="Next page")).to_be_visible()
    assert references(page)[0] == filed.mine


def test_a_handler_takes_a_case(page: Page, service: BoardService, filed: Filed) -> None:
    service.sign_in(page, TAKER)
    page.goto(f"{service.address}/queue?lang=en&handler=none&category=teacher")
    free = filed.free[-2]
    page.get_by_role("button", name=f"Assign to me: {free}").click()
    # he is told so, and comes back to what he had asked for, where it no longer is
    expect(page.get_by_role("status").first).to_have_text(f"{free} is assigned to you.")
    expect(page.get_by_label("Category")).to_have_value("teacher")
    assert free not in references(page)
    assert handler_of(service, filed.case_of[free]) == TAKER.actor
    page.get_by_label("Handler").select_option("Mine")
    page.get_by_role("button", name="Show", exact=True).click()
    assert free in references(page)
    # and the notice is gone with the next question
    assert page.get_by_text("is assigned to you").count() == 0


def test_a_case_is_not_taken_from_somebody_else(
    page: Page, browser: Browser, service: BoardService, filed: Filed
) -> None:
    # given two handlers who see the same case
    free = filed.free[-4]
    with watched_page(browser) as other:
        for each, caller in ((page, TAKER), (other.page, OTHER_HANDLER)):
            service.sign_in(each, caller)
            each.goto(f"{service.address}/queue?lang=en&handler=none&category=teacher&sort=filedOn")
        other.page.get_by_role("button", name=f"Assign to me: {free}").click()
        expect(other.page.get_by_text(f"{free} is assigned to you.")).to_be_visible()
    # when the second one comes a moment later
    page.get_by_role("button", name=f"Assign to me: {free}").click()
    expect(page.get_by_text(f"{free} was already assigned to someone else.")).to_be_visible()
    assert handler_of(service, filed.case_of[free]) == OTHER_HANDLER.actor


def test_a_form_that_is_sent_twice_takes_a_case_once(service: BoardService, filed: Filed) -> None:
    case_id = filed.case_of[filed.free[-6]]
    cookies = {"session": service.token(TAKER)}
    answers = [
        httpx.post(f"{service.address}/queue/assignments", data={"case": str(case_id)}, cookies=cookies)
        for _ in range(2)
    ]
    assert [each.status_code for each in answers] == [303, 303]
    (led_to,) = {each.headers["Location"] for each in answers}
    said = f"{filed.free[-6]} is assigned to you."
    assert said in httpx.get(f"{service.address}{led_to}&lang=en", cookies=cookies).text
    colleague = {"session": service.token(HANDLER)}
    assert said not in httpx.get(f"{service.address}{led_to}&lang=en", cookies=colleague).text
    events = service.program.journal.read(case_id).events
    assert [type(each).__name__ for each in events].count("CaseAssigned") == 1


@pytest.mark.parametrize(
    ("caller", "headers", "status"),
    [
        (HANDLER, {"Sec-Fetch-Site": "cross-site"}, 403),
        (HANDLER, {"Origin": "https://elsewhere.example"}, 403),
        (OPERATIONS, {}, 403),
        (EMPLOYER, {}, 403),
        (replace(HANDLER, authority="brussels"), {}, 404),
    ],
)
def test_nobody_else_takes_a_case(service: BoardService, filed: Filed, caller, headers, status: int) -> None:
    case_id = filed.case_of[filed.free[-8]]
    answer = httpx.post(
        f"{service.address}/queue/assignments",
        data={"case": str(case_id)},
        cookies={"session": service.token(caller)},
        headers=headers,
    )
    assert answer.status_code == status
    assert handler_of(service, case_id) is None


def test_a_handler_begins_with_what_waits_for_them(page: Page, service: BoardService, filed: Filed) -> None:
    service.sign_in(page, HANDLER)
    page.goto(f"{service.address}/queue")
    assert parse_qs(urlsplit(page.url).query) == {"handler": [HANDLER.actor], "holder": ["region"]}
    expect(page.locator(".queue-views a[aria-current]")).to_have_count(1)
    page.locator(".queue-views a").last.click()
    expect(page.locator("#queue-caption")).to_contain_text(re.compile("[0-9]+"))
    assert parse_qs(urlsplit(page.url).query) == {"sort": ["dueOn"]}


def test_an_address_says_nothing_of_its_own(page: Page, service: BoardService, filed: Filed) -> None:
    service.sign_in(page, HANDLER)
    page.goto(f"{service.address}/queue?lang=en&done=assigned+FL-2026-0000001-00")
    assert page.locator(".notice").count() == 0


def choose(page: Page, *references: str) -> None:
    for each in references:
        page.get_by_label(f"Select {each}").check()


def test_cases_are_given_to_a_colleague_together(page: Page, service: BoardService, filed: Filed) -> None:
    # given a handler who selects three cases that nobody has
    chosen = (filed.free[-12], filed.free[-14], filed.free[-16])
    service.sign_in(page, HANDLER)
    page.goto(f"{service.address}/queue?lang=en&handler=none&category=teacher")
    picker = page.get_by_label("Assign the selected cases to")
    texts = picker.locator("option").all_inner_texts()
    assert texts[0].startswith("Me (1 open case")
    assert any(each.startswith("handler-2 (") for each in texts[1:])
    picker.select_option(OTHER_HANDLER.actor)
    choose(page, *chosen)
    # and a colleague takes one of them meanwhile
    service.assign(filed.case_of[chosen[0]], TAKER, service.clock.now())
    page.get_by_role("button", name="Assign", exact=True).click()
    # then each has a result of its own
    expect(page.get_by_role("heading", level=1)).to_have_text("2 assigned, 1 changed meanwhile")
    expect(page.locator("#assigned tbody tr").filter(has_text=chosen[0])).to_contain_text("left as it is")
    assert [handler_of(service, filed.case_of[each]) for each in chosen] == [
        TAKER.actor, OTHER_HANDLER.actor, OTHER_HANDLER.actor,
    ]  # fmt: skip
    check_accessibility(page)
    # and sent again, nothing more happens
    versions = [service.program.journal.read(filed.case_of[each]).version for each in chosen]
    page.reload()
    expect(page.get_by_role("heading", level=1)).to_have_text("2 assigned, 1 changed meanwhile")
    assert [service.program.journal.read(filed.case_of[each]).version for each in chosen] == versions
    # and the way back leads to the same view
    page.get_by_role("link", name="Back to the queue").click()
    expect(page.get_by_label("Category")).to_have_value("teacher")
    assert not set(chosen) & set(references(page))


def test_selecting_nothing_changes_nothing(page: Page, service: BoardService, filed: Filed) -> None:
    service.sign_in(page, HANDLER)
    page.goto(f"{service.address}/queue?lang=en")
    page.get_by_role("button", name="Assign", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("No case was selected: nothing has changed.")


KEY = "0190a000-0000-7abc-8def-00000000000b"


@pytest.mark.parametrize(
    ("caller", "assignee", "status"),
    [
        (HANDLER, "caseHandler:nobody-knows", 400),
        (HANDLER, "operations:ops-1", 400),
        (OPERATIONS, HANDLER.actor, 403),
        (EMPLOYER, HANDLER.actor, 403),
        (replace(HANDLER, authority="brussels"), HANDLER.actor, 404),
    ],
)
def test_nobody_is_given_a_case_who_may_not_have_it(
    service: BoardService, filed: Filed, caller, assignee: str, status: int
) -> None:
    case_id = filed.case_of[filed.free[-18]]
    answer = httpx.post(
        f"{service.address}/queue/bulk-assignments",
        data={"chosen": f"{case_id} none", "assignee": assignee, "key": KEY},
        cookies={"session": service.token(caller)},
    )
    assert answer.status_code == status
    assert handler_of(service, case_id) is None


def test_whose_work_starts_first_comes_first(page: Page, service: BoardService, filed: Filed) -> None:
    service.sign_in(page, HANDLER)
    page.goto(f"{service.address}/queue?lang=en")
    page.get_by_role("link", name="Work starts first").click()
    expect(page.get_by_label("Sort by")).to_have_value("startsOn")
    page.get_by_label("Work starts in").select_option("April 2026")
    page.get_by_role("button", name="Show", exact=True).click()
    expect(page.locator("#queue caption")).to_have_text("0 open cases")
    page.get_by_label("Work starts in").select_option(f"{ORDINARY.employment.start:%B %Y}")
    page.get_by_role("button", name="Show", exact=True).click()
    expect(page.locator("#queue caption")).to_have_text(f"{MORE + 2} open cases")


def test_a_view_is_one_click(page: Page, service: BoardService, filed: Filed) -> None:
    service.sign_in(page, HANDLER)
    page.goto(f"{service.address}/queue?lang=en")
    views = page.get_by_role("navigation", name="Views of the queue")
    assert views.locator("[aria-current]").all_inner_texts() == ["All"]
    views.get_by_role("link", name="Mine", exact=True).click()
    assert views.locator("[aria-current]").all_inner_texts() == ["Mine"]
    assert references(page) == [filed.mine]


def test_who_only_looks_has_the_list_on_the_first_screen_of_a_telephone(
    page: Page, service: BoardService, filed: Filed
) -> None:
    service.sign_in(page, OPERATIONS)
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{service.address}/queue?lang=en")
    box = page.locator("#queue tbody tr").first.bounding_box()
    assert box is not None
    assert box["y"] < 844
    # with what decides between the cases beside the reference
    due = page.locator("#queue tbody tr").first.locator("td").first.bounding_box()
    assert due is not None
    assert due["x"] < 390


def test_operations_look_and_change_nothing(page: Page, service: BoardService, filed: Filed) -> None:
    service.sign_in(page, OPERATIONS)
    page.goto(f"{service.address}/queue?lang=en")
    assert filed.mine in references(page)
    assert page.locator("a[href^='/cases/'], form[method=post]").count() == 0


def test_a_supervisor_chooses_the_authority(page: Page, service: BoardService, filed: Filed) -> None:
    service.sign_in(page, SUPERVISOR)
    page.goto(f"{service.address}/queue?lang=en")
    assert filed.mine in references(page)
    page.get_by_label("Authority").select_option("brussels")
    page.get_by_role("button", name="Show", exact=True).click()
    expect(page.locator("#queue caption")).to_have_text("0 open cases")


def test_who_is_not_signed_in_comes_to_the_entrance(watched: Watched, service: BoardService) -> None:
    answer = httpx.get(f"{service.address}/queue?stage=workPart")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/?next=%2Fqueue%3Fstage%3DworkPart")
    watched.forgive("status 400|400 ")
    service.sign_in(watched.page, HANDLER)
    assert watched.page.goto(f"{service.address}/queue?after=made-up").status == 400


@in_each_language("fr")
def test_everyone_can_read_it(page: Page, service: BoardService, filed: Filed, code: str) -> None:
    service.sign_in(page, HANDLER)
    page.goto(f"{service.address}/queue?lang={code}")
    assert page.locator("html").get_attribute("lang") == code
    check_accessibility(page)
    for width in (1280, 320):
        page.set_viewport_size({"width": width, "height": 900})
        keep_screenshot(page, f"queue-{code}-{width}")
        check_reflow(page)
        check_targets(page)


def test_the_keyboard_and_no_script_are_enough(browser: Browser, service: BoardService, filed: Filed) -> None:
    with watched_page(browser) as watched:
        service.sign_in(watched.page, TAKER)
        watched.page.goto(f"{service.address}/queue?handler=none&standing=late")
        assert check_keyboard(watched.page) > 15
    with watched_page(browser, java_script_enabled=False) as watched:
        service.sign_in(watched.page, TAKER)
        watched.page.goto(f"{service.address}/queue?lang=en&handler=none")
        free = filed.free[-10]
        watched.page.get_by_role("button", name=f"Assign to me: {free}").press("Enter")
        expect(watched.page.get_by_text(f"{free} is assigned to you.")).to_be_visible()
