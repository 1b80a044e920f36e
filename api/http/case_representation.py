"""A case as callers see it: camelCase, amounts and days as strings, nothing that is null."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from api.http.problems import API_ROOT
from domain.case.admissibility import open_points
from domain.case.decision import assessment_at_decision, readings_at_decision
from domain.case.fees import fee_standings
from domain.case.folding import fold
from domain.case.grounds import supported_grounds, supported_inadmissibility_grounds
from domain.case.handling import CaseStream, Receipt
from domain.case.lifecycle import Case, CaseStatus, Stage
from domain.civil_time import civil_day
from domain.deadlines.clocks import ClockRules
from domain.deadlines.pauses import Pause
from domain.law.other_readings import OtherReading
from domain.law.rulebook import Rulebook
from infra.postgres.read_models.case_files import CaseFileView, DeadlinesView
from infra.wire_format import wire_adapter


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where a case stood at ``version``, on the civil day ``on`` of its last event; days are Europe/Brussels."""

    case_id: UUID
    version: int
    reference: str
    authority: str
    category: str
    status: CaseStatus
    stage: Stage
    filed_on: date
    pauses: tuple[Pause, ...]
    on: date


def standing_at(stream: CaseStream, version: int) -> Standing:
    """Where the case stood once its first ``version`` events had happened.

    Raises ``ValueError`` for a version that the case has never had.
    """
    case = fold(stream.events[:version])
    if case is None or version > stream.version:
        raise ValueError(f"the case has never been at version {version}")
    return Standing(
        case_id=stream.case_id,
        version=version,
        reference=case.reference,
        authority=case.facts.authority,
        category=case.facts.category,
        status=case.status,
        stage=case.stage,
        filed_on=case.filed_on,
        pauses=case.pauses,
        on=max(case.filed_on, *(civil_day(each.effective_at) for each in stream.events[:version])),
    )


def address_of(case_id: UUID, base_url: str) -> str:
    """The absolute address of a case."""
    return f"{base_url}{API_ROOT}/applications/{case_id}"


def entity_tag(version: int) -> str:
    """The version of a stream as an ETag."""
    return f'"{version}"'


def standing_content(standing: Standing, rules: ClockRules, base_url: str) -> dict[str, Any]:
    """What every answer about a case begins with."""
    content: dict[str, Any] = {
        "id": str(standing.case_id),
        "href": address_of(standing.case_id, base_url),
        "reference": standing.reference,
        "version": standing.version,
        "status": standing.status.value,
        "stage": standing.stage.value,
    }
    target = rules.targets.get(standing.authority)
    if target is not None:
        content["deadlines"] = {
            "target": {
                "dueOn": target.due_on(standing.filed_on, standing.pauses, standing.on).isoformat(),
                "atRiskFrom": target.at_risk_from(standing.filed_on, standing.pauses, standing.on).isoformat(),
            }
        }
    return content


def receipt_content(receipt: Receipt) -> dict[str, Any]:
    """The place in the journal that proves a command; empty for one that decided to nothing."""
    if receipt.position is None or receipt.leaf_hash is None:
        return {}
    return {"receipt": {"position": receipt.position, "leafHash": receipt.leaf_hash}}


def case_content(view: CaseFileView, base_url: str) -> dict[str, Any]:
    """The whole case file, with what every answer about a case has."""
    return view.body | {"href": address_of(view.case_id, base_url)}


def deadlines_content(view: DeadlinesView) -> dict[str, Any]:
    """The clocks with their derivation, the time by holder in seconds, and the alarms on record."""
    return {
        "version": view.version,
        "on": view.on.isoformat(),
        "clocks": [words(each) for each in view.clocks],
        "timeByHolder": [
            {"holder": holder, "seconds": seconds, "permille": view.permille[holder]}
            for holder, seconds in view.held.items()
        ],
        **({} if view.holder is None else {"holder": view.holder}),
        "alarms": [words(each) for each in view.alarms],
    }


def assessment_content(version: int, case: Case, rulebook: Rulebook, today: date) -> dict[str, Any]:
    """What the rules say of the case on ``today``, and what each next step would still have to wait for."""
    assessment = assessment_at_decision(case, today, rulebook)
    day = assessment.legal_reference_date
    readings = readings_at_decision(case, today, rulebook)
    return {
        "version": version,
        "status": case.status.value,
        "stage": case.stage.value,
        "verdict": assessment.verdict.value,
        **({} if day is None else {"legalReferenceDate": day.isoformat()}),
        "alternatives": [_alternative(each) for each in (() if readings is None else readings.others)],
        "pendingChecks": list(case.pending_checks),
        "manualTasks": [words(task) for task in case.manual_tasks],
        "openPoints": list(open_points(case, rulebook, today)),
        "fees": [words(each) for each in fee_standings(case, rulebook, today)],
        "supportedInadmissibilityGrounds": list(supported_inadmissibility_grounds(case, rulebook, today)),
        "unmetRequirements": [rule.value for rule in assessment.unmet],
        "supportedGrounds": list(supported_grounds(case, assessment)),
        "findings": [words(each) for each in assessment.findings],
    }


def _alternative(reading: OtherReading) -> dict[str, Any]:
    day = reading.legal_reference_date
    return {
        "decidingDate": reading.basis.value,
        **({} if day is None else {"legalReferenceDate": day.isoformat()}),
        "verdict": reading.verdict.value,
        "provision": reading.provision,
        "missing": list(reading.missing),
    }


def words(value: object) -> dict[str, Any]:
    """A dataclass by wire name, without what is null."""
    content: dict[str, Any] = wire_adapter(type(value)).dump_python(
        value, mode="json", by_alias=True, exclude_none=True
    )
    return content
