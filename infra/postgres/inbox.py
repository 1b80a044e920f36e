"""What arrives for a consumer is applied in the transaction that moves its position: both happen, or neither.

What cannot be applied is set aside in that same transaction, with where it came from, so nothing is lost and nothing
holds up the rest. Too much of it stops the consumer: a fault of ours must not drain a topic into the dead letters.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import psycopg2

from consumers.consumer import Consumer, MessageRefused
from consumers.messages import Message
from infra.message_wire import WireRecord, from_wire
from infra.postgres.connections import ConnectionPool, DatabaseUnavailable
from infra.postgres.dead_letters import Coordinates, DeadLetters
from infra.postgres.in_order import AnotherWasQuicker, next_in_line

if TYPE_CHECKING:
    from psycopg2.extensions import cursor as Cursor

_ATTEMPTS: Final = 3
"""How often a message is tried whose consumer fails for a reason of its own."""

_log = logging.getLogger(__name__)


class PositionMoved(Exception):
    """The consumer's position is not where this process thought: another one has taken over. Nothing was written."""


@dataclass(frozen=True, slots=True)
class Arrived:
    """A record with where it came from; ``topic`` is without prefix."""

    coordinates: Coordinates
    topic: str
    record: WireRecord


class Inbox:
    """The one way in for a consumer's messages, over Kafka and in process."""

    def __init__(self, pool: ConnectionPool, consumer: Consumer, letters: DeadLetters) -> None:
        self._pool = pool
        self._consumer = consumer
        self._letters = letters

    def receive(self, arrived: Sequence[Arrived], move: Callable[[Cursor], None]) -> None:
        """Apply what has arrived and ``move`` the position, in one transaction.

        ``move`` locks and compares the position first and raises :class:`PositionMoved`. Raises that, and
        ``AnotherWasQuicker``, ``TooManyDeadLetters`` and ``DatabaseUnavailable``: then nothing has been written.
        """
        try:
            with self._pool.transaction() as connection, connection.cursor() as cursor:
                move(cursor)
                self._apply([from_wire(each.topic, each.record) for each in arrived], cursor)
        except (DatabaseUnavailable, PositionMoved, AnotherWasQuicker):
            raise
        except Exception as why:
            if not arrived:
                raise
            _log.warning(
                "consumer.one_by_one",
                extra={"consumer": self._consumer.name, "records": len(arrived), "why": type(why).__name__},
            )
            with self._pool.transaction() as connection, connection.cursor() as cursor:
                move(cursor)
                for each in arrived:
                    self._apply_or_set_aside(each, cursor)

    def _apply(self, messages: Sequence[Message], cursor: Cursor) -> None:
        due = next_in_line(cursor, self._consumer.name, messages) if self._consumer.in_order else messages
        if due:
            self._consumer.apply(due, cursor)

    def _apply_or_set_aside(self, arrived: Arrived, cursor: Cursor) -> None:
        reason = ""
        attempt = 0
        while attempt < _ATTEMPTS:
            attempt += 1
            cursor.execute("savepoint before_message")
            try:
                self._apply([from_wire(arrived.topic, arrived.record)], cursor)
            except MessageRefused as why:
                reason = why.reason
                cursor.execute("rollback to savepoint before_message")
                break
            except (psycopg2.OperationalError, psycopg2.InterfaceError, AnotherWasQuicker):
                raise
            except Exception as why:
                # Its text may hold what the message holds.
                reason = f"failed.{type(why).__name__}"
                _log.warning("consumer.message_failed", extra={"consumer": self._consumer.name, "why": reason})
                cursor.execute("rollback to savepoint before_message")
            else:
                cursor.execute("release savepoint before_message")
                return
        self._letters.set_aside(cursor, self._consumer.name, arrived.coordinates, arrived.record, reason, attempt)
