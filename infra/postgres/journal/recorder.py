"""The event library's recorder ABCs over ``journal_append``: the product's way in and out of the journal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID, uuid4

from eventsourcing.persistence import ProcessRecorder, StoredEvent, Tracking

from infra.postgres.journal.append_requests import (
    Appended,
    AuthorityEpoch,
    CommandIdentity,
    StreamHead,
    Touch,
)
from infra.postgres.journal.bulk_reading import copy_tail
from infra.postgres.journal.conflicts import TrackingConflict
from infra.postgres.journal.group_commit import GroupCommitter
from infra.postgres.journal.journal_events import JournalEvent, JournalNotification
from infra.postgres.journal.sealing import RequestToSeal
from infra.postgres.journal.tailing import AppendSignal, JournalSubscription
from infra.postgres.server.connection_pool import ConnectionPool
from infra.postgres.server.connections import DatabaseUnavailable, Role, connect

if TYPE_CHECKING:
    from psycopg2.extensions import connection as Connection

    from infra.postgres.server.deadlines import Deadlines

_NOBODY: Final = "eventsourcing"
"""The actor of appends whose caller names none: the event library's own."""

_LONG_AGO: Final = datetime(2000, 1, 1, tzinfo=UTC)
"""The recorded time of appends whose caller gives none."""

_BINARY_FROM: Final = 100

_STREAMS_AMONG: Final = "select stream from journal where stream = any(%s::uuid[]) and version = 1"

_PATIENCE: Final = 10.0
"""Seconds for which a doubtful outcome is looked up, for those without deadlines."""


def copied_notifications(connection: Connection, after: int, up_to: int) -> list[JournalNotification]:
    """What :meth:`JournalRecorder.select_notifications` gives of ``after < position <= up_to``, by one binary copy."""
    return [
        JournalNotification(r.stream, r.version, r.type, r.body, r.position, r.schema, r.known_at)
        for r in copy_tail(connection, after, up_to)
    ]


class JournalRecorder(ProcessRecorder):
    """The journal of one database, to append to and to read; safe to share between threads."""

    def __init__(self, url: str, *, pool_size: int = 32, deadlines: Deadlines | None = None) -> None:
        """Open the journal at ``url``, which must have been migrated.

        Without ``deadlines`` it waits for the database for as long as it takes.
        Raises :class:`~infra.postgres.server.connections.DatabaseUnavailable`.
        """
        self._pool = ConnectionPool(url, Role.WRITER, size=pool_size, deadlines=deadlines)
        self._signal = AppendSignal()
        self._committer = GroupCommitter(
            lambda: connect(url, Role.WRITER, deadlines),
            patience=_PATIENCE if deadlines is None else deadlines.limits.outcome_seconds,
            deadlines=deadlines,
            on_append=self._signal.ring,
        )
        self.origin = self._read_origin()

    @property
    def connections(self) -> ConnectionPool:
        """Those on which this recorder reads."""
        return self._pool

    def close(self) -> None:
        self._committer.close()
        self._pool.close()

    @property
    def stored_at(self) -> float:
        """As :attr:`GroupCommitter.stored_at`."""
        return self._committer.stored_at

    @property
    def failed_at(self) -> float:
        """As :attr:`GroupCommitter.failed_at`."""
        return self._committer.failed_at

    def insert_events(
        self,
        stored_events: Sequence[StoredEvent],
        *,
        tracking: Tracking | None = None,
        command: CommandIdentity | None = None,
        touched: Touch | None = None,
        recorded_at: datetime = _LONG_AGO,
        causation_id: str | None = None,
        rule_set: str | None = None,
        rests_on: AuthorityEpoch | None = None,
        slip: list[Appended] | None = None,
        **_: Any,
    ) -> Sequence[int]:
        """Append events (possibly none) and a tracking position in one transaction; give their positions.

        ``touched`` is the stream with the head the decision was based on; a caller that gives none (the event
        library) is taken to have read the stream just now. ``slip`` is given what was stored: the library
        returns positions only. Raises what :meth:`GroupCommitter.submit` raises.
        """
        if not stored_events and tracking is None and command is None:
            return []
        identity = command or CommandIdentity(_NOBODY, str(uuid4()), b"")
        touches = (touched,) if touched is not None else self._touches(stored_events)
        to_append = RequestToSeal(
            origin=self.origin,
            command=identity,
            touches=touches,
            events=stored_events,
            recorded_at=recorded_at,
            causation_id=causation_id,
            rule_set=rule_set,
            tracking=tracking,
            rests_on=rests_on,
        )
        appended = self._committer.submit(to_append)
        if slip is not None:
            slip.append(appended)
        first = appended.first_position
        return [] if first is None else list(range(first, first + len(stored_events)))

    def insert_tracking(self, tracking: Tracking) -> None:
        """Record that a reader has come as far as this position, on its own connection."""
        with self._pool.connection() as connection, connection.cursor() as cursor:
            cursor.execute(
                "insert into tracking as t (name, position) values (%s, %s)"
                " on conflict (name) do update set position = excluded.position where t.position < excluded.position",
                (tracking.application_name, tracking.notification_id),
            )
            if cursor.rowcount == 0:
                raise TrackingConflict("the reader has already come as far as this position")

    def max_tracking_id(self, application_name: str) -> int | None:
        return self._scalar("select position from tracking where name = %s", (application_name,))

    def max_notification_id(self) -> int | None:
        return self._scalar("select nullif(position, 0) from journal_head", ())

    def streams_among(self, streams: Iterable[UUID]) -> frozenset[UUID]:
        """Those of these streams that have an event."""
        with self._pool.connection() as connection, connection.cursor() as cursor:
            cursor.execute(_STREAMS_AMONG, (list(streams),))
            return frozenset(stream for (stream,) in cursor.fetchall())

    def select_events(
        self,
        originator_id: UUID | str,
        *,
        gt: int | None = None,
        lte: int | None = None,
        desc: bool = False,
        limit: int | None = None,
        types: Sequence[str] = (),
    ) -> Sequence[JournalEvent]:
        order = "desc" if desc else "asc"
        with self._pool.connection() as connection, connection.cursor() as cursor:
            cursor.execute(
                "select version, type, schema, leaf_hash, position, known_at, body from journal where stream = %s"  # noqa: S608  # nosec B608 # the order is one of two words
                f" and version > %s and version <= %s and (%s or type = any(%s)) order by version {order} limit %s",
                (originator_id, -1 if gt is None else gt, 2**62 if lte is None else lte, not types, list(types), limit),
            )
            return [
                JournalEvent(originator_id, version, type_, bytes(body), schema, bytes(leaf_hash), position, known_at)
                for version, type_, schema, leaf_hash, position, known_at, body in cursor.fetchall()
            ]

    def select_notifications(
        self,
        start: int | None,
        limit: int,
        stop: int | None = None,
        topics: Sequence[str] = (),
        *,
        inclusive_of_start: bool = True,
    ) -> Sequence[JournalNotification]:
        after = 0 if start is None else start - inclusive_of_start
        if limit >= _BINARY_FROM and not topics:
            up_to = after + limit if stop is None else min(stop, after + limit)
            with self._pool.connection() as connection:
                return copied_notifications(connection, after, up_to)
        with self._pool.connection() as connection, connection.cursor() as cursor:
            cursor.execute(
                "select stream, version, type, body, position, schema, known_at from journal"
                " where position > %s and position <= %s and (%s or type = any(%s)) order by position limit %s",
                (after, 2**62 if stop is None else stop, not topics, list(topics), limit),
            )
            return [
                JournalNotification(stream, version, type_, bytes(body), position, schema, known_at)
                for stream, version, type_, body, position, schema, known_at in cursor.fetchall()
            ]

    def subscribe(self, gt: int | None = None, topics: Sequence[str] = ()) -> JournalSubscription:
        return JournalSubscription(self, self.select_notifications, gt, topics, self._signal)

    def authority_epochs(self) -> dict[str, int]:
        """The cut-over epoch of each authority that ever was live here."""
        with self._pool.connection() as connection, connection.cursor() as cursor:
            cursor.execute("select authority_epochs from journal_head")
            ((epochs,),) = cursor.fetchall()
            return dict(epochs)

    def command_result(self, holder: str, command_id: str) -> tuple[bytes, Appended] | None:
        """The digest and the first result of a holder's command, or None when it was never appended."""
        with self._pool.connection() as connection, connection.cursor() as cursor:
            cursor.execute(
                "select digest, stream, version, position, leaf_hash from command where actor = %s and id = %s",
                (holder, command_id),
            )
            row = cursor.fetchone()
        if row is None:
            return None
        digest, stream, version, position, leaf_hash = row
        return bytes(digest), Appended(stream, version, None, position, None if leaf_hash is None else bytes(leaf_hash))

    def _touches(self, stored_events: Sequence[StoredEvent]) -> tuple[Touch, ...]:
        streams = list(dict.fromkeys(event.originator_id for event in stored_events))
        touches = []
        for stream in streams:
            last = self.select_events(stream, desc=True, limit=1)
            head = StreamHead(last[0].originator_version, last[0].leaf_hash) if last else StreamHead(None, None)
            touches.append(Touch(stream if isinstance(stream, UUID) else UUID(stream), head))
        return tuple(touches)

    def _read_origin(self) -> str:
        with self._pool.connection() as connection, connection.cursor() as cursor:
            cursor.execute("select origin from journal_head")
            row = cursor.fetchone()
        if row is None:
            raise DatabaseUnavailable("the journal has no head: run the migrations first")
        origin: str = row[0]
        return origin

    def _scalar(self, statement: str, parameters: tuple[object, ...]) -> int | None:
        with self._pool.connection() as connection, connection.cursor() as cursor:
            cursor.execute(statement, parameters)
            row = cursor.fetchone()
        value: int | None = row[0] if row else None
        return value
