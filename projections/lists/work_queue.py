"""The work queue: the open cases of an authority, to be filtered and assigned, the most urgent or the oldest first.

One row a case, clear fields only. A row holds the day of filing and the pauses and no due day: that is derived from the
authority's target on the given day, so that it is right while a pause is open and after a target has changed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID

from domain.civil_time import civil_day
from domain.deadlines.pauses import paused_days
from domain.deadlines.service_levels import ServiceTarget
from projections.case_fold import CaseFold, Taken
from projections.course import Course
from projections.lists.keyset_pages import Page, PlaceUnusable, keys_of, length_of_page, page_of, place
from projections.lists.listed_case import TAKEN_BY_LISTS, ListedCase, listing_of, stored_rows
from projections.read_model import Cursor, RowParties, fold_batch, rows_of, write_rows
from projections.recorded_event import RecordedEvent, day
from projections.row_values import values_of

NOBODY: Final = ""
"""As ``handler`` of a filter: cases that no one has."""


class QueueOrder(StrEnum):
    DUE_DAY = "dueDay"
    FILING_DAY = "filingDay"
    START_DAY = "startDay"
    """By the first day of the work; those of which none is known come last."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueFilter:
    """Which open cases of an authority are meant; what is None does not matter. ``standing`` is a ServiceStatus.

    The work begins on ``starts_from`` or later, and before ``starts_before``.
    """

    authority: str
    status: str | None = None
    stage: str | None = None
    category: str | None = None
    handler: str | None = None
    holder: str | None = None
    standing: str | None = None
    with_tasks: bool | None = None
    starts_from: date | None = None
    starts_before: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class QueuedCase:
    """An open case. ``due_on`` and ``standing`` are of the given day; ``pending_checks`` are not answered yet.

    ``days_late`` counts the days after ``due_on``, and is 0 until then; ``starts_on`` is the first day of the work,
    None in a case of a former system, which does not say. ``employer_number`` is None for readers to whom it is not
    shown.
    """

    case_id: UUID
    reference: str
    category: str
    kind: str
    renewal: bool
    stage: str
    status: str
    holder: str
    handler: str | None
    filed_on: date
    starts_on: date | None
    due_on: date
    days_late: int
    standing: str
    is_paused: bool
    manual_tasks: int
    pending_checks: tuple[str, ...]
    employer_number: str | None


def queued(
    cursor: Cursor,
    on: date,
    target: ServiceTarget,
    wanted: QueueFilter,
    *,
    order: QueueOrder = QueueOrder.DUE_DAY,
    limit: int = 50,
    after: str | None = None,
) -> Page[QueuedCase]:
    """A page of the open cases as they are now, judged by ``target``, that of the authority, on the civil day ``on``.

    The pages after the first are of the day of the first. A case whose place does not change meanwhile is on
    exactly one page. Raises PlaceUnusable for an ``after`` that is not the ``next`` of such a page, ValueError for a
    ``limit`` that is too long.
    """
    length = length_of_page(limit)
    after_day, after_case = None, None
    if after is not None:
        on, after_day, after_case = _place(after, order)
    cursor.execute(
        _JUDGED + _PAGE[order],
        _parameters(on, target, wanted) | {"after_day": after_day, "after_case": after_case, "limit": length + 1},
    )
    found = [_queued_case(row) for row in cursor.fetchall()]
    return page_of([(_place_after(each, order, on), each) for each in found], length)


def count_queued(cursor: Cursor, on: date, target: ServiceTarget, wanted: QueueFilter) -> int:
    """How many cases all pages have together."""
    cursor.execute(_JUDGED + _COUNT, _parameters(on, target, wanted))
    ((number,),) = cursor.fetchall()
    return int(number)


@dataclass(frozen=True, slots=True, kw_only=True)
class HandlerLoad:
    """A handler of an authority, who has or had a case of it, with the number of open ones."""

    handler: str
    open_cases: int


def handler_loads(cursor: Cursor, authority: str) -> list[HandlerLoad]:
    """The handlers who were ever given a case of this authority that has not passed on to another, by their names."""
    cursor.execute(_LOADS, {"authority": authority})
    return rows_of(cursor, HandlerLoad)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row(ListedCase):
    starts_on: date | None


def _opened(event: RecordedEvent, course: Course) -> _Row:
    return _Row(**listing_of(event), starts_on=_start_in(event), course=course)


def _start_in(event: RecordedEvent) -> date | None:
    """The first day of the work, where the event states the job."""
    job = event.clear.get("employment")
    return None if job is None else day(job["start"])


def _corrected(row: _Row, event: RecordedEvent) -> Taken:
    taken = TAKEN_BY_LISTS["CaseCorrected"](row, event)
    start = _start_in(event)
    return taken if start is None else {**taken, "starts_on": start}


_FOLD: Final = CaseFold(
    _opened,
    shows=(
        "status", "handler", "admissible_at", "work_part", "work_part_at", "forwarded_at", "pauses", "checks",
        "manual_tasks",
    ),
    takes={**TAKEN_BY_LISTS, "CaseCorrected": _corrected},
)  # fmt: skip


class WorkQueue:
    """The read model. A case that ends keeps its row, so that events seen again change nothing."""

    name = "work-queue"
    schema_version = 4
    parties = MappingProxyType({"work_queue_case": RowParties(authority="authority")})
    handles = _FOLD.handles

    @property
    def ddl(self) -> str:
        return _DDL

    def project(self, batch: Sequence[RecordedEvent], cursor: Cursor) -> None:
        changed = fold_batch(batch, lambda cases: stored_rows(cursor, _READ, cases, _Row), _FOLD.after)
        if changed:
            write_rows(cursor, "work_queue_case", [_written(row) for row in changed.values()], _WRITE)


def _written(row: _Row) -> dict[str, Any]:
    course = row.course
    paused, filed_on = course.open_pause, civil_day(course.filed_at)
    ended = [each.in_days for each in course.pauses if each.to is not None]
    paused_from = None if paused is None else max(civil_day(paused.from_), filed_on)
    return {
        **values_of(row),
        "is_open": course.is_open,
        "status": course.status,
        "stage": course.stage,
        "holder": course.holder,
        "handler": course.handler,
        "filed_on": filed_on,
        # The days of the open pause are counted apart; those of both count once.
        "paused_days": paused_days(ended, paused_from or date.max, since=filed_on),
        "paused_from": paused_from,
        "manual_tasks": len(course.manual_tasks),
        "pending_checks": course.pending_checks,
    }


def _parameters(on: date, target: ServiceTarget, wanted: QueueFilter) -> dict[str, Any]:
    term, warning = target.term, target.warning
    return asdict(wanted) | {
        "on": on,
        "term": f"{term.months} months {term.days} days",
        "warning": f"{warning.months} months {warning.days} days",
        "nobody": NOBODY,
    }


def _place_after(case: QueuedCase, order: QueueOrder, on: date) -> str:
    keys = {
        QueueOrder.DUE_DAY: case.due_on,
        QueueOrder.FILING_DAY: case.filed_on,
        QueueOrder.START_DAY: case.starts_on or date.max,
    }
    return place(order.value, on.isoformat(), keys[order].isoformat(), str(case.case_id))


def _place(given: str, order: QueueOrder) -> tuple[date, date, str]:
    on, key, case = keys_of(given, order.value, 3)
    try:
        return date.fromisoformat(on), date.fromisoformat(key), str(UUID(case))
    except ValueError:
        raise PlaceUnusable("it is not a position in a list: give the one received with the previous page") from None


def _queued_case(row: tuple[Any, ...]) -> QueuedCase:
    values = dict(zip(QueuedCase.__slots__, row, strict=True))
    return QueuedCase(**values | {"pending_checks": tuple(values["pending_checks"])})


_DDL: Final = """
drop table if exists work_queue_case;

create table work_queue_case (
    case_id         uuid    primary key,
    version         bigint  not null,
    reference       text    not null,
    authority       text    not null,
    category        text    not null,
    kind            text    not null,
    renewal         boolean not null,
    employer_number text    not null,
    is_open         boolean not null,
    status          text    not null,
    stage           text    not null,
    holder          text,
    handler         text,
    filed_on        date    not null,
    starts_on       date,
    paused_days     int     not null,
    paused_from     date,
    manual_tasks    int     not null,
    pending_checks  text[]  not null,
    course          json    not null
);

create index work_queue_case_open on work_queue_case (authority, filed_on, case_id) where is_open;
create index work_queue_case_handler on work_queue_case (authority, handler, is_open) where handler is not null;

grant select, insert, update, delete on work_queue_case to permit_writer;
grant select on work_queue_case to permit_reader;
"""

_READ: Final = """
select case_id, version, reference, authority, category, kind, renewal, employer_number, course::text, starts_on
  from work_queue_case
 where case_id = any(%s::uuid[])
"""

_WRITE: Final = """
insert into work_queue_case as t
select * from json_populate_recordset(null::work_queue_case, %s::json)
    on conflict (case_id) do update
   set version = excluded.version, category = excluded.category, kind = excluded.kind,
       employer_number = excluded.employer_number, is_open = excluded.is_open, filed_on = excluded.filed_on,
       starts_on = excluded.starts_on,
       status = excluded.status, stage = excluded.stage, holder = excluded.holder, handler = excluded.handler,
       paused_days = excluded.paused_days, paused_from = excluded.paused_from,
       manual_tasks = excluded.manual_tasks, pending_checks = excluded.pending_checks, course = excluded.course
 where t.version < excluded.version
"""

_JUDGED: Final = """
with due as (
    select q.case_id, q.reference, q.category, q.kind, q.renewal, q.stage, q.status, q.holder, q.handler, q.filed_on,
           q.starts_on,
           (q.filed_on + %(term)s::interval)::date + m.days as due_on,
           ((q.filed_on + %(term)s::interval)::date - %(warning)s::interval)::date + m.days as at_risk_from,
           coalesce(q.paused_from <= %(on)s, false) as is_paused,
           q.manual_tasks, q.pending_checks, q.employer_number
      from work_queue_case q
     cross join lateral (select q.paused_days + coalesce(greatest(%(on)s::date - q.paused_from, 0), 0) as days) m
     where q.is_open and q.authority = %(authority)s
       and (%(status)s::text is null or q.status = %(status)s)
       and (%(stage)s::text is null or q.stage = %(stage)s)
       and (%(category)s::text is null or q.category = %(category)s)
       and (%(handler)s::text is null or coalesce(q.handler, %(nobody)s) = %(handler)s)
       and (%(holder)s::text is null or q.holder = %(holder)s)
       and (%(with_tasks)s::boolean is null or (q.manual_tasks > 0) = %(with_tasks)s)
       and (%(starts_from)s::date is null or q.starts_on >= %(starts_from)s)
       and (%(starts_before)s::date is null or q.starts_on < %(starts_before)s)
), judged as (
    select case_id, reference, category, kind, renewal, stage, status, holder, handler, filed_on, starts_on, due_on,
           greatest(%(on)s::date - due_on, 0) as days_late,
           case when %(on)s > due_on then 'late'
                when %(on)s >= at_risk_from then 'atRisk'
                else 'inTime' end as standing,
           is_paused, manual_tasks, pending_checks, employer_number
      from due
)
"""

# From one handler to the next by the index: cases that have ended are a hundred times as many as there are handlers.
_LOADS: Final = """
with recursive known as (
    select min(handler) as handler
      from work_queue_case
     where authority = %(authority)s and handler is not null
     union all
    select (select min(q.handler)
              from work_queue_case q
             where q.authority = %(authority)s and q.handler is not null and q.handler > k.handler)
      from known k
     where k.handler is not null
)
select k.handler,
       (select count(*)
          from work_queue_case q
         where q.authority = %(authority)s and q.handler = k.handler and q.is_open) as open_cases
  from known k
 where k.handler is not null
 order by k.handler
"""

_COUNT: Final = """
select count(*)
  from judged
 where %(standing)s::text is null or standing = %(standing)s
"""

_PAGE: Final = {
    QueueOrder.DUE_DAY: """
select *
  from judged
 where (%(standing)s::text is null or standing = %(standing)s)
   and (%(after_case)s::uuid is null or (due_on, case_id) > (%(after_day)s::date, %(after_case)s::uuid))
 order by due_on, case_id
 limit %(limit)s
""",
    QueueOrder.START_DAY: """
select *
  from judged
 where (%(standing)s::text is null or standing = %(standing)s)
   and (%(after_case)s::uuid is null
        or (coalesce(starts_on, date '9999-12-31'), case_id) > (%(after_day)s::date, %(after_case)s::uuid))
 order by coalesce(starts_on, date '9999-12-31'), case_id
 limit %(limit)s
""",
    QueueOrder.FILING_DAY: """
select *
  from judged
 where (%(standing)s::text is null or standing = %(standing)s)
   and (%(after_case)s::uuid is null or (filed_on, case_id) > (%(after_day)s::date, %(after_case)s::uuid))
 order by filed_on, case_id
 limit %(limit)s
""",
}
