"""A file of applications is sent in the browser, seen judged, filed, and taken along with its outcome."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing
from io import BytesIO
from uuid import uuid4

import httpx
import pytest
from openpyxl import load_workbook
from playwright.sync_api import Browser, FilePayload, expect

from api.pages.bulk.screens import BATCHES
from api.pages.session import SESSION_COOKIE
from api.permissions import Permissions
from api.services.access import Access
from api.services.application_batches import ApplicationBatchService
from api.services.cases import CaseService as Cases
from infra.identity.caller import Role
from tests.bulk.files_of_applications import NAMES, cells, text
from tests.pages.browser import (
    check_accessibility,
    check_keyboard,
    check_reflow,
    check_targets,
    in_each_language,
    keep_screenshot,
    watched_page,
)
from tests.pages.case_service import OTHER_EMPLOYER, CaseService


def named(name: str = "", **changes: str) -> list[str]:
    """A row about a worker of its own; ``__`` in a name of a change stands for a dot."""
    given = {each.replace("__", "."): value for each, value in changes.items()}
    return cells({"worker.familyName": name or f"Werknemer {uuid4().hex}", **given})


def file_all(service: CaseService) -> None:
    """What the worker does beside the pages."""
    access = Access(Permissions.load())
    batches = ApplicationBatchService(service.program, access, Cases(service.program, access))
    while batches.file_some():
        pass


@pytest.fixture
def clients(service: CaseService) -> Iterator[ExitStack]:
    with ExitStack() as opened:
        yield opened


def signed_in(
    service: CaseService, opened: ExitStack, role: Role = Role.EMPLOYER, *, value: str | None = None, code: str = "en"
) -> httpx.Client:
    client = opened.enter_context(closing(httpx.Client(base_url=service.address, timeout=30, trust_env=False)))
    client.cookies.set(SESSION_COOKIE, service.token(role, "hr-1", value=value))
    client.headers["Accept-Language"] = code
    return client


def send(client: httpx.Client, content: bytes) -> httpx.Response:
    return client.post(BATCHES, files={"file": ("applications", content)})


def sent(client: httpx.Client, rows: Sequence[Sequence[str]]) -> str:
    """The address of a batch of these rows."""
    answer = send(client, text(rows).encode())
    assert answer.status_code == 303, answer.text
    location: str = answer.headers["Location"]
    return location


def confirm(client: httpx.Client, batch: str, **fields: str) -> httpx.Response:
    return client.post(f"{batch}/filing", data={"sent": "true", **fields})


def payload(content: bytes) -> FilePayload:
    return {"name": "applications.csv", "mimeType": "text/csv", "buffer": content}


def test_three_workers_are_brought_over_with_one_file(service: CaseService, browser: Browser) -> None:
    rows = [named("Eerste"), named("Tweede", worker__birthDate="31/02/1985"), named("Derde")]
    with watched_page(browser, java_script_enabled=False) as watched:
        page = watched.page
        watched.forgive("400")
        service.sign_in(page.context, Role.EMPLOYER)
        # given the page behind the dashboard
        page.goto(f"{service.address}/employer?lang=en")
        page.get_by_role("link", name="Several applications in a file").click()
        # when a file with a fault is sent
        page.get_by_label("File", exact=False).set_input_files(payload(text(rows).encode()))
        page.get_by_role("button", name="Check the file").click()
        # then the fault is at its place, and the law beside each good row
        expect(page.get_by_role("status").first).to_contain_text("3 rows were read. 1 is at fault.")
        faults = page.get_by_role("region", name="To be corrected")
        expect(faults).to_contain_text("Line 3 (Zwaluwina Tweede)")
        expect(faults).to_contain_text("column 7: Date of birth: enter a day that exists, such as 01/03/2026")
        expect(page.get_by_role("row").filter(has_text="Eerste")).to_contain_text("Can be filed")
        keep_screenshot(page, "bulk-checked")
        # when the others are filed, and first it is forgotten to say that the row is left out
        page.get_by_role("button", name="File 2 applications").click()
        expect(page.get_by_role("alert")).to_contain_text("Nothing was filed.")
        page.get_by_label("Leave out these lines and file the others: 3").check()
        page.get_by_role("button", name="File 2 applications").click()
        expect(page.get_by_text("0 applications filed, 2 still to be filed.")).to_be_visible()
        keep_screenshot(page, "bulk-filing")
        file_all(service)
        page.get_by_role("link", name="Refresh").click()
        # then each is an application
        expect(page.get_by_role("status").first).to_contain_text("2 applications filed.")
        expect(page.get_by_role("row").filter(has_text="Tweede")).to_contain_text("Left out")
        keep_screenshot(page, "bulk-done")
        page.get_by_role("row").filter(has_text="Derde").get_by_role("link").click()
        expect(page.get_by_role("main")).to_contain_text("Derde")


def test_the_progress_renews_itself_with_scripts(service: CaseService, browser: Browser, clients: ExitStack) -> None:
    batch = sent(signed_in(service, clients), [named(), named()])
    with watched_page(browser) as watched:
        page = watched.page
        service.sign_in(page.context, Role.EMPLOYER)
        page.goto(f"{service.address}{batch}?lang=en")
        page.get_by_role("button", name="File 2 applications").click()
        expect(page.get_by_text("2 still to be filed.")).to_be_visible()
        file_all(service)
        expect(page.get_by_text("2 applications filed.")).to_be_visible(timeout=15_000)


@in_each_language("de")
def test_everyone_can_use_the_pages(service: CaseService, browser: Browser, clients: ExitStack, code: str) -> None:
    client = signed_in(service, clients)
    checked = sent(client, [named(), named(category="nursery"), named(), named("Dubbel"), named("Dubbel")])
    filing = sent(client, [named()])
    confirm(client, filing)
    addresses = (BATCHES, checked, filing, f"{checked}/deletion")
    for number, address in enumerate(addresses):
        with watched_page(browser) as watched:
            page = watched.page
            service.sign_in(page.context, Role.EMPLOYER)
            page.goto(f"{service.address}{address}?lang={code}")
            check_accessibility(page)
            check_targets(page)
            check_keyboard(page)
            check_reflow(page)
            keep_screenshot(page, f"bulk-{number}-{code}")
    file_all(service)


@pytest.mark.parametrize("code", ["nl", "fr", "de", "en"])
def test_the_template_is_taken_as_it_was_given_in_every_language(
    service: CaseService, clients: ExitStack, code: str
) -> None:
    client = signed_in(service, clients, Role.REPRESENTATIVE, value=OTHER_EMPLOYER, code=code)
    (of_text,) = csv.reader([client.get(f"{BATCHES}/template.csv").content.decode("utf-8-sig").strip()], delimiter=";")
    book = load_workbook(BytesIO(client.get(f"{BATCHES}/template.xlsx").content))
    sheet, codes, explained = book.worksheets
    labels = [each.value for each in sheet[1]]
    assert labels == of_text
    assert sheet.max_row == 1
    assert {row[1].value for row in codes} >= {"flanders", "nurse", "44021"}
    technical = [row[1].value for row in explained][1:]
    assert set(NAMES) | {"employer.enterpriseNumber", "representative.mandateReference"} <= set(technical)
    # when it is filled in, codes and labels as the second sheet has them
    of_label = {row[0].value: row[1].value for row in explained}
    answers = dict(zip(NAMES, named(), strict=True))
    answers |= {"employer.enterpriseNumber": "0202.239.951", "representative.mandateReference": "M-1"}
    sheet.append([answers.get(str(of_label[each]), "") for each in labels])
    content = BytesIO()
    book.save(content)
    answer = send(client, content.getvalue())
    assert answer.status_code == 303, answer.text


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "Choose a file."),
        (b"no table", "No line at the beginning of the file names columns of the template."),
        (text([]).encode(), "The file has no row below the header."),
        (text([named() for _ in range(501)]).encode(), "The file has more than 500 rows, and nothing was kept of it"),
        (text([named()], header=["gvenName", *NAMES[1:]]).encode(), "there is no column gvenName"),
        (b"\xd0\xcf\x11\xe0", "The workbook has a password or is of an old form"),
        (b"x" * (4 * 1024 * 1024 + 1), "The file is too large"),
    ],
)
def test_a_file_that_cannot_be_taken_says_why_and_leaves_nothing(
    service: CaseService, clients: ExitStack, content: bytes, sentence: str
) -> None:
    client = signed_in(service, clients, value="0403170701")
    answer = send(client, content)
    assert answer.status_code == 400
    assert sentence in answer.text
    assert "Files that were sent" not in client.get(BATCHES).text


def test_the_result_has_the_rows_their_outcome_and_nothing_that_runs(service: CaseService, clients: ExitStack) -> None:
    client = signed_in(service, clients)
    faulty = named('=HYPERLINK("http://evil")', worker__birthDate="x")
    batch = sent(client, [named("Goed"), faulty])
    confirm(client, batch, withoutFaulty="true")
    file_all(service)
    book = load_workbook(BytesIO(client.get(f"{batch}/result.xlsx").content))
    header, good, bad = [[each.value or "" for each in row] for row in book.worksheets[0]]
    assert header[: len(NAMES)] == list(NAMES)
    found = dict(zip(header, good, strict=True))
    assert (found["Line"], found["Outcome"]) == ("2", "Filed")
    assert found["Reference"]
    assert str(found["Address"]).startswith(f"{service.address}/cases/")
    assert str(found["What the rules say"])
    assert re.fullmatch(r"[0-9]{3}/[0-9]{4}/[0-9]{5}", str(found["Structured communication"]))
    left_out = dict(zip(header, bad, strict=True))
    assert left_out["Outcome"] == "Left out"
    assert "Date of birth: enter a day that exists" in str(left_out["Explanation"])
    assert left_out["worker.familyName"] == '\'=HYPERLINK("http://evil")'
    assert all(each.data_type != "f" for row in book.worksheets[0] for each in row)
    lines = client.get(f"{batch}/result.csv").content.decode("utf-8-sig").split("\r\n")
    assert len([each for each in lines if each]) == 3
    assert '"\'=HYPERLINK(""http://evil"")"' in lines[2]


def test_a_batch_of_somebody_else_is_as_absent_as_none(service: CaseService, clients: ExitStack) -> None:
    owner = signed_in(service, clients)
    batch = sent(owner, [named("Canaryname")])
    nobodys = f"{BATCHES}/{uuid4()}"
    strangers = (
        signed_in(service, clients, value=OTHER_EMPLOYER),
        signed_in(service, clients, Role.REPRESENTATIVE),
    )
    for stranger in strangers:
        for address in (batch, nobodys):
            for part in ("", "/deletion", "/result.csv", "/result.xlsx"):
                assert stranger.get(f"{address}{part}").status_code == 404
            assert confirm(stranger, address).status_code == 404
            assert stranger.post(f"{address}/deletion", data={"sent": "true"}).status_code == 404
        assert "File of" not in stranger.get(BATCHES).text or "Canaryname" not in stranger.get(BATCHES).text
    assert owner.get(batch).status_code == 200
    # and whoever has no applications of an enterprise has no such pages
    for role in (Role.WORKER, Role.CASE_HANDLER):
        assert signed_in(service, clients, role).get(BATCHES).status_code == 403
    assert httpx.get(f"{service.address}{batch}").status_code in (303, 401)


def test_a_batch_is_deleted_with_all_that_was_sent(service: CaseService, clients: ExitStack) -> None:
    client = signed_in(service, clients)
    batch = sent(client, [named()])
    assert client.post(f"{batch}/deletion", data={"sent": "true"}).status_code == 303
    assert client.get(batch).status_code == 404


def test_the_same_file_twice_on_a_day_is_filed_once(service: CaseService, clients: ExitStack) -> None:
    client, rows = signed_in(service, clients), [named(), named()]
    first = sent(client, rows)
    confirm(client, first)
    file_all(service)
    again = client.get(sent(client, rows)).text
    assert "2 were filed earlier today." in again
    assert "0 applications can be filed." in again
    assert again.count("the same application was filed today: no second one is made") == 2
