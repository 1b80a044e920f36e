"""The board in a real browser: its numbers counted by hand, the cases behind them, and who may see it."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from api.pages.board.figures import FIGURE_NAMES
from api.words.languages import Languages
from tests.pages.board_service import EMPLOYER, HANDLER, NOW, OPERATIONS, SUPERVISOR, BoardService, board_service
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
from tests.projections.recorded_histories import History, log_of, some_case
from tests.world.waiting import wait_until

pytestmark = pytest.mark.server

MOST_BYTES = 200_000
IN_BRUSSELS = 120


def some_log() -> list[History]:
    """In Flanders a late, a threatened and a paused case, and two that closed; in Brussels more than two pages."""
    late, threatened, paused, quick, slow = (some_case(n) for n in range(5))
    late.is_filed(date(2026, 1, 5), category="nurse")
    late.happens("CaseAssigned", date(2026, 1, 6), handler=HANDLER.actor)
    threatened.is_filed(date(2026, 1, 25), category="teacher")
    threatened.happens("CrossroadsCheckRequested", date(2026, 1, 25), check="employerRegister", revision=1)
    threatened.happens(
        "CrossroadsCheckAnswered", date(2026, 1, 26), check="employerRegister", revision=1, outcome="noData"
    )
    threatened.happens("ApplicationDeclaredAdmissible", date(2026, 2, 10))
    paused.is_filed(date(2026, 3, 1), category="nurse")
    request = {"requestId": "1", "replyBy": "2026-03-25"}
    paused.happens("InformationRequested", date(2026, 3, 10), items=["diploma"], **request)
    paused.happens("ClockPaused", date(2026, 3, 10), pause=1, ground="informationRequested")
    quick.is_filed(date(2026, 1, 6), category="teacher")
    quick.happens("ApplicationWithdrawn", date(2026, 1, 16))
    slow.is_filed(date(2026, 1, 7), category="teacher")
    slow.happens("InformationRequested", date(2026, 1, 10), items=["diploma", "payDetails"], **request)
    slow.happens("ClockPaused", date(2026, 1, 10), pause=1, ground="informationRequested")
    slow.happens("InformationProvided", date(2026, 1, 14), **request)
    slow.happens("ClockResumed", date(2026, 1, 14), pause=1)
    slow.happens("ApplicationDeclaredInadmissible", date(2026, 3, 2), grounds=["other"])
    elsewhere = [some_case(100 + n) for n in range(IN_BRUSSELS)]
    for n, each in enumerate(elsewhere):
        each.is_filed(date(2026, 1, 12) + timedelta(days=n % 7), authority="brussels", category="researcher")
    return [late, threatened, paused, quick, slow, *elsewhere]


@pytest.fixture
def own_service(admin_url: str, tmp_path: Path) -> Iterator[BoardService]:
    """For a test that shows another log than the others count."""
    with board_service(admin_url, tmp_path) as service:
        service.show(log_of(some_log()))
        yield service


@pytest.fixture(scope="module")
def service(admin_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[BoardService]:
    with board_service(admin_url, tmp_path_factory.mktemp("board")) as service:
        service.show(log_of(some_log()))
        yield service


@pytest.fixture(autouse=True)
def clock_as_before(service: BoardService) -> Iterator[None]:
    yield
    service.clock.moment = NOW


def tiles(page: Page) -> dict[str, str]:
    labels = page.locator(".tile-label").all_inner_texts()
    return dict(zip(labels, page.locator(".tile-value").all_inner_texts(), strict=True))


def rows_of_file(service: BoardService, address: str, code: str = "en") -> list[list[str]]:
    cookies = {"session": service.token(HANDLER), "lang": code}
    answer = httpx.get(f"{service.address}{address}", cookies=cookies, timeout=20)
    assert answer.status_code == 200, answer.text
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    return list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";"))


def test_the_open_work_of_a_small_log(page: Page, service: BoardService) -> None:
    service.sign_in(page, HANDLER)
    page.goto(f"{service.address}/board?lang=en")
    assert tiles(page) == {
        "Open cases": "3",
        "In time": "1",
        "Nearing the due day": "1",
        "Late": "1",
        "Paused": "1",
        "Manual tasks": "1",
    }
    # in the words of the queue, its filter and the page of a case
    assert page.locator(".tile .badge").all_inner_texts() == ["At risk", "Late"]
    expect(page.get_by_text("Up to date").first).to_be_visible()
    expect(page.locator("#refreshing")).to_have_attribute("data-summary", "Open cases: 3, at risk: 1, late: 1.")
    # when paused cases are left out
    page.get_by_label("Without paused cases").check()
    page.get_by_role("button", name="Show", exact=True).click()
    expect(page.locator("#refreshing")).to_have_attribute("data-summary", "Open cases: 2, at risk: 1, late: 1.")
    # and when only the handler's own are meant, who is named as people name him
    page.get_by_label("Handler").fill("handler-1")
    page.get_by_role("button", name="Show", exact=True).click()
    assert tiles(page)["Open cases"] == "1"
    expect(page.get_by_label("Handler")).to_have_value("handler-1")
    # and on a day in January when nothing was late yet
    page.goto(f"{service.address}/board?lang=en&on=2026-01-12")
    assert tiles(page)["Open cases"] == "3"
    assert tiles(page)["Late"] == "0"


def test_a_table_that_goes_on_beyond_its_frame_shows_it(page: Page, service: BoardService) -> None:
    service.sign_in(page, HANDLER)
    page.set_viewport_size({"width": 1200, "height": 800})
    page.goto(f"{service.address}/board?lang=de")
    frame = page.locator("#check-times-table-frame")
    keep_screenshot(page, "board-1200-de")
    # two shadows that stay at the edges, and two covers that move with the table and hide them at its ends
    assert frame.evaluate("it => getComputedStyle(it).backgroundAttachment") == "local, local, scroll, scroll, scroll"
    assert frame.evaluate("it => getComputedStyle(it).backgroundImage").count("linear-gradient") == 4


def test_figures_are_those_counted_by_hand(service: BoardService) -> None:
    ages = {label: int(cases) for label, cases in rows_of_file(service, "/board/ages.csv")[1:]}
    assert {label: cases for label, cases in ages.items() if cases} == {"20–29": 1, "50–59": 1, "70–79": 1}  # noqa: RUF001
    assert rows_of_file(service, "/board/queue-fronts.csv")[1:] == [
        ["Nurse", "2026-01-05", ""],
        ["Teacher", "", "2026-01-25"],
    ]
    # a day is not told in seconds
    (asked,) = rows_of_file(service, "/board/check-times.csv")[1:]
    assert asked[1:5] == ["1", "1", "24 h", "24 h"]
    weeks = {row[0]: row[1:] for row in rows_of_file(service, "/board/flow.csv")[1:]}
    assert weeks["2026-01-05"] == ["3", "0", "3"]
    assert weeks["2026-01-12"] == ["0", "1", "-1"]
    stages = {row[0]: row[1:] for row in rows_of_file(service, "/board/stages.csv")[1:]}
    # closed, residence part, work part, with the applicant, admissibility
    assert stages["2026-03-21"] == ["2", "0", "1", "1", "1"]
    assert stages["2026-01-12"] == ["0", "0", "0", "1", "2"]
    percentiles = rows_of_file(service, "/board/percentiles.csv")
    # one case took 10 days, the other 54; of the open ones the ages are 20, 55 and 75 days
    assert percentiles[-2:] == [["2026-03-01", "10", "54", "54", "54"], ["Age of open work", "55", "75", "75", "75"]]
    assert rows_of_file(service, "/board/cycle-times.csv")[1:] == [
        ["2026-01-16", "10"], ["2026-03-02", "54"], ["50%", "10"], ["80%", "54"], ["95%", "54"],
    ]  # fmt: skip
    on_time = rows_of_file(service, "/board/on-time.csv")
    assert ["Jan 2026", "In time", "1", "100%"] in on_time
    assert ["Feb 2026", "In time", "0", ""] in on_time
    assert rows_of_file(service, "/board/rework.csv")[1:] == [
        ["Closed in the last half year", "Complete when filed", "1", "50%"],
        ["Closed in the last half year", "Information requested", "1", "50%"],
    ]
    assert [row[1] for row in rows_of_file(service, "/board/items-asked.csv")[1:]] == ["1", "1"]
    assert rows_of_file(service, "/board/checks.csv")[1:] == [
        ["Registration of the employer", "No data held", "1", "100%"]
    ]
    oldest = rows_of_file(service, "/board/oldest.csv")[1:]
    assert [row[-1] for row in oldest] == ["75", "55", "20"]


@pytest.mark.parametrize("code", ["nl", "en"])
def test_each_file_says_what_its_table_says(page: Page, service: BoardService, code: str) -> None:
    language = Languages.load().by_code[code]

    def as_read(text: str) -> str:
        if len(text) == 10 and text[4:5] == text[7:8] == "-":
            return language.date(date.fromisoformat(text))
        try:
            return language.number(Decimal(text.replace(",", ".")))
        except ArithmeticError:
            return text.removeprefix("'") or "–"  # noqa: RUF001

    service.sign_in(page, HANDLER)
    page.goto(f"{service.address}/board?lang={code}")
    for name in FIGURE_NAMES:
        if name == "oldest":
            # its table leads to the cases, and shows more of each
            continue
        shown = page.locator(f"#{name}-table tr").evaluate_all(
            "rows => rows.map((row) => [...row.cells].map((cell) => cell.textContent))"
        )
        file = rows_of_file(service, page.locator(f"#{name}-csv").get_attribute("href") or "", code)
        assert [file[0], *([as_read(cell) for cell in row] for row in file[1:])] == shown, name


def test_a_number_leads_to_its_cases(page: Page, service: BoardService) -> None:
    service.sign_in(page, SUPERVISOR)
    page.goto(f"{service.address}/board?lang=en&authority=flanders")
    page.get_by_role("link", name="Late: 1", exact=True).click()
    expect(page.locator(".chosen li")).to_have_text(["As of the end of 21 Mar 2026", "Flemish Region", "Open", "Late"])
    expect(page.locator("#cases tbody tr")).to_have_count(1)
    case = page.locator("#cases tbody tr th a")
    assert case.get_attribute("href") == f"/cases/{some_log()[0].case_id}"
    page.get_by_role("link", name="Back to the service levels").click()
    expect(page.get_by_role("heading", name="Service levels")).to_be_visible()
    # and so does every tile: as many cases as it says
    for n, count in enumerate(tiles(page).values(), 1):
        href = page.locator(f"#tile-{n}").get_attribute("href") or ""
        if int(count) <= 50:
            page.goto(service.address + href)
            assert page.locator("#cases tbody tr th").count() == int(count)
            page.goto(f"{service.address}/board?lang=en&authority=flanders")


def test_all_cases_are_on_some_page_and_none_on_two(page: Page, service: BoardService) -> None:
    service.sign_in(page, SUPERVISOR)
    page.goto(f"{service.address}/board/cases?lang=en&open=true&authority=brussels")
    seen: list[str] = []
    pages = 1
    while True:
        seen += page.locator("#cases tbody tr th a").evaluate_all("links => links.map((link) => link.href)")
        following = page.get_by_role("link", name="Next page")
        if not following.count():
            break
        following.click()
        page.wait_for_load_state()
        pages += 1
        # midnight passes, and the list goes on as of its day
        service.clock.moment += timedelta(days=1)
        expect(page.locator(".chosen li").first).to_have_text("As of the end of 21 Mar 2026")
    assert (pages, len(seen), len(set(seen))) == (3, IN_BRUSSELS, IN_BRUSSELS)
    page.get_by_role("link", name="Back to the first page").click()
    assert page.locator("#cases tbody tr th a").first.get_attribute("href") in seen[0]


def test_figures_renew_themselves(page: Page, own_service: BoardService) -> None:
    own_service.sign_in(page, HANDLER)
    page.clock.install()
    page.goto(f"{own_service.address}/board?lang=en&category=executive", wait_until="networkidle")
    assert tiles(page)["Open cases"] == "0"
    new = some_case(9_000)
    new.is_filed(date(2026, 3, 20), category="executive")
    own_service.show(log_of([*some_log(), new]))

    def polled_until_it_shows() -> bool:
        page.clock.run_for(30_100)
        return tiles(page)["Open cases"] == "1"

    # once what was kept may no longer be shown, a poll brings the new case; each is set when the one before is shown
    wait_until(polled_until_it_shows, because="a poll brings the new case")
    expect(page.get_by_role("status")).to_have_text("Open cases: 1, at risk: 0, late: 0.")


@in_each_language("de")
def test_everyone_can_read_it(page: Page, service: BoardService, code: str) -> None:
    service.sign_in(page, SUPERVISOR)
    page.goto(f"{service.address}/board?lang={code}")
    assert page.locator("html").get_attribute("lang") == code
    check_accessibility(page)
    for width in (1280, 320):
        page.set_viewport_size({"width": width, "height": 900})
        keep_screenshot(page, f"board-{code}-{width}")
        check_reflow(page)
        check_targets(page)


@pytest.mark.parametrize("width", [1280, 320])
def test_everyone_can_read_the_cases_behind_it(page: Page, service: BoardService, width: int) -> None:
    service.sign_in(page, SUPERVISOR)
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(f"{service.address}/board/cases?lang=de&open=true&ageFrom=1&standing=late&standing=atRisk")
    keep_screenshot(page, f"board-cases-de-{width}")
    check_reflow(page)
    check_targets(page)
    check_accessibility(page)


def test_the_keyboard_reaches_everything(page: Page, service: BoardService) -> None:
    service.sign_in(page, HANDLER)
    page.goto(f"{service.address}/board")
    # a day is written in three parts, each with a stop of its own, which the walk would take for a way back
    page.locator("#filter-on").focus()
    assert page.locator("#filter-on").evaluate("field => getComputedStyle(field).outlineStyle") == "solid"
    page.reload()
    page.locator("#filter-on").evaluate("field => { field.type = 'text' }")
    assert check_keyboard(page) > 30


def test_it_works_without_scripts(browser: Browser, service: BoardService) -> None:
    with watched_page(browser, java_script_enabled=False) as watched:
        page = watched.page
        service.sign_in(page, SUPERVISOR)
        page.goto(f"{service.address}/board?lang=en")
        page.get_by_label("Authority").select_option("flanders")
        with page.expect_navigation():
            page.get_by_role("button", name="Show", exact=True).click()
        assert tiles(page)["Late"] == "1"
        page.locator("#ages-summary").click()
        expect(page.locator("#ages-table")).to_be_visible()
        page.get_by_role("link", name="Refresh", exact=True).click()
        expect(page.get_by_label("Authority")).to_have_value("flanders")


def test_a_first_visit_is_light(watched: Watched, service: BoardService) -> None:
    sizes: dict[str, int] = {}

    def weighed(request: object) -> None:
        size = request.sizes()  # type: ignore[attr-defined]
        sizes[request.url] = size["responseBodySize"] + size["responseHeadersSize"]  # type: ignore[attr-defined]

    service.sign_in(watched.page, SUPERVISOR)
    watched.page.on("requestfinished", weighed)
    watched.page.goto(f"{service.address}/board?lang=fr", wait_until="networkidle")
    assert any("htmx" in url for url in sizes)
    assert sum(sizes.values()) < MOST_BYTES, sizes


def test_operations_see_figures_and_no_case(page: Page, service: BoardService) -> None:
    service.sign_in(page, OPERATIONS)
    page.goto(f"{service.address}/board?lang=en")
    assert tiles(page)["Late"] == "1"
    assert page.locator("a[href^='/cases/']").count() == 0
    page.get_by_role("link", name="Late: 1", exact=True).click()
    assert page.locator("a[href^='/cases/']").count() == 0
    # the log names an employer and a worker, and no page does
    for address in ("/board", "/board/cases"):
        page.goto(service.address + address)
        assert "Acme" not in page.content()


def test_who_may_not_see_it_is_told_so(watched: Watched, service: BoardService) -> None:
    page = watched.page
    answer = httpx.get(f"{service.address}/board?category=nurse")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/?next=%2Fboard%3Fcategory%3Dnurse")
    watched.forgive("status 403|403 ")
    service.sign_in(page, EMPLOYER)
    assert page.goto(f"{service.address}/board?lang=en").status == 403
    check_accessibility(page)
    # nor may one authority see another's
    service.sign_in(page, HANDLER)
    assert page.goto(f"{service.address}/board?authority=brussels").status == 403


@pytest.mark.parametrize("asked", ["on=2026-02-30", "category=pilot", "handler=a b", "authority=flanders&authority=x"])
def test_what_makes_no_sense_is_refused(watched: Watched, service: BoardService, asked: str) -> None:
    watched.forgive("status 400|400 ")
    service.sign_in(watched.page, SUPERVISOR)
    assert watched.page.goto(f"{service.address}/board?lang=en&{asked}").status == 400
    expect(watched.page.locator("main")).to_contain_text(asked.split("=")[0])


def test_there_is_no_such_file(service: BoardService) -> None:
    cookies = {"session": service.token(HANDLER)}
    assert httpx.get(f"{service.address}/board/handlers.csv", cookies=cookies).status_code == 404
