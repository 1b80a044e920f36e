"""The file of a case that another system's record tells: its dated facts, and where the record lies."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from domain.case.retold import filer_of
from projections.case_file.shape import CaseFile, without_nulls
from projections.course import course_after
from projections.recorded_event import RecordedEvent

_WORDS: Final = (
    "status", "filedOn", "admissibleOn", "decidedOn", "validFrom", "validTo", "unknown", "corrected", "recordId",
    "mappingVersion",
)  # fmt: skip


def retold_file(file: CaseFile | None, event: RecordedEvent) -> CaseFile:
    """The file as the record has it; what was added here to a file that was there before stays."""
    clear = event.clear
    record = {word: clear[word] for word in _WORDS} | {"modifiedAt": clear["effectiveAt"]}
    application: dict[str, Any] = without_nulls(
        {word: clear[word] for word in ("authority", "kind", "category", "employer")}
        | {"filedBy": filer_of(clear["kind"]), "employment": {}, "legacyRecord": record}
    )
    opened = file or CaseFile(
        case_id=event.case_id,
        version=event.version,
        position=event.position,
        reference=clear["reference"],
        authority=clear["authority"],
        kind=clear["kind"],
        category=clear["category"],
        updated_at=event.known_at,
        course=course_after(None, event),
        application=application,
    )
    return replace(
        opened,
        version=event.version,
        position=event.position,
        kind=clear["kind"],
        category=clear["category"],
        updated_at=event.known_at,
        course=course_after(opened.course, event),
        application={**opened.application, **application},
        personal_in=dict.fromkeys(("worker", "employment", "employer", "legacyRecord"), event.version),
    )
