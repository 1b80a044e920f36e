"""Every consumer of the messages of this program: their dead letters can be replayed, and their lag is shown."""

from __future__ import annotations

from collections.abc import Sequence

from consumers.check_intake import CheckIntake
from consumers.consumer import Consumer


def registered_consumers() -> Sequence[Consumer]:
    return [
        CheckIntake(),
    ]
