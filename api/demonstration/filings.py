"""What is filed in a demonstration: by whom, for which work at which pay, with which defects."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final

from api.demonstration.people import AUTHORITY, Party, employer, person, representative, ssin_of
from domain.codes import CATEGORIES, CONTRACT_ELEMENTS, kind_of_category
from domain.crossroads.declared_quarters import quarters_to_ask
from domain.law.applicable_law import NothingInForce
from domain.law.rulebook import Rulebook
from infra.identity.caller import Role

_RENEWAL_SHARE: Final = 0.3
_REPRESENTED_SHARE: Final = 0.2
_DEFECT_SHARE: Final = 0.03

_MIX: Final[Mapping[str, float]] = dict.fromkeys(CATEGORIES, 0.5) | {
    "highlySkilled": 36, "highlySkilledUnder30": 8, "nurse": 4, "teacher": 2, "executive": 4, "euBlueCard": 9,
    "ictManager": 2, "ictSpecialist": 5, "ictTrainee": 1, "mediumSkilledOther": 15, "mediumSkilledShortage": 4,
    "researcher": 2, "artist": 2, "unlimited": 3,
}  # fmt: skip
"""How often a category is filed, in parts of about a hundred; those not named are rare."""

_SHORTAGE_OCCUPATIONS: Final = ("roofer", "asbestos-remover", "truck-driver")
"""Two on the list of 2026, and one that has left it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedWages:
    """What the employer will have declared, for the simulator: gross EUR cents by quarter."""

    ssin: str
    enterprise_number: str
    cents_by_quarter: dict[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Filing:
    """An application as ``filer`` sends it, acting for themselves or for ``employer``.

    ``defect`` is the body of a first attempt that must be refused, ``recruitment`` proof that is sent later.
    """

    filer: Party
    employer: Party
    body: dict[str, Any]
    defect: dict[str, Any] | None
    wages: PlannedWages | None
    recruitment: dict[str, Any] | None

    @property
    def is_represented(self) -> bool:
        return self.filer.role is Role.REPRESENTATIVE


@dataclass(frozen=True, slots=True, kw_only=True)
class Occasion:
    """What an application is for, and who files it."""

    category: str
    filed_by: Role
    company: Party
    renewal: bool = False
    in_haste: bool = False


def occasion_of(chance: random.Random, *, seed: int, cases: int, category: str | None = None) -> Occasion:
    """A random subject of an application; of one ``category`` where it is given."""
    chosen = category or chance.choices(list(_MIX), weights=list(_MIX.values()))[0]
    # A permit of unlimited duration is the worker's own application, every other one the employer's.
    filed_by = Role.WORKER if chosen == "unlimited" else Role.EMPLOYER
    if filed_by is Role.EMPLOYER and chance.random() < _REPRESENTED_SHARE:
        filed_by = Role.REPRESENTATIVE
    return Occasion(
        category=chosen,
        filed_by=filed_by,
        company=employer(chance, seed, cases),
        renewal=filed_by is not Role.WORKER and chance.random() < _RENEWAL_SHARE,
        in_haste=chance.random() < _DEFECT_SHARE,
    )


def filing_of(
    number: int, chance: random.Random, filed_on: date, rulebook: Rulebook, occasion: Occasion, *, seed: int
) -> Filing:
    """The application of this number in a plan, filed on ``filed_on``."""
    category, renewal, company = occasion.category, occasion.renewal, occasion.company
    unlimited = occasion.filed_by is Role.WORKER
    represented = occasion.filed_by is Role.REPRESENTATIVE
    contract = "posted" if category.startswith("ict") else "belgian"
    yearly = _yearly_pay(chance, category, filed_on, rulebook)
    in_months = chance.random() < 0.3
    months = Decimal(12) if contract == "posted" else Decimal("13.92")
    amount = (yearly / months if in_months else yearly).quantize(Decimal("0.01"))
    worker = person(chance, filed_on)
    if category == "highlySkilledUnder30":
        worker["birthDate"] = (filed_on - timedelta(days=chance.randint(24 * 366, 28 * 365))).isoformat()
    if renewal or unlimited:
        worker["ssin"] = ssin_of(date.fromisoformat(worker["birthDate"]), chance)
    filer = company
    if unlimited:
        filer = Party(role=Role.WORKER, subject=f"worker-{number}", ssin=worker["ssin"])
    elif represented:
        filer = representative(chance, seed)
    start = filed_on + timedelta(days=chance.randint(30, 90))
    body: dict[str, Any] = {
        "authority": AUTHORITY,
        "kind": kind_of_category(category),
        "category": category,
        "renewal": renewal,
        "changeOfEmployer": False,
        "procedureLanguage": "nl",
        "filedBy": filer.role.value,
        "employer": {
            "enterpriseNumber": company.enterprise_number,
            "name": f"Onderneming {str(company.enterprise_number)[-6:]}",
        },
        "worker": worker,
        "employment": {
            "title": chance.choice(("Data engineer", "Verpleegkundige", "Lasser", "Projectleider", "Onderzoeker")),
            "start": start.isoformat(),
            "contract": contract,
            "grossPay": {"amount": str(amount), "period": "month" if in_months else "year"},
            "fullTimeEquivalent": "1.0",
            "qualificationLevel": 4 if category.startswith("mediumSkilled") else 6,
            "workplace": {"municipalityCode": chance.choice(("44021", "11002", "24062", "34022"))},
        },
    }
    if contract == "belgian":
        body["employment"]["contractStates"] = list(CONTRACT_ELEMENTS)
    if category == "mediumSkilledShortage":
        body["employment"]["occupationCode"] = chance.choice(_SHORTAGE_OCCUPATIONS)
    if represented:
        body["representative"] = {
            "enterpriseNumber": filer.enterprise_number,
            "mandateReference": f"MANDAAT-{number:06}",
        }
    if not unlimited:
        body["employment"]["end"] = (start + timedelta(days=2 * 365)).isoformat()
    if category.startswith("ict"):
        body["transfer"] = {"sendingUndertaking": "Holding", "country": worker["nationality"], "priorServiceMonths": 9}
    recruitment = None
    if category == "mediumSkilledOther":
        proof = _recruitment(chance, filed_on)
        if chance.random() < 0.5:
            body["labourMarketTest"] = proof
        elif chance.random() < 0.7:
            recruitment = proof
    return Filing(
        filer=filer,
        employer=company,
        body=body,
        defect=_defective(chance, body) if occasion.in_haste else None,
        wages=_wages(chance, body, yearly, filed_on) if renewal else None,
        recruitment=recruitment,
    )


def _yearly_pay(chance: random.Random, category: str, filed_on: date, rulebook: Rulebook) -> Decimal:
    """Pay around the threshold in force: most a little above, some below, some exactly at it or a cent short."""
    threshold = rulebook.salary_threshold(AUTHORITY, category, filed_on)
    base = Decimal("42000.00") if isinstance(threshold, NothingInForce) else threshold.amount
    case = chance.random()
    if case < 0.04:
        return base
    if case < 0.08:
        return base - Decimal("0.01")
    factor = Decimal(str(round(chance.uniform(0.90, 1.0) if case < 0.22 else chance.uniform(1.0, 1.35), 4)))
    return (base * factor).quantize(Decimal("0.01"))


def _recruitment(chance: random.Random, filed_on: date) -> dict[str, Any]:
    """A vacancy on VDAB and EURES that ended shortly before filing; one in four was too short."""
    weeks = chance.choice((5, 9, 10, 11))
    until = filed_on - timedelta(days=chance.randint(1, 14))
    since = until - timedelta(weeks=weeks)
    return {
        "publications": [
            {"channel": channel, "from": since.isoformat(), "to": until.isoformat()} for channel in ("VDAB", "EURES")
        ]
    }


def _wages(chance: random.Random, body: dict[str, Any], yearly: Decimal, filed_on: date) -> PlannedWages:
    quarters = quarters_to_ask(filed_on)
    if chance.random() < 0.05:
        quarters = quarters[1:]
    share = int(yearly * 100) // 4
    return PlannedWages(
        ssin=body["worker"]["ssin"],
        enterprise_number=body["employer"]["enterpriseNumber"],
        cents_by_quarter=dict.fromkeys(quarters, share + 1),
    )


def _defective(chance: random.Random, body: dict[str, Any]) -> dict[str, Any]:
    """The same application as first sent by a filer in a hurry."""
    spoilt = {**body, "employer": dict(body["employer"]), "employment": dict(body["employment"])}
    match chance.randrange(4):
        case 0:
            number = body["employer"]["enterpriseNumber"]
            spoilt["employer"]["enterpriseNumber"] = number[:-1] + str((int(number[-1]) + 1) % 10)
        case 1:
            spoilt["employment"]["end"] = "2024-01-01"
        case 2:
            spoilt["employment"]["grossPay"] = {"amount": "-1.00", "period": "year"}
        case _:
            spoilt["categorie"] = spoilt.pop("category")
    return spoilt
