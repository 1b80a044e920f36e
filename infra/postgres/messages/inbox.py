"""What arrives for a consumer is applied in the transaction that moves its position: both happen, or neither.

What cannot be applied is dead-lettered in that same transaction, with where it came from, so nothing is lost and
nothing holds up the rest.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from consumers.consumer import Consumer, MessageRefused
from consumers.messages import Message
from infra.message_wire import WireRecord, from_wire
from infra.postgres.messages.consumer_stops import FAILED, ConsumerStops, StopLimits
from infra.postgres.messages.dead_letters import Coordinates, DeadLetters
from infra.postgres.messages.in_order import AnotherWasQuicker, next_in_line
from infra.postgres.server.connection_pool import ConnectionPool
from infra.postgres.server.connections import DatabaseUnavailable, is_the_databases_own
from infra.structured_logs import get_logger

if TYPE_CHECKING:
    from psycopg2.extensions import cursor as Cursor

_ATTEMPTS: Final = 3
"""How often a message is tried whose consumer fails for a reason of its own."""

_log = get_logger(__name__)


class PositionMoved(Exception):
    """The consumer's position is not where this process thought: another one has taken over. Nothing was written."""


class _HeldUp(Exception):
    """Something among the records keeps them from being applied together."""


@dataclass(frozen=True, slots=True)
class Arrived:
    """A record with where it came from; ``topic`` is without prefix."""

    coordinates: Coordinates
    topic: str
    record: WireRecord


class Inbox:
    """The one way in for a consumer's messages, over Kafka and in process."""

    def __init__(
        self, pool: ConnectionPool, consumer: Consumer, letters: DeadLetters, limits: StopLimits | None = None
    ) -> None:
        self._pool = pool
        self._consumer = consumer
        self._letters = letters
        self._stops = ConsumerStops(consumer.name, limits)

    def require_running(self) -> None:
        """Raise ``ConsumerStopped`` while a person has to look first, and ``DatabaseUnavailable``."""
        with self._pool.connection() as connection, connection.cursor() as cursor:
            self._stops.require_running(cursor)

    def receive(self, arrived: Sequence[Arrived], move: Callable[[Cursor], None]) -> None:
        """Apply what has arrived and ``move`` the position, in one transaction.

        ``move`` locks and compares the position first and raises :class:`PositionMoved`. Raises that, and
        ``AnotherWasQuicker`` and ``DatabaseUnavailable``: then nothing has been written. Raises ``ConsumerStopped``
        where too much has failed: then what failed has been dead-lettered, and the position is behind it.
        """
        if not self._taken_together(arrived, move):
            self._take_one_by_one(arrived, move)

    def _taken_together(self, arrived: Sequence[Arrived], move: Callable[[Cursor], None]) -> bool:
        try:
            with self._pool.transaction() as connection, connection.cursor() as cursor:
                move(cursor)
                self._stops.require_running(cursor)
                try:
                    self._apply([from_wire(each.topic, each.record) for each in arrived], cursor)
                except (DatabaseUnavailable, AnotherWasQuicker):
                    raise
                except Exception as why:
                    raise _blamed(why, cursor) from why
                recent = self._stops.weighed(cursor, [False] * len(arrived))
        except _HeldUp as why:
            kind = type(why.__cause__).__name__
            _log.warning(
                "consumer.one_by_one",
                consumer=self._consumer.name,
                records=len(arrived),
                why=kind,
            )
            return False
        self._stops.committed(recent)
        return True

    def _take_one_by_one(self, arrived: Sequence[Arrived], move: Callable[[Cursor], None]) -> None:
        with self._pool.transaction() as connection, connection.cursor() as cursor:
            move(cursor)
            outcomes = [self._failed(each, cursor) for each in arrived]
            recent = self._stops.weighed(cursor, [each for each in outcomes if each is not None])
        # Not before: the dead letters are there for the operator who looks why it stopped.
        self._stops.committed(recent)

    def _apply(self, messages: Sequence[Message], cursor: Cursor) -> None:
        due = next_in_line(cursor, self._consumer.name, messages) if self._consumer.in_order else messages
        if due:
            self._consumer.apply(due, cursor)

    def _failed(self, arrived: Arrived, cursor: Cursor) -> bool | None:
        """Apply one record or dead-letter it: whether it failed; None for one that breaks its contract."""
        kind = ""
        for _ in range(_ATTEMPTS):
            cursor.execute("savepoint before_message")
            try:
                self._apply([from_wire(arrived.topic, arrived.record)], cursor)
            except MessageRefused as why:
                cursor.execute("rollback to savepoint before_message")
                self._dead_letter(arrived, cursor, why.reason, 1)
                return None
            except (DatabaseUnavailable, AnotherWasQuicker):
                raise
            except Exception as why:
                blamed = _blamed(why, cursor)
                if not isinstance(blamed, _HeldUp):
                    raise blamed from why
                # Its text may hold what the message holds.
                kind = type(why).__name__
                _log.warning("consumer.message_failed", consumer=self._consumer.name, why=kind)
                cursor.execute("rollback to savepoint before_message")
            else:
                cursor.execute("release savepoint before_message")
                return False
        self._dead_letter(arrived, cursor, FAILED + kind, _ATTEMPTS)
        return True

    def _dead_letter(self, arrived: Arrived, cursor: Cursor, reason: str, attempt: int) -> None:
        self._letters.add(cursor, self._consumer.name, arrived.coordinates, arrived.record, reason, attempt)


def _blamed(why: Exception, cursor: Cursor) -> Exception:
    """What an error is taken for: the database's own, or that of the records that were given to it."""
    if is_the_databases_own(why, cursor.connection):
        return DatabaseUnavailable(f"the database could not do the work: {type(why).__name__}")
    return _HeldUp()
