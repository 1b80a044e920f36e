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
from infra.postgres.server.troubles import Trouble, trouble_of

if TYPE_CHECKING:
    from psycopg2.extensions import connection as Connection

    from infra.postgres.server.deadlines import Deadlines, Watch

T = TypeVar("T")

_PAUSE: Final = 0.05
"""Seconds between two attempts; the embedded server is back after a crash in a quarter of a second."""

_SHORTEST_SECONDS: Final = 1.0
"""For an answer to a later attempt, however little patience is left."""


class _NotReady(DatabaseUnavailable):
    """The server answers but does not let a connection be prepared: asking again at once is of no use."""


class CertainConnection:
    """A connection for one user at a time that is opened when it is first needed, and again when it has broken."""

    def __init__(
        self,
        connect: Callable[[], Connection],
        prepare: Callable[[Connection], None],
        *,
        patience: float,
        deadlines: Deadlines | None = None,
    ) -> None:
        """``prepare`` is done once on each connection; ``patience`` counts seconds from the first attempt.

        ``deadlines`` are those with which ``connect`` opens its connections: then no attempt waits for ever.
        """
        self._connect = connect
        self._prepare = prepare
        self._patience = patience
        self._deadlines = deadlines
        self._connection: Connection | None = None

    def run(self, work: Callable[[Connection], T], *, since: float | None = None) -> tuple[T, bool]:
        """What ``work`` answers, and whether it was sent more than once.

        ``since``: the moment, in ``time.monotonic``, from which its callers have been waiting. Where the patience is
        used up by then and the connection is broken, it is not tried.

        Raises :class:`DatabaseUnavailable` when nothing was written (the server refused the work, or was never
        reached), and :class:`OutcomeUnknown` when it went away during the work and stayed away.
        """
        now = time.monotonic()
        deadline = (now if since is None else since) + self._patience
        if now >= deadline and self._connection is None:
            raise DatabaseUnavailable("the database has not come back while this waited", Trouble.SILENT)
        doubtful = False
        while True:
            watch = None
            try:
                connection = self._live()
                try:
                    watch = self._watch(connection, deadline if doubtful else None)
                    return work(connection), doubtful
                finally:
                    if watch is not None and watch.end():
                        self.close()
            except psycopg2.Error as why:
                trouble = self._trouble(why, watch)
                if self._connection is not None and not self._connection.closed:
                    self._pass_on(why, self._connection, trouble, doubtful=doubtful)
                self.close()
                doubtful = True
                if time.monotonic() >= deadline:
                    raise OutcomeUnknown from why
            except DatabaseUnavailable as why:
                # Nothing was sent, and one that does not answer is not soon back, as one is that was killed.
                is_no_use = isinstance(why, _NotReady) or (why.trouble is Trouble.SILENT and not doubtful)
                if is_no_use or time.monotonic() >= deadline:
                    if doubtful:
                        raise OutcomeUnknown from why
                    raise
            time.sleep(_PAUSE)

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _watch(self, connection: Connection, until: float | None) -> Watch | None:
        """Wait for an answer on the connection: for as long as one may take, or for what is left of the patience."""
        if self._deadlines is None:
            return None
        left = None if until is None else max(_SHORTEST_SECONDS, until - time.monotonic())
        return self._deadlines.watch(connection, left)

    def _trouble(self, why: psycopg2.Error, watch: Watch | None) -> Trouble:
        return trouble_of(why) if self._deadlines is None else self._deadlines.met_by(why, watch)

    def _live(self) -> Connection:
        if self._connection is None or self._connection.closed:
            self.close()
            connection = self._connect()
            watch = self._watch(connection, None)
            try:
                try:
                    self._prepare(connection)
                finally:
                    if watch is not None:
                        watch.end()
            except psycopg2.Error as why:
                refused = not connection.closed
                connection.close()
                sentence = f"the database is not ready for appends: {_sentence(why)}"
                raise (_NotReady if refused else DatabaseUnavailable)(sentence, self._trouble(why, watch)) from why
            self._connection = connection
        return self._connection

    @staticmethod
    def _pass_on(why: psycopg2.Error, connection: Connection, trouble: Trouble, *, doubtful: bool) -> NoReturn:
        """The server answered: it refused this attempt and rolled back, which says nothing of an earlier one."""
        if doubtful:
            raise OutcomeUnknown from why
        if is_the_databases_own(why, connection):
            raise DatabaseUnavailable(f"the database refused the append: {_sentence(why)}", trouble) from why
        raise why


def append_surely(
    connection: CertainConnection,
    batch: Sequence[AppendRequest],
    append_batch: Callable[[Connection, Sequence[AppendRequest]], list[Outcome]],
    *,
    since: float | None = None,
) -> list[Appended | AppendConflict]:
    """What became of each request of ``batch``; raises as :meth:`CertainConnection.run` does.

    When the connection breaks, the same batch is sent again: what the first attempt stored answers
    ``repeated``, with the leaf hash that proves it ours.
    """
    outcomes, sent_again = connection.run(lambda live: append_batch(live, batch), since=since)
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
