"""The trace of a record in quarantine: who did what with it and why, and who has looked at its content."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final
from uuid import UUID

from infra.migration.record_paths import RepairRefused

if TYPE_CHECKING:
    from psycopg2.extensions import connection as Connection
    from psycopg2.extensions import cursor as Cursor

CORRECTED: Final = "corrected"
LOOKED_AT: Final = "lookedAt"
REPLAYED_IN_VAIN: Final = "replayed in vain"
RETOLD: Final = "retold"

_SEPARATOR: Final = ": "


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """``detail`` is the field that was corrected, or the reason for which a record waits still; else empty."""

    id: int
    what: str
    detail: str
    by: str
    motive: str | None
    at: datetime


class ChangedSince(RepairRefused):
    """Somebody has changed the record since it was shown; ``step`` is the first change that was not seen."""

    def __init__(self, step: Step) -> None:
        super().__init__(
            f"{step.by} has changed the record since you opened it: look at what it says now, and do it again if it is"
            " still right"
        )
        self.step = step


def said(what: str, detail: str) -> str:
    """A step as the trace holds it."""
    return f"{what}{_SEPARATOR}{detail}"


def steps_of(connection: Connection, record_id: UUID) -> tuple[Step, ...]:
    """All that was done with a record, the first step first."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select id, what, by, motive, at from legacy_quarantine_step where record_id = %s order by id", (record_id,)
        )
        return tuple(_step(*row) for row in cursor.fetchall())


def changes_since(connection: Connection, record_id: UUID, seen: int | None) -> tuple[Step, ...]:
    """The changes that came after the step ``seen``; none where nobody says what was seen."""
    if seen is None:
        return ()
    return tuple(each for each in steps_of(connection, record_id) if each.id > seen and each.what != LOOKED_AT)


def is_repeated(since: Sequence[Step], whats: Sequence[str], detail: str | None, *, by: str, motive: str) -> bool:
    """Whether what is asked was done already: a form that was sent twice. False where nothing was changed.

    Raises :class:`ChangedSince` where something else was changed.
    """
    if not since:
        return False
    first = since[0]
    same = first.what in whats and detail in (None, first.detail) and (first.by, first.motive) == (by, motive)
    if not same:
        raise ChangedSince(first)
    return True


def hold(cursor: Cursor, record_id: UUID) -> None:
    """Keep others from repairing the record until the end of the transaction."""
    cursor.execute("select from legacy_quarantine where record_id = %s for update", (record_id,))


def last_change(steps: Sequence[Step]) -> int:
    """The last step that changed the record, 0 for none: what somebody who looks at it has seen."""
    return max((each.id for each in steps if each.what != LOOKED_AT), default=0)


def _step(number: int, told: str, by: str, motive: str | None, at: datetime) -> Step:
    what, _, detail = told.partition(_SEPARATOR)
    return Step(id=number, what=what, detail=detail, by=by, motive=motive, at=at)
