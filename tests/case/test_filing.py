"""An application is filed."""

from datetime import UTC, datetime

import pytest

from domain.case.events import ApplicationSubmitted, CrossroadsCheckRequested, LabourMarketTestAssessed
from domain.case.folding import fold
from domain.case.lifecycle import CaseStatus
from domain.case.refusals import Reason
from tests.case.vocabulary import NOW, WORKER, case, filed, published, submit
from tests.world.applications import application


def test_a_first_application_asks_the_employer_register() -> None:
    wanted = application()

    submitted, asked = case().when(submit(wanted)).then_events(ApplicationSubmitted, CrossroadsCheckRequested)

    assert isinstance(submitted, ApplicationSubmitted)
    assert (submitted.effective_at, submitted.reference) == (NOW, "FL-2026-0000001-59")
    assert (submitted.worker, submitted.gross_pay) == (wanted.worker, wanted.employment.gross_pay)
    assert submitted.worker_subject == WORKER
    assert asked == CrossroadsCheckRequested(effective_at=NOW, check="employerRegister", revision=1)


@pytest.mark.parametrize(
    ("kind", "category"),
    [("fixedTerm", "highlySkilled"), ("intraCorporateTransfer", "ictManager"), ("unlimited", "unlimited")],
)
def test_all_three_kinds_of_permit_are_taken(kind: str, category: str) -> None:
    state = fold(filed(application(category, kind=kind)))

    assert state is not None
    assert (state.kind, state.status, state.pending_checks) == (kind, CaseStatus.SUBMITTED, ("employerRegister",))


def test_a_renewal_also_asks_for_declared_wages() -> None:
    (_, register, declared) = (
        case()
        .when(submit(application(renewal=True)))
        .then_events(ApplicationSubmitted, CrossroadsCheckRequested, CrossroadsCheckRequested)
    )

    assert isinstance(register, CrossroadsCheckRequested)
    assert isinstance(declared, CrossroadsCheckRequested)
    assert (register.check, declared.check) == ("employerRegister", "declaredWages")


def test_evidence_filed_along_is_judged_at_once() -> None:
    wanted = application("mediumSkilledOther", evidence=published(63, "VDAB", "EURES"))

    *_, assessed = (
        case()
        .when(submit(wanted))
        .then_events(ApplicationSubmitted, CrossroadsCheckRequested, LabourMarketTestAssessed)
    )

    assert isinstance(assessed, LabourMarketTestAssessed)
    assert assessed.finding.verdict == "met"


def test_the_day_of_filing_is_counted_in_brussels() -> None:
    """Half past eleven in the evening in London is the next day here."""
    state = fold(filed(now=datetime(2026, 1, 20, 23, 30, tzinfo=UTC)))

    assert state is not None
    assert state.filed_on.isoformat() == "2026-01-21"


def test_an_application_cannot_be_filed_twice() -> None:
    case().given(*filed()).when(submit(reference="FL-2026-0000002-24")).then_refused(Reason.ALREADY_SUBMITTED)


def test_refusals_do_not_repeat_personal_data() -> None:
    refused = case().given(*filed()).when(submit()).then_refused(Reason.ALREADY_SUBMITTED)

    assert not any(word in str(refused) for word in ("Ada", "Lovelace", "90010100187", "60000"))
