"""What is wrong with an application before anyone looks at the law: found all at once, said without the value."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from domain.case.application import (
    Application,
    Document,
    Employer,
    GrossPay,
    LabourMarketEvidence,
    Representative,
    Transfer,
    VacancyPublication,
    Worker,
    WorkPeriod,
    Workplace,
)
from domain.case.completeness import check_application, check_evidence
from tests.world.applications import application

TODAY = date(2026, 1, 20)

PUBLISHED = VacancyPublication(channel="VDAB", from_=date(2025, 11, 10), to=date(2026, 1, 12))
FILED = application(
    "mediumSkilledOther",
    pay="52000.00",
    employer={"name": "Haven NV", "establishment_unit_number": "2000000042"},
    worker={"birth_date": date(1985, 7, 30), "ssin": "85073003328"},
    employment={
        "title": "lasser", "end": date(2028, 2, 29), "occupation_code": "7212", "joint_committee": "140.03",
    },
    evidence=LabourMarketEvidence(publications=(PUBLISHED,), candidates=("Too far away.\nSaid no.",)),
    documents=(Document(kind="passport", sha256="0a" * 32, media_type="application/pdf", size=1),),
    work_history=(WorkPeriod(employer="Oud BV", from_=date(2021, 1, 1), to=date(2025, 1, 1), basis="singlePermit"),),
)  # fmt: skip
WORKER, JOB = FILED.worker, FILED.employment
TRANSFER = Transfer(sending_undertaking="Haven India", country="IN", prior_service_months=12)
REPRESENTATIVE = Representative(enterprise_number="0206731645", mandate_reference="M-1")


def found(application: Application) -> dict[str, str]:
    return {issue.path: issue.code for issue in check_application(application, today=TODAY)}


def with_worker(**changes: Any) -> Application:
    return replace(FILED, worker=replace(WORKER, **changes))


def with_job(**changes: Any) -> Application:
    return replace(FILED, employment=replace(JOB, **changes))


def with_pay(amount: str, period: str = "year") -> Application:
    return with_job(gross_pay=GrossPay(amount=Decimal(amount), period=period))


def test_an_ordinary_application_has_no_issue() -> None:
    assert found(FILED) == {}


@pytest.mark.parametrize(
    "application",
    [
        replace(FILED, kind="unlimited", category="unlimited", filed_by="worker"),
        replace(FILED, kind="intraCorporateTransfer", category="ictManager", transfer=TRANSFER),
        replace(FILED, filed_by="representative", representative=REPRESENTATIVE),
        replace(FILED, renewal=True),
        with_worker(ssin="53480200724"),  # a BIS number
        with_worker(ssin=None),
        with_worker(family_name="d'Hondt-Öztürk \u0939\u0930\u094d\u0937"),
        with_job(end=None),
        with_pay("1000000.00"),
        with_pay("83333.33", "month"),
        with_job(full_time_equivalent=Decimal("0.05")),
    ],
)
def test_less_ordinary_applications_have_none_either(application: Application) -> None:
    assert found(application) == {}


@pytest.mark.parametrize(
    ("application", "path", "code"),
    [
        (replace(FILED, authority="Flanders"), "authority", "invalidInput"),
        (replace(FILED, kind="blue"), "kind", "invalidInput"),
        (replace(FILED, category="ictManager"), "category", "invalidInput"),
        (replace(FILED, procedure_language="es"), "procedureLanguage", "invalidInput"),
        (replace(FILED, filed_by="neighbour"), "filedBy", "invalidInput"),
        (replace(FILED, kind="unlimited", category="unlimited"), "filedBy", "invalidInput"),
        (replace(FILED, filed_by="representative"), "representative", "requiredInput"),
        (replace(FILED, representative=REPRESENTATIVE), "representative", "rejectedInput"),
        (replace(FILED, kind="intraCorporateTransfer", category="ictTrainee"), "transfer", "requiredInput"),
        (replace(FILED, transfer=TRANSFER), "transfer", "rejectedInput"),
        (replace(FILED, employer=Employer(enterprise_number="0202239952", name="H")),
         "employer.enterpriseNumber", "invalidStructure"),
        (replace(FILED, employer=Employer(enterprise_number="202239951", name="H")),
         "employer.enterpriseNumber", "schemaViolation"),
        (replace(FILED, employer=replace(FILED.employer, establishment_unit_number="2000000041")),
         "employer.establishmentUnitNumber", "invalidStructure"),
        (replace(FILED, renewal=True, worker=replace(WORKER, ssin=None)), "worker.ssin", "requiredInput"),
        (with_worker(ssin="85.07.30-033.28"), "worker.ssin", "schemaViolation"),
        (with_worker(ssin="85073003382"), "worker.ssin", "invalidStructure"),
        (with_worker(ssin="53480200725"), "worker.ssin", "invalidStructure"),
        (with_worker(given_name="  "), "worker.givenName", "outOfRange"),
        (with_job(contract_states=("parties", "horoscope")), "employment.contractStates[1]", "invalidInput"),
        (with_worker(family_name="x" * 201), "worker.familyName", "outOfRange"),
        (with_worker(family_name="two\nlines"), "worker.familyName", "invalidInput"),
        (with_worker(birth_date=TODAY + timedelta(days=1)), "worker.birthDate", "outOfRange"),
        (with_worker(birth_date=date(1899, 12, 31)), "worker.birthDate", "outOfRange"),
        (with_worker(nationality="in"), "worker.nationality", "schemaViolation"),
        (with_worker(nationality="UK"), "worker.nationality", "invalidInput"),
        (with_worker(nationality="ZZ"), "worker.nationality", "invalidInput"),
        (with_worker(nationality="EU"), "worker.nationality", "invalidInput"),
        (with_job(start=date(2062, 3, 1), end=None), "employment.start", "outOfRange"),
        (with_job(end=JOB.start), "employment.end", "invalidPeriod"),
        (with_job(end=date(9999, 12, 31)), "employment.end", "outOfRange"),
        (with_job(contract="verbal"), "employment.contract", "invalidInput"),
        (with_job(full_time_equivalent=Decimal(0)), "employment.fullTimeEquivalent", "outOfRange"),
        (with_job(full_time_equivalent=Decimal("1.01")), "employment.fullTimeEquivalent", "outOfRange"),
        (with_job(workplace=Workplace(municipality_code="9000")),
         "employment.workplace.municipalityCode", "schemaViolation"),
        (with_job(workplace=Workplace(municipality_code="٤٤٠٢١")),
         "employment.workplace.municipalityCode", "schemaViolation"),
        (with_job(qualification_level=9), "employment.qualificationLevel", "outOfRange"),
        (with_job(joint_committee="PC 200"), "employment.jointCommittee", "schemaViolation"),
        (with_pay("0"), "employment.grossPay.amount", "outOfRange"),
        (with_pay("-52000"), "employment.grossPay.amount", "outOfRange"),
        (with_pay("52000.001"), "employment.grossPay.amount", "invalidInput"),
        (with_pay("83333.34", "month"), "employment.grossPay.amount", "outOfRange"),
        (with_pay("1E+999999"), "employment.grossPay.amount", "invalidInput"),
        (with_pay("1000", "week"), "employment.grossPay.period", "invalidInput"),
        (replace(FILED, documents=FILED.documents * 101), "documents", "outOfRange"),
        (replace(FILED, documents=(replace(FILED.documents[0], sha256="0A" * 32),)),
         "documents[0].sha256", "schemaViolation"),
        (replace(FILED, documents=(replace(FILED.documents[0], size=0),)), "documents[0].size", "outOfRange"),
        (replace(FILED, documents=(replace(FILED.documents[0], media_type="pdf"),)),
         "documents[0].mediaType", "invalidInput"),
        (replace(FILED, documents=(replace(FILED.documents[0], media_type="text/html"),)),
         "documents[0].mediaType", "invalidInput"),
        (replace(FILED, work_history=(replace(FILED.work_history[0], to=date(2020, 1, 1)),)),
         "workHistory[0].to", "invalidPeriod"),
        (replace(FILED, kind="intraCorporateTransfer", category="ictManager",
                 transfer=replace(TRANSFER, prior_service_months=-1)), "transfer.priorServiceMonths", "outOfRange"),
    ],
)  # fmt: skip
def test_each_wrong_value_is_named(application: Application, path: str, code: str) -> None:
    assert found(application) == {path: code}


def test_all_that_is_wrong_is_found_at_once() -> None:
    wrong = replace(with_pay("-1"), authority="mars", worker=replace(WORKER, nationality="India"))
    assert list(found(wrong)) == ["authority", "worker.nationality", "employment.grossPay.amount"]


def test_no_issue_repeats_what_is_somebodys() -> None:
    # given an application in which every personal value is wrong
    given = Worker(
        given_name="Zwaluwina\x07",
        family_name="Vandekanarie\x07",
        birth_date=date(1733, 4, 5),
        nationality="Kanarie",
        ssin="85073003382",
    )
    issues = check_application(replace(with_pay("-45678.90"), worker=given), today=TODAY)
    # then all are named and none is told
    assert len(issues) == 6
    told = " ".join(f"{issue.problem} {issue.remedy}" for issue in issues)
    assert not any(v in told for v in ("Zwaluwina", "Vandekanarie", "1733", "Kanarie", "85073003382", "45678"))


def test_the_day_of_filing_decides_not_the_clock() -> None:
    # given a birth on the day of filing: possible then, and impossible a day earlier
    newborn = with_worker(birth_date=TODAY, ssin=None)
    assert check_application(newborn, today=TODAY) == ()
    assert [i.path for i in check_application(newborn, today=TODAY - timedelta(days=1))] == ["worker.birthDate"]
    # and a leap day has a day five years away
    assert check_application(FILED, today=date(2024, 2, 29))[0].path.startswith("labourMarketTest")


def test_evidence_on_its_own() -> None:
    assert check_evidence(LabourMarketEvidence(publications=(PUBLISHED,)), today=TODAY) == ()
    wrong = LabourMarketEvidence(
        publications=(
            replace(PUBLISHED, channel="gazette"),
            replace(PUBLISHED, to=PUBLISHED.from_),
            replace(PUBLISHED, from_=TODAY + timedelta(days=1), to=TODAY + timedelta(days=2)),
        ),
        candidates=("x" * 10_001,),
    )
    assert {issue.path: issue.code for issue in check_evidence(wrong, today=TODAY)} == {
        "publications[0].channel": "invalidInput",
        "publications[1].to": "invalidPeriod",
        "publications[2].from": "outOfRange",
        "candidates[0]": "outOfRange",
    }
    assert [i.path for i in check_evidence(LabourMarketEvidence(publications=()), today=TODAY)] == ["publications"]
