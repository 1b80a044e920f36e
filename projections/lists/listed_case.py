"""A case as the lists keep it: what it is, whose it is, and its course."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, Final, TypeVar
from uuid import UUID

import orjson

from projections.case_fold import Taken, heading_of, reclassified
from projections.course import Course
from projections.read_model import Cursor
from projections.recorded_event import RecordedEvent
from projections.stored_course import course_from


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedCase:
    """A row as it is folded; the other columns of a list are derived from these."""

    case_id: UUID
    version: int
    reference: str
    authority: str
    category: str
    kind: str
    renewal: bool
    employer_number: str
    course: Course


Listed = TypeVar("Listed", bound=ListedCase)


def listing_of(event: RecordedEvent) -> dict[str, Any]:
    """What the first event of a case says of it, by field."""
    return {**heading_of(event), "employer_number": event.clear["employer"]["enterpriseNumber"]}


def stored_rows(cursor: Cursor, statement: str, cases: list[UUID], row: type[Listed]) -> dict[UUID, Listed]:
    """The rows of these cases that are there; ``statement`` selects the fields of ``row`` by name."""
    names = [each.name for each in fields(row)]
    cursor.execute(statement, (cases,))
    found = (dict(zip(names, values, strict=True)) for values in cursor.fetchall())
    return {each["case_id"]: row(**each | {"course": course_from(orjson.loads(each["course"]))}) for each in found}


def _corrected(_row: ListedCase, event: RecordedEvent) -> Taken:
    employer = event.clear["employer"]
    return {} if employer is None else {"employer_number": employer["enterpriseNumber"]}


def _retold(row: ListedCase, event: RecordedEvent) -> Taken:
    return {**reclassified(row, event), "employer_number": event.clear["employer"]["enterpriseNumber"]}


TAKEN_BY_LISTS: Final = {"CaseCorrected": _corrected, "LegacyRecordRetold": _retold}
"""What a list takes from events beside the course."""
