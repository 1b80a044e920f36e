"""A case with all that is shown of it, from one reading of its stream: no two parts are of different versions.

Only what is asked for is computed. Whoever looks at the file of a short case needs no fold of it: whose it is, its
events say in clear.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final
from uuid import UUID

from domain.case.handling import CaseStream
from domain.case.lifecycle import Case
from domain.case.parties import Parties
from domain.computed_once import computed_once
from infra.postgres.journal.folded_cases import CaseAsRead
from infra.postgres.journal.journal import PostgresJournal
from infra.postgres.journal.recorded_events import handled_events
from infra.postgres.read_models.case_files import CaseFiles, CaseFileView, DeadlinesView
from infra.postgres.read_models.timelines import LONGEST_PAGE, TimelinePage, Timelines
from projections.case_file.folding import fold as fold_file
from projections.case_file.folding import sealed_groups
from projections.case_file.shape import CaseFile, SealedGroup
from projections.case_file.table import CaseFileModel
from projections.parties import PARTIES_FROM, parties_of
from projections.recorded_event import RecordedEvent
from projections.timeline.model import TimelineModel

_TO_BE_SHOWN: Final = CaseFileModel.handles | TimelineModel.handles | PARTIES_FROM


class CaseSnapshots:
    """Reads cases whole; safe to share between threads."""

    def __init__(self, journal: PostgresJournal, files: CaseFiles, timelines: Timelines) -> None:
        self._journal = journal
        self._files = files
        self._timelines = timelines

    def read(self, case_id: UUID) -> CaseSnapshot | None:
        """The current case, or None when there is none. Raises what ``CaseFiles`` raises."""
        read = self._journal.read_recorded(case_id)
        return self._snapshot(case_id, read) if read.version else None

    def read_each(self, case_ids: Iterable[UUID]) -> Iterator[CaseSnapshot]:
        """The current cases of a list, in its order, each once, but those that there are not. Raises as :meth:`read`.

        One that is not kept by who asks is not in memory when the next one comes.
        """
        for case_id, read in self._journal.read_recorded_each(case_ids):
            yield self._snapshot(case_id, read)

    def _snapshot(self, case_id: UUID, read: CaseAsRead) -> CaseSnapshot:
        return CaseSnapshot(case_id, read, self._journal, self._files, self._timelines)


class CaseSnapshot:
    """A case at one version. ``case`` is what is decided on; each part is read and computed when it is requested.

    Of a long case not all events were read: then its file and timeline are read from their tables, and from the stream
    what these do not have yet, up to this same version.
    """

    def __init__(
        self,
        case_id: UUID,
        read: CaseAsRead,
        journal: PostgresJournal,
        files: CaseFiles,
        timelines: Timelines,
    ) -> None:
        self.case_id: Final = case_id
        self.version: Final = read.version
        self._read = read
        self._journal = journal
        self._files = files
        self._timelines = timelines

    @computed_once
    def stream(self) -> CaseStream:
        """The case as commands see it. Raises ``StreamCorrupt``, and what a damaged log raises."""
        return self._journal.stream_of(self.case_id, self._read)

    @property
    def case(self) -> Case:
        """Raises as :attr:`stream`."""
        if self.stream.case is None:
            raise AssertionError("a stream with events has a case")
        return self.stream.case

    @property
    def parties(self) -> Parties:
        """Whose case it is, by its stream alone: of a long case by its fold. Raises as :attr:`stream`."""
        return parties_of(self._all_events) if self._read.is_short else self.case.parties

    @property
    def worker_numbers(self) -> tuple[str, ...]:
        """The numbers (SSIN) that are the worker's, which only the fold knows. Raises as :attr:`stream`."""
        return self.case.worker_numbers

    def file(self) -> CaseFileView:
        """The case file, with its personal data."""
        return self._files.view_of(*self._file_and_groups())

    def deadlines(self) -> DeadlinesView:
        """The clocks of the case, and how the last day of each is derived."""
        return self._files.deadlines_of(self._file_and_groups(with_groups=False)[0])

    def timeline(self, *, after: int = 0, limit: int = LONGEST_PAGE) -> TimelinePage:
        """What happened beyond version ``after``, at most ``limit`` entries."""
        if self._read.has_all_events:
            return self._timelines.page_of(self._events(TimelineModel.handles), after=after, limit=limit)
        page = self._timelines.read(self.case_id, after=after, limit=limit, up_to=self.version)
        if page is None:
            raise AssertionError("a case has a timeline from its first event on")
        return page

    def _file_and_groups(self, *, with_groups: bool = True) -> tuple[CaseFile, Sequence[SealedGroup]]:
        if self._read.has_all_events:
            events = self._events(CaseFileModel.handles)
            return _file(events), sealed_groups(events) if with_groups else ()
        found = self._files.found(self.case_id, up_to=self.version, with_groups=with_groups)
        if found is None:
            raise AssertionError("a case has a file from its first event on")
        return found

    @computed_once
    def _all_events(self) -> list[RecordedEvent]:
        """Of those that were read, all that say something of what is shown, or of whose it is."""
        return handled_events((each.notification() for each in self._read.events), _TO_BE_SHOWN)

    def _events(self, handles: frozenset[str]) -> list[RecordedEvent]:
        return [each for each in self._all_events if each.name in handles]


def _file(events: Sequence[RecordedEvent]) -> CaseFile:
    file = fold_file(events)
    if file is None:
        raise AssertionError("a case has a file from its first event on")
    return file
