"""Group commit: the commands of a process that wait at the same moment share one transaction.

No thread of its own and no linger: the first caller that finds nobody committing commits for everyone who is
waiting, then hands the lead to the next in the queue. A lone caller therefore pays for no hand-over, and under
load a batch forms while the previous one is being flushed.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from threading import Lock
from typing import TYPE_CHECKING, Final

import psycopg2

from infra.postgres.append_function import Outcome, append, prepare_append
from infra.postgres.append_requests import Appended, AppendRequest
from infra.postgres.connections import DatabaseUnavailable
from infra.postgres.conflicts import OutcomeUnknown, conflict_of

if TYPE_CHECKING:
    from psycopg2.extensions import connection as Connection

MAX_EVENTS_PER_TRANSACTION: Final = 5_000
"""The head of the journal is never locked for more than this at a time."""

_MAX_COMMANDS_PER_TRANSACTION: Final = 512


class _Waiting:
    """A caller in the queue. ``turn`` is released once: with an answer, or with the lead."""

    __slots__ = ("answer", "error", "request", "turn")

    def __init__(self, request: AppendRequest) -> None:
        self.request = request
        self.answer: Appended | None = None
        self.error: Exception | None = None
        self.turn = Lock()
        self.turn.acquire()


class GroupCommitter:
    """Appends requests from any number of threads through one connection."""

    def __init__(
        self,
        connect: Callable[[], Connection],
        *,
        patience: float = 10.0,
        on_append: Callable[[], None] | None = None,
    ) -> None:
        """``patience``: seconds for which a doubtful outcome is looked up before the caller is told so."""
        self._connect = connect
        self._patience = patience
        self._on_append = on_append
        self._mutex = Lock()
        self._queue: deque[_Waiting] = deque()
        self._led = False
        self._connection: Connection | None = None

    def submit(self, request: AppendRequest) -> Appended:
        """Append and return what was stored, or raise what this one request ran into.

        Raises an ``AppendConflict``, :class:`DatabaseUnavailable` when nothing was written,
        and ``OutcomeUnknown`` when the database went away at the commit and stayed away.
        """
        waiting = _Waiting(request)
        with self._mutex:
            self._queue.append(waiting)
            follow = self._led
            self._led = True
        if follow:
            waiting.turn.acquire()
        if waiting.answer is None and waiting.error is None:
            self._lead()
        if waiting.error is not None:
            raise waiting.error
        if waiting.answer is None:
            raise AssertionError("the leader's own request is always in the batch it commits")
        return waiting.answer

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()

    def _lead(self) -> None:
        """Commit one batch, which holds the leader's own request, then hand the lead over."""
        with self._mutex:
            batch = self._take_batch()
        try:
            self._settle(batch)
        finally:
            with self._mutex:
                successor = self._queue[0] if self._queue else None
                self._led = successor is not None
            if successor is not None:
                successor.turn.release()
            for waiting in batch[1:]:
                waiting.turn.release()
        if self._on_append is not None:
            self._on_append()

    def _settle(self, batch: list[_Waiting]) -> None:
        """Give each of the batch its answer or its error; one that spoils the batch is told so alone."""
        try:
            outcomes = self._commit([waiting.request for waiting in batch])
        except (DatabaseUnavailable, OutcomeUnknown) as why:
            for waiting in batch:
                waiting.error = why
        except Exception as why:
            if len(batch) == 1:
                batch[0].error = why
            else:
                for waiting in batch:
                    self._settle([waiting])
        else:
            for waiting, outcome in zip(batch, outcomes, strict=True):
                _answer(waiting, outcome)

    def _take_batch(self) -> list[_Waiting]:
        """The longest run of waiting requests that do not stand in each other's way."""
        batch: list[_Waiting] = []
        left: list[_Waiting] = []
        taken: set[object] = set()
        events = 0
        while self._queue and len(batch) < _MAX_COMMANDS_PER_TRANSACTION:
            waiting = self._queue.popleft()
            request = waiting.request
            claims = {touch.stream for touch in request.touches} | {
                (request.command.actor, request.command.id)
            }
            if request.tracking is not None:
                claims.add(request.tracking.application_name)
            events += len(request.events)
            if batch and (events > MAX_EVENTS_PER_TRANSACTION or not taken.isdisjoint(claims)):
                left.append(waiting)
                if events > MAX_EVENTS_PER_TRANSACTION:
                    break
            else:
                batch.append(waiting)
            taken |= claims
        self._queue.extendleft(reversed(left))
        return batch

    def _commit(self, batch: list[AppendRequest]) -> list[Outcome]:
        """Append; when the connection breaks, send the same batch again until the true outcome is known.

        Sending again is safe: what was committed answers ``repeated``, with the leaf hash that proves it ours.
        """
        deadline = time.monotonic() + self._patience
        doubtful = False
        while True:
            try:
                outcomes = append(self._live_connection(), batch)
                return [_own(request, row) for request, row in zip(batch, outcomes, strict=True)]
            except (psycopg2.OperationalError, psycopg2.InterfaceError) as why:
                if self._connection is not None and not self._connection.closed:
                    # The server answered: it refused the work and rolled back.
                    raise DatabaseUnavailable(f"the database refused the append: {_sentence(why)}") from why
                self._connection = None
                doubtful = True
                if time.monotonic() >= deadline:
                    raise OutcomeUnknown from why
            except DatabaseUnavailable:
                if time.monotonic() >= deadline:
                    if doubtful:
                        raise OutcomeUnknown from None
                    raise
            time.sleep(0.05)

    def _live_connection(self) -> Connection:
        if self._connection is None or self._connection.closed:
            connection = self._connect()
            prepare_append(connection)
            self._connection = connection
        return self._connection


def _own(request: AppendRequest, row: Outcome) -> Outcome:
    """A repeated command whose stored leaf is the one just sent was stored by this very request."""
    if row.outcome == "repeated" and request.events and row.leaf_hash == request.events[-1].leaf_hash:
        first = None if row.last_position is None else row.last_position - len(request.events) + 1
        return row._replace(outcome="appended", first_position=first)
    return row


def _answer(waiting: _Waiting, outcome: Outcome) -> None:
    request = waiting.request
    if outcome.outcome == "appended":
        first, result = outcome.first_position, request.result
        last = None if first is None else first + len(request.events) - 1
        stream = request.touches[0].stream if request.touches else None
        waiting.answer = Appended(stream, result.version, first, last, result.leaf_hash)
    else:
        waiting.error = conflict_of(outcome)


def _sentence(why: psycopg2.Error) -> str:
    return (why.diag.message_primary or type(why).__name__) if why.diag else type(why).__name__
