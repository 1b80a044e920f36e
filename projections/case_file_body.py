"""A case file in the words of the application as it was filed, with what came of it: JSON for readers.

What the personal parts say is handed in, decrypted by whoever may read; a part whose key has been destroyed
is handed in as None and shows as ``{"withheld": "erased"}``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, date, datetime
from typing import Any, Final

from domain.case.commands import CIVIL_TIME
from domain.case.personal_data import Withheld
from domain.deadlines.service_levels import ServiceStatus, ServiceTarget
from projections.case_file import CaseFile, without_nulls

PersonalParts = Mapping[int, Mapping[str, Any] | None]
"""The decrypted fields by the version of the event that holds them; None where the key has been destroyed."""

WITHHELD: Final = asdict(Withheld())

_PERSONAL_IN_A_FINDING: Final = ("observed", "difference", "counterfactual", "trace")


def body_of(file: CaseFile, personal: PersonalParts, target: ServiceTarget, today: date) -> dict[str, Any]:
    """The whole file, by wire name and without nulls; deadlines as they stand on the civil day ``today``."""
    body = {
        "id": str(file.case_id),
        "reference": file.reference,
        "status": file.status,
        "version": file.version,
        "filedAt": _wire_time(file.filed_at),
        "updatedAt": _wire_time(file.updated_at),
        "deadlines": _deadlines(file, target, today),
        **_application(file, personal),
        "employerOnRegister": file.employer_on_register,
        "checks": list(file.checks),
        "findings": [_finding(each, personal) for each in file.findings],
        "manualTasks": list(file.manual_tasks),
        "decision": None if file.decision is None else _decision(file.decision, personal),
        "withdrawal": None if file.withdrawal is None else _withdrawal(file.withdrawal, personal),
    }
    shown: dict[str, Any] = without_nulls(body)
    return shown


def _deadlines(file: CaseFile, target: ServiceTarget, today: date) -> dict[str, str]:
    """The service target: an open case as it stands today; a closed one was in time or late when it closed."""
    filed_on = file.filed_at.astimezone(CIVIL_TIME).date()
    if file.closed_at is None:
        status = target.status(filed_on, today)
    else:
        late = file.closed_at.astimezone(CIVIL_TIME).date() > target.due_on(filed_on)
        status = ServiceStatus.LATE if late else ServiceStatus.IN_TIME
    return {
        "dueOn": target.due_on(filed_on).isoformat(),
        "atRiskFrom": target.at_risk_from(filed_on).isoformat(),
        "status": status.value,
    }


def _application(file: CaseFile, personal: PersonalParts) -> dict[str, Any]:
    filed = personal[1]
    application = dict(file.application)
    job = application["employment"]
    if filed is None:
        application |= {"worker": WITHHELD, "workHistory": WITHHELD}
        application["employment"] = {**job, "title": WITHHELD, "grossPay": WITHHELD}
        application["transfer"] = WITHHELD if file.kind == "intraCorporateTransfer" else None
    else:
        application |= {"worker": filed["worker"], "transfer": filed["transfer"]}
        application["workHistory"] = filed["workHistory"] or None
        application["employment"] = {**job, "title": filed["title"], "grossPay": filed["grossPay"]}
    if "labourMarketTest" in application:
        candidates = _candidates(personal)
        application["labourMarketTest"] = {**application["labourMarketTest"], "candidates": candidates or None}
    return application


def _candidates(personal: PersonalParts) -> list[str] | dict[str, str]:
    """What became of all candidates, in the order in which the evidence came in."""
    candidates: list[str] = []
    for _, fields in sorted(personal.items()):
        if fields is None:
            return WITHHELD
        candidates += fields.get("candidates", [])
    return candidates


def _finding(finding: Mapping[str, Any], personal: PersonalParts) -> dict[str, Any]:
    """A finding with what it says of the worker's pay, where its event has such a part."""
    held_by = finding["eventVersion"]
    if held_by not in personal:
        return dict(finding)
    fields = personal[held_by]
    if fields is None:
        return {**finding, **dict.fromkeys((*_PERSONAL_IN_A_FINDING, "declaredQuarters"), WITHHELD)}
    return {**finding, **fields["finding"], "declaredQuarters": fields["declaredQuarters"] or None}


def _decision(decision: Mapping[str, Any], personal: PersonalParts) -> dict[str, Any]:
    fields = personal[decision["eventVersion"]]
    if fields is None:
        hidden = dict.fromkeys(_PERSONAL_IN_A_FINDING, WITHHELD)
        findings = [{**each, **hidden} for each in decision["findings"]]
        return {**decision, "findings": findings, "motivation": WITHHELD}
    return {**decision, "findings": fields["findings"], "motivation": fields["motivation"]}


def _withdrawal(withdrawal: Mapping[str, Any], personal: PersonalParts) -> dict[str, Any]:
    fields = personal[withdrawal["eventVersion"]]
    return {**withdrawal, "reason": WITHHELD if fields is None else fields["reason"]}


def _wire_time(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
