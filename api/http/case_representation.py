"""A case as callers see it: camelCase, amounts and days as strings, nothing that is null."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from api.http.problems import API_ROOT
from api.services.cases import CaseAssessment
from domain.case.handling import Handled, Receipt
from domain.deadlines.clocks import ClockRules
from domain.law.other_readings import OtherReading
from infra.postgres.read_models.case_files import CaseFileView, DeadlinesView
from infra.wire_format import wire_adapter


def address_of(case_id: UUID, base_url: str) -> str:
    """The absolute address of a case."""
    return f"{base_url}{API_ROOT}/applications/{case_id}"


def entity_tag(version: int) -> str:
    """The version of a stream as an ETag."""
    return f'"{version}"'


def handled_content(handled: Handled, rules: ClockRules, base_url: str) -> dict[str, Any]:
    """What a command is answered with: the case as the command left it, and the receipt."""
    case, receipt = handled.case, handled.receipt
    content: dict[str, Any] = {
        "id": str(receipt.case_id),
        "href": address_of(receipt.case_id, base_url),
        "reference": case.reference,
        "version": receipt.version,
        "status": case.status.value,
        "stage": case.stage.value,
    }
    target = rules.targets.get(case.facts.authority)
    if target is not None:
        on = max(case.filed_on, handled.latest_on)
        content["deadlines"] = {
            "target": {
                "dueOn": target.due_on(case.filed_on, case.pauses, on).isoformat(),
                "atRiskFrom": target.at_risk_from(case.filed_on, case.pauses, on).isoformat(),
            }
        }
    return content | receipt_content(receipt)


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


def assessment_content(assessed: CaseAssessment) -> dict[str, Any]:
    """What the rules say of a case, and what each next step would still have to wait for."""
    case, assessment = assessed.case, assessed.assessment
    day, readings = assessment.legal_reference_date, assessed.readings
    return {
        "version": assessed.version,
        "status": case.status.value,
        "stage": case.stage.value,
        "verdict": assessment.verdict.value,
        **({} if day is None else {"legalReferenceDate": day.isoformat()}),
        "alternatives": [_alternative(each) for each in (() if readings is None else readings.others)],
        "pendingChecks": list(case.pending_checks),
        "manualTasks": [words(task) for task in case.manual_tasks],
        "openPoints": list(assessed.open_points),
        "fees": [words(each) for each in assessed.fees],
        "supportedInadmissibilityGrounds": list(assessed.supported_inadmissibility_grounds),
        "unmetRequirements": [rule.value for rule in assessment.unmet],
        "supportedGrounds": list(assessed.supported_grounds),
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
