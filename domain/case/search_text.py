"""What somebody who looks for a case typed: a reference, a number of a person or an enterprise, or a name.

References and numbers are taken in any spelling. What looks like one and cannot be one is an issue, so that a mistyped
digit does not read as "there is no such case".
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from domain.case.refusals import InputIssue, InvalidInput
from domain.case.value_checks import INVALID_INPUT, LONGEST_LINE, line, not_the_identifier
from domain.identifiers import (
    WRONG_CHECK_DIGITS,
    ApplicationReference,
    EnterpriseNumber,
    IdentifierInvalid,
    Ssin,
    enterprise_number_digits,
    ssin_digits,
)
from domain.name_words import Reading, readings_of

_REFERENCE: Final = re.compile(
    r"([A-Z]{2})[\s./_-]*([0-9]{4})[\s./_-]*([0-9]{7})[\s./_-]*([0-9]{2})", re.ASCII | re.IGNORECASE
)
_OLD_ENTERPRISE_NUMBER: Final = re.compile(r"(?:BE)?[\s.]*[2-9][0-9]{2}[\s.]*[0-9]{3}[\s.]*[0-9]{3}", re.IGNORECASE)
"""As old letterheads print it, and as many type it: without the nought in front."""
_SSIN: Final = re.compile(r"[0-9]{11}", re.ASCII)
_ENTERPRISE_NUMBER: Final = re.compile(r"[01][0-9]{9}", re.ASCII)
_DIGIT: Final = re.compile(r"[0-9]", re.ASCII)


class SearchFault(StrEnum):
    """Why nothing can be searched by a text."""

    NOTHING = "nothing"
    TOO_LONG = "tooLong"
    WRONG_CHECK_DIGITS = "wrongCheckDigits"
    NO_SUCH_NUMBER = "noSuchNumber"
    TOO_MANY = "tooMany"


class UnsearchableText(InvalidInput):
    """A text by which nothing can be searched; ``fault`` says why, to who tells it in other words."""

    def __init__(self, fault: SearchFault, issue: InputIssue) -> None:
        self.fault = fault
        super().__init__((issue,))


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class SoughtCase:
    """One of the first three is given, or both of the last: what is no number may be a file number or a name.

    ``file_numbers`` are spellings of what a former system may have called a case; ``readings`` the words of a name, of
    which a case is to have all of one reading. The text itself may be anybody's data: it is in no ``repr``.
    """

    text: str
    reference: str | None = None
    ssin: str | None = None
    enterprise_number: str | None = None
    file_numbers: tuple[str, ...] = ()
    readings: tuple[Reading, ...] = ()


def sought_case(text: str, *, today: date, path: str = "text") -> SoughtCase:
    """What ``text`` asks for. Raises :class:`UnsearchableText`, whose issue is at ``path``."""
    for issue in line(path, text):
        raise UnsearchableText(SearchFault.TOO_LONG if len(text) > LONGEST_LINE else SearchFault.NOTHING, issue)
    typed = text.strip()
    if (written := _REFERENCE.fullmatch(typed)) is not None:
        reference = _taken(path, lambda: str(ApplicationReference.parse("-".join(written.groups()).upper())))
        return SoughtCase(text=typed, reference=reference)
    if _SSIN.fullmatch(digits := ssin_digits(typed)) is not None:
        return SoughtCase(text=typed, ssin=_taken(path, lambda: Ssin.parse(digits, today=today).digits))
    if _OLD_ENTERPRISE_NUMBER.fullmatch(typed) is not None:
        typed = "0" + re.sub(r"[^0-9]", "", typed)
    if _ENTERPRISE_NUMBER.fullmatch(number := enterprise_number_digits(typed)) is not None:
        return SoughtCase(text=typed, enterprise_number=_taken(path, lambda: EnterpriseNumber.parse(number).digits))
    file_numbers = tuple(dict.fromkeys((typed, typed.upper(), typed.lower()))) if _DIGIT.search(typed) else ()
    readings = readings_of(typed)
    if not readings:
        raise UnsearchableText(SearchFault.NOTHING, _nothing_in(path))
    return SoughtCase(text=typed, file_numbers=file_numbers, readings=readings)


def _taken(path: str, parsed: Callable[[], str]) -> str:
    try:
        return parsed()
    except IdentifierInvalid as why:
        is_mistyped = why.code == WRONG_CHECK_DIGITS
        fault = SearchFault.WRONG_CHECK_DIGITS if is_mistyped else SearchFault.NO_SUCH_NUMBER
        raise UnsearchableText(fault, not_the_identifier(path, why)) from None


def _nothing_in(path: str) -> InputIssue:
    return InputIssue(
        path=path,
        code=INVALID_INPUT,
        problem="it has no letter or digit to search by",
        remedy=f"write a reference, a number or a name of at most {LONGEST_LINE} characters",
    )


def too_many_named(path: str = "text") -> UnsearchableText:
    """For a name that more cases have than anybody looks through."""
    issue = InputIssue(
        path=path,
        code=INVALID_INPUT,
        problem="too many cases have this name",
        remedy="add another word of the name, or search by a reference or a number",
    )
    return UnsearchableText(SearchFault.TOO_MANY, issue)
