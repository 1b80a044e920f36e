"""A board of the benchmark's own: few columns a case, so that both sides of a comparison can keep them equal.

It handles the events that the SLA board handles, and moves the version of its row at each of them; five of them do
more. It is no part of the product: its table is in scratch databases only.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Final
from uuid import UUID

from domain.case.lifecycle import CaseStatus
from domain.civil_time import civil_day
from domain.copies import replace
from projections.course import GRANTED
from projections.course_changes import without_beginning
from projections.read_model import Cursor, RowParties, fold_batch, write_rows
from projections.recorded_event import RecordedEvent
from projections.row_values import values_of
from projections.sla_board.row import HANDLED


@dataclass(frozen=True, slots=True, kw_only=True)
class SmallRow:
    """One case: what it is, how far it has come, and the civil days on which it was filed and closed."""

    case_id: UUID
    version: int
    authority: str
    category: str
    kind: str
    status: CaseStatus
    filed_on: date
    closed_on: date | None = None


class SmallBoard:
    """The read model. Its rows are written as those of the product are: one upsert a batch."""

    name = "bench-board"
    schema_version = 1
    parties = MappingProxyType({"bench_board_case": RowParties()})
    handles = HANDLED

    @property
    def ddl(self) -> str:
        return _DDL

    def project(self, batch: Sequence[RecordedEvent], cursor: Cursor) -> None:
        changed = fold_batch(batch, lambda cases: _stored(cursor, cases), evolve)
        if changed:
            write_rows(cursor, "bench_board_case", [values_of(each) for each in changed.values()], _WRITE)


def evolve(row: SmallRow | None, event: RecordedEvent) -> SmallRow:
    """The row after ``event``. Raises StreamCorrupt for an event that has no case to change."""
    clear = event.clear
    if event.name == "ApplicationSubmitted":
        return SmallRow(
            case_id=event.case_id,
            version=event.version,
            authority=clear["authority"],
            category=clear["category"],
            kind=clear["kind"],
            status=CaseStatus.SUBMITTED,
            filed_on=civil_day(event.effective_at),
        )
    if row is None:
        raise without_beginning(event)
    if event.name == "ApplicationDeclaredAdmissible":
        return replace(row, version=event.version, status=CaseStatus.ADMISSIBLE)
    ended = _ENDS.get(event.name)
    if event.name == "ApplicationDecided":
        ended = CaseStatus.DECIDED_GRANTED if clear["outcome"] == GRANTED else CaseStatus.DECIDED_REFUSED
    if ended is None:
        return replace(row, version=event.version)
    return replace(row, version=event.version, status=ended, closed_on=civil_day(event.effective_at))


_ENDS: Final = {
    "ApplicationWithdrawn": CaseStatus.WITHDRAWN,
    "ApplicationDeclaredInadmissible": CaseStatus.INADMISSIBLE,
}


def _stored(cursor: Cursor, cases: list[UUID]) -> dict[UUID, SmallRow]:
    cursor.execute(_READ, (cases,))
    return {
        case_id: SmallRow(
            case_id=case_id,
            version=version,
            authority=authority,
            category=category,
            kind=kind,
            status=CaseStatus(status),
            filed_on=filed_on,
            closed_on=closed_on,
        )
        for case_id, version, authority, category, kind, status, filed_on, closed_on in cursor.fetchall()
    }


_DDL: Final = """
drop table if exists bench_board_case;

create table bench_board_case (
    case_id   uuid   primary key,
    version   bigint not null,
    authority text   not null,
    category  text   not null,
    kind      text   not null,
    status    text   not null,
    filed_on  date   not null,
    closed_on date
);

grant select, insert, update, delete on bench_board_case to permit_writer;
grant select on bench_board_case to permit_reader;
"""

_READ: Final = """
select case_id, version, authority, category, kind, status, filed_on, closed_on
  from bench_board_case
 where case_id = any(%s::uuid[])
"""

_WRITE: Final = """
insert into bench_board_case as t (case_id, version, authority, category, kind, status, filed_on, closed_on)
select case_id, version, authority, category, kind, status, filed_on, closed_on
  from json_to_recordset(%s::json) as changed(
       case_id uuid, version bigint, authority text, category text, kind text, status text, filed_on date,
       closed_on date)
    on conflict (case_id) do update
   set version = excluded.version, status = excluded.status, closed_on = excluded.closed_on
 where t.version < excluded.version
"""
