"""Own applications: those of an employer, a representative, a worker or an authority, newest first.

One row a case, clear fields only: workers are known by the subject id that was minted for the case.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID

from domain.civil_time import civil_day
from projections.case_fold import CaseFold, Taken
from projections.course import Course, civil_day_if
from projections.lists.listed_case import TAKEN_BY_LISTS, ListedCase, listing_of, stored_rows
from projections.read_model import Cursor, RowParties, fold_batch, write_rows
from projections.recorded_event import RecordedEvent
from projections.row_values import values_of


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row(ListedCase):
    representative_number: str | None
    mandate_invalid: bool
    mandate_found_on: date | None
    worker_subject: UUID
    renewal_of: UUID | None
    work_from: date | None
    work_until: date | None
    stated_until: date | None
    worker_in: int
    employer_in: int


def _opened(event: RecordedEvent, course: Course) -> _Row:
    clear = event.clear
    representative = clear.get("representative")
    return _Row(
        **listing_of(event),
        representative_number=None if representative is None else representative["enterpriseNumber"],
        mandate_invalid=False,
        mandate_found_on=None,
        worker_subject=UUID(clear["workerSubject"]),
        renewal_of=UUID(clear["renewalOf"]) if clear.get("renewalOf") else None,
        **_work_of(clear.get("employment")),
        stated_until=_day_if(clear.get("validTo")),
        worker_in=event.version,
        employer_in=event.version,
        course=course,
    )


def _work_of(employment: Mapping[str, Any] | None) -> dict[str, Any]:
    """The days of the job; a record of another system states none."""
    if employment is None:
        return {"work_from": None, "work_until": None}
    return {"work_from": _day_if(employment["start"]), "work_until": _day_if(employment["end"])}


def _day_if(wire: str | None) -> date | None:
    return None if wire is None else date.fromisoformat(wire)


def _mandate_verified(_row: _Row, event: RecordedEvent) -> Taken:
    return {"mandate_invalid": not event.clear["valid"], "mandate_found_on": civil_day(event.effective_at)}


def _corrected(row: _Row, event: RecordedEvent) -> Taken:
    clear = event.clear
    parts = {"worker": "worker_in", "employer": "employer_in"}
    return {
        **TAKEN_BY_LISTS["CaseCorrected"](row, event),
        **({} if clear["employment"] is None else _work_of(clear["employment"])),
        **{parts[part]: event.version for part in clear["corrected"] if part in parts},
    }


def _retold(row: _Row, event: RecordedEvent) -> Taken:
    return {
        **TAKEN_BY_LISTS["LegacyRecordRetold"](row, event),
        "stated_until": _day_if(event.clear["validTo"]),
        "worker_in": event.version,
        "employer_in": event.version,
    }


_FOLD: Final = CaseFold(
    _opened,
    shows=("status", "admissible_at", "work_part", "requests", "closed_at"),
    takes={"CaseCorrected": _corrected, "LegacyRecordRetold": _retold, "MandateVerified": _mandate_verified},
)


class OwnApplications:
    """The read model."""

    name = "own-applications"
    schema_version = 5
    parties = MappingProxyType(
        {
            "own_application": RowParties(
                authority="authority",
                employer="employer_number",
                representative="representative_number",
                worker="worker_subject",
            )
        }
    )
    handles = _FOLD.handles

    @property
    def ddl(self) -> str:
        return _DDL

    def project(self, batch: Sequence[RecordedEvent], cursor: Cursor) -> None:
        changed = fold_batch(batch, lambda cases: stored_rows(cursor, _READ, cases, _Row), _FOLD.after)
        if changed:
            write_rows(cursor, "own_application", [_written(row) for row in changed.values()], _WRITE)


def _written(row: _Row) -> dict[str, Any]:
    course, request = row.course, row.course.open_request
    return {
        **values_of(row),
        "status": course.status,
        "stage": course.stage,
        "is_admissible": course.admissible_at is not None,
        "is_work_part_decided": course.work_part is not None,
        "filed_at": course.filed_at,
        "reply_by": None if request is None else request.reply_by,
        "closed_on": civil_day_if(course.closed_at),
    }


_DDL: Final = """
drop table if exists own_application;

create table own_application (
    case_id               uuid        primary key,
    version               bigint      not null,
    reference             text        not null,
    authority             text        not null,
    category              text        not null,
    kind                  text        not null,
    renewal               boolean     not null,
    renewal_of            uuid,
    employer_number       text        not null,
    representative_number text,
    mandate_invalid       boolean     not null,
    mandate_found_on      date,
    worker_subject        uuid        not null,
    status                text        not null,
    stage                 text        not null,
    is_admissible         boolean     not null,
    is_work_part_decided  boolean     not null,
    work_from             date,
    work_until            date,
    stated_until          date,
    worker_in             bigint      not null,
    employer_in           bigint      not null,
    filed_at              timestamptz not null,
    reply_by              date,
    closed_on             date,
    course                json        not null
);

create index own_application_employer on own_application (employer_number, filed_at, case_id);
create index own_application_representative on own_application (representative_number, filed_at, case_id)
 where representative_number is not null;
create index own_application_worker on own_application (worker_subject);
create index own_application_authority on own_application (authority, filed_at, case_id);
create index own_application_newest on own_application (filed_at, case_id);
create index own_application_renewal_of on own_application (renewal_of) where renewal_of is not null;
create index own_application_reference on own_application (reference);

grant select, insert, update, delete on own_application to permit_writer;
grant select on own_application to permit_reader;
"""

_READ: Final = """
select case_id, version, reference, authority, category, kind, renewal, employer_number, course::text,
       representative_number, mandate_invalid, mandate_found_on, worker_subject, renewal_of, work_from, work_until,
       stated_until, worker_in, employer_in
  from own_application
 where case_id = any(%s::uuid[])
"""

_WRITE: Final = """
insert into own_application as t
select * from json_populate_recordset(null::own_application, %s::json)
    on conflict (case_id) do update
   set version = excluded.version, category = excluded.category, kind = excluded.kind,
       employer_number = excluded.employer_number, filed_at = excluded.filed_at, status = excluded.status,
       stage = excluded.stage, reply_by = excluded.reply_by, closed_on = excluded.closed_on,
       mandate_invalid = excluded.mandate_invalid, mandate_found_on = excluded.mandate_found_on,
       is_admissible = excluded.is_admissible, is_work_part_decided = excluded.is_work_part_decided,
       work_from = excluded.work_from, work_until = excluded.work_until, stated_until = excluded.stated_until,
       worker_in = excluded.worker_in, employer_in = excluded.employer_in, course = excluded.course
 where t.version < excluded.version
"""
