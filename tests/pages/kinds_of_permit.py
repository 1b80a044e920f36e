"""What an applicant for a permit of each kind answers, page by page, and what the registers know of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

from domain.crossroads.answers import (
    CheckKind,
    CrossroadsAnswer,
    DeclaredEmployment,
    EmployerOnRegister,
    PersonOnRegister,
    WorkRelation,
)
from infra.identity.caller import Role
from tests.drafts.applicants import ANSWERS
from tests.pages.case_service import EMPLOYER, SSIN

NUMBERED: Mapping[str, str] = MappingProxyType({**ANSWERS["worker"], "worker.ssin": SSIN})
"""Without the number of the worker no permit is renewed."""

REGISTERED = EmployerOnRegister(
    enterprise_number=EMPLOYER,
    name="Haven NV",
    active=True,
    founded_on=date(1994, 3, 1),
    has_staff=True,
    has_debts=False,
)
EMPLOYED = DeclaredEmployment(
    relations=(WorkRelation(enterprise_number=EMPLOYER, start=date(2020, 1, 1), last_day=date(2025, 12, 31)),)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Life:
    """Who applies for a permit of one kind, what they answer under the title of each page, and what the bank knows."""

    category: str
    applicant: Role
    pages: Mapping[str, Mapping[str, str]]
    registered: Mapping[CheckKind, CrossroadsAnswer]
    is_renewed: bool = True


LIVES: Mapping[str, Life] = MappingProxyType(
    {
        "fixedTerm": Life(
            category="nurse",
            applicant=Role.EMPLOYER,
            pages={
                "Employer": ANSWERS["employer"],
                "Worker": NUMBERED,
                "Job": ANSWERS["job"],
                "Pay and contract": ANSWERS["pay"],
            },
            registered={CheckKind.EMPLOYER_REGISTER: REGISTERED, CheckKind.WORKER_IDENTITY: PersonOnRegister()},
        ),
        "intraCorporateTransfer": Life(
            category="ictSpecialist",
            applicant=Role.EMPLOYER,
            pages={
                "Employer": ANSWERS["employer"],
                "Worker": NUMBERED,
                "Job": {**ANSWERS["job"], "employment.contract": "posted"},
                "Pay and contract": {**ANSWERS["pay"], "employment.grossPay.amount": "80.000,00"},
                "Transfer": {
                    "transfer.sendingUndertaking": "Overzee BV",
                    "transfer.country": "IN",
                    "transfer.priorServiceMonths": "14",
                },
            },
            registered={CheckKind.EMPLOYER_REGISTER: REGISTERED, CheckKind.WORKER_IDENTITY: PersonOnRegister()},
        ),
        "unlimited": Life(
            category="unlimited",
            applicant=Role.WORKER,
            pages={
                "Employer": {**ANSWERS["employer"], "employer.enterpriseNumber": EMPLOYER},
                "Worker": {**ANSWERS["worker"], "worker.residence.municipalityCode": "44021"},
                "Job": {**ANSWERS["job"], "employment.end": ""},
                "Pay and contract": ANSWERS["pay"],
                "Work in Belgium": {
                    "workHistory.0.employer": "Haven NV",
                    "workHistory.0.from": "01/01/2020",
                    "workHistory.0.to": "31/12/2025",
                    "workHistory.0.basis": "singlePermit",
                },
            },
            registered={CheckKind.EMPLOYER_REGISTER: REGISTERED, CheckKind.DECLARED_EMPLOYMENT: EMPLOYED},
            is_renewed=False,
        ),
    }
)
