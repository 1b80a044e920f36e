"""Dead letters: records kept encrypted with where they came from, until a person replays or discards them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final
from uuid import UUID

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from consumers.consumer import Consumer, MessageRefused
from consumers.messages import Message
from domain.unusable import Unusable
from infra.keys import SubjectKeys
from infra.message_wire import WireRecord, from_wire
from infra.postgres.messages.in_order import next_in_line, passed_over
from infra.postgres.server.connection_pool import ConnectionPool
from infra.randomness import random_bytes

if TYPE_CHECKING:
    from psycopg2.extensions import cursor as Cursor

_NONCE_BYTES: Final = 12


class NoSuchDeadLetter(Unusable):
    """There is no open dead letter with this number."""


@dataclass(frozen=True, slots=True)
class Coordinates:
    """Where a record came from. In process the cluster is ``journal``, the partition 0, the offset a position."""

    cluster: str
    topic: str
    partition: int
    offset: int

    def __str__(self) -> str:
        return f"{self.cluster}/{self.topic}/{self.partition}/{self.offset}"


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadLetter:
    """What may be listed of a dead letter: everything but its content."""

    id: int
    consumer: str
    coordinates: Coordinates
    reason: str
    attempt: int
    set_aside_at: datetime
    state: str
    settled_by: str | None
    settled_why: str | None


class DeadLetters:
    """The dead letters of one database; each is under a key of its own, so that it can be erased."""

    def __init__(self, pool: ConnectionPool, keys: SubjectKeys) -> None:
        self._pool = pool
        self._keys = keys

    def add(
        self, cursor: Cursor, consumer: str, coordinates: Coordinates, record: WireRecord, reason: str, attempt: int
    ) -> None:
        """Add a record in the caller's transaction; one that was dead-lettered before is not kept twice."""
        subject = self._keys.mint()
        nonce = random_bytes(_NONCE_BYTES)
        sealed = AESGCM(self._keys.key_to_encrypt(subject)).encrypt(nonce, record.packed(), _bound(coordinates))
        cursor.execute(
            _ADD,
            (
                consumer, coordinates.cluster, coordinates.topic, coordinates.partition, coordinates.offset,
                reason, attempt, subject, nonce + sealed,
            ),
        )  # fmt: skip

    def listed(self, *, consumer: str | None = None, state: str = "open", limit: int = 1_000) -> list[DeadLetter]:
        """The oldest dead letters in this state, of one consumer or of all."""
        with self._pool.connection() as connection, connection.cursor() as cursor:
            cursor.execute(_LIST, {"consumer": consumer, "state": state, "limit": limit, "id": None})
            return [_letter(row) for row in cursor.fetchall()]

    def opened(self, letter_id: int) -> tuple[DeadLetter, WireRecord | None]:
        """A dead letter with its record, which is None once its key was destroyed. Raises :class:`NoSuchDeadLetter`."""
        with self._pool.connection() as connection, connection.cursor() as cursor:
            return self._read(cursor, letter_id)

    def claimed(self, cursor: Cursor, letter_id: int) -> tuple[DeadLetter, WireRecord | None]:
        """An open dead letter, locked in the caller's transaction. Raises :class:`NoSuchDeadLetter`."""
        return self._read(cursor, letter_id, lock=True)

    def settled(self, cursor: Cursor, letter_id: int, state: str, *, by: str, why: str) -> None:
        """Note in the caller's transaction what was done with a letter; ``state`` is ``replayed`` or ``discarded``."""
        cursor.execute(_SETTLE, (state, by, why, letter_id))

    def replay(self, letter_id: int, consumer: Consumer, *, by: str, why: str) -> None:
        """Apply an open dead letter now, and all that waited for it, in one transaction with the note that it was.

        Raises what the consumer raises (then the letter stays open), ``MessageRefused`` for one that still cannot be
        read or was erased, and :class:`NoSuchDeadLetter`.
        """
        with self._pool.transaction() as connection, connection.cursor() as cursor:
            letter, record = self.claimed(cursor, letter_id)
            if record is None:
                raise MessageRefused("contentErased")
            message = from_wire(letter.coordinates.topic, record)
            due = next_in_line(cursor, consumer.name, [message]) if consumer.in_order else [message]
            if due:
                consumer.apply(due, cursor)
            self.settled(cursor, letter_id, "replayed", by=by, why=why)

    def discard(self, letter_id: int, consumer: Consumer | None, *, by: str, why: str) -> None:
        """Give up an open dead letter; what waited for it is applied. Raises :class:`NoSuchDeadLetter`.

        ``consumer`` is None for one to whom order says nothing: then nothing waits.
        """
        with self._pool.transaction() as connection, connection.cursor() as cursor:
            letter, record = self.claimed(cursor, letter_id)
            message = None if record is None else _readable(letter.coordinates.topic, record)
            if consumer is not None and consumer.in_order and message is not None:
                due = passed_over(cursor, consumer.name, message)
                if due:
                    consumer.apply(due, cursor)
            self.settled(cursor, letter_id, "discarded", by=by, why=why)

    def _read(self, cursor: Cursor, letter_id: int, *, lock: bool = False) -> tuple[DeadLetter, WireRecord | None]:
        state = "open" if lock else None
        cursor.execute(
            _LIST + (" for update" if lock else ""),
            {"consumer": None, "state": state, "limit": 1, "id": letter_id},
        )
        rows = cursor.fetchall()
        if not rows:
            raise NoSuchDeadLetter(f"there is no {'open ' if lock else ''}dead letter {letter_id}")
        letter = _letter(rows[0])
        subject, sealed = rows[0][-2], bytes(rows[0][-1])
        key = self._keys.key_to_decrypt(subject)
        if key is None:
            return letter, None
        content = AESGCM(key).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], _bound(letter.coordinates))
        return letter, WireRecord.unpacked(content)


def _readable(topic: str, record: WireRecord) -> Message | None:
    """The message of a record; None for one that nobody can read, for which nobody waits."""
    try:
        return from_wire(topic, record)
    except MessageRefused:
        return None


def _bound(coordinates: Coordinates) -> bytes:
    return f"dead letter {coordinates}".encode()


def _letter(row: Sequence[object]) -> DeadLetter:
    number, consumer, cluster, topic, partition, offset, reason, attempt, at, state, by, why, subject, _ = row
    if not isinstance(at, datetime) or not isinstance(subject, UUID):
        raise TypeError("a row of dead_letter has another shape")
    return DeadLetter(
        id=int(str(number)),
        consumer=str(consumer),
        coordinates=Coordinates(str(cluster), str(topic), int(str(partition)), int(str(offset))),
        reason=str(reason),
        attempt=int(str(attempt)),
        set_aside_at=at,
        state=str(state),
        settled_by=None if by is None else str(by),
        settled_why=None if why is None else str(why),
    )


_ADD: Final = """
insert into dead_letter (consumer, cluster, topic, partition, "offset", reason, attempt, subject, sealed)
values (%s, %s, %s, %s, %s, %s, %s, %s, %s) on conflict do nothing
"""

_LIST: Final = """
select id, consumer, cluster, topic, partition, "offset", reason, attempt, set_aside_at, state, settled_by,
       settled_why, subject, sealed
  from dead_letter
 where (%(consumer)s::text is null or consumer = %(consumer)s) and (%(state)s::text is null or state = %(state)s)
   and (%(id)s::bigint is null or id = %(id)s)
 order by id limit %(limit)s
"""

_SETTLE: Final = """
update dead_letter set state = %s, settled_at = now(), settled_by = %s, settled_why = %s, told = false where id = %s
"""
