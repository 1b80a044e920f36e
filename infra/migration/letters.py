"""Records of a topic that were set aside: tried again through the door by which they came, or given up."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from consumers.consumer import MessageRefused
from infra.message_wire import WireRecord
from infra.migration.chunks import ChunkJudge
from infra.migration.topic_door import LegacyInbox, LegacyTopic
from infra.postgres.connections import ConnectionPool
from infra.postgres.dead_letters import Coordinates, DeadLetters, NoSuchDeadLetter
from infra.postgres.inbox import Arrived

if TYPE_CHECKING:
    from psycopg2.extensions import cursor as Cursor


@dataclass(frozen=True, slots=True)
class LegacyLetters(LegacyTopic):
    """The consumer of an authority's records, as far as its letters are concerned: none waits for another."""

    @property
    def in_order(self) -> bool:
        return False

    def apply(self, messages: Sequence[object], cursor: object) -> None:
        """A legacy record is none of our messages: :func:`replay_record` takes it."""
        raise MessageRefused("legacyRecordIsNoMessage")


class _NotAgain(DeadLetters):
    """What would be set aside once more stays where it is."""

    def set_aside(
        self, cursor: Cursor, consumer: str, coordinates: Coordinates, record: WireRecord, reason: str, attempt: int
    ) -> None:
        raise MessageRefused(reason)


def replay_record(
    url: str,
    judge: ChunkJudge,
    pool: ConnectionPool,
    now: Callable[[], datetime],
    number: int,
    *,
    by: str,
    why: str,
) -> None:
    """Take an open letter as if its record came now, in one transaction with the note that it was.

    Raises ``NoSuchDeadLetter``, and :class:`~consumers.consumer.MessageRefused` for one that is still not taken: it
    stays open.
    """
    letters = _NotAgain(pool, judge.keys)
    letter, record = letters.opened(number)
    if record is None:
        raise NoSuchDeadLetter(f"dead letter {number} was erased: discard it")

    def settle(cursor: Any) -> None:
        cursor.execute(_SETTLE, (by, why, number))
        if cursor.rowcount == 0:
            raise NoSuchDeadLetter(f"there is no open dead letter {number}")

    with closing(LegacyInbox(url, judge, letters, now)) as inbox:
        inbox.receive([Arrived(letter.coordinates, letter.coordinates.topic, record)], settle)


_SETTLE: Final = """
update dead_letter set state = 'replayed', settled_at = now(), settled_by = %s, settled_why = %s, told = false
 where id = %s and state = 'open'
"""
