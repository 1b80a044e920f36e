"""Group commit: the commands of a process that wait at the same moment share one transaction.

No thread of its own and no linger: a caller that finds a free lane commits for everyone who is waiting, then
hands the lane to the next in the queue. A lone caller therefore pays for no hand-over, and under
load a batch forms while the previous one is being flushed.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from itertools import pairwise
from threading import Lock, Thread
from typing import TYPE_CHECKING, Final

from infra.postgres.append_function import Outcome, append, prepare_append
from infra.postgres.append_requests import Appended, AppendRequest
from infra.postgres.certain_outcome import CertainConnection
from infra.postgres.conflicts import AppendConflict, OutcomeUnknown, conflict_of
from infra.postgres.connections import DatabaseUnavailable

if TYPE_CHECKING:
    from psycopg2.extensions import connection as Connection

MAX_EVENTS_PER_TRANSACTION: Final = 5_000
"""The head of the journal is never locked for more than this at a time."""

_MAX_COMMANDS_PER_TRANSACTION: Final = 512

_QUEUE_FOR_ANOTHER_LANE: Final = 12
"""Fewer than this are better off in the next batch of a lane that is under way."""


class _Waiting:
    """A caller in the queue. ``turn`` is released once: with an answer, or with a lane to lead."""

    __slots__ = ("answer", "error", "lane", "next_to_wake", "request", "turn")

    def __init__(self, request: AppendRequest) -> None:
        self.request = request
        self.answer: Appended | None = None
        self.error: Exception | None = None
        self.lane: CertainConnection | None = None
        self.next_to_wake: _Waiting | None = None
        self.turn = Lock()
        self.turn.acquire()


class GroupCommitter:
    """Appends requests from any number of threads through a few connections."""

    def __init__(
        self,
        connect: Callable[[], Connection],
        *,
        lanes: int = 1,
        patience: float = 10.0,
        on_append: Callable[[], None] | None = None,
    ) -> None:
        """``lanes``: batches under way at once; with two, one is sent while the other is being flushed.

        ``patience``: seconds for which a doubtful outcome is looked up before the caller is told so.
        """
        self._on_append = on_append
        self._mutex = Lock()
        self._queue: deque[_Waiting] = deque()
        self._lanes = [CertainConnection(connect, prepare_append, patience=patience) for _ in range(lanes)]
        self._free = list(self._lanes)

    def submit(self, request: AppendRequest) -> Appended:
        """Append and return what was stored, or raise what this one request ran into.

        Raises an ``AppendConflict``, :class:`DatabaseUnavailable` when nothing was written, and
        ``OutcomeUnknown`` when the database went away at the commit and stayed away.
        """
        waiting = _Waiting(request)
        with self._mutex:
            if self._free and (len(self._free) == len(self._lanes) or len(self._queue) >= _QUEUE_FOR_ANOTHER_LANE):
                waiting.lane = self._free.pop()
            else:
                self._queue.append(waiting)
        if waiting.lane is None:
            try:
                waiting.turn.acquire()
            except BaseException:
                # An interrupted caller still owes its turn to those who wait behind it.
                Thread(target=self._take_turn, args=(waiting,), name="group-commit-stand-in").start()
                raise
            waiting.turn.release()
        self._take_turn(waiting)
        if waiting.error is not None:
            raise waiting.error
        if waiting.answer is None:
            raise AssertionError("a turn comes with an answer, an error or a lane")
        return waiting.answer

    def close(self) -> None:
        for lane in self._lanes:
            lane.close()

    def _take_turn(self, waiting: _Waiting) -> None:
        """Wake the next of the same batch, or lead a batch of one's own."""
        if waiting.lane is None:
            waiting.turn.acquire()
            if waiting.next_to_wake is not None:
                waiting.next_to_wake.turn.release()
        if waiting.lane is not None:
            self._lead(waiting, waiting.lane)

    def _lead(self, leader: _Waiting, lane: CertainConnection) -> None:
        """Commit the leader's request with all that wait and do not stand in its way; hand the lane on.

        The callers served are woken one by the other, not all at once: some dozens of threads that wake
        together spend more time fighting for the interpreter lock than the append takes.
        """
        with self._mutex:
            batch = self._take_batch(leader)
        try:
            self._settle(lane, batch)
        finally:
            with self._mutex:
                successor = self._queue.popleft() if self._queue else None
                if successor is None:
                    self._free.append(lane)
            if successor is not None:
                successor.lane = lane
                successor.turn.release()
            for waiting in batch:
                if waiting.answer is None and waiting.error is None:  # the leader was interrupted
                    waiting.error = OutcomeUnknown()
            followers = batch[1:]
            for waiting, following in pairwise(followers):
                waiting.next_to_wake = following
            if followers:
                followers[0].turn.release()
        if self._on_append is not None:
            self._on_append()

    def _settle(self, lane: CertainConnection, batch: list[_Waiting]) -> None:
        """Give each of the batch its answer or its error; one that spoils the batch is told so alone."""
        try:
            answers = append_surely(lane, [waiting.request for waiting in batch], append)
        except (DatabaseUnavailable, OutcomeUnknown) as why:
            for waiting in batch:
                waiting.error = why
        except Exception as why:
            if len(batch) == 1:
                batch[0].error = why
            else:
                for waiting in batch:
                    self._settle(lane, [waiting])
        else:
            for waiting, answer in zip(batch, answers, strict=True):
                if isinstance(answer, AppendConflict):
                    waiting.error = answer
                else:
                    waiting.answer = answer

    def _take_batch(self, leader: _Waiting) -> list[_Waiting]:
        """The leader and all who wait, but those who would meet another of the batch on a stream or an id."""
        batch = [leader]
        taken = claims_of(leader.request)
        events = len(leader.request.events)
        left: list[_Waiting] = []
        while self._queue and len(batch) < _MAX_COMMANDS_PER_TRANSACTION:
            waiting = self._queue.popleft()
            claims = claims_of(waiting.request)
            events += len(waiting.request.events)
            if events > MAX_EVENTS_PER_TRANSACTION:
                left.append(waiting)
                break
            (batch if taken.isdisjoint(claims) else left).append(waiting)
            taken |= claims
        self._queue.extendleft(reversed(left))
        return batch


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


def claims_of(request: AppendRequest) -> set[object]:
    """What no two requests of one batch may share."""
    claims: set[object] = {(request.command.actor, request.command.id)}
    claims.update(touch.stream for touch in request.touches)
    if request.tracking is not None:
        claims.add(request.tracking.application_name)
    return claims


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
