"""How far a read model had come in the journal when it was looked at."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from api.composition import Program
from infra.postgres.read_models.progress import list_projections


@dataclass(frozen=True, slots=True, kw_only=True)
class Reached:
    """The position in the log, how many events wait behind it, and when that was.

    ``parked`` is the number of cases that the read model has left behind on the way.
    """

    position: int
    behind: int
    parked: int
    at: datetime


def reached(program: Program, read_model: str) -> Reached:
    """How far the read model of that name has come."""
    now = program.clock.now()
    models = [each for each in program.read_models if each.name == read_model]
    (progress,) = list_projections(program.readers, models, now=now)
    return Reached(position=progress.position, behind=progress.lag_events, parked=progress.parked, at=now)
