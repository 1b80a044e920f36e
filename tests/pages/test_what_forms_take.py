"""What people type in forms is taken as they type it, and the days of a pause can be corrected by one."""

from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from api.pages.form_values import body_of, errors_of
from api.pages.sent_forms import SentForm
from api.steps.forms import Field, FieldKind, Form
from api.words.languages import Languages
from domain.case.commands import AssignCase, PauseClock
from domain.case.refusals import InputIssue
from infra.identity.caller import Role
from infra.wire_format import canonical_json
from tests.pages.case_service import FILED_AT, CaseService

PAID = Field(name="amount", kind=FieldKind.AMOUNT, label="Amount", missing="Enter the amount")
ANY_KIND = [each for each in FieldKind if each is not FieldKind.FILE]


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("2.900", "2900"),
        ("4.250,00", "4250.00"),
        ("4250,5", "4250.5"),
        ("4,250.00", "4250.00"),
        ("1.234.567,89", "1234567.89"),
        ("1\u202f234,50 €", "1234.50"),
        ("52000.00", "52000.00"),
        ("0.500", "0.500"),
        ("12.5", "12.5"),
        ("much", "much"),
    ],
)
def test_an_amount_as_people_write_it(typed: str, read: str) -> None:
    form = Form(lead="", send="", fields=(PAID,))
    assert body_of(form, SentForm({"amount": [typed]})) == canonical_json({"amount": read})


@pytest.mark.parametrize("code", ["requiredInput", "schemaViolation", "invalidInput", "outOfRange", "rejectedInput"])
@pytest.mark.parametrize("kind", ANY_KIND)
def test_what_is_wrong_is_never_said_in_the_words_of_the_interface(kind: FieldKind, code: str) -> None:
    issue = InputIssue(path="x", code=code, problem="it is not of the type 'str'", remedy='such as "52000.00"')
    form = Form(lead="", send="", fields=(Field(name="x", kind=kind, label="This"),))
    for language in Languages.load():
        (error,) = errors_of(form, (issue,), language)
        assert error.text.startswith("This")
        assert "52000" not in error.text
        assert "'str'" not in error.text


def test_a_required_field_has_a_sentence_of_its_own() -> None:
    issue = InputIssue(path="amount", code="requiredInput", problem="", remedy="")
    (error,) = errors_of(Form(lead="", send="", fields=(PAID,)), (issue,), Languages.load().by_code["en"])
    assert error.text == "Enter the amount"


def test_the_days_of_a_pause_are_corrected_by_form(service: CaseService, page: Page) -> None:
    case_id, day = service.filed(), FILED_AT.date()
    service.does(case_id, AssignCase(handler="caseHandler:h-1"))
    service.sign_in(page.context, Role.CASE_HANDLER)
    form = f"{service.address}/cases/{case_id}/clockCorrections?lang=en"
    page.goto(form)
    # There is no pause to correct yet.
    expect(page.get_by_label("Correct the days of a pause")).to_have_count(0)
    service.does(case_id, PauseClock(on=day, ground="forceMajeure", motivation="Fire in the archive."))

    page.goto(form)
    page.get_by_label("Correct the days of a pause").check()
    page.get_by_label(f"1: {day:%-d %b %Y}").check()
    page.get_by_label("Its first day").fill(f"{day:%d/%m/%Y}")
    page.get_by_label("The day on which it counted again").fill(f"{day + timedelta(days=0):%d/%m/%Y}")
    page.get_by_label("Reasons").fill("There was no fire.")
    with page.expect_navigation():
        page.get_by_role("button", name="Record the change").click()
    expect(page.get_by_role("status").first).to_have_text("The change to the service target is recorded")
    assert service.file(case_id).body["version"]
