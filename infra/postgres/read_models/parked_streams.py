"""The streams that followers of the journal had to leave behind, as the table ``parked_stream`` keeps them.

A follower writes here in the transaction that moves its position, which it holds locked: what is parked and how far
it has come are always of the same moment.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from psycopg2.extras import execute_values

from infra.postgres.journal.event_faults import LeftBehind
from infra.postgres.server.connection_pool import ConnectionPool

if TYPE_CHECKING:
    from psycopg2.extensions import cursor as Cursor


@dataclass(frozen=True, slots=True, kw_only=True)
class ParkedStream:
    """A stream of which ``follower`` knows only what came before ``version``, at ``position`` in the journal.

    ``event`` is the stored name and schema of the event there and ``reason`` the kind of error it brought about,
    never its content. ``skipped`` counts the events after it that concern the follower.
    """

    follower: str
    stream: UUID
    schema_version: int
    position: int
    version: int
    event: str
    reason: str
    skipped: int
    since: datetime
    tried_at: datetime

    def as_json(self) -> dict[str, Any]:
        """For operations; nothing personal."""
        return {
            "follower": self.follower,
            "case": str(self.stream),
            "position": self.position,
            "version": self.version,
            "event": self.event,
            "reason": self.reason,
            "skipped": self.skipped,
            "since": self.since.isoformat(timespec="seconds"),
        }


def park(cursor: Cursor, follower: str, left: Iterable[LeftBehind], *, schema_version: int) -> None:
    """Keep what was left behind; a stream that was parked before stays parked since then."""
    rows = [
        (follower, each.stream, schema_version, each.position, each.version, each.event, each.reason, each.skipped)
        for each in left
    ]
    if rows:
        execute_values(cursor, _PARK, rows)


def count_skipped(cursor: Cursor, follower: str, skipped: Mapping[UUID, int]) -> None:
    """Add what was passed over just now, by stream."""
    if skipped:
        cursor.execute(_SKIP, {"follower": follower, "streams": list(skipped), "numbers": list(skipped.values())})


def release(cursor: Cursor, follower: str, stream: UUID) -> None:
    """The follower has taken the stream up again."""
    cursor.execute("delete from parked_stream where follower = %s and stream = %s", (follower, stream))


def keep_parked_only(cursor: Cursor, follower: str, streams: Collection[UUID]) -> None:
    """The follower has started again, and has left behind no others than these."""
    cursor.execute(
        "delete from parked_stream where follower = %s and stream <> all(%s::uuid[])", (follower, list(streams))
    )


def parked_by(cursor: Cursor, follower: str) -> list[ParkedStream]:
    """What a follower has parked, in the order of the journal."""
    return _read(cursor, f"{_SELECT} where follower = %s order by position", (follower,))


def parked_stream(cursor: Cursor, follower: str, stream: UUID) -> ParkedStream | None:
    """What a follower has parked of one stream, or None."""
    found = _read(cursor, f"{_SELECT} where follower = %s and stream = %s", (follower, stream))
    return found[0] if found else None


def list_parked(pool: ConnectionPool, *, limit: int) -> list[ParkedStream]:
    """What all followers have parked, those that have waited longest first."""
    with pool.connection() as connection, connection.cursor() as cursor:
        return _read(cursor, f"{_SELECT} order by since, position, follower limit %s", (limit,))


def count_parked_streams(pool: ConnectionPool) -> int:
    """How many streams are parked by any follower."""
    with pool.connection() as connection, connection.cursor() as cursor:
        cursor.execute("select count(distinct stream) from parked_stream")
        ((number,),) = cursor.fetchall()
    return int(number)


def count_by_follower(pool: ConnectionPool) -> dict[str, int]:
    """How many streams each follower has parked that has parked any."""
    with pool.connection() as connection, connection.cursor() as cursor:
        cursor.execute("select follower, count(*) from parked_stream group by follower order by follower")
        return dict(cursor.fetchall())


def followers_behind(pool: ConnectionPool, stream: UUID) -> list[str]:
    """The followers that have parked this stream, by name."""
    with pool.connection() as connection, connection.cursor() as cursor:
        cursor.execute("select follower from parked_stream where stream = %s order by follower", (stream,))
        return [follower for (follower,) in cursor.fetchall()]


def _read(cursor: Cursor, statement: str, values: Sequence[object]) -> list[ParkedStream]:
    cursor.execute(statement, values)
    return [ParkedStream(**dict(zip(ParkedStream.__slots__, row, strict=True))) for row in cursor.fetchall()]


_SELECT: Final = """
select follower, stream, schema_version, position, version, event, reason, skipped, since, tried_at from parked_stream
"""

_PARK: Final = """
insert into parked_stream (follower, stream, schema_version, position, version, event, reason, skipped) values %s
    on conflict (follower, stream) do update
   set schema_version = excluded.schema_version, position = excluded.position, version = excluded.version,
       event = excluded.event, reason = excluded.reason, skipped = excluded.skipped, tried_at = now()
"""

_SKIP: Final = """
update parked_stream p set skipped = p.skipped + s.number
  from unnest(%(streams)s::uuid[], %(numbers)s::bigint[]) s(stream, number)
 where p.follower = %(follower)s and p.stream = s.stream
"""
