"""What the log says of each retold record, in the shape of its source: the side that a reconciliation compares with.

One row a case, as its latest retelling has it. Personal facts, the employer's name among them, are a copy of the
ciphertext, opened on reading. ``reference`` is what the case is called in clear, its file number in most cases.
"""

from __future__ import annotations

from collections.abc import Sequence
from types import MappingProxyType
from typing import Any, Final

from projections.read_model import Cursor, RowParties, write_rows
from projections.recorded_event import RecordedEvent


class LegacyMirror:
    """The read model."""

    name = "legacy-mirror"
    schema_version = 4
    # The reconciliation reads it, and nobody else.
    parties = MappingProxyType({"legacy_mirror": RowParties(authority="authority")})
    handles = frozenset({"LegacyRecordRetold"})

    @property
    def ddl(self) -> str:
        return _DDL

    def project(self, batch: Sequence[RecordedEvent], cursor: Cursor) -> None:
        latest = {event.case_id: event for event in batch}
        if latest:
            write_rows(cursor, "legacy_mirror", [_row(event) for event in latest.values()], _WRITE)


def _row(event: RecordedEvent) -> dict[str, Any]:
    clear, (part,) = event.clear, event.personal
    return {
        "case_id": event.case_id,
        "version": event.version,
        "authority": clear["authority"],
        "reference": clear["reference"],
        "sequence": clear["effectiveAt"],
        "status": clear["status"],
        "category": clear["category"],
        "filed_on": clear["filedOn"],
        "admissible_on": clear["admissibleOn"],
        "decided_on": clear["decidedOn"],
        "valid_from": clear["validFrom"],
        "valid_to": clear["validTo"],
        "enterprise_number": clear["employer"]["enterpriseNumber"],
        "record_id": clear["recordId"],
        "mapping_version": clear["mappingVersion"],
        "subject": part.key,
        "sealed": part.copied(),
    }


_DDL: Final = """
drop table if exists legacy_mirror;

create table legacy_mirror (
    case_id           uuid        primary key,
    version           bigint      not null,
    authority         text        not null,
    reference         text        collate "C" not null,
    sequence          timestamptz not null,
    status            text        not null,
    category          text        not null,
    filed_on          date        not null,
    admissible_on     date,
    decided_on        date,
    valid_from        date,
    valid_to          date,
    enterprise_number text        not null,
    record_id         uuid        not null,
    mapping_version   int         not null,
    subject           uuid        not null,
    sealed            text        not null
);

alter table legacy_mirror alter column sealed set storage external;
create index legacy_mirror_reference on legacy_mirror (authority, reference);

grant select, insert, update, delete on legacy_mirror to permit_writer;
grant select on legacy_mirror to permit_reader;
"""

_WRITE: Final = """
insert into legacy_mirror as t
select * from json_populate_recordset(null::legacy_mirror, %s::json)
    on conflict (case_id) do update
   set version = excluded.version, sequence = excluded.sequence, status = excluded.status,
       category = excluded.category, filed_on = excluded.filed_on, admissible_on = excluded.admissible_on,
       decided_on = excluded.decided_on, valid_from = excluded.valid_from, valid_to = excluded.valid_to,
       enterprise_number = excluded.enterprise_number, record_id = excluded.record_id,
       mapping_version = excluded.mapping_version, subject = excluded.subject, sealed = excluded.sealed
 where t.version < excluded.version
"""
