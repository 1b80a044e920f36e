"""Read the timeline of a case, with its free text, up to the end of its stream: a reader sees its own writes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from infra.keys import SubjectKeys
from infra.postgres.journal.recorded_events import END_OF_STREAM, events_of_case
from infra.postgres.read_models.row_scope import EVERYTHING, rows_within
from infra.postgres.server.connection_pool import ConnectionPool
from infra.sealed_groups import fields_of
from projections.case_file.body import WITHHELD, shown_time
from projections.recorded_event import RecordedEvent
from projections.timeline.model import TimelineEntry, TimelineModel, entry_of, stored_entries

LONGEST_PAGE: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class TimelinePage:
    """Entries as JSON values, in order; ``next_after`` is the version to read on from, None on the last page."""

    entries: tuple[dict[str, Any], ...]
    next_after: int | None


class Timelines:
    """The timelines of one log; safe to share between threads."""

    def __init__(self, readers: ConnectionPool, keys: SubjectKeys, *, origin: str) -> None:
        self._readers = readers
        self._keys = keys
        self._origin = origin

    def read(
        self, case_id: UUID, *, after: int = 0, limit: int = LONGEST_PAGE, up_to: int = END_OF_STREAM
    ) -> TimelinePage | None:
        """The entries beyond version ``after`` up to ``up_to``, at most ``limit``; None when there is no such case.

        An entry is ``{version, position, at, recordedAt, event, values}``, with ``text`` where there is one: free
        text, or ``{"withheld": "erased"}`` once its key has been destroyed. ValueError for a ``limit`` outside 1 to
        100. Raises what a damaged log raises, as :class:`infra.postgres.read_models.case_files.CaseFiles` does.
        """
        if not 1 <= limit <= LONGEST_PAGE:
            raise ValueError(f"a page has 1 to {LONGEST_PAGE} entries, not {limit}")
        with rows_within(self._readers, EVERYTHING) as cursor:
            head, entries = stored_entries(cursor, case_id, after=after, limit=limit)
            if head is None:
                return None
            head = min(head, up_to)
            entries = [each for each in entries if each.version <= head]
            reached = entries[-1].version if entries else after
            if reached < head and len(entries) < limit:
                # The projection has not come to the end of the stream yet: the rest is read from the stream itself.
                last = min(head, reached + limit - len(entries))
                events = events_of_case(cursor, case_id, TimelineModel.handles, after=reached, up_to=last)
                entries += [entry_of(event) for event in events]
        return self._page(entries, head)

    def page_of(self, events: Sequence[RecordedEvent], *, after: int = 0, limit: int = LONGEST_PAGE) -> TimelinePage:
        """The same from all events of a case that has been read."""
        entries = [entry_of(each) for each in events if each.version > after][:limit]
        return self._page(entries, events[-1].version if events else after)

    def _page(self, entries: Sequence[TimelineEntry], head: int) -> TimelinePage:
        more = bool(entries) and entries[-1].version < head
        return TimelinePage(
            entries=tuple(self._content(entry) for entry in entries),
            next_after=entries[-1].version if more else None,
        )

    def _content(self, entry: TimelineEntry) -> dict[str, Any]:
        content: dict[str, Any] = {
            "version": entry.version,
            "position": entry.position,
            "at": shown_time(entry.effective_at),
            "recordedAt": shown_time(entry.known_at),
            "event": entry.event,
            "values": dict(entry.told),
        }
        if entry.group is not None and entry.text_field is not None:
            fields = fields_of(entry.group, self._keys, self._origin)
            text = WITHHELD if fields is None else fields[entry.text_field]
            if text is not None:
                content["text"] = text
        return content
