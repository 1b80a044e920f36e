"""Facts on the clocks of a case: pauses, also backdated, and the warnings that were raised."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from domain.case.personal_data import Personal, SubjectRole, personal
from domain.plain_text import FreeText


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockPaused:
    """From ``effective_at`` on the service target does not run. Pauses of a case are numbered from 1."""

    effective_at: datetime
    pause: int
    ground: str
    by: str
    worker_subject: UUID
    legal_reference: Personal[str | None] = personal(SubjectRole.WORKER)
    motivation: Personal[FreeText | None] = personal(SubjectRole.WORKER)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockResumed:
    """The service target runs again from ``effective_at`` on."""

    effective_at: datetime
    pause: int
    by: str
    worker_subject: UUID
    motivation: Personal[FreeText | None] = personal(SubjectRole.WORKER)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockCorrected:
    """A pause was not as recorded: it lasted ``[paused_from, paused_to)`` in civil days of Europe/Brussels.

    ``paused_to`` is None for an open one; equal to ``paused_from`` for one that never was.
    """

    effective_at: datetime
    pause: int
    paused_from: date
    paused_to: date | None
    by: str
    worker_subject: UUID
    motivation: Personal[FreeText] = personal(SubjectRole.WORKER)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadlineWarned:
    """A clock came near its end; ``effective_at`` is the beginning of the day on which it did, ``due_on`` its last.

    Raised once for a ``run`` of the clock, whatever the clock does later. Each request for information runs the
    answer clock again; the other clocks run once.
    """

    effective_at: datetime
    clock: str
    run: int
    due_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadlineBreached:
    """The last day of a clock, ``due_on``, passed; ``effective_at`` is the beginning of the next. Raised once a run."""

    effective_at: datetime
    clock: str
    run: int
    due_on: date
