"""Answers of pure questions kept at hand: the same law is asked for thousands of applications."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Final, Generic, TypeVar

A = TypeVar("A")

_MISSING: Final = object()


class Remembered(Generic[A]):
    """Holds at most ``most`` answers; beyond it all are found anew, so that odd questions cannot fill the memory."""

    __slots__ = ("_answers", "_most")

    def __init__(self, most: int) -> None:
        self._most = most
        self._answers: dict[Hashable, A] = {}

    def once(self, question: Hashable, answer: Callable[[], A]) -> A:
        """What ``answer`` said when it was first asked. ``question`` names all that the answer depends on."""
        found = self._answers.get(question, _MISSING)
        if found is not _MISSING:
            return found  # type: ignore[return-value]  # the sentinel is ruled out
        made = answer()
        if len(self._answers) >= self._most:
            self._answers.clear()
        self._answers[question] = made
        return made
