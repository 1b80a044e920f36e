"""What happens in a demonstration: who files what and when, with which defects, and what becomes of it.

A plan is a pure function of its size and seed: played again it gives the same applications, so that a demonstration
that was cut off goes on where it stopped, and two runs give the same figures.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, Final
from uuid import NAMESPACE_URL, uuid5

from api.demonstration.people import enterprise_number, person, ssin_of
from domain.case.codes import kind_of_category
from domain.case.commands import CIVIL_TIME
from domain.crossroads.check_process import quarters_to_ask
from domain.law.rulebook import NothingInForce, Rulebook

AUTHORITY: Final = "flanders"

BACKLOG_FROM: Final = date(2025, 10, 1)
BACKLOG_UNTIL: Final = date(2025, 10, 31)
FILING_FROM: Final = date(2026, 1, 1)
FILING_UNTIL: Final = date(2026, 2, 27)
PORTAL_OFFLINE_ON: Final = date(2026, 1, 1)
TODAY: Final = date(2026, 3, 6)

_BACKLOG_SHARE: Final = 0.2
_RENEWAL_SHARE: Final = 0.3
_DEFECT_SHARE: Final = 0.03
_WITHDRAWN_SHARE: Final = 0.03
_BACKLOG_DECIDED_SHARE: Final = 0.6

_MIX: Final = {
    "highlySkilled": 38, "highlySkilledUnder30": 8, "nurse": 4, "teacher": 2, "executive": 4, "euBlueCard": 9,
    "ictManager": 2, "ictSpecialist": 5, "ictTrainee": 1, "mediumSkilledOther": 16, "mediumSkilledShortage": 4,
    "researcher": 2, "artist": 2, "unlimited": 3,
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedWages:
    """What the employer will have declared, for the simulator: gross EUR cents by quarter."""

    ssin: str
    enterprise_number: str
    cents_by_quarter: dict[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedCase:
    """An application and its course. ``defect`` is the body of a first attempt that must be turned away."""

    number: int
    filed_at: datetime
    body: dict[str, Any]
    defect: dict[str, Any] | None
    wages: PlannedWages | None
    evidence_on: date | None
    evidence: dict[str, Any] | None
    decided_on: date | None
    withdrawn_on: date | None

    def key(self, step: str) -> str:
        """The idempotency key of a step of this case: the same in every run of the same plan."""
        return str(uuid5(NAMESPACE_URL, f"single-permit-demonstration/{self.number}/{step}"))


def plan(cases: int, seed: int, rulebook: Rulebook) -> list[PlannedCase]:
    """``cases`` applications in the order of their filing."""
    backlog = round(cases * _BACKLOG_SHARE)
    working_days = _working_days(FILING_FROM, FILING_UNTIL)
    backlog_days = _working_days(BACKLOG_FROM, BACKLOG_UNTIL)
    planned = []
    for number in range(cases):
        chance = random.Random(f"{seed}/{number}")  # noqa: S311 (a plan, not a secret)
        days = backlog_days if number < backlog else working_days
        planned.append(_case(number, chance, chance.choice(days), rulebook, in_backlog=number < backlog))
    return sorted(planned, key=lambda case: (case.filed_at, case.number))


def _case(number: int, chance: random.Random, filed_on: date, rulebook: Rulebook, *, in_backlog: bool) -> PlannedCase:
    category = chance.choices(list(_MIX), weights=list(_MIX.values()))[0]
    renewal = category != "unlimited" and chance.random() < _RENEWAL_SHARE
    employer = enterprise_number(chance)
    contract = "posted" if category.startswith("ict") else "belgian"
    yearly = _yearly_pay(chance, category, filed_on, rulebook)
    in_months = chance.random() < 0.3
    months = Decimal(12) if contract == "posted" else Decimal("13.92")
    amount = (yearly / months if in_months else yearly).quantize(Decimal("0.01"))
    worker = person(chance, filed_on)
    if renewal:
        worker["ssin"] = ssin_of(date.fromisoformat(worker["birthDate"]), chance)
    start = filed_on + timedelta(days=chance.randint(30, 90))
    body: dict[str, Any] = {
        "authority": AUTHORITY,
        "kind": kind_of_category(category),
        "category": category,
        "renewal": renewal,
        "changeOfEmployer": False,
        "procedureLanguage": "nl",
        "filedBy": "worker" if category == "unlimited" else "employer",
        "employer": {"enterpriseNumber": employer, "name": f"Onderneming {employer[-6:]}"},
        "worker": worker,
        "employment": {
            "title": chance.choice(("Data engineer", "Verpleegkundige", "Lasser", "Projectleider", "Onderzoeker")),
            "start": start.isoformat(),
            "contract": contract,
            "grossPay": {"amount": str(amount), "period": "month" if in_months else "year"},
            "fullTimeEquivalent": "1.0",
            "workplace": {"municipalityCode": chance.choice(("44021", "11002", "24062", "34022"))},
        },
    }
    if category != "unlimited":
        body["employment"]["end"] = (start + timedelta(days=2 * 365)).isoformat()
    if category.startswith("ict"):
        body["transfer"] = {"sendingUndertaking": "Holding", "country": worker["nationality"], "priorServiceMonths": 9}
    evidence_on, evidence = None, None
    if category == "mediumSkilledOther":
        recruitment = _recruitment(chance, filed_on)
        if chance.random() < 0.5:
            body["labourMarketTest"] = recruitment
        elif chance.random() < 0.7:
            evidence_on, evidence = filed_on + timedelta(days=chance.randint(3, 12)), recruitment
    withdrawn = chance.random() < _WITHDRAWN_SHARE
    decision_day = _decision_day(chance, filed_on, in_backlog=in_backlog)
    if decision_day is not None and evidence_on is not None:
        decision_day = max(decision_day, evidence_on + timedelta(days=2))
    return PlannedCase(
        number=number,
        filed_at=datetime.combine(filed_on, time(8, 0), CIVIL_TIME) + timedelta(seconds=chance.randint(0, 9 * 3600)),
        body=body,
        defect=_defective(chance, body) if chance.random() < _DEFECT_SHARE else None,
        wages=_wages(chance, body, yearly, filed_on) if renewal else None,
        evidence_on=evidence_on,
        evidence=evidence,
        decided_on=None if withdrawn else decision_day,
        withdrawn_on=_withdrawal_day(chance, filed_on, in_backlog=in_backlog) if withdrawn else None,
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


def _decision_day(chance: random.Random, filed_on: date, *, in_backlog: bool) -> date | None:
    if in_backlog:
        decided = chance.random() < _BACKLOG_DECIDED_SHARE
        return FILING_FROM + timedelta(days=chance.randint(4, 60)) if decided else None
    day = filed_on + timedelta(days=max(6, round(chance.gammavariate(4, 8))))
    return day if day <= TODAY else None


def _withdrawal_day(chance: random.Random, filed_on: date, *, in_backlog: bool) -> date:
    return (FILING_FROM if in_backlog else filed_on) + timedelta(days=chance.randint(5, 25))


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
    """The same application as somebody in a hurry sends it first."""
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


def _working_days(first: date, last: date) -> list[date]:
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    return [day for day in days if day.weekday() < 5 and day != PORTAL_OFFLINE_ON]
