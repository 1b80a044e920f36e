"""Who only computes takes turns: threads of Python do so anyway, and a queue of them leaves the others their share.

With dozens of threads that compute at the same moment, whoever else needs the interpreter's lock gets it after all of
them, 5 ms each: the loop that takes requests, and the one that says how the service is. Those who wait here want
nothing of it. Inside a turn nothing is waited for, no database above all: a turn lasts milliseconds.
"""

from __future__ import annotations

from threading import Lock
from typing import Final

COMPUTING: Final = Lock()
"""One a process, as the lock of the interpreter is."""
