"""By what a case that was taken over is called in clear: its file number, if nothing of a person can be seen in that.

A file number is a text of a stranger's making, and what is in clear in the log stays there for ever. One that has the
shape of a file number is an administrative mark and serves to find the case. Any other text, a name or a national
number among them, lies under the key of the record's subject; the case is called by its authority and id instead.
"""

from __future__ import annotations

import re
from typing import Final
from uuid import UUID

from domain.identifiers import ssin_check_digits

_SHAPE: Final = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9/._ -]*[A-Za-z0-9])?", re.ASCII)
_DIGIT: Final = re.compile(r"[0-9]", re.ASCII)
_NATIONAL_NUMBER: Final = re.compile(
    r"""
    (?<! [0-9] )
    ( [0-9]{6} | [0-9]{2} [/. -] [0-9]{2} [/. -] [0-9]{2} ) [/._ -]? ( [0-9]{3} ) [/._ -]? ( [0-9]{2} )
    (?! [0-9] )
    """,
    re.VERBOSE | re.ASCII,
)


def may_lie_in_clear(file_number: str) -> bool:
    """Whether it has the shape of a file number: letters without accents, at least one digit, ``/ - . _`` and blanks.

    A national number, alone or among other characters, has not.
    """
    return (
        _SHAPE.fullmatch(file_number) is not None
        and _DIGIT.search(file_number) is not None
        and not any(_is_national_number(found) for found in _NATIONAL_NUMBER.finditer(file_number))
    )


def stand_in(authority: str, case_id: UUID) -> str:
    """What a case is called whose file number is withheld from the clear part of the log."""
    return f"{authority}/{case_id}"


def _is_national_number(found: re.Match[str]) -> bool:
    birth, counter, check = found.groups()
    first_nine = re.sub("[^0-9]", "", birth) + counter
    return any(ssin_check_digits(first_nine, born_from_2000=late) == check for late in (False, True))
