"""Which texts can be kept: the one rule of every door, and of the border before the log.

Refused are the control characters (Unicode's Cc: NUL, which PostgreSQL cannot hold, but also ESC, DEL and the others
that only a terminal obeys and nobody types) and halves of surrogate pairs (Cs), which are no UTF-8. Tabulators and ends
of lines are kept where people write in paragraphs, in a :data:`FreeText`, because browsers send them; in a name, a
number or a code they are a sign that a file was cut in the wrong place, and are refused like the others.

What people send is held to more: a text may not be shown otherwise than it is written (:func:`is_shown_as_written`),
and has to show something (:func:`shows_something`). What registers and former systems hold is not theirs to change, and
is taken as it is.
"""

from __future__ import annotations

import unicodedata
from typing import Annotated, Final, TypeAlias

LAYOUT: Final = "\t\n\r"
"""What is kept in a free text beside what can be printed."""


class FreeTextMark:
    """Marks a text in which people write in paragraphs."""


FreeText: TypeAlias = Annotated[str, FreeTextMark()]
"""A text with tabulators and ends of lines: a question, an answer, a motivation, a remark."""


def is_plain(text: str, layout: str = "") -> bool:
    """Whether everything behind the doors can keep the text; the characters of ``layout`` are let through."""
    return text.isprintable() or not any(_is_control(each) and each not in layout for each in text)


def is_shown_as_written(text: str) -> bool:
    """Whether no character of it turns the direction in which the others are shown (Unicode, annex 9).

    With one, a name reads as another one, and a sentence as its contrary. Joiners are no such characters: some
    scripts cannot write a name without them.
    """
    return text.isascii() or _TURNING.isdisjoint(text)


def shows_something(text: str) -> bool:
    """Whether any of its characters can be seen."""
    return any(_is_seen(each) for each in text)


def _is_seen(character: str) -> bool:
    if character.isascii():
        return character > " " and character != "\x7f"
    category = unicodedata.category(character)
    return category not in _UNSEEN_CATEGORIES and character not in _UNSEEN_LETTERS


_TURNING: Final = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""The characters with the property Bidi_Control."""
_UNSEEN_CATEGORIES: Final = frozenset(("Zs", "Zl", "Zp", "Cc", "Cf", "Cs", "Co", "Mn", "Me"))
_UNSEEN_LETTERS: Final = frozenset("\u115f\u1160\u2800\u3164\uffa0")
"""Fillers of Korean, and the Braille pattern without a dot: letters or a symbol by category, and nothing to the eye."""


def _is_control(character: str) -> bool:
    return unicodedata.category(character) in ("Cc", "Cs")
