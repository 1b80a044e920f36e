"""What was asked of the journal and what it acknowledged: the test's own record, never the system's."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Event, Lock, Thread

from infra.postgres.journal.append_requests import Appended, AppendRequest
from infra.postgres.journal.conflicts import OutcomeUnknown
from infra.postgres.journal.group_commit import GroupCommitter
from infra.postgres.server.connections import DatabaseUnavailable
from tests.journal.appends import JournalAsStored, request


@dataclass
class Acknowledgements:
    asked: dict[str, AppendRequest] = field(default_factory=dict)
    acknowledged: dict[str, Appended] = field(default_factory=dict)
    unknown: set[str] = field(default_factory=set)
    unexpected: list[Exception] = field(default_factory=list)
    _mutex: Lock = field(default_factory=Lock)

    def submit(self, committer: GroupCommitter, each: AppendRequest) -> None:
        """Ask for one append and note what became of it; an error is noted as not acknowledged."""
        with self._mutex:
            self.asked[each.command.id] = each
        try:
            appended = committer.submit(each)
        except OutcomeUnknown:
            self.unknown.add(each.command.id)
        except DatabaseUnavailable:
            return
        except Exception as why:
            self.unexpected.append(why)
        else:
            self.acknowledged[each.command.id] = appended

    def require_kept_by(self, stored: JournalAsStored) -> None:
        """Each acknowledged event once, at its position, with its bytes; nothing that nobody asked; nothing by half."""
        assert self.unexpected == []
        stored.require_sound()
        at = {row.position: row for row in stored.rows}
        streams: dict[object, list[int]] = {}
        for row in stored.rows:
            streams.setdefault(row.stream, []).append(row.position)
        for number, appended in self.acknowledged.items():
            events = self.asked[number].events
            assert appended.first_position is not None
            for position, event in enumerate(events, appended.first_position):
                row = at[position]
                assert (row.stream, row.version, row.envelope, row.body) == (
                    event.stream, event.version, event.envelope, event.body
                )  # fmt: skip
        by_stream = {each.touches[0].stream: each for each in self.asked.values()}
        for stream, positions in streams.items():
            assert len(positions) == len(by_stream[stream].events)  # type: ignore[index]


class Load:
    """Threads that append without pause until they are told to stop, each request on a stream of its own."""

    def __init__(self, committer: GroupCommitter, *, threads: int = 16) -> None:
        self.record = Acknowledgements()
        self._stopped = Event()
        self._threads = [Thread(target=self._run, args=(committer, n)) for n in range(threads)]

    def _run(self, committer: GroupCommitter, number: int) -> None:
        while not self._stopped.is_set():
            self.record.submit(committer, request(count=1 + number % 3))

    def during(self, fault: Callable[[], None]) -> Acknowledgements:
        for each in self._threads:
            each.start()
        try:
            fault()
        finally:
            self._stopped.set()
            for each in self._threads:
                each.join(60)
        assert not any(each.is_alive() for each in self._threads), "a caller never got an answer"
        return self.record
