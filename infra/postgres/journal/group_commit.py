"""Group commit: the commands of a process that wait at the same moment share one transaction.

No thread of its own and no linger: a caller that finds nobody leading encodes, seals and commits for everyone who is
waiting. When it begins to commit it hands the lead to the next in the queue, who seals a batch meanwhile. A lone
caller therefore pays for no hand-over, and under load a batch forms and is sealed while the previous one is flushed.

One thread encodes at a time, and compresses the texts of all commands of its batch in one call. Compressing gives up
the interpreter lock; with some dozens of threads about, each time another one takes it, and getting it back costs more
than the encoding.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from itertools import islice, pairwise
from threading import Lock, Thread
from typing import TYPE_CHECKING, Final

from infra.postgres.journal.append_function import MAX_EVENTS_PER_TRANSACTION, append, prepare_append
from infra.postgres.journal.append_requests import Appended, AppendRequest, ToAppend
from infra.postgres.journal.certain_outcome import CertainConnection, append_surely
from infra.postgres.journal.conflicts import AppendConflict, OutcomeUnknown
from infra.postgres.server.connections import DatabaseUnavailable
from infra.stored_form.compression import compressed_all

if TYPE_CHECKING:
    from psycopg2.extensions import connection as Connection

    from infra.postgres.server.deadlines import Deadlines

_MAX_COMMANDS_PER_TRANSACTION: Final = 512


class _Waiting:
    """A caller. ``turn`` is released once: when the answer is there, or when it is for this caller to lead."""

    __slots__ = ("answer", "came", "error", "leads", "next_to_wake", "request", "sealed", "turn")

    def __init__(self, request: ToAppend) -> None:
        self.request = request
        self.came = time.monotonic()
        self.sealed: AppendRequest | None = None
        self.answer: Appended | None = None
        self.error: Exception | None = None
        self.leads = False
        self.next_to_wake: _Waiting | None = None
        self.turn = Lock()
        self.turn.acquire()


class GroupCommitter:
    """Appends requests from any number of threads through one connection."""

    def __init__(
        self,
        connect: Callable[[], Connection],
        *,
        patience: float = 10.0,
        deadlines: Deadlines | None = None,
        on_append: Callable[[], None] | None = None,
    ) -> None:
        """``patience``: seconds for which a doubtful outcome is looked up before the caller learns that it is.

        It counts from when a caller came: whoever waited behind an append that got no answer does not wait again.
        ``deadlines`` as for :class:`CertainConnection`.
        """
        self._on_append = on_append
        self._connection = CertainConnection(connect, prepare_append, patience=patience, deadlines=deadlines)
        self.stored_at = 0.0
        """When the database last answered an append, in ``time.monotonic``; 0 before the first."""
        self.failed_at = 0.0
        """When it last failed one: an append that it refused for a conflict is none."""
        self._mutex = Lock()
        self._committing = Lock()
        self._queue: deque[_Waiting] = deque()
        self._led = False

    def submit(self, request: ToAppend) -> Appended:
        """Append and return what was stored, or raise what this one request ran into.

        Raises an ``AppendConflict``, what sealing the request raises, :class:`DatabaseUnavailable` when nothing was
        written, and ``OutcomeUnknown`` when the database went away at the commit and stayed away.
        """
        waiting = _Waiting(request)
        with self._mutex:
            waiting.leads = not self._led
            self._led = True
            if not waiting.leads:
                self._queue.append(waiting)
        if not waiting.leads:
            try:
                waiting.turn.acquire()
            except BaseException:
                # An interrupted caller still owes its turn to those who wait behind it.
                Thread(target=self._stand_in, args=(waiting,), name="group-commit-stand-in").start()
                raise
        self._take_turn(waiting)
        if waiting.error is not None:
            raise waiting.error
        if waiting.answer is None:
            raise AssertionError("a turn comes with an answer, an error or the lead")
        return waiting.answer

    def close(self) -> None:
        self._connection.close()

    def _stand_in(self, waiting: _Waiting) -> None:
        waiting.turn.acquire()
        self._take_turn(waiting)

    def _take_turn(self, waiting: _Waiting) -> None:
        """Wake the next of the same batch, or lead a batch of one's own."""
        if waiting.next_to_wake is not None:
            waiting.next_to_wake.turn.release()
        if waiting.leads:
            self._lead(waiting)

    def _lead(self, leader: _Waiting) -> None:
        """Commit the leader's request with all that wait and do not conflict with it; hand the lead on.

        Those who come while the batch before is committed still come along. The callers served are woken one by the
        other, not all at once: some dozens of threads that wake together spend more time fighting for the interpreter
        lock than the append takes.
        """
        batch = [leader]
        try:
            self._gather(batch)
            with self._committing:
                self._gather(batch)
                self._hand_on(leader)
                self._settle([waiting for waiting in batch if waiting.error is None])
        finally:
            self._hand_on(leader)
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

    def _hand_on(self, leader: _Waiting) -> None:
        """Let the next in the queue lead, if there is one and the leader has not done so before."""
        with self._mutex:
            if not leader.leads:
                return
            leader.leads = False
            successor = self._queue.popleft() if self._queue else None
            self._led = successor is not None
        if successor is not None:
            successor.leads = True
            successor.turn.release()

    def _gather(self, batch: list[_Waiting]) -> None:
        """Take in those who wait, and seal what is not sealed; what cannot be is its caller's error alone."""
        self._take_in(batch)
        written: list[tuple[_Waiting, list[bytes]]] = []
        for waiting in batch:
            if waiting.sealed is None and waiting.error is None:
                try:
                    written.append((waiting, waiting.request.texts()))
                except Exception as why:
                    waiting.error = why
        try:
            frames = iter(compressed_all([text for _, texts in written for text in texts]))
        except Exception as why:
            for waiting, _ in written:
                waiting.error = why
            return
        for waiting, texts in written:
            try:
                waiting.sealed = waiting.request.sealed([*islice(frames, len(texts))])
            except Exception as why:
                waiting.error = why

    def _settle(self, batch: list[_Waiting]) -> None:
        """Give each of the batch its answer or its error; a request that spoils the batch is the only one to fail."""
        requests = [waiting.sealed for waiting in batch if waiting.sealed is not None]
        if not requests:
            return
        try:
            answers = append_surely(self._connection, requests, append, since=batch[0].came)
        except (DatabaseUnavailable, OutcomeUnknown) as why:
            self.failed_at = time.monotonic()
            for waiting in batch:
                waiting.error = why
        except Exception as why:
            if len(batch) == 1:
                batch[0].error = why
            else:
                for waiting in batch:
                    self._settle([waiting])
        else:
            self.stored_at = time.monotonic()
            for waiting, answer in zip(batch, answers, strict=True):
                if isinstance(answer, AppendConflict):
                    waiting.error = answer
                else:
                    waiting.answer = answer

    def _take_in(self, batch: list[_Waiting]) -> None:
        """Add all who wait to the batch, but those who would meet another of it on a stream or an id.

        Only the leader takes from the queue, so it is held for a moment only: callers come in meanwhile.
        """
        with self._mutex:
            waiting_now = list(self._queue)
            self._queue.clear()
        if not waiting_now:
            return
        taken = set[object]().union(*(waiting.request.claims for waiting in batch))
        events = sum(waiting.request.size for waiting in batch)
        left: list[_Waiting] = []
        for waiting in waiting_now:
            claims = waiting.request.claims
            events += waiting.request.size
            fits = events <= MAX_EVENTS_PER_TRANSACTION and len(batch) < _MAX_COMMANDS_PER_TRANSACTION
            (batch if fits and taken.isdisjoint(claims) else left).append(waiting)
            taken |= claims
        if left:
            with self._mutex:
                self._queue.extendleft(reversed(left))
