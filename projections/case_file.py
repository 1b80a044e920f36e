"""The case file: what is on record of a case, folded from its events, with personal data still encrypted.

:func:`evolve` is the one meaning of the events here; the table only keeps its result, so a reader may fold the
stream instead and gets the same file. :mod:`projections.case_file_body` turns a file into words for readers.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from domain.case.lifecycle import CaseStatus, CheckState
from projections.event_meanings import final_status, moment, task_given, without_beginning
from projections.recorded_event import RecordedEvent

_SHOWN_GROUPS: Final = frozenset(
    {
        "ApplicationSubmitted",
        "SalaryVerified",
        "LabourMarketEvidenceAdded",
        "ApplicationDecided",
        "ApplicationWithdrawn",
    }
)
"""Events whose personal part a reader of the file gets to see; other ciphertext is not copied."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedGroup:
    """A ciphertext group as copied from the log, with the place to which its encryption binds it."""

    case_id: UUID
    version: int
    event_name: str
    role: str
    key: UUID
    nonce: str
    data: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFile:
    """The clear part of a file, in JSON by wire name and without nulls where it is nested.

    ``version`` and ``position`` are those of the last event. Entries that have a personal part name the
    ``eventVersion`` of the event that holds it. Times are aware.
    """

    case_id: UUID
    version: int
    position: int
    reference: str
    authority: str
    kind: str
    category: str
    status: str
    filed_at: datetime
    updated_at: datetime
    application: dict[str, Any]
    closed_at: datetime | None = None
    employer_on_register: dict[str, Any] | None = None
    checks: tuple[dict[str, Any], ...] = ()
    findings: tuple[dict[str, Any], ...] = ()
    manual_tasks: tuple[dict[str, Any], ...] = ()
    decision: dict[str, Any] | None = None
    withdrawal: dict[str, Any] | None = None


def fold(events: Iterable[RecordedEvent]) -> CaseFile | None:
    """The file that the events of one stream make, or None when there are none."""
    file: CaseFile | None = None
    for event in events:
        file = evolve(file, event)
    return file


def sealed_groups(events: Iterable[RecordedEvent]) -> list[SealedGroup]:
    """The ciphertext that belongs into the files of these events."""
    return [
        SealedGroup(
            case_id=event.case_id,
            version=event.version,
            event_name=event.name,
            role=role,
            key=UUID(group["key"]),
            nonce=group["nonce"],
            data=group["data"],
        )
        for event in events
        if event.name in _SHOWN_GROUPS
        for role, group in event.personal.items()
    ]


def evolve(file: CaseFile | None, event: RecordedEvent) -> CaseFile:
    """The file after ``event``. Raises StreamCorrupt for an event that has no file to change."""
    if event.name == "ApplicationSubmitted":
        return _opened(event)
    if file is None:
        raise without_beginning(event)
    file = _changed(file, event)
    task = task_given(event)
    tasks = (
        file.manual_tasks if task is None else (*file.manual_tasks, {"subject": task.subject, "reason": task.reason})
    )
    status, closed_at = file.status, file.closed_at
    final = final_status(event)
    if final is not None:
        status, closed_at, tasks = final.value, moment(event.clear["effectiveAt"]), ()
    return replace(
        file,
        version=event.version,
        position=event.position,
        updated_at=event.known_at,
        status=status,
        closed_at=closed_at,
        manual_tasks=tasks,
    )


def without_nulls(value: Any) -> Any:
    """JSON without the members that are null, at any depth."""
    if isinstance(value, dict):
        return {name: without_nulls(each) for name, each in value.items() if each is not None}
    if isinstance(value, list):
        return [without_nulls(each) for each in value]
    return value


def _opened(event: RecordedEvent) -> CaseFile:
    clear = event.clear
    words = (
        "authority", "kind", "category", "renewal", "changeOfEmployer", "procedureLanguage", "filedBy",
        "employer", "representative", "employment",
    )  # fmt: skip
    application = without_nulls({word: clear[word] for word in words})
    if clear["publications"] is not None:
        application["labourMarketTest"] = {"publications": clear["publications"]}
    if clear["documents"]:
        application["documents"] = clear["documents"]
    return CaseFile(
        case_id=event.case_id,
        version=event.version,
        position=event.position,
        reference=clear["reference"],
        authority=clear["authority"],
        kind=clear["kind"],
        category=clear["category"],
        status=CaseStatus.SUBMITTED.value,
        filed_at=moment(clear["effectiveAt"]),
        updated_at=event.known_at,
        application=application,
    )


def _changed(file: CaseFile, event: RecordedEvent) -> CaseFile:
    """The file with what ``event`` says in particular."""
    clear = event.clear
    match event.name:
        case "CrossroadsCheckRequested":
            asked = {"state": CheckState.REQUESTED.value, "requestedAt": clear["effectiveAt"]}
            return _with_check(file, clear, asked)
        case "CrossroadsCheckAnswered":
            answered = {"state": clear["outcome"], "answeredAt": clear["effectiveAt"], "ticket": clear["ticket"]}
            return _with_check(file, clear, answered)
        case "CrossroadsCheckFailed":
            failed = {
                "state": CheckState.FAILED.value,
                "failedAt": clear["effectiveAt"],
                "reason": clear["reason"],
                "attempts": clear["attempts"],
            }
            return _with_check(file, clear, failed)
        case "EmployerIdentified":
            found = {word: clear[word] for word in ("enterpriseNumber", "name", "active")}
            return replace(file, employer_on_register=found)
        case "SalaryVerified":
            return _with_finding(file, event, clear["result"], {"basis": clear["basis"]})
        case "LabourMarketEvidenceAdded":
            known = file.application.get("labourMarketTest", {"publications": []})["publications"]
            test = {"publications": [*known, *clear["publications"]]}
            return replace(file, application={**file.application, "labourMarketTest": test})
        case "LabourMarketTestAssessed":
            return _with_finding(file, event, clear["finding"], {})
        case "ApplicationDecided":
            words = ("outcome", "grounds", "verdict", "legalReferenceDate", "knownOn")
            decision = {word: clear[word] for word in words}
            decision |= {"decidedAt": clear["effectiveAt"], "eventVersion": event.version}
            decision["findings"] = without_nulls(clear["results"])
            return replace(file, decision=decision)
        case "ApplicationWithdrawn":
            withdrawal = {"by": clear["by"], "withdrawnAt": clear["effectiveAt"], "eventVersion": event.version}
            return replace(file, withdrawal=withdrawal)
        case unknown:
            raise AssertionError(f"the case file is given no event named {unknown}")


def _with_check(file: CaseFile, clear: Mapping[str, Any], news: dict[str, Any]) -> CaseFile:
    """The file with news of a check; another revision begins a new entry of its own."""
    entry = {"check": clear["check"], "revision": clear["revision"]}
    same = [each for each in file.checks if entry.items() <= each.items()]
    others = [each for each in file.checks if not entry.items() <= each.items()]
    return replace(file, checks=(*others, {**(same[0] if same else entry), **news}))


def _with_finding(file: CaseFile, event: RecordedEvent, found: Mapping[str, Any], more: dict[str, Any]) -> CaseFile:
    """The file with the latest finding of a rule in place of the one before."""
    clear = event.clear
    finding = {
        **without_nulls(dict(found)),
        **more,
        "legalReferenceDate": clear["legalReferenceDate"],
        "knownOn": clear["knownOn"],
        "assessedAt": clear["effectiveAt"],
        "eventVersion": event.version,
    }
    others = [each for each in file.findings if each["rule"] != finding["rule"]]
    return replace(file, findings=(*others, finding))
