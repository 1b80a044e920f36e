"""The tables of the case file: one row a case, and the ciphertext groups copied from the log beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID

import orjson

from projections.case_file.folding import HANDLED, evolve, sealed_groups
from projections.case_file.shape import CaseFile, SealedGroup
from projections.read_model import Cursor, RowParties, fold_batch, write_rows
from projections.recorded_event import RecordedEvent, moment
from projections.row_values import values_of
from projections.stored_course import course_from

_LISTS: Final = ("documents", "fees", "checks", "findings", "information_requests", "pauses", "corrections")


class CaseFileModel:
    """The read model."""

    name = "case-file"
    schema_version = 7
    handles = HANDLED
    parties = MappingProxyType(
        {
            "case_file": RowParties(
                authority="authority",
                employer="employer_number",
                representative="representative_number",
                worker="worker_subject",
            ),
            # No list shows anything of it, and a file is read from its stream.
            "case_file_group": RowParties(),
        }
    )

    @property
    def ddl(self) -> str:
        return _DDL

    def project(self, batch: Sequence[RecordedEvent], cursor: Cursor) -> None:
        changed = fold_batch(batch, lambda cases: files_of(cursor, cases), evolve)
        groups = sealed_groups(batch)
        if changed:
            write_rows(cursor, "case_file", [_row(file) for file in changed.values()], _WRITE_FILES)
        if groups:
            write_rows(cursor, "case_file_group", [values_of(each) for each in groups], _WRITE_GROUPS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What one look finds of a case: the version ``head`` of its stream, and its file with ciphertext.

    The file is None when the projection has not begun with the case yet.
    """

    head: int
    file: CaseFile | None
    groups: list[SealedGroup]


def look_up(cursor: Cursor, case_id: UUID, *, with_groups: bool = True) -> Found | None:
    """The case at one moment, in one statement; None when it has no stream. Clocks need no ciphertext."""
    cursor.execute(_LOOK_UP, {"case": case_id, "with_groups": with_groups})
    ((head, stored, groups),) = cursor.fetchall()
    if head is None:
        return None
    return Found(
        head=head,
        file=None if stored is None else _file(case_id, stored),
        groups=[
            SealedGroup(case_id=case_id, version=version, event_name=name, label=label, key=UUID(key), sealed=sealed)
            for version, name, label, key, sealed in orjson.loads(groups or "[]")
        ],
    )


def files_of(cursor: Cursor, cases: list[UUID]) -> dict[UUID, CaseFile]:
    """The files of these cases, as far as the projection has come, in one statement."""
    cursor.execute(_READ_FILES, (cases,))
    return {case_id: _file(case_id, stored) for case_id, stored in cursor.fetchall()}


def groups_at(cursor: Cursor, places: Sequence[tuple[UUID, int]]) -> list[SealedGroup]:
    """The ciphertext of these events, each by its case and version, as far as the projection has come."""
    cursor.execute(_READ_GROUPS, ([case_id for case_id, _ in places], [version for _, version in places]))
    return [
        SealedGroup(case_id=case_id, version=version, event_name=name, label=label, key=key, sealed=sealed)
        for case_id, version, name, label, key, sealed in cursor.fetchall()
    ]


def _row(file: CaseFile) -> dict[str, Any]:
    representative = file.application.get("representative")
    return {
        "case_id": file.case_id,
        "version": file.version,
        "authority": file.authority,
        "employer_number": file.application["employer"]["enterpriseNumber"],
        "representative_number": None if representative is None else representative["enterpriseNumber"],
        "worker_subject": file.worker_subject,
        "file": _nested(file),
    }


def _nested(file: CaseFile) -> dict[str, Any]:
    nested = values_of(file)
    del nested["case_id"]
    return nested


def _file(case_id: UUID, stored: str) -> CaseFile:
    held: dict[str, Any] = orjson.loads(stored)
    for word in _LISTS:
        held[word] = tuple(held[word])
    held |= {"course": course_from(held["course"]), "updated_at": moment(held["updated_at"])}
    return CaseFile(case_id=case_id, **held)


_DDL: Final = """
drop table if exists case_file_group;
drop table if exists case_file;

create table case_file (
    case_id               uuid   primary key,
    version               bigint not null,
    authority             text   not null,
    employer_number       text   not null,
    representative_number text,
    worker_subject        uuid   not null,
    file                  json   not null
);

-- Ciphertext only; "key" names the data key in the key store, whose destruction erases the person here too.
create table case_file_group (
    case_id    uuid   not null,
    version    bigint not null,
    label      text   not null,
    event_name text   not null,
    key        uuid   not null,
    sealed     text   not null,
    primary key (case_id, version, label)
);

-- Ciphertext does not compress: do not let TOAST try.
alter table case_file_group alter column sealed set storage external;

grant select, insert, update, delete on case_file, case_file_group to permit_writer;
grant select on case_file, case_file_group to permit_reader;
"""

_LOOK_UP: Final = """
select (select max(version) from journal where stream = %(case)s),
       (select file::text from case_file where case_id = %(case)s),
       (select json_agg(json_build_array(version, event_name, label, key, sealed) order by version, label)::text
          from case_file_group
         where case_id = %(case)s and %(with_groups)s)
"""

_READ_FILES: Final = "select case_id, file::text from case_file where case_id = any(%s::uuid[])"

_READ_GROUPS: Final = """
select case_id, version, event_name, label, key, sealed
  from unnest(%s::uuid[], %s::bigint[]) wanted (case_id, version)
  join case_file_group using (case_id, version)
"""

_WRITE_FILES: Final = """
insert into case_file as t
select * from json_populate_recordset(null::case_file, %s::json)
    on conflict (case_id) do update
   set version = excluded.version, authority = excluded.authority, employer_number = excluded.employer_number,
       representative_number = excluded.representative_number, worker_subject = excluded.worker_subject,
       file = excluded.file
 where t.version < excluded.version
"""

_WRITE_GROUPS: Final = """
insert into case_file_group
select * from json_populate_recordset(null::case_file_group, %s::json)
    on conflict do nothing
"""
