"""A consumer that writes one row for each event: the least that any consumer does, and the strictest in its order."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from psycopg2.extras import execute_values

from consumers.messages import Message
from consumers.topics import APPLICATIONS

if TYPE_CHECKING:
    from psycopg2.extensions import cursor as PostgresCursor

DDL: Final = """
create table event_ledger (
    written  bigint generated always as identity,
    stream   uuid   not null,
    version  bigint not null,
    position bigint not null,
    kind     text   not null,
    unique (stream, version)
);
grant select, insert on event_ledger to permit_writer;
"""


class EventLedger:
    """The rows are numbered in the order in which they were written."""

    in_order = True
    topics = (APPLICATIONS.name,)

    def __init__(self, name: str = "event-ledger") -> None:
        self.name = name

    def apply(self, messages: Sequence[Message], cursor: Any) -> None:
        ledger: PostgresCursor = cursor
        rows = [(each.case_id, each.version, each.position, each.kind) for each in messages]
        execute_values(ledger, "insert into event_ledger (stream, version, position, kind) values %s", rows)
