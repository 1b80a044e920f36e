"""What time it is: the machine's, or in a demonstration the demonstration's own."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol


class Clock(Protocol):
    def now(self) -> datetime:
        """The present moment, aware, UTC."""


class SystemClock:
    def now(self) -> datetime:
        return datetime.now(UTC)


class DemonstrationClock:
    """A clock that is set by a file, so that several processes of a demonstration agree.

    Only a journal whose origin says that it is a demonstration may be opened with it.
    """

    def __init__(self, file: Path) -> None:
        self._file = file

    def now(self) -> datetime:
        return datetime.fromisoformat(self._file.read_text(encoding="ascii").strip())

    def set(self, moment: datetime) -> None:
        """Put the clock to ``moment``; readers see the old time or the new, never half a line."""
        fresh = self._file.with_suffix(".new")
        fresh.write_text(moment.astimezone(UTC).isoformat() + "\n", encoding="ascii")
        fresh.replace(self._file)
