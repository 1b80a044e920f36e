"""How a file begins: with an application that was filed here, or with what another system's record states of one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from domain.case.retold import filer_of
from projections.case_file.shape import CaseFile, document_entry, without_nulls
from projections.case_fold import Taken
from projections.course import Course
from projections.recorded_event import RecordedEvent

_APPLICATION: Final = (
    "authority", "kind", "category", "renewal", "renewalOf", "changeOfEmployer", "procedureLanguage", "filedBy",
    "employer", "representative", "employment",
)  # fmt: skip

_RECORD: Final = (
    "status", "filedOn", "admissibleOn", "decidedOn", "validFrom", "validTo", "unknown", "corrected", "recordId",
    "mappingVersion",
)  # fmt: skip


def opened(event: RecordedEvent, course: Course) -> CaseFile:
    """The file as its first event makes it."""
    clear = event.clear
    return CaseFile(
        case_id=event.case_id,
        version=event.version,
        position=event.position,
        reference=clear["reference"],
        authority=clear["authority"],
        worker_subject=clear["workerSubject"],
        updated_at=event.known_at,
        course=course,
        **(_retold(event, {}) if event.name == "LegacyRecordRetold" else _filed(event)),
    )


def retold(file: CaseFile, event: RecordedEvent) -> Taken:
    """The file as a later version of the record has it; what was added here meanwhile stays."""
    return _retold(event, file.application)


def employer_of(clear: Mapping[str, Any]) -> dict[str, Any]:
    """The employer whom an event names, with the name where its schema had it in clear."""
    named = {"name": clear["employerName"]} if "employerName" in clear else {}
    return {**clear["employer"], **named}


def _filed(event: RecordedEvent) -> dict[str, Any]:
    clear = event.clear
    application = without_nulls({word: clear[word] for word in _APPLICATION} | {"employer": employer_of(clear)})
    if clear.get("mandateReference") is not None:
        application["representative"]["mandateReference"] = clear["mandateReference"]
    if clear["publications"] is not None:
        application["labourMarketTest"] = {"publications": clear["publications"]}
    return {
        "kind": clear["kind"],
        "category": clear["category"],
        "application": application,
        "personal_in": dict.fromkeys(("worker", "employment", "employer"), event.version),
        "documents": tuple(document_entry(each, clear["effectiveAt"], clear["filedBy"]) for each in clear["documents"]),
    }


def _retold(event: RecordedEvent, known: dict[str, Any]) -> dict[str, Any]:
    clear = event.clear
    record = {word: clear[word] for word in _RECORD} | {"modifiedAt": clear["effectiveAt"]}
    application = without_nulls(
        {word: clear[word] for word in ("authority", "kind", "category", "employer")}
        | {"filedBy": filer_of(clear["kind"]), "employment": {}, "legacyRecord": record}
    )
    return {
        "kind": clear["kind"],
        "category": clear["category"],
        "application": {**known, **application},
        "personal_in": dict.fromkeys(("worker", "employment", "employer", "legacyRecord"), event.version),
    }
