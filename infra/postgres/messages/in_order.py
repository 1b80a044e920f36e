"""Each application's messages in the order of their versions, whatever the order in which they come.

A version that was applied is passed over; one that comes too early is parked until those before it have come.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

import orjson
from psycopg2.extras import execute_values

from consumers.messages import Message

if TYPE_CHECKING:
    from psycopg2.extensions import cursor as Cursor


class AnotherWasQuicker(Exception):
    """Another process has applied messages of the same stream meanwhile: nothing may be written on top of it."""


def next_in_line(cursor: Cursor, consumer: str, messages: Sequence[Message]) -> list[Message]:
    """Those of ``messages``, and of the parked ones, whose turn has come; the others are parked or passed over.

    What is given counts as applied once the transaction commits. Raises :class:`AnotherWasQuicker`.
    """
    streams = list({message.case_id for message in messages})
    cursor.execute(_STANDING, (consumer, streams))
    before: dict[UUID, int] = dict(cursor.fetchall())
    reached = dict(before)
    waiting = _parked(cursor, consumer, streams)
    due: list[Message] = []
    parked: dict[tuple[UUID, int], Message] = {}
    freed: list[tuple[UUID, int]] = []
    for message in messages:
        stream, last = message.case_id, reached.get(message.case_id, 0)
        if message.version <= last:
            continue
        if message.version > last + 1:
            parked[stream, message.version] = message
            continue
        following: Message | None = message
        while following is not None:
            due.append(following)
            reached[stream] = following.version
            place = (stream, following.version + 1)
            following = parked.pop(place, None) or waiting.get(place)
            if following is not None and place in waiting:
                freed.append(place)
    _advance(cursor, consumer, before, {each: at for each, at in reached.items() if before.get(each) != at})
    _park(cursor, consumer, parked.values())
    if freed:
        cursor.execute(_FREE, ([stream for stream, _ in freed], [version for _, version in freed], consumer))
    return due


def passed_over(cursor: Cursor, consumer: str, message: Message) -> list[Message]:
    """The messages whose turn has come because ``message`` will never be applied."""
    cursor.execute(_STANDING, (consumer, [message.case_id]))
    versions = dict(cursor.fetchall())
    if versions.get(message.case_id, 0) + 1 != message.version:
        return []
    _advance(cursor, consumer, versions, {message.case_id: message.version})
    waiting = _parked(cursor, consumer, [message.case_id])
    first = waiting.get((message.case_id, message.version + 1))
    return [] if first is None else next_in_line(cursor, consumer, [first])


def _parked(cursor: Cursor, consumer: str, streams: list[UUID]) -> dict[tuple[UUID, int], Message]:
    cursor.execute(_WAITING, (consumer, streams))
    return {(stream, version): read_back(message) for stream, version, message in cursor.fetchall()}


def _advance(cursor: Cursor, consumer: str, before: dict[UUID, int], reached: dict[UUID, int]) -> None:
    if not reached:
        return
    rows = [(consumer, stream, version, before.get(stream, 0)) for stream, version in reached.items()]
    columns: defaultdict[int, list[object]] = defaultdict(list)
    for row in rows:
        for number, value in enumerate(row):
            columns[number].append(value)
    cursor.execute(_ADVANCE, (columns[0], columns[1], columns[2], columns[3]))
    if cursor.rowcount != len(rows):
        raise AnotherWasQuicker(f"{consumer}: another process is at work on the same streams")


def _park(cursor: Cursor, consumer: str, messages: Iterable[Message]) -> None:
    rows = [(consumer, each.case_id, each.version, written(each)) for each in messages]
    if rows:
        execute_values(cursor, _PARK, rows)


def written(message: Message) -> str:
    """The message as JSON, for a table of ours."""
    return orjson.dumps(message._asdict()).decode()


def read_back(stored: dict[str, Any]) -> Message:
    return Message(
        **stored | {"case_id": UUID(stored["case_id"]), "time": datetime.fromisoformat(stored["time"])},
    )


_STANDING: Final = "select stream, version from consumer_stream where consumer = %s and stream = any(%s) for update"
_WAITING: Final = "select stream, version, message from parked_message where consumer = %s and stream = any(%s)"
_PARK: Final = "insert into parked_message (consumer, stream, version, message) values %s on conflict do nothing"

_FREE: Final = """
delete from parked_message p using unnest(%s::uuid[], %s::bigint[]) f(stream, version)
 where p.consumer = %s and p.stream = f.stream and p.version = f.version
"""

_ADVANCE: Final = """
insert into consumer_stream as s (consumer, stream, version)
select a.consumer, a.stream, a.version
  from unnest(%s::text[], %s::uuid[], %s::bigint[], %s::bigint[]) a(consumer, stream, version, before)
 where a.before = 0 or exists (select from consumer_stream c
                                where c.consumer = a.consumer and c.stream = a.stream and c.version = a.before)
    on conflict (consumer, stream) do update set version = excluded.version where s.version < excluded.version
"""
