"""The SLA board: how the cases of each authority, category and status stand against the service target.

One row a case; every figure is counted over rows when it is asked, so nothing can be counted twice. Clear
fields only. Days are Europe/Brussels civil days.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

import orjson

from domain.case.lifecycle import CaseStatus
from domain.deadlines.service_levels import ServiceTarget
from projections.event_meanings import END_CASES, GIVE_TASKS, civil_day, final_status, task_given, without_beginning
from projections.read_model import Cursor, fold_batch
from projections.recorded_event import RecordedEvent


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardCase:
    """A row. ``target_from`` is the day from which the target measures cases that close; see `ServiceTarget`."""

    case_id: UUID
    version: int
    authority: str
    category: str
    kind: str
    status: str
    filed_on: date
    due_on: date
    at_risk_from: date
    target_from: date
    closed_on: date | None = None
    outcome: str | None = None
    manual_tasks: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Numbers of cases: ``cases`` is the sum of ``in_time``, ``at_risk``, ``late`` and ``not_measured``.

    An open case is judged on the day asked, a closed one on the day it closed: in time or late, no longer at
    risk. Not measured are cases that closed before the target came into force. ``manual_tasks`` counts the
    tasks now open on cases that were open on that day.
    """

    cases: int
    open: int
    in_time: int
    at_risk: int
    late: int
    not_measured: int
    manual_tasks: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardLine:
    authority: str
    category: str
    status: str
    standing: Standing


@dataclass(frozen=True, slots=True, kw_only=True)
class DayFlow:
    """Cases filed and cases closed on one day."""

    day: date
    inflow: int
    outflow: int


def board(cursor: Cursor, on: date, *, authority: str | None = None) -> list[BoardLine]:
    """The board as of the end of the civil day ``on``, of one authority or of all, in a stable order."""
    cursor.execute(_BOARD, {"on": on, "open": CaseStatus.SUBMITTED.value, "authority": authority})
    return [
        BoardLine(
            authority=of,
            category=category,
            status=status,
            standing=Standing(
                cases=cases,
                open=open_,
                in_time=in_time,
                at_risk=at_risk,
                late=late,
                not_measured=not_measured,
                manual_tasks=tasks,
            ),
        )
        for of, category, status, cases, open_, in_time, at_risk, late, not_measured, tasks in cursor.fetchall()
    ]


def total(lines: Iterable[BoardLine]) -> Standing:
    """The sum of the lines of a board."""
    standings = [line.standing for line in lines]
    return Standing(
        cases=sum(each.cases for each in standings),
        open=sum(each.open for each in standings),
        in_time=sum(each.in_time for each in standings),
        at_risk=sum(each.at_risk for each in standings),
        late=sum(each.late for each in standings),
        not_measured=sum(each.not_measured for each in standings),
        manual_tasks=sum(each.manual_tasks for each in standings),
    )


def flow(cursor: Cursor, first: date, after_last: date, *, authority: str | None = None) -> list[DayFlow]:
    """Inflow and outflow of each civil day in ``[first, after_last)``, days without any included."""
    cursor.execute(_FLOW, {"first": first, "after_last": after_last, "authority": authority})
    return [DayFlow(day=day, inflow=inflow, outflow=outflow) for day, inflow, outflow in cursor.fetchall()]


class SlaBoard:
    """The read model. ``targets`` gives the service target of each authority whose cases are in the log.

    The due days are copied into the rows: another target needs another ``schema_version``.
    """

    name = "sla-board"
    schema_version = 1
    handles = frozenset({"ApplicationSubmitted"}) | GIVE_TASKS | END_CASES

    def __init__(self, targets: Mapping[str, ServiceTarget]) -> None:
        self._targets = targets

    @property
    def ddl(self) -> str:
        return _DDL

    def project(self, batch: Sequence[RecordedEvent], cursor: Cursor) -> None:
        changed = fold_batch(batch, lambda cases: _stored(cursor, cases), self._evolve)
        if changed:
            cursor.execute(_WRITE, (orjson.dumps(list(changed.values())).decode(),))

    def _evolve(self, case: BoardCase | None, event: RecordedEvent) -> BoardCase:
        if event.name == "ApplicationSubmitted":
            return self._filed(event)
        if case is None:
            raise without_beginning(event)
        status = final_status(event)
        if status is not None:
            return replace(
                case,
                version=event.version,
                status=status.value,
                closed_on=civil_day(event.clear["effectiveAt"]),
                outcome=event.clear.get("outcome", "withdrawn"),
                manual_tasks=0,
            )
        return replace(case, version=event.version, manual_tasks=case.manual_tasks + (task_given(event) is not None))

    def _filed(self, event: RecordedEvent) -> BoardCase:
        clear = event.clear
        target = self._targets[clear["authority"]]
        filed_on = civil_day(clear["effectiveAt"])
        return BoardCase(
            case_id=event.case_id,
            version=event.version,
            authority=clear["authority"],
            category=clear["category"],
            kind=clear["kind"],
            status=CaseStatus.SUBMITTED.value,
            filed_on=filed_on,
            due_on=target.due_on(filed_on),
            at_risk_from=target.at_risk_from(filed_on),
            target_from=target.valid_from,
        )


def _stored(cursor: Cursor, cases: list[UUID]) -> dict[UUID, BoardCase]:
    cursor.execute(_READ, (cases,))
    found = {}
    for row in cursor.fetchall():
        case_id, version, authority, category, kind, status, filed, due, at_risk, since, closed, outcome, tasks = row
        found[case_id] = BoardCase(
            case_id=case_id,
            version=version,
            authority=authority,
            category=category,
            kind=kind,
            status=status,
            filed_on=filed,
            due_on=due,
            at_risk_from=at_risk,
            target_from=since,
            closed_on=closed,
            outcome=outcome,
            manual_tasks=tasks,
        )
    return found


_DDL = """
drop table if exists sla_board_case;

create table sla_board_case (
    case_id      uuid   primary key,
    version      bigint not null,
    authority    text   not null,
    category     text   not null,
    kind         text   not null,
    status       text   not null,
    filed_on     date   not null,
    due_on       date   not null,
    at_risk_from date   not null,
    target_from  date   not null,
    closed_on    date,
    outcome      text,
    manual_tasks int    not null
);

grant select, insert, update, delete on sla_board_case to permit_writer;
grant select on sla_board_case to permit_reader;
"""

_READ = """
select case_id, version, authority, category, kind, status, filed_on, due_on, at_risk_from, target_from,
       closed_on, outcome, manual_tasks
  from sla_board_case
 where case_id = any(%s::uuid[])
"""

_WRITE = """
insert into sla_board_case as t
       (case_id, version, authority, category, kind, status, filed_on, due_on, at_risk_from, target_from,
        closed_on, outcome, manual_tasks)
select case_id, version, authority, category, kind, status, filed_on, due_on, at_risk_from, target_from,
       closed_on, outcome, manual_tasks
  from json_to_recordset(%s::json) as changed(
       case_id uuid, version bigint, authority text, category text, kind text, status text, filed_on date,
       due_on date, at_risk_from date, target_from date, closed_on date, outcome text, manual_tasks int)
    on conflict (case_id) do update
   set version = excluded.version, status = excluded.status, closed_on = excluded.closed_on,
       outcome = excluded.outcome, manual_tasks = excluded.manual_tasks
 where t.version < excluded.version
"""

_BOARD = """
with as_of_day as (
    select authority, category, due_on, at_risk_from, target_from, manual_tasks,
           case when closed_on <= %(on)s then status else %(open)s end as status,
           case when closed_on <= %(on)s then closed_on end as closed_on
      from sla_board_case
     where filed_on <= %(on)s and (%(authority)s::text is null or authority = %(authority)s)
), judged as (
    select authority, category, status, manual_tasks, closed_on is null as is_open,
           case when closed_on < target_from then 'notMeasured'
                when coalesce(closed_on, %(on)s) > due_on then 'late'
                when closed_on is null and at_risk_from <= %(on)s then 'atRisk'
                else 'inTime' end as standing
      from as_of_day
)
select authority, category, status,
       count(*),
       count(*) filter (where is_open),
       count(*) filter (where standing = 'inTime'),
       count(*) filter (where standing = 'atRisk'),
       count(*) filter (where standing = 'late'),
       count(*) filter (where standing = 'notMeasured'),
       coalesce(sum(manual_tasks) filter (where is_open), 0)
  from judged
 group by authority, category, status
 order by authority, category, status
"""

_FLOW = """
with days as (
    select day::date
      from generate_series(%(first)s::timestamp, %(after_last)s::timestamp - interval '1 day', '1 day') day
), filed as (
    select filed_on as day, count(*) as cases
      from sla_board_case
     where filed_on >= %(first)s and filed_on < %(after_last)s
       and (%(authority)s::text is null or authority = %(authority)s)
     group by filed_on
), closed as (
    select closed_on as day, count(*) as cases
      from sla_board_case
     where closed_on >= %(first)s and closed_on < %(after_last)s
       and (%(authority)s::text is null or authority = %(authority)s)
     group by closed_on
)
select day, coalesce(filed.cases, 0), coalesce(closed.cases, 0)
  from days
  left join filed using (day)
  left join closed using (day)
 order by day
"""
