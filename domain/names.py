"""Names and numbers as people compare them: in any case, with or without accents, hyphens, apostrophes and blanks."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Final

_OTHER_LETTERS: Final = {
    "\N{LATIN SMALL LETTER DOTLESS I}": "i", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ŋ": "n", "ĸ": "k", "ə": "e",
    "\N{LATIN SMALL LETTER SALTILLO}": "",  # a letter to Unicode, an apostrophe to who reads it
}  # fmt: skip

_LETTER_WITH: Final = re.compile(r"LATIN SMALL LETTER ([A-Z]) WITH ")
"""Strokes, hooks and bars belong to their letter in Unicode: ``ł`` has no accent that could be taken away."""

_NEVER_SEEN: Final = frozenset(
    (
        0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x180B, 0x180C, 0x180D, 0x180F, 0x2800, 0x3164, 0xFFA0,
        *range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0),
    )
)  # fmt: skip
"""Letters, marks and symbols that show as nothing; what Unicode itself calls a format character is not among them."""


def visible(text: str) -> str:
    """The text without characters that nobody sees: of zero width, of direction, of control. Blanks stay."""
    return "".join(each for each in text if each.isspace() or not _is_hidden(each))


def acting_name(name: str) -> str:
    """Somebody's name as it was typed, so that one person is one name: ``ANN`` is ``ann``; empty for nobody's."""
    # In capitals first: a dotless i has one capital with every other i.
    folded = unicodedata.normalize("NFKC", visible(name)).upper().casefold()
    return " ".join(visible(unicodedata.normalize("NFKC", folded)).split())


def folded_name(name: str) -> str:
    """The letters of a name: ``N'Diaye`` as ``Ndiaye``, ``Wałęsa`` as ``Walesa``, ``Ben-Salah`` as ``Bensalah``."""
    return "".join(map(_letters_of, name))


def name_forms(family_name: str | None, given_name: str | None) -> tuple[str, str] | None:
    """What two records of one person have in common: the name whichever part comes first, and the name as written.

    None for a name that distinguishes nobody: without a family name, or with letters that were lost on the way.
    """
    family, given = folded_name(family_name or ""), folded_name(given_name or "")
    if not family or _lost_letters(family_name) or _lost_letters(given_name):
        return None
    as_written, swapped = family + given, given + family
    return min(as_written, swapped), as_written


def folded_number(number: str) -> str:
    """A file number without regard to case and blanks: ``bxl/2023/1`` is ``BXL / 2023 / 1``."""
    folded = unicodedata.normalize("NFKC", visible(number)).casefold()
    return "".join(unicodedata.normalize("NFKC", folded).split())


@lru_cache(maxsize=4_096)
def _letters_of(character: str) -> str:
    """Its plain letters. Each character is taken apart by itself: what reaches beyond it are accents, which go."""
    apart = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", character).casefold())
    return "".join(map(_plain_letter, apart))


def _plain_letter(letter: str) -> str:
    if _is_hidden(letter):
        return ""
    if letter in _OTHER_LETTERS:
        return _OTHER_LETTERS[letter]
    kind = unicodedata.category(letter)
    if kind[0] == "N" or kind in {"Lo", "Mc"}:
        return letter
    if kind[0] != "L" or kind == "Lm":
        # Accents, hyphens, blanks, and apostrophes, some of which count as letters that modify another.
        return ""
    with_something = _LETTER_WITH.match(unicodedata.name(letter, ""))
    return letter if with_something is None else with_something[1].lower()


def _lost_letters(name: str | None) -> bool:
    return name is not None and ("?" in name or "\N{REPLACEMENT CHARACTER}" in name)


def _is_hidden(character: str) -> bool:
    return ord(character) in _NEVER_SEEN or unicodedata.category(character) in {"Cf", "Cc"}
