"""Work that is sent again until it is known whether it was committed.

An error at the commit means *unknown*, not *failed*. The work must therefore be such that a second time reports
what the first one did: ``journal_append`` answers ``repeated`` for a command that is already stored.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final, NoReturn, TypeVar

import psycopg2

from infra.postgres.journal.append_requests import Appended, AppendRequest, Outcome
from infra.postgres.journal.conflicts import AppendConflict, OutcomeUnknown, conflict_of
from infra.postgres.server.connections import DatabaseUnavailable, is_the_databases_own

if TYPE_CHECKING:
    from psycopg2.extensions import connection as Connection

T = TypeVar("T")

_PAUSE: Final = 0.05
"""Seconds between two attempts; the embedded server is back after a crash in a quarter of a second."""


class _NotReady(DatabaseUnavailable):
    """The server answers but does not let a connection be prepared: asking again at once is of no use."""


class CertainConnection:
    """A connection for one user at a time that is opened when it is first needed, and again when it has broken."""

    def __init__(
        self, connect: Callable[[], Connection], prepare: Callable[[Connection], None], *, patience: float
    ) -> None:
        """``prepare`` is done once on each connection; ``patience`` counts seconds from the first attempt."""
        self._connect = connect
        self._prepare = prepare
        self._patience = patience
        self._connection: Connection | None = None

    def run(self, work: Callable[[Connection], T]) -> tuple[T, bool]:
        """What ``work`` answers, and whether it was sent more than once.

        Raises :class:`DatabaseUnavailable` when nothing was written (the server refused the work, or was never
        reached), and :class:`OutcomeUnknown` when it went away during the work and stayed away.
        """
        deadline = time.monotonic() + self._patience
        doubtful = False
        while True:
            try:
                return work(self._live()), doubtful
            except psycopg2.Error as why:
                if self._connection is not None and not self._connection.closed:
                    self._pass_on(why, self._connection, doubtful=doubtful)
                self._connection = None
                doubtful = True
                if time.monotonic() >= deadline:
                    raise OutcomeUnknown from why
            except DatabaseUnavailable as why:
                if isinstance(why, _NotReady) or time.monotonic() >= deadline:
                    if doubtful:
                        raise OutcomeUnknown from why
                    raise
            time.sleep(_PAUSE)

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _live(self) -> Connection:
        if self._connection is None or self._connection.closed:
            connection = self._connect()
            try:
                self._prepare(connection)
            except psycopg2.Error as why:
                refused = not connection.closed
                connection.close()
                sentence = f"the database is not ready for appends: {_sentence(why)}"
                raise (_NotReady if refused else DatabaseUnavailable)(sentence) from why
            self._connection = connection
        return self._connection

    @staticmethod
    def _pass_on(why: psycopg2.Error, connection: Connection, *, doubtful: bool) -> NoReturn:
        """The server answered: it refused this attempt and rolled back, which says nothing of an earlier one."""
        if doubtful:
            raise OutcomeUnknown from why
        if is_the_databases_own(why, connection):
            raise DatabaseUnavailable(f"the database refused the append: {_sentence(why)}") from why
        raise why


def append_surely(
    connection: CertainConnection,
    batch: Sequence[AppendRequest],
    append_batch: Callable[[Connection, Sequence[AppendRequest]], list[Outcome]],
) -> list[Appended | AppendConflict]:
    """What became of each request of ``batch``; raises as :meth:`CertainConnection.run` does.

    When the connection breaks, the same batch is sent again: what the first attempt stored answers
    ``repeated``, with the leaf hash that proves it ours.
    """
    outcomes, sent_again = connection.run(lambda live: append_batch(live, batch))
    return [_answer(request, row, sent_again) for request, row in zip(batch, outcomes, strict=True)]


def _answer(request: AppendRequest, row: Outcome, sent_again: bool) -> Appended | AppendConflict:
    ours = row.outcome == "repeated" and sent_again and row.leaf_hash == request.result.leaf_hash
    if row.outcome != "appended" and not ours:
        return conflict_of(row)
    count, stream, result = len(request.events), request.touches[0].stream if request.touches else None, request.result
    first, last = row.first_position, row.last_position
    if first is not None:
        last = first + count - 1
    elif last is not None:
        first = last - count + 1
    return Appended(stream, result.version, first, last, result.leaf_hash)


def _sentence(why: psycopg2.Error) -> str:
    return (why.diag.message_primary or type(why).__name__) if why.diag else type(why).__name__
