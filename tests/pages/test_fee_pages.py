"""What is to be paid, on the pages of a case: for who pays it, and for who waits for it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import httpx
import pytest
from playwright.sync_api import Browser, FilePayload, Page, expect

from api.http.problems import API_ROOT
from domain.case.commands import RecordFeePayment
from infra.identity.caller import Role
from tests.pages.browser import (
    check_accessibility,
    check_keyboard,
    check_reflow,
    check_targets,
    in_each_language,
    keep_screenshot,
    watched_page,
)
from tests.pages.case_service import CaseService

PART = RecordFeePayment(
    recipient="federal", amount=Decimal("100.00"), paid_on=date(2026, 1, 19), payment_reference="BANK-1"
)


@pytest.fixture
def handler(service: CaseService, browser: Browser) -> Iterator[Page]:
    with watched_page(browser, java_script_enabled=False) as watched:
        watched.forgive("400|409")
        service.sign_in(watched.page.context, Role.CASE_HANDLER)
        yield watched.page


def communication(service: CaseService, case_id: object) -> str:
    """What the interface says is to be written on the transfer of the first fee."""
    headers = {"Authorization": f"Bearer {service.token(Role.EMPLOYER)}"}
    answer = httpx.get(f"{service.address}{API_ROOT}/applications/{case_id}/fees", headers=headers)
    found: str = answer.json()["fees"][0]["structuredCommunication"]
    return found


def test_an_employer_is_asked_to_pay_and_told_what_to_write(service: CaseService, browser: Browser) -> None:
    case_id = service.filed()
    ours = communication(service, case_id)
    with watched_page(browser, java_script_enabled=False) as watched:
        page = watched.page
        service.sign_in(page.context, Role.EMPLOYER)
        page.goto(f"{service.address}/cases/{case_id}?lang=en")
        steps = page.get_by_role("region", name="What you can do now")
        expect(steps.get_by_role("heading", name="Pay the fee")).to_be_visible()
        expect(steps).to_contain_text("€152.00")
        expect(steps).to_contain_text(f"Write on the transfer: {ours}.")
        expect(steps).not_to_contain_text("no action is required")
        expect(page.get_by_role("region", name="Fees", exact=True)).to_contain_text(
            f"Still due: €152.00. Write on the transfer: {ours}."
        )
        keep_screenshot(page, "fees-employer")


def test_nobody_is_asked_to_pay_what_is_not_due(service: CaseService, browser: Browser) -> None:
    case_id = service.filed(worker__nationality="TR")
    with watched_page(browser) as watched:
        service.sign_in(watched.page.context, Role.EMPLOYER)
        watched.page.goto(f"{service.address}/cases/{case_id}?lang=en")
        expect(watched.page.get_by_role("heading", name="Pay the fee")).to_have_count(0)
        expect(watched.page.get_by_role("region", name="Fees", exact=True)).to_contain_text("nothing is due")


def record(page: Page, address: str, amount: str, reference: str) -> None:
    page.goto(f"{address}/feePayments?lang=en")
    page.get_by_label("Immigration Office", exact=False).first.check()
    page.get_by_label("Amount in euros").fill(amount)
    page.get_by_label("Paid on").fill("19/1/2026")
    page.get_by_label("Reference on the proof of payment").fill(reference)
    page.get_by_role("button", name="Record the payment").click()


def test_a_handler_records_a_payment_wrongly_and_voids_it(service: CaseService, handler: Page) -> None:
    # given a case that waits for its payment
    case_id, page = service.filed(), handler
    ours, address = communication(service, case_id), f"{service.address}/cases/{case_id}"
    page.goto(f"{address}?lang=en")
    steps = page.get_by_role("region", name="What you can do now")
    expect(steps.get_by_role("heading", name="Waiting for a payment")).to_be_visible()
    expect(steps).to_contain_text("cannot be admitted without it")
    expect(steps.get_by_role("link", name="Void a payment")).to_have_count(0)
    # when a payment is recorded by a communication with a digit mistyped
    wrong = f"{ours[:-4]}{(int(ours[-4]) + 1) % 10}+++"
    record(page, address, "152,00", wrong)
    # then the field says so, and what was typed stays
    expect(page.get_by_role("link", name="the check digits are wrong: look for a mistyped digit")).to_be_visible()
    expect(page.get_by_label("Reference on the proof of payment")).to_have_value(wrong)
    # when it is another application's
    record(page, address, "152,00", communication(service, service.filed()))
    expect(page.get_by_role("heading", name="The payment belongs to another application")).to_be_visible()
    # when it is right
    record(page, address, "152,00", ours)
    expect(page.get_by_role("status").first).to_contain_text("The payment is recorded")
    expect(page.get_by_role("heading", name="Waiting for a payment")).to_have_count(0)
    # and then voided
    page.get_by_role("link", name="Void a payment").click()
    page.get_by_label("€152.00, paid on 19/01/2026", exact=False).check()
    page.get_by_label("What was wrong").fill("It was paid for somebody else.")
    page.get_by_role("button", name="Void the payment").click()
    # then it is due again, and the file keeps both
    expect(page.get_by_role("heading", name="Waiting for a payment")).to_be_visible()
    payments = page.get_by_role("region", name="Payments on record")
    expect(payments).to_contain_text("Voided, does not count: It was paid for somebody else.")
    expect(page.locator("#timeline")).to_contain_text("Payment 1 was recorded wrongly and was voided")
    keep_screenshot(page, "fees-handler")


@in_each_language("de")
def test_everyone_can_use_what_is_said_of_fees(service: CaseService, browser: Browser, code: str) -> None:
    case_id = service.filed()
    service.does(case_id, PART)
    for role, path in ((Role.EMPLOYER, ""), (Role.CASE_HANDLER, "/voidedFeePayments"), (Role.CASE_HANDLER, "")):
        with watched_page(browser) as watched:
            page = watched.page
            service.sign_in(page.context, role)
            page.goto(f"{service.address}/cases/{case_id}{path}?lang={code}")
            check_accessibility(page)
            check_targets(page)
            check_keyboard(page)
            check_reflow(page)
            keep_screenshot(page, f"fees-{role}{path.replace('/', '-')}-{code}")


def test_an_employer_sees_all_that_is_to_be_paid_and_takes_it_along(service: CaseService, browser: Browser) -> None:
    case_id = service.filed(worker__familyName="Canaryname")
    service.does(case_id, PART)
    service.catch_up()
    ours = communication(service, case_id)
    with watched_page(browser, java_script_enabled=False) as watched:
        page = watched.page
        service.sign_in(page.context, Role.EMPLOYER)
        page.goto(f"{service.address}/employer?lang=en")
        page.get_by_role("link", name="Fees still to be paid").click()
        row = page.get_by_role("row").filter(has_text=ours)
        expect(row).to_contain_text("€52.00")
        keep_screenshot(page, "fees-list")
        file = page.request.get(f"{service.address}/fees.csv")
        assert file.headers["content-disposition"] == 'attachment; filename="fees.csv"'
        header, *lines = file.body().decode("utf-8-sig").split("\r\n")
        assert header == "reference;recipient;amount;structured_reference;pay_by;application"
        (line,) = (each for each in lines if ours.strip("+") in each)
        assert line.split(";")[1:] == ["federal", "52,00", ours.strip("+"), "", str(case_id)]
        assert "Canaryname" not in file.text()


def csv(*rows: str) -> FilePayload:
    content = "\n".join(("paid_on;amount;structured_reference", *rows))
    return {"name": "payments.csv", "mimeType": "text/csv", "buffer": content.encode()}


def test_a_handler_records_a_list_after_seeing_each_line_judged(service: CaseService, handler: Page) -> None:
    # given two applications to be paid
    cases = [service.filed(worker__familyName=name) for name in ("One", "Two")]
    service.catch_up()
    first, second = (communication(service, each) for each in cases)
    page = handler
    page.goto(f"{service.address}/queue?lang=en")
    page.get_by_role("link", name="Record a list of payments").click()
    # when a file has a line with wrong check digits
    wrong = f"{second[:-4]}{(int(second[-4]) + 1) % 10}+++"
    page.get_by_label("File").set_input_files(csv(f"19/01/2026;152,00;{first}", f"19/01/2026;152,00;{wrong}"))
    page.get_by_role("button", name="Judge the lines").click()
    # then that line says so, and nothing can be recorded
    expect(page.get_by_role("alert")).to_contain_text("1 line is at fault, and nothing was recorded.")
    expect(page.get_by_role("row").filter(has_text="The check digits")).to_contain_text("3")
    expect(page.get_by_role("button", name="Record the payments")).to_have_count(0)
    keep_screenshot(page, "payments-at-fault")
    # when it is corrected
    page.get_by_role("link", name="Send another file").click()
    page.get_by_label("File").set_input_files(csv(f"19/01/2026;152,00;{first}", f"19/01/2026;152,00;{second}"))
    page.get_by_role("button", name="Judge the lines").click()
    expect(page.get_by_role("status").first).to_contain_text(
        "2 payments can be recorded. Nothing has been recorded yet."
    )
    page.get_by_role("button", name="Record the payments").click()
    # then both are on record, once, also when the page is sent again
    expect(page.get_by_role("status").first).to_contain_text("2 payments were recorded now. Every line is on record.")
    keep_screenshot(page, "payments-recorded")
    page.reload()
    expect(page.get_by_role("status").first).to_contain_text("0 payments were recorded now. Every line is on record.")
    assert [len(service.file(each).body["fees"]) for each in cases] == [1, 1]
    # and the outcome is a file
    with page.expect_download() as download:
        page.get_by_role("button", name="Download the outcome (CSV)").click()
    result = download.value.path().read_text("utf-8-sig").splitlines()
    assert result[0] == "line;paid_on;amount;structured_reference;application;outcome;explanation"
    assert [each.split(";")[5] for each in result[1:]] == ["onRecord", "onRecord"]


def test_a_file_that_is_no_list_is_refused_at_its_field(service: CaseService, handler: Page) -> None:
    page = handler
    page.goto(f"{service.address}/queue/payments?lang=en")
    page.get_by_role("button", name="Judge the lines").click()
    expect(page.get_by_role("link", name="Choose a file.")).to_be_visible()
    page.get_by_label("File").set_input_files({"name": "a.csv", "mimeType": "text/csv", "buffer": b"a;b\n1;2\n"})
    page.get_by_role("button", name="Judge the lines").click()
    expect(page.get_by_role("link", name="This is not a list of 1 to 500 payments")).to_be_visible()


@in_each_language("de")
def test_everyone_can_use_the_lists_of_fees(service: CaseService, browser: Browser, code: str) -> None:
    case_id = service.filed()
    service.catch_up()
    ours = communication(service, case_id)
    for role, path in ((Role.EMPLOYER, "/fees"), (Role.CASE_HANDLER, "/queue/payments")):
        with watched_page(browser) as watched:
            page = watched.page
            service.sign_in(page.context, role)
            page.goto(f"{service.address}{path}?lang={code}")
            check_accessibility(page)
            check_targets(page)
            check_keyboard(page)
            check_reflow(page)
            if role is Role.CASE_HANDLER:
                page.locator("#file").set_input_files(csv(f"19/01/2026;152,00;{ours}", "19/01/2026;1,00;126000123444"))
                page.locator("form[enctype] button").click()
                check_accessibility(page)
                check_targets(page)
                check_keyboard(page)
                check_reflow(page)
                keep_screenshot(page, f"payments-{code}")
