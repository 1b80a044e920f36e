"""Papers and payments come into the case."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from domain.case.admissibility import open_points
from domain.case.application import Application
from domain.case.events import (
    ApplicationDeclaredAdmissible,
    ApplicationDeclaredInadmissible,
    CaseEvent,
    DocumentAttached,
    FeePaid,
)
from domain.case.fees import FeeStatus, fee_statuses
from domain.case.refusals import Reason
from domain.law.findings import Verdict
from tests.case.vocabulary import (
    DIPLOMA,
    HANDLER,
    NOW,
    WORKER,
    admit,
    asked,
    at_residence,
    attach,
    case,
    checked,
    context,
    fee,
    filed,
    grant,
    happened,
    judged,
    law,
    reject,
    state_after,
)
from tests.world.applications import application


def test_a_document_is_attached() -> None:
    case(actor="employer-1").given(*filed()).when(attach()).then(
        DocumentAttached(effective_at=NOW, document=DIPLOMA, by="employer-1", worker_subject=WORKER)
    )


def test_documents_filed_along_and_attached_later_are_all_in_the_case() -> None:
    contract = replace(DIPLOMA, kind="employmentContract", sha256="c0" * 32)
    filed_along = replace(application(), documents=(contract,))

    assert state_after(happened(filed(filed_along), attach())).documents == (contract, DIPLOMA)


def test_the_same_document_attached_again_decides_to_nothing() -> None:
    case().given(*happened(filed(), attach())).when(attach()).then()


def test_a_document_that_was_filed_along_is_not_attached_again() -> None:
    case().given(*filed(replace(application(), documents=(DIPLOMA,)))).when(attach()).then()


def test_the_same_file_as_proof_of_something_else_is_another_document() -> None:
    as_experience = replace(DIPLOMA, kind="experienceProof")

    case().given(*happened(filed(), attach())).when(attach(as_experience)).then_events(DocumentAttached)


def test_documents_are_taken_while_the_applicant_has_the_file_and_after_the_work_part() -> None:
    for past in (asked(), happened(judged(), grant()), at_residence()):
        case().given(*past).when(attach()).then_events(DocumentAttached)


def test_a_fee_is_paid() -> None:
    case(actor=HANDLER).given(*filed()).when(fee()).then(
        FeePaid(
            effective_at=NOW,
            recipient="federal",
            amount=Decimal("152.00"),
            paid_on=date(2026, 1, 19),
            by=HANDLER,
            worker_subject=WORKER,
            payment_reference="P-1",
        )
    )


def points(past: list[CaseEvent]) -> tuple[str, ...]:
    return open_points(state_after(past), law(), context().today)


def standings(past: list[CaseEvent]) -> dict[str, FeeStatus]:
    found = fee_statuses(state_after(past), law(), context().today)
    return {each.fee.recipient: each for each in found}


def of(nationality: str) -> Application:
    """A highly skilled worker of that nationality."""
    ordinary = application()
    return replace(ordinary, worker=replace(ordinary.worker, nationality=nationality))


def test_the_federal_fee_is_what_admission_asks_for_where_the_region_asks_none() -> None:
    assert points(filed()) == ("feeNotPaid",)
    assert points(happened(filed(), fee("regional"))) == ("feeNotPaid",)
    assert points(happened(filed(), fee("federal"))) == ()
    assert list(standings(filed())) == ["federal"]


@pytest.mark.parametrize(("amount", "still_owed"), [("0.01", "151.99"), ("151.99", "0.01")])
def test_less_than_is_owed_leaves_the_point_open_and_says_how_much(amount: str, still_owed: str) -> None:
    # given that 152 euros are owed
    past = happened(checked(), fee(amount=amount))
    # then a part of it is not enough
    assert points(past) == ("feeNotPaid",)
    found = standings(past)["federal"]
    assert (found.verdict, found.fee.amount, found.still_owed) == (
        Verdict.NOT_MET,
        Decimal("152.00"),
        Decimal(still_owed),
    )
    assert found.fee.since == date(2026, 1, 1)
    refused = case().given(*past).when(admit()).then_refused(Reason.MOTIVATION_REQUIRED)
    assert f"federal: EUR 152.00 since 2026-01-01, EUR {still_owed} are still owed" in refused.sentence
    # and the file can be turned down for it
    case().given(*past).when(reject("feeNotPaid")).then_events(ApplicationDeclaredInadmissible)


def test_payments_add_up_and_more_than_is_owed_is_enough() -> None:
    halves = happened(filed(), fee(amount="100.00"), fee(amount="52.00", reference="P-2"))
    assert (points(halves), standings(halves)["federal"].verdict) == ((), Verdict.MET)
    assert points(happened(filed(), fee(amount="1234.50"))) == ()
    assert points(happened(filed(), fee(amount="100.00"), fee("regional", "52.00"))) == ("feeNotPaid",)


def test_what_is_not_known_to_be_owed_is_not_made_up_and_passed_over_only_with_a_reason() -> None:
    # given a day of which the law data have no contribution
    other = filed(now=NOW + timedelta(days=365))
    assert points(other) == ("feeNotPaid",)
    # when something is paid
    paid = happened(other, fee(amount="0.01"))
    # then whether it is enough is for a person to see, who says what was seen
    assert points(paid) == ("feeAmountUnknown",)
    found = standings(paid)["federal"]
    assert (found.verdict, found.fee.amount, found.fee.reason) == (Verdict.UNDETERMINED, None, "noAmountInForce")
    refused = case().given(*paid).when(admit()).then_refused(Reason.MOTIVATION_REQUIRED)
    assert "feeAmountUnknown (federal: the amount owed is not known)" in refused.sentence
    (admissible,) = case().given(*paid).when(admit("as the office wrote")).then_events(ApplicationDeclaredAdmissible)
    assert isinstance(admissible, ApplicationDeclaredAdmissible)
    assert admissible.open_points == ("feeAmountUnknown",)
    case().given(*paid).when(reject("feeNotPaid", motivation="so")).then_refused(Reason.GROUND_NOT_SUPPORTED)


class TestExemption:
    """CORRECTIONS, fault 19: who does not owe the contribution."""

    def test_a_national_of_turkey_owes_nothing_and_one_of_india_does(self) -> None:
        assert points(filed(of("TR"))) == ()
        assert points(filed(of("IN"))) == ("feeNotPaid",)
        exempt = standings(filed(of("TR")))["federal"]
        assert (exempt.verdict, exempt.fee.amount, exempt.fee.exemption) == (
            Verdict.MET,
            Decimal("0.00"),
            "nationality",
        )
        case().given(*checked(of("TR"))).when(reject("feeNotPaid")).then_refused(Reason.GROUND_NOT_SUPPORTED)

    def test_nothing_is_owed_for_an_extension_in_the_same_status(self) -> None:
        renewal = replace(application(), renewal=True)
        assert points(filed(renewal)) == ()
        assert standings(filed(renewal))["federal"].fee.exemption == "residenceExtended"

    def test_where_it_is_not_known_whether_somebody_is_exempt_nobody_is_told_to_pay(self) -> None:
        # given the facts of a case whose worker's nationality is not known
        known = state_after(filed())
        unknown = replace(known, facts=replace(known.facts, nationality=None))
        # then the point is open, and names the fact
        assert open_points(unknown, law(), context().today) == ("feeAmountUnknown",)
        (found,) = fee_statuses(unknown, law(), context().today)
        assert (found.verdict, found.fee.missing, found.still_owed) == (
            Verdict.UNDETERMINED,
            ("worker.nationality",),
            None,
        )


class TestFlemishRetribution:
    """CORRECTIONS, fault 19: EUR 180 of what is filed from 1 September 2026."""

    LAST_WITHOUT = datetime(2026, 8, 31, 12, tzinfo=UTC)
    FIRST_WITH = datetime(2026, 9, 1, 12, tzinfo=UTC)

    def standings_of(self, application_: Application, now: datetime) -> dict[str, FeeStatus]:
        found = fee_statuses(state_after(filed(application_, now=now)), law(), now.date())
        return {each.fee.recipient: each for each in found}

    def test_it_is_owed_from_its_first_day(self) -> None:
        assert list(self.standings_of(application(), self.LAST_WITHOUT)) == ["federal"]
        owed = self.standings_of(application(), self.FIRST_WITH)
        assert list(owed) == ["federal", "regional"]
        assert (owed["regional"].fee.amount, owed["regional"].fee.since, owed["regional"].fee.confidence) == (
            Decimal("180.00"),
            date(2026, 9, 1),
            "confirmed",
        )

    @pytest.mark.parametrize("exempt", ["TR", "renewal"])
    def test_whoever_does_not_owe_the_contribution_owes_it_all_the_same(self, exempt: str) -> None:
        application_ = of("TR") if exempt == "TR" else replace(application(), renewal=True)
        owed = self.standings_of(application_, self.FIRST_WITH)
        assert (owed["federal"].verdict, owed["regional"].verdict) == (Verdict.MET, Verdict.NOT_MET)

    @pytest.mark.parametrize("category", ["auPair", "frontierWorker"])
    def test_it_is_not_owed_for_a_work_permit(self, category: str) -> None:
        assert "regional" not in self.standings_of(application(category), self.FIRST_WITH)

    def test_another_region_asks_none(self) -> None:
        of_brussels = replace(application(), authority="brussels")
        assert "regional" not in self.standings_of(of_brussels, self.FIRST_WITH)

    @pytest.mark.parametrize(("amount", "still_owed"), [("179.99", "0.01"), ("180.00", None)])
    def test_admission_waits_for_both_fees_and_says_which(self, amount: str, still_owed: str | None) -> None:
        # given the contribution paid, and the retribution to a cent
        now = self.FIRST_WITH
        past = happened(filed(now=now), fee(), fee("regional", amount), now=now)
        # then the cent decides
        if still_owed is None:
            case(now).given(*past).when(admit()).then_events(ApplicationDeclaredAdmissible)
            return
        refused = case(now).given(*past).when(admit()).then_refused(Reason.MOTIVATION_REQUIRED)
        assert "feeNotPaid (regional: EUR 180.00 since 2026-09-01, EUR 0.01 are still owed)" in refused.sentence
        case(now).given(*past).when(reject("feeNotPaid")).then_events(ApplicationDeclaredInadmissible)


def test_a_second_payment_to_the_same_recipient_is_recorded_too() -> None:
    past = happened(filed(), fee(reference="P-1"))

    (paid,) = case().given(*past).when(fee(reference="P-2")).then_events(FeePaid)

    assert isinstance(paid, FeePaid)
    assert paid.payment_reference == "P-2"


@pytest.mark.parametrize("again", ["+++090/9337/55493+++", "090/9337/55493", " 090 9337 55493"])
@pytest.mark.parametrize("amount", ["152.00", "12.00"])
def test_the_same_payment_counts_once_however_its_reference_is_written(again: str, amount: str) -> None:
    past = happened(filed(), fee(reference="+++090/9337/55493+++"))
    refused = case().given(*past).when(fee(amount=amount, reference=again)).then_refused(
        Reason.PAYMENT_ALREADY_RECORDED
    )  # fmt: skip
    assert "a payment of EUR 152.00 under this reference is on record" in refused.sentence
    assert "9337" not in refused.sentence


def test_one_reference_may_stand_on_payments_to_two_recipients() -> None:
    past = happened(filed(), fee("regional", "180.00"))
    case().given(*past).when(fee("federal")).then_events(FeePaid)


def test_a_case_that_has_ended_takes_neither_papers_nor_payments() -> None:
    past = happened(checked(), reject("feeNotPaid"))

    case().given(*past).when(attach()).then_refused(Reason.DECLARED_INADMISSIBLE)
    case().given(*past).when(fee()).then_refused(Reason.DECLARED_INADMISSIBLE)
