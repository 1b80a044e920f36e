"""Check times: how long the Crossroads Bank takes to answer, and how often a person has to look instead.

One row for each question of a case under each revision; times are those at which question and answer were recorded.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Any, Final

import orjson

from domain.case.lifecycle import CheckState
from projections.read_model import Cursor, RowParties, rows_of
from projections.recorded_event import RecordedEvent
from projections.sla_board.scope import EVERYTHING, SCOPED, Scope, parameters


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckTime:
    """One kind of check. ``fell_back`` are the questions that became a task for a person without any answer.

    ``fallback_permille`` is their part of those that came to an end; times are None where nothing was answered.
    ``manual_tasks`` are the tasks that are open today because of this check.
    """

    check: str
    asked: int
    answered: int
    fell_back: int
    fallback_permille: int
    median_milliseconds: int | None
    p95_milliseconds: int | None
    manual_tasks: int


def check_times(cursor: Cursor, first: date, on: date, scope: Scope = EVERYTHING) -> list[CheckTime]:
    """Of the checks of the cases that were filed on the days from ``first`` to ``on``, both included."""
    cursor.execute(SCOPED + _TIMES, parameters(on, scope, first=first))
    return rows_of(cursor, CheckTime)


_ASKED_BY: Final = "CrossroadsCheckRequested"
_ENDED_BY: Final[Mapping[str, Callable[[Mapping[str, Any]], str]]] = MappingProxyType(
    {
        "CrossroadsCheckAnswered": lambda clear: str(clear["outcome"]),
        "CrossroadsCheckFailed": lambda _: CheckState.FAILED.value,
    }
)
"""The outcome by the event that ends the wait."""


class CheckTimes:
    """The read model."""

    name = "check-times"
    schema_version = 2
    # Which check was asked when: shown only where the row of the case on the board is.
    parties = MappingProxyType({"check_time": RowParties(of_nobody=True)})
    handles = frozenset({_ASKED_BY, *_ENDED_BY})

    @property
    def ddl(self) -> str:
        return _DDL

    def project(self, batch: Sequence[RecordedEvent], cursor: Cursor) -> None:
        questions, ends = [], []
        for event in batch:
            row = {
                "case_id": str(event.case_id),
                "check_kind": event.clear["check"],
                "revision": event.clear["revision"],
                "at": event.known_at.isoformat(),
            }
            if event.name == _ASKED_BY:
                questions.append(row)
            else:
                ends.append({**row, "outcome": _ENDED_BY[event.name](event.clear)})
        if questions:
            cursor.execute(_ASKED, (orjson.dumps(questions).decode(),))
        if ends:
            cursor.execute(_ENDED, (orjson.dumps(ends).decode(),))


_DDL: Final = """
drop table if exists check_time;

create table check_time (
    case_id    uuid,
    check_kind text,
    revision   bigint,
    asked_at   timestamptz not null,
    ended_at   timestamptz,
    outcome    text,
    primary key (case_id, check_kind, revision)
);

grant select, insert, update, delete on check_time to permit_writer;
grant select on check_time to permit_reader;
"""

_ASKED: Final = """
insert into check_time (case_id, check_kind, revision, asked_at)
select case_id, check_kind, revision, at
  from json_to_recordset(%s::json) as asked(case_id uuid, check_kind text, revision bigint, at timestamptz)
    on conflict do nothing
"""

_ENDED: Final = """
update check_time t set ended_at = ended.at, outcome = ended.outcome
  from json_to_recordset(%s::json) as ended(case_id uuid, check_kind text, revision bigint, at timestamptz,
                                            outcome text)
 where t.case_id = ended.case_id and t.check_kind = ended.check_kind and t.revision = ended.revision
   and t.ended_at is null
"""

_TIMES: Final = """
, asked as (
    select t.*, extract(epoch from t.ended_at - t.asked_at) * 1000 as milliseconds, t.outcome <> 'failed' as answered
      from scoped c join check_time t using (case_id)
     where c.filed_on >= %(first)s
), tasks as (
    select task ->> 'subject' as check_kind, count(*) as open
      from scoped c cross join json_array_elements(c.course -> 'manual_tasks') task
     where c.filed_on >= %(first)s and c.closed_on is null
     group by 1
)
select check_kind, count(*), count(*) filter (where answered), count(*) filter (where not answered),
       coalesce(round(1000.0 * count(*) filter (where not answered) / nullif(count(ended_at), 0)), 0)::int,
       round((percentile_cont(0.5) within group (order by milliseconds) filter (where answered))::numeric)::bigint,
       round((percentile_cont(0.95) within group (order by milliseconds) filter (where answered))::numeric)::bigint,
       coalesce(max(tasks.open), 0)
  from asked left join tasks using (check_kind)
 group by check_kind
 order by check_kind
"""
