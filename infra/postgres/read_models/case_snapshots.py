"""A case with all that is shown of it, from one reading of its stream: no two parts are of different versions."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from domain.case.handling import CaseStream
from domain.case.lifecycle import Case
from infra.postgres.journal.journal import PostgresJournal
from infra.postgres.journal.journal_events import JournalNotification
from infra.postgres.journal.recorded_events import handled_events
from infra.postgres.read_models.case_files import CaseFiles, CaseFileView, DeadlinesView
from infra.postgres.read_models.timelines import LONGEST_PAGE, TimelinePage, Timelines
from projections.case_file.folding import fold as fold_file
from projections.case_file.folding import sealed_groups
from projections.case_file.shape import CaseFile, SealedGroup
from projections.case_file.table import CaseFileModel
from projections.recorded_event import RecordedEvent
from projections.timeline.model import TimelineModel


class CaseSnapshots:
    """Reads cases whole; safe to share between threads."""

    def __init__(self, journal: PostgresJournal, files: CaseFiles, timelines: Timelines) -> None:
        self._journal = journal
        self._files = files
        self._timelines = timelines

    def read(self, case_id: UUID) -> CaseSnapshot | None:
        """The current case, or None when there is none. Raises what ``CaseFiles`` raises."""
        stream, recorded = self._journal.read_recorded(case_id)
        if stream.case is None:
            return None
        return CaseSnapshot(
            stream, stream.case, [each.notification() for each in recorded], self._files, self._timelines
        )


class CaseSnapshot:
    """A case at one version. ``case`` is what is decided on; the rest is read only when it is requested.

    Of a long case not all events were read: then its file and timeline are read from their tables, and from the stream
    what these do not have yet, up to this same version.
    """

    def __init__(
        self,
        stream: CaseStream,
        case: Case,
        recorded: Sequence[JournalNotification],
        files: CaseFiles,
        timelines: Timelines,
    ) -> None:
        self.stream = stream
        self.case = case
        self._recorded = recorded
        self._files = files
        self._timelines = timelines

    @property
    def version(self) -> int:
        return self.stream.version

    def file(self) -> CaseFileView:
        """The case file, with its personal data."""
        return self._files.view_of(*self._file_and_groups())

    def deadlines(self) -> DeadlinesView:
        """The clocks of the case, and how the last day of each is derived."""
        return self._files.deadlines_of(self._file_and_groups(with_groups=False)[0])

    def timeline(self, *, after: int = 0, limit: int = LONGEST_PAGE) -> TimelinePage:
        """What happened beyond version ``after``, at most ``limit`` entries."""
        if self._has_all_events:
            return self._timelines.page_of(self._events(TimelineModel.handles), after=after, limit=limit)
        page = self._timelines.read(self.stream.case_id, after=after, limit=limit, up_to=self.version)
        if page is None:
            raise AssertionError("a case has a timeline from its first event on")
        return page

    @property
    def _has_all_events(self) -> bool:
        return self.stream.since.version == 0

    def _file_and_groups(self, *, with_groups: bool = True) -> tuple[CaseFile, Sequence[SealedGroup]]:
        if self._has_all_events:
            events = self._events(CaseFileModel.handles)
            return _file(events), sealed_groups(events)
        found = self._files.found(self.stream.case_id, up_to=self.version, with_groups=with_groups)
        if found is None:
            raise AssertionError("a case has a file from its first event on")
        return found

    def _events(self, handles: frozenset[str]) -> list[RecordedEvent]:
        return handled_events(self._recorded, handles)


def _file(events: Sequence[RecordedEvent]) -> CaseFile:
    file = fold_file(events)
    if file is None:
        raise AssertionError("a case has a file from its first event on")
    return file
