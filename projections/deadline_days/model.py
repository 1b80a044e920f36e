"""On which day each case has to be looked at again, because a clock of it may warn or be breached then.

One row a case, of clear fields only. The day is the first on which an alarm falls that has not been raised, if nothing
else happens to the case; whatever does happen is an event, and the row is written again. No clock of the machine is
read: a row has a day, and the caller says which day it is.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from types import MappingProxyType
from typing import Final
from uuid import UUID

import orjson

from domain.deadlines.clocks import ANSWER, CaseTimes, ClockRules, alarms_due
from projections.case_fold import CaseFold
from projections.course import Course, times_of
from projections.read_model import Cursor, RowParties, fold_batch, write_rows
from projections.recorded_event import RecordedEvent
from projections.row_values import values_of
from projections.stored_course import course_from

_FAR: Final = timedelta(days=36_525)
"""A century: what a clock says that long after the last thing that happened, it says for good."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadlineDay:
    """A row. ``next_day`` is None while no alarm can fall, and for a case that has ended."""

    case_id: UUID
    version: int
    authority: str
    category: str
    course: Course
    next_day: date | None = None


def cases_due(cursor: Cursor, on: date) -> list[UUID]:
    """The cases that have to be looked at on the civil day ``on``, those that have waited longest first."""
    cursor.execute(_DUE, (on,))
    return [case_id for (case_id,) in cursor.fetchall()]


def next_alarm_day(times: CaseTimes, rules: ClockRules, raised: Collection[tuple[str, str]]) -> date | None:
    """The first day on which a clock gives an alarm that is not among ``raised``, as (clock, kind), if any.

    The day may have passed long ago.
    """
    happened = (
        times.filed_on,
        times.admissible_on,
        times.information_requested_on,
        times.work_part_decided_on,
        times.forwarded_on,
        times.closed_on,
        *(each.to or each.from_ for each in times.pauses),
    )
    far = max(day for day in happened if day is not None) + _FAR
    crossed = (each.crossed_on for each in alarms_due(times, rules, far) if (each.clock, each.kind) not in raised)
    return min(crossed, default=None)


def _opened(event: RecordedEvent, course: Course) -> DeadlineDay:
    return DeadlineDay(
        case_id=event.case_id,
        version=event.version,
        authority=event.clear["authority"],
        category=event.clear["category"],
        course=course,
    )


_FOLD: Final = CaseFold(
    _opened,
    shows=(
        "status", "admissible_at", "work_part_at", "forwarded_at", "closed_at", "requests", "pauses", "alarms",
        "is_retold",
    ),
    takes={"LegacyRecordRetold": lambda _, event: {"category": event.clear["category"]}},
)  # fmt: skip


class DeadlineDays:
    """The read model. The days are copied into the rows: other ``rules`` need another ``schema_version``."""

    name = "deadline-days"
    schema_version = 3
    # The watch reads it, and nobody else.
    parties = MappingProxyType({"deadline_day": RowParties()})
    handles = _FOLD.handles

    def __init__(self, rules: ClockRules) -> None:
        self._rules = rules

    @property
    def ddl(self) -> str:
        return _DDL

    def project(self, batch: Sequence[RecordedEvent], cursor: Cursor) -> None:
        changed = fold_batch(batch, lambda cases: _stored(cursor, cases), _FOLD.after)
        if changed:
            # Once a row and not once an event: it is the clocks that take the time.
            rows = [{**values_of(row), "next_day": self._next_day(row)} for row in changed.values()]
            write_rows(cursor, "deadline_day", rows, _WRITE)

    def _next_day(self, row: DeadlineDay) -> date | None:
        if not row.course.is_open or row.course.is_retold:
            return None
        return next_alarm_day(times_of(row.course, row.authority, row.category), self._rules, _raised(row.course))


def _raised(course: Course) -> frozenset[tuple[str, str]]:
    """What has been raised in the present run of each clock: a request for information restarts the answer clock."""
    return frozenset(
        (alarm.clock, alarm.kind)
        for alarm in course.alarms
        if alarm.run == (len(course.requests) if alarm.clock == ANSWER else 1)
    )


def _stored(cursor: Cursor, cases: list[UUID]) -> dict[UUID, DeadlineDay]:
    cursor.execute(_READ, (cases,))
    return {
        case_id: DeadlineDay(
            case_id=case_id,
            version=version,
            authority=authority,
            category=category,
            course=course_from(orjson.loads(course)),
            next_day=next_day,
        )
        for case_id, version, authority, category, course, next_day in cursor.fetchall()
    }


_DDL: Final = """
drop table if exists deadline_day;

create table deadline_day (
    case_id   uuid   primary key,
    version   bigint not null,
    authority text   not null,
    category  text   not null,
    course    json   not null,
    next_day  date
);

create index deadline_day_due on deadline_day (next_day) where next_day is not null;

grant select, insert, update, delete on deadline_day to permit_writer;
grant select on deadline_day to permit_reader;
"""

_DUE: Final = "select case_id from deadline_day where next_day <= %s order by next_day, case_id"

_READ: Final = """
select case_id, version, authority, category, course::text, next_day
  from deadline_day
 where case_id = any(%s::uuid[])
"""

_WRITE: Final = """
insert into deadline_day as t
select * from json_populate_recordset(null::deadline_day, %s::json)
    on conflict (case_id) do update
   set version = excluded.version, category = excluded.category, course = excluded.course, next_day = excluded.next_day
 where t.version < excluded.version
"""
