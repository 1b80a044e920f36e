"""By which numbers cases are found, without a database, for tests that are not about finding."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from domain.case.events import CaseEvent
from domain.case.found_by import found_by


class CaseIndexInMemory:
    """Of numbers alone; one contract holds for these and the durable ones."""

    def __init__(self) -> None:
        self._persons: set[tuple[str, UUID]] = set()

    def remember(self, _authority: str, events: Iterable[CaseEvent]) -> None:
        stated = [each for event in events if (each := found_by(event)) is not None]
        self._persons.update((each.ssin, each.subject) for each in stated if each.ssin is not None)

    def subjects_of(self, ssin: str) -> frozenset[UUID]:
        return frozenset(subject for person, subject in self._persons if person == ssin)
