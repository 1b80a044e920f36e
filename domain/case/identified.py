"""Whom the checks of a case are about, by the numbers that are on file now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from domain.case.application import Worker
from domain.case.events import (
    ApplicationSubmitted,
    CaseCorrected,
    CaseEvent,
    LegacyRecordRetold,
    PersonIdentifierReplaced,
)
from domain.case.folding import StreamCorrupt
from domain.case.legacy_events import RecordedWorker
from domain.case.personal_data import Personal, revealed
from domain.civil_time import civil_day


@dataclass(frozen=True, slots=True, kw_only=True)
class Identified:
    """``ssin`` is None for a worker who has no number yet, and for one whose data were erased."""

    authority: str
    filed_on: date
    employer_number: str
    worker_subject: UUID
    ssin: str | None
    worked_since: date | None
    """The first day of the work history in the application; None where there is none, or it was erased."""


def identified(events: Sequence[CaseEvent]) -> Identified:
    """As it was filed, with what has been corrected since.

    Raises :class:`StreamCorrupt` for a stream that does not begin with its submission.
    """
    filed = events[0] if events else None
    match filed:
        case ApplicationSubmitted():
            filed_on = civil_day(filed.effective_at)
            history = revealed(filed.work_history) or ()
        case LegacyRecordRetold():
            filed_on, history = filed.filed_on, ()
        case _:
            raise StreamCorrupt("the stream begins neither with ApplicationSubmitted nor with LegacyRecordRetold")
    employer, ssin = filed.employer.enterprise_number, _ssin_of(filed.worker)
    for event in events:
        if isinstance(event, LegacyRecordRetold):
            employer, ssin = event.employer.enterprise_number, _ssin_of(event.worker)
        elif isinstance(event, CaseCorrected):
            employer = employer if event.employer is None else event.employer.enterprise_number
            ssin = ssin if event.worker is None else _ssin_of(event.worker)
        elif isinstance(event, PersonIdentifierReplaced):
            ssin = revealed(event.ssin)
    return Identified(
        authority=filed.authority,
        filed_on=filed_on,
        employer_number=employer,
        worker_subject=filed.worker_subject,
        ssin=ssin,
        worked_since=min((each.from_ for each in history), default=None),
    )


def _ssin_of(worker: Personal[Worker | RecordedWorker | None]) -> str | None:
    worker_now = revealed(worker)
    return None if worker_now is None else worker_now.ssin
