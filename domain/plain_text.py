"""Which texts can be kept: the one rule of every door, and of the border before the log.

Refused are the control characters (Unicode's Cc: NUL, which PostgreSQL cannot hold, but also ESC, DEL and the others
that only a terminal obeys and nobody types) and halves of surrogate pairs (Cs), which are no UTF-8. Tabulators and ends
of lines are kept where people write in paragraphs, in a :data:`FreeText`, because browsers send them; in a name, a
number or a code they are a sign that a file was cut in the wrong place, and are refused like the others.
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


def _is_control(character: str) -> bool:
    return unicodedata.category(character) in ("Cc", "Cs")
