"""A clock that stands still."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(slots=True)
class StoppedClock:
    """It is ``moment`` until a test moves it on."""

    moment: datetime

    def now(self) -> datetime:
        return self.moment

    def move_to(self, day: str) -> None:
        """Ten o'clock UTC of that day."""
        self.moment = datetime.fromisoformat(f"{day}T10:00:00+00:00")
