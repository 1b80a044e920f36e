"""Which names an event brings into a case: those of its worker and of its employer, by which the case is found."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from domain.case.application import Worker
from domain.case.events import (
    ApplicationSubmitted,
    CaseCorrected,
    CaseEvent,
    EmployerIdentified,
    LegacyRecordRetold,
)
from domain.case.legacy_events import RecordedWorker
from domain.case.personal_data import Personal, revealed


@dataclass(frozen=True, slots=True, kw_only=True)
class NamesOfCase:
    """Personal data, all of one data subject: a case keeps its employer's name under the key of its worker."""

    subject: UUID
    names: tuple[str, ...]


def names_in(event: CaseEvent) -> NamesOfCase | None:
    """The names that an event states; None for one that states none, and for what was erased."""
    match event:
        case ApplicationSubmitted() | CaseCorrected() | LegacyRecordRetold():
            return _names(event.worker_subject, (*_names_of(event.worker), revealed(event.employer_name)))
        case EmployerIdentified(worker_subject=UUID() as subject):
            return _names(subject, (revealed(event.name),))
        case _:
            return None


def _names_of(worker: Personal[Worker | RecordedWorker | None]) -> tuple[str | None, ...]:
    known = revealed(worker)
    return () if known is None else (known.given_name, known.family_name)


def _names(subject: UUID, stated: Iterable[str | None]) -> NamesOfCase | None:
    names = tuple(each for each in stated if each)
    return NamesOfCase(subject=subject, names=names) if names else None
