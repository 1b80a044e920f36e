"""The tables of the case file: one row a case, and the ciphertext groups copied from the log beside it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from uuid import UUID

import orjson

from projections.case_file import CaseFile, SealedGroup, evolve, sealed_groups
from projections.read_model import Cursor, fold_batch
from projections.recorded_event import RecordedEvent


class CaseFileModel:
    """The read model."""

    name = "case-file"
    schema_version = 1
    handles = frozenset(
        {
            "ApplicationSubmitted",
            "CrossroadsCheckRequested",
            "CrossroadsCheckAnswered",
            "CrossroadsCheckFailed",
            "EmployerIdentified",
            "SalaryVerified",
            "LabourMarketEvidenceAdded",
            "LabourMarketTestAssessed",
            "ApplicationDecided",
            "ApplicationWithdrawn",
        }
    )

    @property
    def ddl(self) -> str:
        return _DDL

    def project(self, batch: Sequence[RecordedEvent], cursor: Cursor) -> None:
        changed = fold_batch(batch, lambda cases: _files(cursor, cases), evolve)
        groups = sealed_groups(batch)
        if changed:
            cursor.execute(_WRITE_FILES, (orjson.dumps(list(changed.values())).decode(),))
        if groups:
            cursor.execute(_WRITE_GROUPS, (orjson.dumps(groups).decode(),))


def stored_file(cursor: Cursor, case_id: UUID) -> CaseFile | None:
    """The file of a case as far as it has been projected, or None."""
    return _files(cursor, [case_id]).get(case_id)


def stored_groups(cursor: Cursor, file: CaseFile) -> list[SealedGroup]:
    """The ciphertext that belongs to ``file`` as it stood at its version."""
    cursor.execute(_READ_GROUPS, (file.case_id, file.version))
    return [
        SealedGroup(case_id=file.case_id, version=version, event_name=name, role=role, key=key, nonce=nonce, data=data)
        for version, name, role, key, nonce, data in cursor.fetchall()
    ]


def _files(cursor: Cursor, cases: list[UUID]) -> dict[UUID, CaseFile]:
    cursor.execute(_READ_FILES, (cases,))
    found = {}
    for row in cursor.fetchall():
        case_id, version, position, reference, authority, kind, category, status, filed, updated, closed, nested = row
        application, register, checks, findings, tasks, decision, withdrawal = orjson.loads(nested)
        found[case_id] = CaseFile(
            case_id=case_id,
            version=version,
            position=position,
            reference=reference,
            authority=authority,
            kind=kind,
            category=category,
            status=status,
            filed_at=filed,
            updated_at=updated,
            closed_at=closed,
            application=application,
            employer_on_register=register,
            checks=tuple(checks),
            findings=tuple(findings),
            manual_tasks=tuple(tasks),
            decision=decision,
            withdrawal=withdrawal,
        )
    return found


_DDL: Final = """
drop table if exists case_file_group;
drop table if exists case_file;

create table case_file (
    case_id              uuid        primary key,
    version              bigint      not null,
    position             bigint      not null,
    reference            text        not null,
    authority            text        not null,
    kind                 text        not null,
    category             text        not null,
    status               text        not null,
    filed_at             timestamptz not null,
    updated_at           timestamptz not null,
    closed_at            timestamptz,
    application          json       not null,
    employer_on_register json,
    checks               json       not null,
    findings             json       not null,
    manual_tasks         json       not null,
    decision             json,
    withdrawal           json
);

-- Ciphertext only; "key" names the data key in the key store, whose destruction erases the person here too.
create table case_file_group (
    case_id    uuid   not null,
    version    bigint not null,
    role       text   not null,
    event_name text   not null,
    key        uuid   not null,
    nonce      text   not null,
    data       text   not null,
    primary key (case_id, version, role)
);

-- Ciphertext does not compress: do not let TOAST try.
alter table case_file_group alter column data set storage external;

grant select, insert, update, delete on case_file, case_file_group to permit_writer;
grant select on case_file, case_file_group to permit_reader;
"""

_READ_FILES: Final = """
select case_id, version, position, reference, authority, kind, category, status, filed_at, updated_at, closed_at,
       json_build_array(application, employer_on_register, checks, findings, manual_tasks, decision, withdrawal)::text
  from case_file
 where case_id = any(%s::uuid[])
"""

_READ_GROUPS: Final = """
select version, event_name, role, key, nonce, data
  from case_file_group
 where case_id = %s and version <= %s
 order by version, role
"""

_WRITE_FILES: Final = """
insert into case_file as t
       (case_id, version, position, reference, authority, kind, category, status, filed_at, updated_at, closed_at,
        application, employer_on_register, checks, findings, manual_tasks, decision, withdrawal)
select case_id, version, position, reference, authority, kind, category, status, filed_at, updated_at, closed_at,
       application, employer_on_register, checks, findings, manual_tasks, decision, withdrawal
  from json_to_recordset(%s::json) as changed(
       case_id uuid, version bigint, position bigint, reference text, authority text, kind text, category text,
       status text, filed_at timestamptz, updated_at timestamptz, closed_at timestamptz,
       application json, employer_on_register json, checks json, findings json, manual_tasks json,
       decision json, withdrawal json)
    on conflict (case_id) do update
   set version = excluded.version, position = excluded.position, status = excluded.status,
       updated_at = excluded.updated_at, closed_at = excluded.closed_at, application = excluded.application,
       employer_on_register = excluded.employer_on_register, checks = excluded.checks,
       findings = excluded.findings, manual_tasks = excluded.manual_tasks, decision = excluded.decision,
       withdrawal = excluded.withdrawal
 where t.version < excluded.version
"""

_WRITE_GROUPS: Final = """
insert into case_file_group (case_id, version, role, event_name, key, nonce, data)
select case_id, version, role, event_name, key, nonce, data
  from json_to_recordset(%s::json) as copied(
       case_id uuid, version bigint, role text, event_name text, key uuid, nonce text, data text)
    on conflict do nothing
"""
