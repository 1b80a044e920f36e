"""How often Python looks for objects that only refer to each other."""

from __future__ import annotations

import gc
from typing import Final

_NEW_OBJECTS: Final = 10_000
"""Python's own 700 is reached by some thirty events on their way: of those a look finds none that is garbage, but it
makes them old, and the old ones are then looked through again and again, for a third of a relay's time."""


def collect_rarely() -> None:
    """Look for such objects rarely, in this whole process. What this program makes dies by its reference count."""
    _, *older = gc.get_threshold()
    gc.set_threshold(_NEW_OBJECTS, *older)
