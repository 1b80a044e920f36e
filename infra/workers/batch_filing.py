"""The worker that files batches of applications, some rows of each in turn."""

from __future__ import annotations

from threading import Event
from typing import Final, Protocol

_LOOK_AGAIN_SECONDS: Final = 0.5
"""How long between two looks for a batch; a look is one statement on an index."""


class Batches(Protocol):
    """What is to be filed."""

    def file_some(self) -> bool:
        """File some rows of a batch; whether there was one. Raises what a lost database raises."""


class BatchFiling:
    """Files whatever was confirmed, again and again; several may run beside each other."""

    def __init__(self, batches: Batches, *, look_again: float = _LOOK_AGAIN_SECONDS) -> None:
        self._batches = batches
        self._look_again = look_again
        self._stopping = Event()

    def stop(self) -> None:
        """Ask :meth:`run` to end after the rows it is at."""
        self._stopping.set()

    def run(self) -> None:
        """File until stopped. Raises what a lost database raises: what is recorded as filed stays so."""
        while not self._stopping.is_set():
            if not self._batches.file_some():
                self._stopping.wait(self._look_again)
