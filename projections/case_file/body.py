"""A case file in the words of the application as it was filed, with what came of it: JSON for readers.

What the personal parts say is passed in, decrypted by a reader with the right to it; a part whose key has been
destroyed is passed in as None and shows as ``{"withheld": "erased"}``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any, Final

from domain.case.personal_data import Withheld
from domain.deadlines.clocks import ClockRules
from domain.migration.file_numbers import stand_in
from projections.case_file.clocks import clock_content, clocks_at, seconds_by_holder
from projections.case_file.shape import CaseFile, without_nulls

PersonalParts = Mapping[int, Mapping[str, Any] | None]
"""The decrypted fields by the version of the event that holds them; None where the key has been destroyed."""

WITHHELD: Final = asdict(Withheld())

_PERSONAL_IN_A_FINDING: Final = ("observed", "difference", "counterfactual", "trace")


def body_of(file: CaseFile, personal: PersonalParts, rules: ClockRules, now: datetime) -> dict[str, Any]:
    """The whole file, by wire name and without nulls; deadlines and time by holder as of ``now``."""
    course = file.course
    body = {
        "id": str(file.case_id),
        "reference": file.reference,
        "status": course.status.value,
        "stage": course.stage.value,
        "holder": course.holder,
        "handler": course.handler,
        "version": file.version,
        "filedAt": shown_time(course.filed_at),
        "updatedAt": shown_time(file.updated_at),
        "closedAt": None if course.closed_at is None else shown_time(course.closed_at),
        "deadlines": {clock.id: clock_content(clock) for clock in clocks_at(file, rules, now, explained=False)},
        "timeByHolder": seconds_by_holder(course, now),
        **_application(file, personal),
        "documents": [_document(each, personal) for each in file.documents],
        "fees": [_payment(at, each, personal) for at, each in enumerate(file.fees, start=1)],
        "mandate": _with_text(file.mandate, personal, "mandateReference"),
        "employerOnRegister": _with_text(file.employer_on_register, personal, "name"),
        "checks": list(file.checks),
        "findings": [_finding(each, personal) for each in file.findings],
        "manualTasks": [{"subject": task.subject, "reason": task.reason} for task in course.manual_tasks],
        "informationRequests": [_request(each, personal) for each in file.information_requests],
        "admissibility": _with_text(file.admissibility, personal, "motivation"),
        "workPart": _decision(file.work_part, personal),
        "forwarded": file.forwarded,
        "residencePart": _with_text(file.residence_part, personal, "grounds", "motivation"),
        "decision": _decision(file.decision, personal),
        "withdrawal": _with_text(file.withdrawal, personal, "reason"),
        "pauses": _pauses(file, personal),
        "alarms": [
            {
                "clock": alarm.clock,
                "run": alarm.run,
                "kind": alarm.kind,
                "dueOn": alarm.due_on.isoformat(),
                "at": shown_time(alarm.at),
            }
            for alarm in course.alarms
        ],
        "corrections": [_with_text(each, personal, "reason") for each in file.corrections],
    }
    shown: dict[str, Any] = without_nulls(body)
    return shown


def shown_time(moment: datetime) -> str:
    """A moment in UTC as answers show it: without the fraction of a second where it has none."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _application(file: CaseFile, personal: PersonalParts) -> dict[str, Any]:
    """The application with what has been corrected since it was filed."""
    filed = personal[1]
    about_worker = personal[file.personal_in["worker"]]
    about_job = personal[file.personal_in["employment"]]
    application = dict(file.application)
    job = application["employment"]
    if "name" not in application["employer"]:
        name = _text(personal, file.personal_in["employer"], "employerName")
        application["employer"] = {**application["employer"], "name": name}
    if "mandateReference" not in application.get("representative", {"mandateReference": None}):
        mandate = WITHHELD if filed is None else filed["mandateReference"]
        application["representative"] = {**application["representative"], "mandateReference": mandate}
    if "legacyRecord" in file.personal_in:
        application["legacyRecord"] = {**application["legacyRecord"], "fileNumber": _file_number(file, personal)}
    application["worker"] = WITHHELD if about_worker is None else about_worker["worker"]
    newer = personal[file.personal_in["ssin"]] if "ssin" in file.personal_in else None
    if about_worker is not None and newer is not None:
        application["worker"] = {**about_worker["worker"], "ssin": newer["ssin"]}
    if about_job is None:
        application["employment"] = {**job, "title": WITHHELD, "grossPay": WITHHELD}
    else:
        application["employment"] = {**job, "title": about_job["title"], "grossPay": about_job["grossPay"]}
    if filed is None:
        application["workHistory"] = WITHHELD
        application["transfer"] = WITHHELD if file.kind == "intraCorporateTransfer" else None
    else:
        application["workHistory"] = filed.get("workHistory") or None
        application["transfer"] = filed.get("transfer")
    if "labourMarketTest" in application:
        candidates = _candidates(personal)
        application["labourMarketTest"] = {**application["labourMarketTest"], "candidates": candidates or None}
    return application


def _file_number(file: CaseFile, personal: PersonalParts) -> Any:
    """The number in the system that the case came from, where its reference is not that number itself."""
    if file.reference != stand_in(file.authority, file.case_id):
        return None
    return _text(personal, file.personal_in["legacyRecord"], "fileNumber")


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


def _decision(decision: Mapping[str, Any] | None, personal: PersonalParts) -> dict[str, Any] | None:
    """A decision, with its findings in full and its motivation where it rests on an assessment of its own."""
    if decision is None or "findings" not in decision:
        return None if decision is None else dict(decision)
    fields = personal[decision["eventVersion"]]
    if fields is None:
        hidden = dict.fromkeys(_PERSONAL_IN_A_FINDING, WITHHELD)
        findings = [{**each, **hidden} for each in decision["findings"]]
        return {**decision, "findings": findings, "motivation": WITHHELD}
    return {**decision, "findings": fields["findings"], "motivation": fields["motivation"]}


def _document(entry: Mapping[str, Any], personal: PersonalParts) -> dict[str, Any]:
    """A document, with the reason where it was withdrawn."""
    if "withdrawn" not in entry:
        return dict(entry)
    return {**entry, "withdrawn": _with_text(entry["withdrawn"], personal, "reason")}


def _payment(number: int, payment: Mapping[str, Any], personal: PersonalParts) -> dict[str, Any]:
    """A payment by its number in the case, with its reference, and with the reason where it was voided."""
    shown = {"number": number, **payment, **_texts(payment, personal, "paymentReference")}
    if "voided" in payment:
        shown["voided"] = _with_text(payment["voided"], personal, "reason")
    return shown


def _request(request: Mapping[str, Any], personal: PersonalParts) -> dict[str, Any]:
    """A request for information with its question, and with its answer once there is one."""
    shown = {**request, "question": _text(personal, request["eventVersion"], "question")}
    if "answerVersion" in request:
        shown["answer"] = _text(personal, request["answerVersion"], "answer")
    return shown


def _pauses(file: CaseFile, personal: PersonalParts) -> list[dict[str, Any]]:
    """The pauses in civil days as last corrected, with all that was stated of them."""
    days = {span.number: span.in_days for span in file.course.pauses}
    shown = []
    for entry in file.pauses:
        pause = days[entry["number"]]
        corrections: Sequence[Mapping[str, Any]] = entry.get("corrections", ())
        resumed = None
        if "resumedVersion" in entry:
            resumed = _text(personal, entry["resumedVersion"], "motivation")
        shown.append(
            {
                **entry,
                "from": pause.from_.isoformat(),
                "to": None if pause.to is None else pause.to.isoformat(),
                **_texts(entry, personal, "motivation", "legalReference"),
                "resumedMotivation": resumed,
                "corrections": [_with_text(each, personal, "motivation") for each in corrections] or None,
            }
        )
    return shown


def _with_text(entry: Mapping[str, Any] | None, personal: PersonalParts, *words: str) -> dict[str, Any] | None:
    """An entry with what its event holds encrypted under ``words``."""
    if entry is None:
        return None
    return {**entry, **_texts(entry, personal, *words)}


def _texts(entry: Mapping[str, Any], personal: PersonalParts, *words: str) -> dict[str, Any]:
    """What the event of an entry holds encrypted under ``words``; an earlier schema may have had it in clear."""
    return {word: _text(personal, entry["eventVersion"], word) for word in words if word not in entry}


def _text(personal: PersonalParts, version: int, word: str) -> Any:
    fields = personal[version]
    return WITHHELD if fields is None else fields.get(word)
