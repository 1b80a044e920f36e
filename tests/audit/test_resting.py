"""Which decisions rest on a rule, an answer or a document."""

from datetime import date
from uuid import UUID

import pytest

from domain.case.application import Document, Employer
from domain.case.commands import AttachDocument, CorrectCase, DecideWorkPart, RecordCrossroadsAnswer
from domain.crossroads.answers import CheckKind, EmployerOnRegister
from infra.audit.reach import Ground, decisions_resting_on
from tests.audit.case_book import CaseBook

pytestmark = pytest.mark.server

DIPLOMA = "d1" * 32


def resting(book: CaseBook, ground: Ground, name: str) -> list[UUID]:
    return [each.case_id for each in decisions_resting_on(book.readers, ground, name)]


def test_the_decisions_under_a_threshold_are_named_with_their_outcome(book: CaseBook, cases: list[UUID]) -> None:
    found = decisions_resting_on(book.readers, Ground.RULE, "FL-HS-2025")

    assert {each.case_id: each.outcome for each in found} == {
        cases[0]: "granted",
        cases[1]: "refused",
        cases[3]: "granted",
    }
    assert {each.reference for each in found} == {"FL-2026-0000001-23"}
    assert {each.event for each in found} == {"WorkPartDecided"}


def test_a_rule_behind_an_alternative_counts(book: CaseBook, cases: list[UUID]) -> None:
    assert resting(book, Ground.RULE, "FL-MED-SEED") == [cases[2]]
    assert resting(book, Ground.RULE, "FL-LMT") == [cases[2]]


def test_a_rule_that_nobody_was_judged_by_has_no_decisions(book: CaseBook) -> None:
    assert resting(book, Ground.RULE, "FL-ATH-2025") == []
    assert resting(book, Ground.RULE, "no-such-rule") == []


def test_the_decisions_taken_on_an_answer_are_named(book: CaseBook, cases: list[UUID]) -> None:
    # given one ticket on every answer, and a case that is not decided yet
    assert sorted(resting(book, Ground.ANSWER, "t")) == sorted(cases[:4])
    assert resting(book, Ground.ANSWER, "another ticket") == []


def test_an_answer_asked_anew_before_the_decision_no_longer_counts(book: CaseBook) -> None:
    # given an employer who was mistaken for another, and asked about again
    case = book.checked("highlySkilled", "52000.00")
    book.carry_out(case, CorrectCase(reason="mistaken", employer=Employer(enterprise_number="0403227515", name="Acme")))
    answer = EmployerOnRegister(
        enterprise_number="0403227515",
        name="Acme",
        active=True,
        founded_on=date(1994, 3, 1),
        has_staff=True,
        has_debts=False,
    )
    anew = RecordCrossroadsAnswer(
        check=CheckKind.EMPLOYER_REGISTER, revision=2, ticket="t-anew", answer=answer, answer_sha256="00"
    )
    book.carry_out(case, anew)
    book.carry_out(book.admitted(case), DecideWorkPart(outcome="granted"))

    assert resting(book, Ground.ANSWER, "t-anew") == [case]
    assert case not in resting(book, Ground.ANSWER, "t")


def test_a_document_counts_for_decisions_after_it_and_for_no_others(book: CaseBook) -> None:
    before = book.admitted(book.checked("highlySkilled", "52000.00"))
    after = book.admitted(book.checked("highlySkilled", "52000.00"))
    diploma = Document(kind="diploma", sha256=DIPLOMA, media_type="application/pdf", size=1000)
    book.carry_out(before, AttachDocument(document=diploma))
    book.carry_out(before, DecideWorkPart(outcome="granted"))
    book.carry_out(after, DecideWorkPart(outcome="granted"))
    book.carry_out(after, AttachDocument(document=diploma))

    assert resting(book, Ground.DOCUMENT, DIPLOMA) == [before]
