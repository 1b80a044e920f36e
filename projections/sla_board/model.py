"""The SLA board: how the cases of each authority, category and status compare with the service target.

One row a case; every figure is counted over rows at each query, so nothing can be counted twice. Clear
fields only. Days are Europe/Brussels civil days. A row holds days and no deadline: the targets lie in a table of
their own, so that another target needs no rebuild. More questions to the same rows are in ``flow``, ``times``,
``rework`` and ``drilldown`` beside this module.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import date
from types import MappingProxyType
from typing import Final
from uuid import UUID

import orjson

from domain.deadlines.service_levels import ServiceTarget
from domain.law.durations import CalendarDuration
from projections.read_model import Cursor, RowParties, fold_batch, write_rows
from projections.recorded_event import RecordedEvent
from projections.sla_board.row import HANDLED, KEPT, BoardCase, evolve, read_back, written
from projections.sla_board.scope import AS_OF, EVERYTHING, Scope, parameters


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseCounts:
    """Numbers of cases: ``cases`` is the sum of ``in_time``, ``at_risk``, ``late`` and ``not_measured``.

    An open case is judged on the given day, a closed one on the day it closed: in time or late, no longer at
    risk. Not measured are cases for which no target was in force on that day. ``paused`` counts the open cases
    whose clock is paused; ``manual_tasks`` the tasks now open on cases that were open on that day.
    """

    cases: int
    open: int
    in_time: int
    at_risk: int
    late: int
    not_measured: int
    paused: int
    manual_tasks: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardLine:
    authority: str
    category: str
    status: str
    standing: CaseCounts


def board(cursor: Cursor, on: date, scope: Scope = EVERYTHING) -> list[BoardLine]:
    """The board as of the end of the civil day ``on``, in a stable order."""
    cursor.execute(AS_OF + _BOARD, parameters(on, scope))
    names = [each.name for each in fields(CaseCounts)]
    return [
        BoardLine(
            authority=of, category=group, status=status, standing=CaseCounts(**dict(zip(names, numbers, strict=True)))
        )
        for of, group, status, *numbers in cursor.fetchall()
    ]


def total(lines: Iterable[BoardLine]) -> CaseCounts:
    """The sum of the lines of a board."""
    standings = [asdict(line.standing) for line in lines]
    return CaseCounts(**{each.name: sum(standing[each.name] for standing in standings) for each in fields(CaseCounts)})


class SlaBoard:
    """The read model. ``targets`` gives the service target of each authority that has one."""

    name = "sla-board"
    schema_version = 5
    handles = HANDLED
    parties = MappingProxyType(
        {"sla_board_case": RowParties(authority="authority"), "sla_board_target": RowParties(of_nobody=True)}
    )

    def __init__(self, targets: Mapping[str, ServiceTarget]) -> None:
        self._targets = orjson.dumps(
            [
                {
                    "authority": authority,
                    "term": _interval(target.term),
                    "warning": _interval(target.warning),
                    "valid_from": target.valid_from,
                }
                for authority, target in sorted(targets.items())
            ]
        ).decode()

    @property
    def ddl(self) -> str:
        return _DDL

    def project(self, batch: Sequence[RecordedEvent], cursor: Cursor) -> None:
        """As `ReadModel.project`; the targets are written with every batch, so that a program that starts with
        other ones judges by them from the first event on."""
        changed = fold_batch(batch, lambda cases: _stored(cursor, cases), evolve)
        if changed:
            cursor.execute(_WRITE_TARGETS, (self._targets,))
            write_rows(cursor, "sla_board_case", [written(case) for case in changed.values()], _WRITE)


def _interval(duration: CalendarDuration) -> str:
    return f"{duration.months} months {duration.days} days"


def _stored(cursor: Cursor, cases: list[UUID]) -> dict[UUID, BoardCase]:
    cursor.execute(_READ, (cases,))
    return {values[0]: read_back(dict(zip(KEPT, values, strict=True))) for values in cursor.fetchall()}


_DDL: Final = """
drop table if exists sla_board_case;
drop table if exists sla_board_target;

create table sla_board_case (
    case_id        uuid           primary key,
    version        bigint         not null,
    reference      text           not null,
    authority      text           not null,
    category       text           not null,
    kind           text           not null,
    renewal        boolean        not null,
    status         text           not null,
    filed_on       date           not null,
    handler        text,
    admissible_on  date,
    work_part      text,
    work_part_on   date,
    forwarded_on   date,
    closed_on      date,
    paused         datemultirange not null,
    paused_days    int            not null,
    paused_from    date,
    with_applicant datemultirange not null,
    requests       int            not null,
    items          text[]         not null,
    manual_tasks   int            not null,
    checks         text[]         not null,
    stretches      json           not null,
    course         json           not null
);

create index sla_board_case_closed on sla_board_case (closed_on);

-- The service target as the program that wrote last has it.
create table sla_board_target (
    authority  text     primary key,
    term       interval not null,
    warning    interval not null,
    valid_from date     not null
);

grant select, insert, update, delete on sla_board_case, sla_board_target to permit_writer;
grant select on sla_board_case, sla_board_target to permit_reader;
"""

_READ: Final = """
select case_id, version, reference, authority, category, kind, renewal, items, stretches::text, course::text
  from sla_board_case
 where case_id = any(%s::uuid[])
"""

_WRITE_TARGETS: Final = """
insert into sla_board_target as t (authority, term, warning, valid_from)
select authority, term, warning, valid_from
  from json_to_recordset(%s::json) as given(authority text, term interval, warning interval, valid_from date)
    on conflict (authority) do update
   set term = excluded.term, warning = excluded.warning, valid_from = excluded.valid_from
 where (t.term, t.warning, t.valid_from) is distinct from (excluded.term, excluded.warning, excluded.valid_from)
"""

_WRITE: Final = """
insert into sla_board_case as t
select * from json_populate_recordset(null::sla_board_case, %s::json)
    on conflict (case_id) do update
   set version = excluded.version, category = excluded.category, kind = excluded.kind,
       filed_on = excluded.filed_on, status = excluded.status, handler = excluded.handler,
       admissible_on = excluded.admissible_on, work_part = excluded.work_part,
       work_part_on = excluded.work_part_on, forwarded_on = excluded.forwarded_on,
       closed_on = excluded.closed_on, paused = excluded.paused, paused_days = excluded.paused_days,
       paused_from = excluded.paused_from,
       with_applicant = excluded.with_applicant, requests = excluded.requests,
       items = excluded.items, manual_tasks = excluded.manual_tasks, checks = excluded.checks,
       stretches = excluded.stretches, course = excluded.course
 where t.version < excluded.version
"""

# Grouped by what a case is before it is counted: so each case is judged once, and not once for each column.
_BOARD: Final = """
, kinds as (
    select authority, category, status, standing, closed_on is null as is_open, is_paused, count(*) as n,
           sum(manual_tasks) as tasks
      from judged
     group by 1, 2, 3, 4, 5, 6
)
select authority, category, status,
       sum(n)::int,
       coalesce(sum(n) filter (where is_open), 0)::int,
       coalesce(sum(n) filter (where standing = 'inTime'), 0)::int,
       coalesce(sum(n) filter (where standing = 'atRisk'), 0)::int,
       coalesce(sum(n) filter (where standing = 'late'), 0)::int,
       coalesce(sum(n) filter (where standing = 'notMeasured'), 0)::int,
       coalesce(sum(n) filter (where is_paused), 0)::int,
       sum(tasks)::int
  from kinds
 group by authority, category, status
 order by authority, category, status
"""
