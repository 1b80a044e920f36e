"""Where an authority stands in its cut-over: its epoch, and the steps on record."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from domain.migration.cutover import CutOverStep, StepTaken, in_force

if TYPE_CHECKING:
    from psycopg2.extensions import connection as Connection
    from psycopg2.extensions import cursor as Cursor


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedStep(StepTaken):
    epoch: int
    at: datetime
    outcome: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """An authority's epoch, odd while it is live here, and every step that was ever taken for it, in their order."""

    authority: str
    epoch: int
    steps: tuple[RecordedStep, ...]

    @property
    def is_live(self) -> bool:
        return self.epoch % 2 == 1

    @property
    def taken(self) -> tuple[RecordedStep, ...]:
        """The steps of this epoch: each is a conversation of its own."""
        return tuple(each for each in self.steps if each.epoch == self.epoch)

    @property
    def in_force(self) -> tuple[RecordedStep, ...]:
        """The steps of all epochs that were not taken back."""
        epochs = sorted({each.epoch for each in self.steps})
        return tuple(
            step for epoch in epochs for step in in_force([each for each in self.steps if each.epoch == epoch])
        )

    def step(self, which: CutOverStep) -> RecordedStep | None:
        """This step of the present epoch, None where it was not taken or was taken back."""
        return next((each for each in in_force(self.taken) if each.step is which), None)


def standing_of(connection: Connection, authority: str) -> Standing:
    """The epoch and the steps of an authority."""
    with connection.cursor() as cursor:
        return read_standing(cursor, authority)


def read_standing(cursor: Cursor, authority: str) -> Standing:
    """As :func:`standing_of`, in the caller's transaction."""
    cursor.execute("select coalesce((authority_epochs ->> %s)::int, 0) from journal_head", (authority,))
    ((epoch,),) = cursor.fetchall()
    cursor.execute(_STEPS, (authority,))
    steps = [
        RecordedStep(step=CutOverStep(step), by=by, epoch=of_epoch, at=at, outcome=outcome)
        for step, by, of_epoch, at, outcome in cursor.fetchall()
    ]
    return Standing(authority=authority, epoch=epoch, steps=tuple(steps))


_STEPS: Final = "select step, by, epoch, at, outcome from legacy_cutover_step where authority = %s order by id"
