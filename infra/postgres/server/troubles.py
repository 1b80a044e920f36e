"""What is the matter with a database that does not do the work: four kinds, by what a person can do about them."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

import psycopg2


class Trouble(StrEnum):
    AWAY = "away"
    """It cannot be reached, the connection broke, or it refused for a reason of its own."""
    SILENT = "silent"
    """It is there and does not answer: its process is stopped, its disk hangs, or the network swallows what is sent."""
    BUSY = "busy"
    """It answers, and others were in the way for too long: a lock, a slow statement, no free connection."""
    FULL = "full"
    """It has no room left to write; it can still be read."""


_FULL: Final = "53100"

_BUSY: Final = frozenset({"53300", "55P03", "57014", "40001", "40P01"})
"""Too many connections, a lock not had in time, a statement ended for its length, and the loser of two writers."""


def trouble_of(why: psycopg2.Error) -> Trouble:
    """Of an error that is the database's own; what has no code of the server came of a lost connection."""
    if why.pgcode == _FULL:
        return Trouble.FULL
    return Trouble.BUSY if why.pgcode in _BUSY else Trouble.AWAY
