"""What is published of dead letters on their topics: where, why and in which state; never what was in them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import orjson

from infra.message_wire import SERVICE, WireRecord
from infra.postgres.server.connection_pool import ConnectionPool

_AT_ONCE: Final = 500


@dataclass(frozen=True, slots=True)
class LetterNotice:
    """A dead letter in the state in which it is published."""

    id: int
    state: str
    topic: str
    record: WireRecord


def unannounced_letters(pool: ConnectionPool, source: str) -> list[LetterNotice]:
    """The dead letters whose present state has not been published yet, oldest first."""
    with pool.connection() as connection, connection.cursor() as cursor:
        cursor.execute(_UNTOLD, (_AT_ONCE,))
        rows = cursor.fetchall()
    notices = []
    for number, consumer, cluster, topic, partition, offset, reason, attempt, at, state in rows:
        data = {
            "id": number,
            "consumer": consumer,
            "cluster": cluster,
            "topic": topic,
            "partition": partition,
            "offset": offset,
            "reason": reason,
            "attempt": attempt,
            "setAsideAt": at.isoformat(),
            "state": state,
        }
        coordinates = f"{cluster}/{topic}/{partition}/{offset}"
        headers = [
            ("ce_specversion", b"1.0"),
            ("ce_id", f"dead-letter/{number}/{state}".encode()),
            ("ce_source", source.encode()),
            (
                "ce_type",
                b"be.singlepermit.v1.deadLetters.notify." + ("setAside" if state == "open" else state).encode(),
            ),
            ("ce_time", at.isoformat().encode()),
            ("ce_subject", coordinates.encode()),
            ("ce_service", SERVICE.encode()),
            ("content-type", b"application/json"),
        ]
        record = WireRecord(coordinates.encode(), orjson.dumps(data), headers)
        notices.append(LetterNotice(number, state, f"{topic}.dead-letters", record))
    return notices


def mark_announced(pool: ConnectionPool, letters: Sequence[LetterNotice]) -> None:
    """Note that these are published; one whose state changed meanwhile is published again."""
    with pool.connection() as connection, connection.cursor() as cursor:
        cursor.execute(_TOLD, ([each.id for each in letters], [each.state for each in letters]))


_UNTOLD: Final = """
select id, consumer, cluster, topic, partition, "offset", reason, attempt, set_aside_at, state
  from dead_letter where not told order by id limit %s
"""

_TOLD: Final = """
update dead_letter d set told = true from unnest(%s::bigint[], %s::text[]) t(id, state)
 where d.id = t.id and d.state = t.state
"""
