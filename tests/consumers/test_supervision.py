"""Workers in threads: the database may go and come back; any other end is told, not hidden."""

from __future__ import annotations

from collections import deque
from threading import Event

from infra.postgres.journal.conflicts import OutcomeUnknown
from infra.postgres.server.connections import DatabaseUnavailable
from infra.workers.supervision import Pauses, SupervisedWorker, Supervision
from tests.world.waiting import wait_until


class Scripted:
    """Ends each run with the next of ``ends``, and then works until it is stopped."""

    def __init__(self, *ends: Exception) -> None:
        self._ends = deque(ends)
        self._stopped = Event()
        self.at_work = Event()

    def run(self) -> None:
        if self._ends:
            raise self._ends.popleft()
        self.at_work.set()
        self._stopped.wait(10)

    def stop(self) -> None:
        self._stopped.set()


def test_a_database_that_is_away_is_waited_for() -> None:
    worker = Scripted(DatabaseUnavailable("away"), OutcomeUnknown())
    workers = Supervision([SupervisedWorker("checks", worker)])
    workers.start()
    assert worker.at_work.wait(5)
    assert workers.failed == ()
    workers.stop()


def test_any_other_error_ends_that_worker_alone() -> None:
    broken, sound = Scripted(ValueError("nobody foresaw this")), Scripted()
    workers = Supervision([SupervisedWorker("broken", broken), SupervisedWorker("sound", sound)])
    workers.start()
    assert sound.at_work.wait(5)
    wait_until(lambda: workers.failed == ("broken",), because="the broken worker has ended")
    assert not broken.at_work.is_set()
    workers.stop()


def test_a_consumer_in_trouble_is_run_again_and_ends_nobody_else() -> None:
    # given a consumer that a person has to look after twice
    reader, other = Scripted(LookupError("a person looks"), LookupError("a person looks")), Scripted()
    workers = Supervision(
        [
            SupervisedWorker("reader", reader, run_again=True, pauses=Pauses(in_trouble=0.2)),
            SupervisedWorker("other", other),
        ]
    )
    workers.start()
    assert other.at_work.wait(5)
    try:
        # then the service is told of it while it waits, and no worker has ended
        wait_until(lambda: workers.failed == ("reader",), because="it is told")
        assert workers.ended == ()
        # and once it was looked after it works, and is no trouble any more
        assert reader.at_work.wait(5)
        wait_until(lambda: not workers.failed, because="the trouble is over")
    finally:
        workers.stop()
