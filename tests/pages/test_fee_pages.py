"""What is to be paid, on the pages of a case: for who pays it, and for who waits for it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

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
    expect(page.get_by_role("link", name="its last two digits do not fit the others")).to_be_visible()
    expect(page.get_by_label("Reference on the proof of payment")).to_have_value(wrong)
    # when it is another application's
    record(page, address, "152,00", communication(service, service.filed()))
    expect(page.get_by_role("heading", name="Payment of Another Application")).to_be_visible()
    # when it is right
    record(page, address, "152,00", ours)
    expect(page.get_by_role("status").first).to_contain_text("Record a payment")
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


@in_each_language
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
