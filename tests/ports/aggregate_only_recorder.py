"""The journal as a plain aggregate recorder, for the event library's own cases and for nothing else.

An aggregate recorder gives no positions; the product always has them, so this variant lives with the tests.
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from eventsourcing.persistence import AggregateRecorder, StoredEvent

from infra.postgres.journal.recorder import JournalRecorder


class AggregateOnlyRecorder(AggregateRecorder):
    def __init__(self, journal: JournalRecorder) -> None:
        self._journal = journal

    def insert_events(self, stored_events: Sequence[StoredEvent], **kwargs: Any) -> None:
        self._journal.insert_events(stored_events, **kwargs)

    def select_events(self, originator_id: UUID | str, **kwargs: Any) -> Sequence[StoredEvent]:
        return self._journal.select_events(originator_id, **kwargs)
