"""Requests as a caller of the journal makes them, and what an auditor reads back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from uuid import UUID, uuid4

import orjson
from eventsourcing.persistence import Tracking

from infra.postgres.journal.append_requests import (
    AppendRequest,
    CommandIdentity,
    StreamHead,
    Touch,
)
from infra.postgres.journal.bulk_reading import JournalRow, copy_rows
from infra.postgres.journal.journal_events import EncodedEvent
from infra.postgres.journal.sealing import sealed_request
from infra.postgres.server.connections import Role, connect
from infra.stored_form.leaf import leaf_of_row
from infra.wire_format import wire_time

ORIGIN = "tests"
NOON = datetime(2026, 1, 20, 12, tzinfo=UTC)
NEW = StreamHead(None, None)


def command(number: str | None = None, *, body: str = "same") -> CommandIdentity:
    """A command of one actor; ``body`` is what was asked, as far as its digest tells."""
    return CommandIdentity("tester", number or str(uuid4()), sha256(body.encode()).digest())


def request(
    stream: UUID | None = None,
    head: StreamHead = NEW,
    *,
    identity: CommandIdentity | None = None,
    count: int = 1,
    at: datetime = NOON,
    tracking: Tracking | None = None,
    type_: str = "Noted",
    body: bytes | None = None,
) -> AppendRequest:
    """One command that read ``stream`` at ``head`` and decided on ``count`` events."""
    stream, identity = stream or uuid4(), identity or command()
    first = (head.version or 0) + 1
    events = [
        EncodedEvent(stream, version, type_, _note() if body is None else body)
        for version in range(first, first + count)
    ]
    return sealed_request(
        events,
        origin=ORIGIN,
        command=identity,
        touches=(Touch(stream, head),),
        recorded_at=wire_time(at),
        tracking=tracking,
    )


def _note() -> bytes:
    return orjson.dumps({"clear": {"noted": str(uuid4())}})


def refused_by_the_driver() -> AppendRequest:
    """A request with an event type that no text of PostgreSQL can hold; psycopg2 does not even send it."""
    good = request()
    return replace(good, events=tuple(event._replace(type="No\0ted") for event in good.events))


def refused_by_the_database() -> AppendRequest:
    """A request with a schema that does not fit its column."""
    good = request()
    return replace(good, events=tuple(event._replace(schema=70_000) for event in good.events))


@dataclass(frozen=True, slots=True)
class JournalAsStored:
    """All rows of a journal in the order of their positions, read past the product's own recorder."""

    rows: Sequence[JournalRow]
    origin: str

    @classmethod
    def of(cls, url: str) -> JournalAsStored:
        connection = connect(url, Role.READER)
        try:
            with connection.cursor() as cursor:
                cursor.execute("select origin from journal_head")
                ((origin,),) = cursor.fetchall()
            return cls(list(copy_rows(connection, 0, 2**62)), origin)
        finally:
            connection.close()

    def of_stream(self, stream: UUID) -> list[JournalRow]:
        return [row for row in self.rows if row.stream == stream]

    def require_sound(self) -> None:
        """Positions dense from 1, each leaf hashed rightly over its body, each stream one unbroken chain."""
        assert [row.position for row in self.rows] == list(range(1, len(self.rows) + 1))
        heads: dict[UUID, JournalRow] = {}
        for row in self.rows:
            leaf = leaf_of_row(row, self.origin)
            assert leaf is not None
            assert (leaf.is_of_the_place, leaf.is_of_the_body) == (True, True)
            assert leaf.hashed == row.leaf_hash
            before = heads.get(row.stream)
            assert leaf.prev == (before.leaf_hash if before else None)
            assert row.version == (before.version + 1 if before else 1)
            heads[row.stream] = row


def later(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)
