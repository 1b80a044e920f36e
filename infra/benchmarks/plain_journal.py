"""The journal as plain JSON: what every bulk figure is compared with, made from decided events and from no stored byte.

A row is that of the journal before its events were compressed: place, hash and leaf as JSON with a commitment for each
personal field, and the body as JSON without encryption. All of it is written down here, so that the other side of a
comparison stays as it is when the stored form changes: fewer bytes on our side are then no smaller task for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from io import BytesIO
from struct import Struct
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from domain.audit.merkle import leaf_hash
from domain.case.events import CaseEvent
from infra.benchmarks.sample_journal import ORIGIN, PreparedCommand
from infra.event_formats import stored_shapes
from infra.postgres.journal.binary_rows import (
    bigint_column,
    binary_copy,
    bytes_column,
    moment_column,
    row_of,
    text_column,
    uuid_column,
)
from infra.postgres.server.connections import connect
from infra.wire_format import canonical_json, wire_adapter, wire_time

if TYPE_CHECKING:
    from psycopg2.extensions import cursor as Cursor

COLUMNS: Final = "position, stream, version, type, schema, known_at, leaf_hash, leaf, body"

PLAIN_TABLE: Final = """
create table plain_journal (
    position  bigint      primary key,
    stream    uuid        not null,
    version   bigint      not null check (version >= 0),
    type      text        not null,
    schema    smallint    not null,
    known_at  timestamptz not null,
    leaf_hash bytea       not null,
    leaf      bytea       not null,
    body      bytea       not null,
    unique (stream, version)
);
alter table plain_journal alter column body set storage external, alter column leaf set storage external;
alter table plain_journal set (toast_tuple_target = 4080);
grant select on plain_journal to permit_reader;
"""

_COMMITTED: Final = {
    "ApplicationSubmitted": ("worker", "grossPay", "title", "candidates", "transfer", "workHistory"),
    "ApplicationWithdrawn": ("reason",),
    "CrossroadsCheckAnswered": ("answerSha256",),
    "SalaryVerified": ("facts", "declaredQuarters", "finding"),
    "ApplicationDeclaredAdmissible": ("motivation",),
    "WorkPartDecided": ("facts", "findings", "motivation"),
    "ResidencePartDecided": ("grounds", "motivation"),
    "LegacyRecordRetold": ("worker", "grossPay", "title", "employerName", "fileNumber"),
}
"""The fields to which a leaf was committed one by one, in the events that benchmarks load."""

_schema_column: Final = Struct(">ih").pack


@dataclass(frozen=True, slots=True, kw_only=True)
class DecidedEvent:
    """An event with all that its row and its leaf say of it."""

    stream: UUID
    version: int
    event: CaseEvent
    recorded_at: datetime
    actor: str
    command_id: str
    rule_set: str | None = None


def decided_events(prepared: Iterable[PreparedCommand], rule_set: str) -> Iterator[DecidedEvent]:
    """The events of prepared commands in their order, each with its version in its stream."""
    versions: dict[UUID, int] = {}
    for command in prepared:
        for event in command.events:
            version = versions[command.stream] = versions.get(command.stream, 0) + 1
            yield DecidedEvent(
                stream=command.stream,
                version=version,
                event=event,
                recorded_at=command.recorded_at,
                actor=command.identity.actor,
                command_id=command.identity.id,
                rule_set=rule_set,
            )


def plain_rows(events: Iterable[DecidedEvent]) -> bytes:
    """A whole binary copy of the rows of these events, which take the positions from 1 on."""
    return binary_copy(_rows(events))


def load_plain(url: str, events: Iterable[DecidedEvent]) -> None:
    """Make the table in the journal's database and fill it."""
    with closing(connect(url, None)) as connection, connection.cursor() as cursor:
        cursor.execute(PLAIN_TABLE)
        copy_into(cursor, "plain_journal", plain_rows(events))
        cursor.execute("vacuum (analyze) plain_journal")


def copy_into(cursor: Cursor, table: str, rows: bytes) -> int:
    """Copy finished rows into a table and give their number."""
    cursor.copy_expert(f"copy {table} from stdin (format binary)", BytesIO(rows), 1 << 20)
    return int(cursor.rowcount)


def _rows(events: Iterable[DecidedEvent]) -> Iterator[bytes]:
    heads: dict[UUID, bytes] = {}
    for position, decided in enumerate(events, 1):
        name, schema = _shape_of(type(decided.event))
        fields = wire_adapter(type(decided.event)).dump_python(decided.event, mode="json", by_alias=True)
        body = canonical_json(fields)
        leaf = _leaf(decided, name, schema, fields, body, heads.get(decided.stream))
        hashed = heads[decided.stream] = leaf_hash(leaf)
        yield row_of(
            bigint_column(position),
            uuid_column(decided.stream),
            bigint_column(decided.version),
            text_column(name),
            _schema_column(2, schema),
            moment_column(decided.recorded_at),
            bytes_column(hashed),
            bytes_column(leaf),
            bytes_column(body),
        )


def _leaf(
    decided: DecidedEvent, name: str, schema: int, fields: dict[str, Any], body: bytes, prev: bytes | None
) -> bytes:
    envelope: dict[str, object] = {
        "v": 1,
        "origin": ORIGIN,
        "stream": str(decided.stream),
        "version": decided.version,
        "type": name,
        "schema": schema,
        "recordedAt": wire_time(decided.recorded_at),
        "actor": decided.actor,
        "commandId": decided.command_id,
        "bodySha256": sha256(body).hexdigest(),
    }
    if prev is not None:
        envelope["prev"] = prev.hex()
    if decided.rule_set is not None:
        envelope["rulesetSha256"] = decided.rule_set
    if name in _COMMITTED:
        # Without a salt: nothing here is secret, and the size is what counts.
        envelope["commitments"] = {
            field: sha256(field.encode() + b"\0" + canonical_json(fields.get(field))).hexdigest()
            for field in _COMMITTED[name]
        }
    return canonical_json(envelope)


_shapes: Final[dict[type[CaseEvent], tuple[str, int]]] = {}


def _shape_of(event_type: type[CaseEvent]) -> tuple[str, int]:
    """The stored name and the highest schema of a type of events."""
    if event_type not in _shapes:
        _shapes[event_type] = max(stored_shapes((event_type,)), key=lambda shape: shape[1])
    return _shapes[event_type]
