"""An application of each kind as its applicant lives it in a browser: filed, asked about, paid for, granted, renewed.

The employer of a nurse or of a transferred specialist, or the worker who asks for a permit of unlimited duration, comes
from the first question to the permit with scripts and without, in every language, on a screen and on a telephone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID, uuid4

from playwright.sync_api import Browser, Page, expect

from api.steps.forms import day_as_written
from api.words.code_lists import CodeLists
from api.words.languages import Language, Languages
from api.words.sentences.wording import Wording
from domain.case.commands import RequestInformation
from domain.codes import KINDS, LANGUAGES
from infra.identity.caller import Role
from tests.drafts.applicants import PERMIT
from tests.pages.browser import WIDTHS, check_accessibility, check_keyboard, check_reflow, watched_page
from tests.pages.case_service import CaseService
from tests.pages.counter_cases import grant
from tests.pages.draft_forms import DIPLOMA, fill_in, follow, heading, press
from tests.pages.kinds_of_permit import LIVES, Life
from tests.pages.test_no_english_left import english_in
from tests.world.products import by_day_and_night, whole

COMMUNICATION = re.compile(r"\+{3}\d{3}/\d{4}/\d{5}\+{3}")
ANSWER = "Hierbij het diploma."
CONTRIBUTION = Decimal("152.00")
"""To the Immigration Office, for a first application of January 2026, when Flanders asked for nothing yet."""

EVERYTHING = whole(KINDS, (False, True), LANGUAGES, WIDTHS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """Somebody signed in who reads the pages in one language; every page that is opened has to fit and be in it."""

    page: Page
    address: str
    language: Language
    scripts: bool

    @property
    def words(self) -> Wording:
        """What this reader's pages call the codes."""
        return Wording(self.language, CodeLists.load())

    def says(self, text: str) -> str:
        """The words of a page in the language of the reader."""
        return self.language.gettext(text)

    def open(self, path: str) -> None:
        self.page.goto(f"{self.address}{path}")
        self.look()

    def press(self, button: str) -> None:
        press(self.page, self.says(button))
        self.look()

    def follow(self, link: str) -> None:
        follow(self.page, self.says(link))
        self.look()

    def answer(self, title: str, answers: Mapping[str, str]) -> None:
        """Fill in one page of questions and go on."""
        heading(self.page, self.says(title))
        fill_in(self.page, answers)
        self.press("Save and continue")

    def look_closely(self) -> None:
        """What axe-core finds, which runs on scripts."""
        if self.scripts:
            check_accessibility(self.page)

    def look(self) -> None:
        expect(self.page.locator("html")).to_have_attribute("lang", self.language.code)
        assert self.language.code == "en" or not english_in(self.page.content())
        check_reflow(self.page)


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """In which browser an application is lived through, and how the browser is set."""

    service: CaseService
    browser: Browser
    scripts: bool
    language: Language
    width: int

    @contextmanager
    def reader(self, role: Role) -> Iterator[Reader]:
        with watched_page(
            self.browser,
            java_script_enabled=self.scripts,
            locale=f"{self.language.code}-BE",
            viewport={"width": self.width, "height": 800},
        ) as watched:
            self.service.sign_in(watched.page.context, role)
            yield Reader(page=watched.page, address=self.service.address, language=self.language, scripts=self.scripts)


@by_day_and_night(
    "kind, scripts, code, width",
    [
        ("fixedTerm", False, "de", 320),
        ("intraCorporateTransfer", True, "fr", 1280),
        ("unlimited", True, "nl", 320),
    ],
    EVERYTHING,
)
def test_an_application_is_lived_through_in_the_browser(
    service: CaseService, browser: Browser, kind: str, scripts: bool, code: str, width: int
) -> None:
    life, language = LIVES[kind], Languages.load().by_code[code]
    # Two applications of one worker for the same days are one: each of these begins on a day of its own.
    later = timedelta(days=EVERYTHING.index((kind, scripts, code, width)))
    setting = Setting(service=service, browser=browser, scripts=scripts, language=language, width=width)
    with setting.reader(life.applicant) as applicant:
        # given an application that is filed page by page
        case_id = filed(applicant, life, begins=date(2026, 3, 1) + later)
        assert service.file(case_id).body["kind"] == kind
        # when something is asked, then the applicant answers it with a document
        question = RequestInformation(request_id=uuid4(), items=("diploma",), question="Waar is het diploma?")
        service.does(case_id, question)
        answer_the_request(applicant, case_id)
        answered = service.file(case_id).body["informationRequests"][-1]
        assert answered["answer"] == ANSWER
        assert len(answered["documents"]) == 1
        # when the fee that the page asks for is paid, then it is asked for no more
        communication = asked_to_pay(applicant, case_id)
        with setting.reader(Role.CASE_HANDLER) as handler:
            record_the_payment(handler, case_id, communication)
        assert_nothing_is_asked(applicant, case_id)
        expect(applicant.page.locator("#fees table")).to_contain_text(communication)
        # when the permit is granted, then the applicant reads it
        service.bank_answers(case_id, life.registered)
        grant(service, case_id)
        applicant.open(f"/cases/{case_id}")
        granted = applicant.words.label("caseStatuses", "decidedGranted")
        expect(applicant.page.locator(".case-head")).to_contain_text(granted)
        # and renews it, where it ends
        if life.is_renewed:
            renewal = renewed(applicant, case_id, begins=date(2028, 3, 1) + later)
            assert service.file(renewal).body["renewalOf"] == str(case_id)
            assert_a_renewal_owes_nothing(applicant, renewal)


def filed(applicant: Reader, life: Life, *, begins: date) -> UUID:
    """Answer every page, pass over the documents, check and file."""
    applicant.open("/drafts/new")
    fill_in(applicant.page, {**PERMIT, "category": life.category})
    applicant.press("Begin")
    for title, answers in life.pages.items():
        days = {"employment.start": day_as_written(begins)} if title == "Job" else {}
        applicant.answer(title, {**answers, **days})
    case_id = file(applicant)
    # What is owed is said at once.
    expect(applicant.page.locator("main")).to_contain_text(applicant.language.money(CONTRIBUTION))
    return case_id


def file(applicant: Reader) -> UUID:
    """Pass over the documents, check the answers and file them."""
    heading(applicant.page, applicant.says("Documents"))
    applicant.follow("Continue without the missing documents")
    heading(applicant.page, applicant.says("Check your answers"))
    expect(applicant.page.locator("main")).to_contain_text("Vandekanarie")
    applicant.look_closely()
    applicant.press("File the application")
    heading(applicant.page, applicant.says("Your application was filed"))
    return UUID(applicant.page.url.rpartition("/")[2])


def answer_the_request(applicant: Reader, case_id: UUID) -> None:
    """From the page of the case to its form, with the document that is requested."""
    page = applicant.page
    applicant.open(f"/cases/{case_id}")
    applicant.look_closely()
    with page.expect_navigation():
        page.locator(f'.next-steps a[href="/cases/{case_id}/answers"]').click()
    applicant.look()
    check_keyboard(page)
    applicant.look_closely()
    fill_in(page, {"answer": ANSWER})
    page.locator('[name="file-diploma"]').set_input_files(DIPLOMA)
    applicant.press("Attach the chosen files")
    expect(page.locator('[name="answer"]')).to_have_value(ANSWER)
    expect(page.locator('[name="documents"]')).to_be_checked()
    applicant.press("Send the answer")
    expect(page.locator(".notice-good")).to_be_visible()


def asked_to_pay(applicant: Reader, case_id: UUID) -> str:
    """The communication that the page of the case says is to be written on the transfer."""
    applicant.open(f"/cases/{case_id}")
    steps = applicant.page.locator(".next-steps")
    expect(steps.get_by_role("heading", name=applicant.says("Pay the fee"))).to_be_visible()
    expect(steps).to_contain_text(applicant.language.money(CONTRIBUTION))
    (communication,) = COMMUNICATION.findall(steps.inner_text())
    expect(applicant.page.locator("#fees")).to_contain_text(communication)
    return str(communication)


def record_the_payment(handler: Reader, case_id: UUID, communication: str) -> None:
    """Paid today, as the form proposes."""
    handler.open(f"/cases/{case_id}/feePayments")
    handler.page.locator('[name="recipient"][value="federal"]').check()
    fill_in(handler.page, {"amount": "152,00", "paymentReference": communication})
    handler.press("Record the payment")
    expect(handler.page.locator(".notice-good")).to_contain_text(handler.says("The payment is recorded"))


def assert_nothing_is_asked(applicant: Reader, case_id: UUID) -> None:
    applicant.open(f"/cases/{case_id}")
    expect(applicant.page.get_by_role("heading", name=applicant.says("Pay the fee"))).to_have_count(0)
    expect(applicant.page.locator(".next-steps")).not_to_contain_text(COMMUNICATION)


def assert_a_renewal_owes_nothing(applicant: Reader, case_id: UUID) -> None:
    assert_nothing_is_asked(applicant, case_id)
    words = applicant.words
    nothing = words.language.gettext(
        "%(recipient)s: nothing is due (%(exemption)s).",
        recipient=words.label("feeRecipients", "federal"),
        exemption=words.inside("feeExemptions", "residenceExtended"),
    )
    expect(applicant.page.locator("#fees")).to_contain_text(nothing)


def renewed(applicant: Reader, case_id: UUID, *, begins: date) -> UUID:
    """Answer what changes, and file; the page of the renewal leads to the permit that it renews."""
    applicant.open(f"/drafts/new?renewalOf={case_id}")
    fill_in(applicant.page, {"renewal": "true", "procedureLanguage": "nl"})
    applicant.press("Begin")
    applicant.answer("Employer", {})
    applicant.answer("Job", {"employment.start": day_as_written(begins), "employment.end": "28/02/2030"})
    renewal = file(applicant)
    applicant.open(f"/cases/{renewal}")
    expect(applicant.page.locator(f'.renewals a[href="/cases/{case_id}"]')).to_be_visible()
    return renewal
