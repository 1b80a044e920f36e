"""The words of names, by which somebody is found however the name is typed.

``Ben-Salah`` is found by ``ben salah``, ``Bensalah`` and ``Salah``; ``N'Diaye`` by ``ndiaye``. What is compared are
letters alone (:func:`domain.names.folded_name`), and neighbouring words count as one word too.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from domain.names import folded_name

MOST_WORDS: Final = 6
"""Words of what somebody searches for; what is typed beyond them is not looked at."""

_LONGEST_RUN: Final = 3
"""Neighbouring words that may be written as one: ``Van den Berghe`` is ``Vandenberghe``."""

_MOST_OF_A_NAME: Final = 16
"""Words of one name. Whatever somebody calls an enterprise, its words are bounded."""

_BETWEEN_WORDS: Final = re.compile(r"[\s\-\u2010-\u2015\u2212\ufe58\ufe63\uff0d_/\\,;:+&|()\[\]{}\"«»“”]+")
"""Points and apostrophes are no ends of words: ``S.A.`` is one, and so is ``N'Diaye``."""

Reading = tuple[str, ...]
"""Words that all have to be found, as one way to read what was typed."""


def words_of(name: str) -> tuple[str, ...]:
    """The words of a name in their order, by their letters; a word without letters is none."""
    return tuple(word for part in _BETWEEN_WORDS.split(name) if (word := folded_name(part)))


def findable_words(names: Iterable[str]) -> frozenset[str]:
    """By which words these names are found: each word, and neighbours in one name as one word."""
    return frozenset(word for name in names for word in _runs(words_of(name)[:_MOST_OF_A_NAME]))


def readings_of(typed: str) -> tuple[Reading, ...]:
    """The ways to read what somebody typed, each as words that a name has to be findable by; none without letters."""
    words = words_of(typed)[:MOST_WORDS]
    return tuple(dict.fromkeys(_readings(words))) if words else ()


def are_named(names: Iterable[str], typed: str) -> bool:
    """Whether somebody with these names is found by what was typed."""
    findable = findable_words(names)
    return any(findable.issuperset(reading) for reading in readings_of(typed))


def _runs(words: tuple[str, ...]) -> Iterator[str]:
    for first in range(len(words)):
        for end in range(first + 1, min(first + _LONGEST_RUN, len(words)) + 1):
            yield "".join(words[first:end])


def _readings(words: tuple[str, ...]) -> Iterator[Reading]:
    if not words:
        yield ()
        return
    for length in range(1, min(_LONGEST_RUN, len(words)) + 1):
        for rest in _readings(words[length:]):
            yield ("".join(words[:length]), *rest)
