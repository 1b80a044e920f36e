"""Answers of pure questions kept in memory: the same law is queried for thousands of applications."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeVar

Q = TypeVar("Q", bound=tuple[object, ...])
A = TypeVar("A")


class Remembered(dict[Q, A]):
    """``remembered[question]`` is what ``answer(*question)`` gave at the first request.

    Holds at most ``most`` answers; beyond it all are forgotten, so that odd questions cannot fill the memory.
    """

    def __init__(self, answer: Callable[..., A], most: int) -> None:
        super().__init__()
        self._answer: Final = answer
        self._most: Final = most

    def __missing__(self, question: Q) -> A:
        made = self._answer(*question)
        if len(self) >= self._most:
            self.clear()
        self[question] = made
        return made
