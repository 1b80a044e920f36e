"""Work for processes to do in tests."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from domain.law.readers.entry_reader import LawDataUnusable
from domain.unusable import Unusable
from infra.shared_work.sharing import shared_out

FAULTY = -1


@dataclass(frozen=True)
class Squares:
    """Squares a number, and says which process did it."""

    @contextmanager
    def open(self) -> Iterator[Callable[[int], tuple[int, int]]]:
        yield lambda number: (number * number, os.getpid())


@dataclass(frozen=True)
class Echoing:
    """Gives each piece back."""

    @contextmanager
    def open(self) -> Iterator[Callable[[bytes], bytes]]:
        yield lambda piece: piece


@dataclass(frozen=True)
class SlowFirst:
    """The first piece takes until ``release`` is there."""

    release: Path

    @contextmanager
    def open(self) -> Iterator[Callable[[int], int]]:
        yield self._do

    def _do(self, number: int) -> int:
        while number == 0 and not self.release.exists():
            time.sleep(0.005)
        return number


@dataclass(frozen=True)
class Failing:
    """Refuses a piece, or to be opened, with this error."""

    error: Exception
    at_once: bool = False

    @contextmanager
    def open(self) -> Iterator[Callable[[int], int]]:
        if self.at_once:
            raise self.error
        yield self._do

    def _do(self, number: int) -> int:
        if number == FAULTY:
            raise self.error
        return number


@dataclass(frozen=True)
class UnreadableLaw:
    """Fails with an error that cannot be made from its text alone."""

    @contextmanager
    def open(self) -> Iterator[Callable[[int], int]]:
        yield self._do

    def _do(self, number: int) -> int:
        raise LawDataUnusable(file="pay.toml", entry=None, key=None, problem="it is torn", remedy="restore it")


@dataclass(frozen=True)
class Endless:
    """Leaves a mark with its process id, and never comes to an end; the first piece of all is done at once."""

    marks: Path

    @contextmanager
    def open(self) -> Iterator[Callable[[int], int]]:
        yield self._do

    def _do(self, number: int) -> int:
        if number == 0:
            return number
        (self.marks / str(os.getpid())).touch()
        while True:
            time.sleep(1)


@dataclass(frozen=True)
class Killed:
    """A process that is killed in the middle of its piece."""

    @contextmanager
    def open(self) -> Iterator[Callable[[int], int]]:
        yield self._do

    def _do(self, number: int) -> int:
        os.kill(os.getpid(), signal.SIGKILL)
        return number


class Grumble(Unusable):
    """Something a person can correct."""


def work_without_end(marks: str) -> None:
    """What a program does whose two processes never come to an end."""
    try:
        with shared_out(Endless(Path(marks)), range(1, 3), workers=2) as results:
            list(results)
    except KeyboardInterrupt:
        sys.exit(130)
