"""What an event says by which its case is found: the number of its worker, the names of worker and employer."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from domain.case.application import Worker
from domain.case.events import (
    ApplicationSubmitted,
    CaseCorrected,
    CaseEvent,
    EmployerIdentified,
    LegacyRecordRetold,
    PersonIdentifierReplaced,
)
from domain.case.legacy_events import RecordedWorker
from domain.case.personal_data import revealed


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundBy:
    """Personal data, all of one data subject: a case keeps its employer's name under the key of its worker."""

    subject: UUID
    ssin: str | None = None
    names: tuple[str, ...] = ()


class FindableCases(Protocol):
    """By what cases are found again."""

    def remember(self, authority: str, events: Iterable[CaseEvent]) -> None:
        """Make the cases of these events, all of one authority, findable by the numbers and names that they state."""


def found_by(event: CaseEvent) -> FoundBy | None:
    """The number and the names that an event states; None for one that states neither, and for what was erased."""
    match event:
        case ApplicationSubmitted() | CaseCorrected() | LegacyRecordRetold():
            worker: Worker | RecordedWorker | None = revealed(event.worker)
            employer = revealed(event.employer_name)
            if worker is None:
                return _found(event.worker_subject, names=(employer,))
            return _found(
                event.worker_subject, ssin=worker.ssin, names=(worker.given_name, worker.family_name, employer)
            )
        case EmployerIdentified(worker_subject=UUID() as subject):
            return _found(subject, names=(revealed(event.name),))
        case PersonIdentifierReplaced():
            return _found(event.worker_subject, ssin=revealed(event.ssin))
        case _:
            return None


def _found(subject: UUID, *, ssin: str | None = None, names: Iterable[str | None] = ()) -> FoundBy | None:
    stated = tuple(each for each in names if each)
    return FoundBy(subject=subject, ssin=ssin, names=stated) if ssin or stated else None
