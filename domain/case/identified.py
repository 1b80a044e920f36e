"""Whom the checks of a case are about, by the numbers that are on file now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from domain.case.commands import CIVIL_TIME
from domain.case.events import ApplicationSubmitted, CaseCorrected, CaseEvent
from domain.case.folding import StreamCorrupt
from domain.case.personal_data import revealed


@dataclass(frozen=True, slots=True, kw_only=True)
class Identified:
    """``ssin`` is None for a worker who has no number yet, and for one whose data were erased."""

    authority: str
    filed_on: date
    employer_number: str
    worker_subject: UUID
    ssin: str | None


def identified(events: Sequence[CaseEvent]) -> Identified:
    """As it was filed, with what has been corrected since.

    Raises :class:`StreamCorrupt` for a stream that does not begin with its submission.
    """
    filed = events[0] if events else None
    if not isinstance(filed, ApplicationSubmitted):
        raise StreamCorrupt("the stream does not begin with ApplicationSubmitted")
    employer, worker = filed.employer, revealed(filed.worker)
    for event in events:
        if isinstance(event, CaseCorrected):
            employer = event.employer or employer
            worker = revealed(event.worker) or worker
    return Identified(
        authority=filed.authority,
        filed_on=filed.effective_at.astimezone(CIVIL_TIME).date(),
        employer_number=employer.enterprise_number,
        worker_subject=filed.worker_subject,
        ssin=None if worker is None else worker.ssin,
    )
