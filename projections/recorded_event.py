"""An event as read models see it: its place in the log, its clear fields, its personal ones still encrypted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any, NamedTuple, Protocol
from uuid import UUID


class PersonalPart(Protocol):
    """An encrypted part: ``label`` says whose it is, ``key`` names the data key that opens it."""

    @property
    def label(self) -> str: ...
    @property
    def key(self) -> UUID: ...
    def copied(self) -> str:
        """The part as text, for a row of a read model."""


class RecordedEvent(NamedTuple):
    """``clear`` holds JSON by wire name, in the shape of today; ``personal`` gives the encrypted parts.

    ``version`` is the place in the case's stream, ``position`` the place in the whole log; both grow together.
    ``known_at`` (aware, UTC) is when the system knew of it. No read model holds a key: a reader with the right decrypts
    on reading.

    Whether the encrypted parts are what is stored of an event is found out by whoever goes through them: a read model
    that does not copy them is spared the work. A tuple, because it is made for every event that is ever projected.
    """

    position: int
    case_id: UUID
    version: int
    name: str
    schema: int
    known_at: datetime
    clear: Mapping[str, Any]
    personal: Iterable[PersonalPart]

    @property
    def effective_at(self) -> datetime:
        """From when on it counts, aware."""
        return datetime.fromisoformat(self.clear["effectiveAt"])


def moment(wire: str) -> datetime:
    """A stored time, aware."""
    return datetime.fromisoformat(wire)


def day(wire: str | None) -> date | None:
    """A stored civil day, or None."""
    return None if wire is None else date.fromisoformat(wire)
