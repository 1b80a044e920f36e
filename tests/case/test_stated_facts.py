"""Facts of which any part may lack: what is stated is checked as it is at filing, what is not is not known."""

import json
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from api.http.bodies import read_body
from domain.case.refusals import InvalidInput
from domain.case.stated_assessment import assess_stated
from domain.case.stated_checks import check_stated_facts
from domain.case.stated_facts import StatedFacts
from domain.law.facts import ApplicationFacts, Publication, WorkDone
from domain.law.findings import Verdict
from domain.law.rulebook import Rulebook

WHOLE: dict[str, Any] = {
    "filedOn": "2026-03-02",
    "admissibleOn": "2026-03-09",
    "decidedOn": "2026-03-20",
    "permitExpiresOn": "2026-06-30",
    "authority": "flanders",
    "kind": "intraCorporateTransfer",
    "category": "ictManager",
    "renewal": True,
    "changeOfEmployer": False,
    "procedureLanguage": "nl",
    "filedBy": "representative",
    "employer": {"enterpriseNumber": "0202239951", "establishmentUnitNumber": "2000000042", "name": "Haven NV"},
    "representative": {"enterpriseNumber": "0206731645", "mandateReference": "MAND-1"},
    "worker": {"givenName": "A", "familyName": "R", "birthDate": "1985-07-30", "nationality": "IN",
               "ssin": "85073003328"},
    "employment": {"title": "manager", "occupationCode": "truck-driver", "qualificationLevel": 6,
                   "start": "2026-04-01", "end": "2028-03-31", "contract": "posted",
                   "grossPay": {"amount": "8000.00", "period": "month"}, "fullTimeEquivalent": "0.8",
                   "workplace": {"municipalityCode": "44021"}, "jointCommittee": "140.03"},
    "labourMarketTest": {"publications": [{"channel": "VDAB", "from": "2025-12-01", "to": "2026-02-16"}],
                         "candidates": ["Niemand."]},
    "transfer": {"sendingUndertaking": "Port Ltd", "country": "IN", "priorServiceMonths": 12},
    "workHistory": [{"employer": "Haven NV", "from": "2021-01-01", "to": "2025-01-01", "basis": "singlePermit"}],
    "documents": [{"kind": "passport"}, {"kind": "diploma", "sha256": "0" * 64, "mediaType": "application/pdf",
                                         "size": 12345}],
}  # fmt: skip


def stated(**parts: Any) -> StatedFacts:
    return read_body(StatedFacts, json.dumps({"filedOn": "2026-03-02", **parts}).encode())


def wrong_with(**parts: Any) -> dict[str, str]:
    """The kind of each issue, by field."""
    return {issue.path: issue.code for issue in check_stated_facts(stated(**parts))}


def test_every_part_of_an_application_can_be_stated_and_reaches_the_law() -> None:
    whole = stated(**WHOLE)
    assert check_stated_facts(whole) == ()
    assert whole.document_kinds == ("passport", "diploma")
    assert whole.facts() == ApplicationFacts(
        authority="flanders",
        category="ictManager",
        filed_on=date(2026, 3, 2),
        contract="posted",
        gross_pay=Decimal("8000.00"),
        pay_period="month",
        publications=(
            Publication(channel="VDAB", published_from=date(2025, 12, 1), published_to=date(2026, 2, 16)),
        ),
        admissible_on=date(2026, 3, 9),
        decided_on=date(2026, 3, 20),
        employment_start=date(2026, 4, 1),
        employment_end=date(2028, 3, 31),
        full_time_equivalent=Decimal("0.8"),
        qualification_level=6,
        occupation_code="truck-driver",
        municipality_code="44021",
        birth_date=date(1985, 7, 30),
        nationality="IN",
        renewal=True,
        change_of_employer=False,
        filed_by="representative",
        mandate_reference="MAND-1",
        prior_service_months=12,
        work_history=(WorkDone(from_=date(2021, 1, 1), to=date(2025, 1, 1), basis="singlePermit"),),
        permit_expires_on=date(2026, 6, 30),
    )  # fmt: skip


def test_what_is_not_stated_is_not_known() -> None:
    little = stated(authority="flanders", category="highlySkilled", worker={}, employment={}, labourMarketTest={})
    assert check_stated_facts(little) == ()
    assert little.facts() == ApplicationFacts(authority="flanders", category="highlySkilled", filed_on=date(2026, 3, 2))
    assert little.document_kinds is None


def test_no_earlier_work_and_no_papers_can_be_stated() -> None:
    none = stated(authority="flanders", category="unlimited", workHistory=[], documents=[])
    facts = none.facts()
    assert facts is not None
    assert facts.work_history == ()
    assert none.document_kinds == ()


@pytest.mark.parametrize(
    ("parts", "missing"),
    [
        ({}, ("authority", "category")),
        ({"category": "nurse"}, ("authority",)),
        ({"authority": "wallonia"}, ("category",)),
    ],
)
def test_without_authority_or_category_the_verdict_names_them(parts: dict[str, Any], missing: tuple[str, ...]) -> None:
    asked = stated(**parts)
    assert asked.facts() is None
    assessment = assess_stated(Rulebook.load(), asked, None)
    (finding,) = assessment.findings
    assert (assessment.verdict, assessment.legal_reference_date) == (Verdict.UNDETERMINED, None)
    assert (finding.rule, finding.required, finding.missing) == ("salaryThreshold", True, missing)


@pytest.mark.parametrize(
    ("part", "path", "code"),
    [
        # days
        ({"filedOn": "0001-01-01"}, "filedOn", "outOfRange"),
        ({"filedOn": "9999-12-31"}, "filedOn", "outOfRange"),
        ({"admissibleOn": "2026-03-01"}, "admissibleOn", "invalidPeriod"),
        ({"decidedOn": "2026-03-01"}, "decidedOn", "invalidPeriod"),
        ({"admissibleOn": "2026-03-09", "decidedOn": "2026-03-08"}, "decidedOn", "invalidPeriod"),
        ({"decidedOn": "2926-03-09"}, "decidedOn", "outOfRange"),
        ({"permitExpiresOn": "0206-03-01"}, "permitExpiresOn", "outOfRange"),
        ({"worker": {"birthDate": "2026-03-03"}}, "worker.birthDate", "outOfRange"),
        ({"worker": {"birthDate": "1885-07-30"}}, "worker.birthDate", "outOfRange"),
        ({"employment": {"start": "2036-03-01"}}, "employment.start", "outOfRange"),
        ({"employment": {"start": "2026-03-01", "end": "2026-03-01"}}, "employment.end", "invalidPeriod"),
        ({"employment": {"start": "2026-03-01", "end": "2126-03-01"}}, "employment.end", "outOfRange"),
        ({"labourMarketTest": {"publications": [{"channel": "VDAB", "from": "2026-01-02", "to": "2026-01-01"}]}},
         "labourMarketTest.publications[0].to", "invalidPeriod"),
        ({"labourMarketTest": {"publications": [{"channel": "VDAB", "from": "0026-01-02", "to": "2026-01-01"}]}},
         "labourMarketTest.publications[0].from", "outOfRange"),
        ({"workHistory": [{"from": "2025-01-01", "to": "2024-01-01", "basis": "singlePermit"}]},
         "workHistory[0].to", "invalidPeriod"),
        ({"workHistory": [{"from": "2026-04-01", "to": "2026-05-01", "basis": "singlePermit"}]},
         "workHistory[0].from", "outOfRange"),
        # pay and share
        ({"employment": {"grossPay": {"amount": "-1.00"}}}, "employment.grossPay.amount", "outOfRange"),
        ({"employment": {"grossPay": {"amount": "0"}}}, "employment.grossPay.amount", "outOfRange"),
        ({"employment": {"grossPay": {"amount": "48912.001"}}}, "employment.grossPay.amount", "invalidInput"),
        ({"employment": {"grossPay": {"amount": "4891200.00"}}}, "employment.grossPay.amount", "outOfRange"),
        ({"employment": {"grossPay": {"amount": "90000.00", "period": "month"}}},
         "employment.grossPay.amount", "outOfRange"),
        ({"employment": {"grossPay": {"period": "week"}}}, "employment.grossPay.period", "invalidInput"),
        ({"employment": {"fullTimeEquivalent": "1.01"}}, "employment.fullTimeEquivalent", "outOfRange"),
        # codes and identifiers
        ({"authority": "federal"}, "authority", "invalidInput"),
        ({"category": "highlyskilled"}, "category", "invalidInput"),
        ({"kind": "unlimited", "category": "nurse"}, "category", "invalidInput"),
        ({"kind": "permanent"}, "kind", "invalidInput"),
        ({"filedBy": "caseHandler"}, "filedBy", "invalidInput"),
        ({"procedureLanguage": "es"}, "procedureLanguage", "invalidInput"),
        ({"employment": {"contract": "verbal"}}, "employment.contract", "invalidInput"),
        ({"employment": {"qualificationLevel": 9}}, "employment.qualificationLevel", "outOfRange"),
        ({"employment": {"workplace": {"municipalityCode": "Gent"}}},
         "employment.workplace.municipalityCode", "schemaViolation"),
        ({"employment": {"occupationCode": "truck driver"}}, "employment.occupationCode", "schemaViolation"),
        ({"employment": {"jointCommittee": "PC 200"}}, "employment.jointCommittee", "schemaViolation"),
        ({"employment": {"title": " "}}, "employment.title", "outOfRange"),
        ({"labourMarketTest": {"publications": [{"channel": "LINKEDIN", "from": "2026-01-01", "to": "2026-01-02"}]}},
         "labourMarketTest.publications[0].channel", "invalidInput"),
        ({"labourMarketTest": {"candidates": [""]}}, "labourMarketTest.candidates[0]", "outOfRange"),
        ({"employer": {"enterpriseNumber": "0202239950"}}, "employer.enterpriseNumber", "invalidStructure"),
        ({"employer": {"establishmentUnitNumber": "2"}}, "employer.establishmentUnitNumber", "schemaViolation"),
        ({"representative": {"enterpriseNumber": "1"}}, "representative.enterpriseNumber", "schemaViolation"),
        ({"worker": {"ssin": "85073003329"}}, "worker.ssin", "invalidStructure"),
        ({"worker": {"nationality": "India"}}, "worker.nationality", "schemaViolation"),
        ({"worker": {"nationality": "UK"}}, "worker.nationality", "invalidInput"),
        ({"transfer": {"priorServiceMonths": -1}}, "transfer.priorServiceMonths", "outOfRange"),
        ({"transfer": {"country": "in"}}, "transfer.country", "schemaViolation"),
        ({"workHistory": [{"from": "2024-01-01", "to": "2025-01-01", "basis": "single permit"}]},
         "workHistory[0].basis", "schemaViolation"),
        ({"documents": [{"kind": "photo"}]}, "documents[0].kind", "invalidInput"),
        ({"documents": [{"kind": "passport", "sha256": "0"}]}, "documents[0].sha256", "schemaViolation"),
        ({"documents": [{"kind": "passport", "size": 0}]}, "documents[0].size", "outOfRange"),
        ({"documents": [{"kind": "passport", "mediaType": "pdf"}]}, "documents[0].mediaType", "invalidInput"),
        ({"documents": [{"kind": "passport"}] * 101}, "documents", "outOfRange"),
    ],
    ids=str,
)  # fmt: skip
def test_what_is_impossible_is_told_by_its_field(part: dict[str, Any], path: str, code: str) -> None:
    assert wrong_with(**part) == {path: code}


def test_everything_wrong_is_told_at_once_and_no_value_is_repeated() -> None:
    asked = stated(
        authority="atlantis", worker={"birthDate": "2031-07-30"}, employment={"grossPay": {"amount": "-52345.67"}}
    )
    issues = check_stated_facts(asked)
    assert [issue.path for issue in issues] == ["authority", "employment.grossPay.amount", "worker.birthDate"]
    told = " ".join(f"{issue.problem} {issue.remedy}" for issue in issues)
    assert not any(value in told for value in ("atlantis", "2031-07-30", "52345.67"))


@pytest.mark.parametrize(
    ("parts", "path", "code"),
    [
        ({"unheardOf": 1}, "unheardOf", "unknownInput"),
        ({"employment": {"salary": "1"}}, "employment.salary", "unknownInput"),
        ({"filedOn": "2026-02-30"}, "filedOn", "schemaViolation"),
        ({"filedOn": None}, "filedOn", "schemaViolation"),
        ({"employment": {"grossPay": {"amount": 48912.00}}}, "employment.grossPay.amount", "schemaViolation"),
        ({"employment": {"grossPay": {"amount": "much"}}}, "employment.grossPay.amount", "schemaViolation"),
        ({"labourMarketTest": {"publications": [{"channel": "VDAB", "from": "2026-01-01"}]}},
         "labourMarketTest.publications[0].to", "requiredInput"),
        ({"documents": [{}]}, "documents[0].kind", "requiredInput"),
    ],
    ids=str,
)  # fmt: skip
def test_what_is_in_no_form_is_refused(parts: dict[str, Any], path: str, code: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        stated(**parts)
    assert [(issue.path, issue.code) for issue in refused.value.issues] == [(path, code)]


def test_a_vacancy_may_stand_after_filing() -> None:
    still_open = {"publications": [{"channel": "VDAB", "from": "2026-03-20", "to": "2026-06-01"}]}
    assert wrong_with(labourMarketTest=still_open) == {}


def test_old_cases_and_plans_can_be_judged() -> None:
    for day in ("1999-01-04", "2040-01-02"):
        assert wrong_with(filedOn=day, authority="flanders", category="nurse") == {}
