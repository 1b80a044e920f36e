"""A case with all that is shown of it, from one reading of its stream: no two parts are of different versions."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from domain.case.folding import fold
from domain.case.handling import CaseStream
from domain.case.lifecycle import Case
from infra.postgres.journal.journal import PostgresJournal
from infra.postgres.journal.journal_events import JournalNotification
from infra.postgres.journal.recorded_events import handled_events
from infra.postgres.read_models.case_files import CaseFiles, CaseFileView, DeadlinesView
from infra.postgres.read_models.timelines import LONGEST_PAGE, TimelinePage, Timelines
from projections.case_file.folding import fold as fold_file
from projections.case_file.folding import sealed_groups
from projections.case_file.shape import CaseFile
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
        case = fold(stream.events)
        if case is None:
            return None
        return CaseSnapshot(stream, case, [each.notification() for each in recorded], self._files, self._timelines)


class CaseSnapshot:
    """A case at one version. ``case`` is what is decided on; the rest is read only when it is requested."""

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
        events = self._events(CaseFileModel.handles)
        return self._files.view_of(_file(events), sealed_groups(events))

    def deadlines(self) -> DeadlinesView:
        """The clocks of the case, and how the last day of each is derived."""
        return self._files.deadlines_of(_file(self._events(CaseFileModel.handles)))

    def timeline(self, *, after: int = 0, limit: int = LONGEST_PAGE) -> TimelinePage:
        """What happened beyond version ``after``, at most ``limit`` entries."""
        return self._timelines.page_of(self._events(TimelineModel.handles), after=after, limit=limit)

    def _events(self, handles: frozenset[str]) -> list[RecordedEvent]:
        return handled_events(self._recorded, handles)


def _file(events: Sequence[RecordedEvent]) -> CaseFile:
    file = fold_file(events)
    if file is None:
        raise AssertionError("a case has a file from its first event on")
    return file
