"""An event that states by what its case is found, and nothing else that matters."""

from __future__ import annotations

from datetime import UTC, date, datetime
from uuid import UUID

from domain.case.application import Worker
from domain.case.events import CaseCorrected

_AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def stating(subject: UUID, *, ssin: str | None = None, employer: str | None = None) -> CaseCorrected:
    """The number of the worker, or the name of the employer; a worker with a number has the name of nobody else."""
    worker = Worker(family_name="Quist", birth_date=date(1985, 7, 30), nationality="IN", ssin=ssin)
    return CaseCorrected(
        effective_at=_AT,
        corrected=("employer",),
        employer=None,
        employment=None,
        by="caseHandler:h-1",
        worker_subject=subject,
        worker=None if ssin is None else worker,
        gross_pay=None,
        title=None,
        employer_name=employer,
        reason="as it is",
    )
