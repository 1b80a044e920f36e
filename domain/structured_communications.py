"""Structured communications: the twelve digits that Belgian banks carry with a transfer, ``+++123/4567/89012+++``.

The last two are the remainder of the first ten by 97, or 97 where that is nought. Those that this service gives out
are made of an application's reference and the recipient of the fee, and can be taken back to both, so no table of
them is kept. Their ten digits are::

    d yy nnnnnnn
    |  |    '----- the seven digits of the reference's number
    |  '---------- the last two digits of its year, 2000 to 2099
    '------------- authority and recipient together, 1 to 8

Room: eight pairs of authority and recipient, a hundred years, and all ten million numbers that a reference can have.
What begins with 0 or 9 is never given out. A year from 2100 on has no communication, because it would be that of
another application; nor has the reference of another system, which need not have these parts.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Self

from domain.identifiers import MALFORMED, WRONG_CHECK_DIGITS, ApplicationReference, IdentifierInvalid

_FIRST_YEAR: Final = 2000
_YEARS: Final = 100

_FIRST_DIGITS: Final = MappingProxyType(
    {
        ("flanders", "federal"): "1",
        ("flanders", "regional"): "2",
        ("brussels", "federal"): "3",
        ("brussels", "regional"): "4",
        ("wallonia", "federal"): "5",
        ("wallonia", "regional"): "6",
        ("german-community", "federal"): "7",
        ("german-community", "regional"): "8",
    }
)
"""These stand on letters and in banks for years: a pair keeps its digit for ever."""
_OF_FIRST_DIGIT: Final = {digit: pair for pair, digit in _FIRST_DIGITS.items()}

_BLANKS: Final = r"[ \u00a0\u202f]*"
_BETWEEN: Final = r"[ \u00a0\u202f]*[/.-]?[ \u00a0\u202f]*"
_AS_PRINTED: Final = re.compile(
    rf"(?P<frame>\+\+\+|\*\*\*)?{_BLANKS}([0-9]{{3}}){_BETWEEN}([0-9]{{4}}){_BETWEEN}([0-9]{{5}}){_BLANKS}(?(frame)(?P=frame))"
)


@dataclass(frozen=True, slots=True)
class FeeOfApplication:
    """What a communication of this service stands for: the fee to ``recipient`` for one application."""

    reference: ApplicationReference
    recipient: str


@dataclass(frozen=True, slots=True)
class StructuredCommunication:
    """Twelve digits of which the last two fit the others; ``str`` writes them as a transfer form does."""

    digits: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Accept twelve digits, also as they are printed. Raises :class:`IdentifierInvalid`."""
        digits = _digits_of(text)
        if digits is None:
            raise IdentifierInvalid(
                identifier="structuredCommunication",
                code=MALFORMED,
                problem="it does not have the right form",
                remedy="write its twelve digits, such as +++090/9337/55493+++",
            )
        if digits[10:] != _check_digits(digits[:10]):
            raise IdentifierInvalid(
                identifier="structuredCommunication",
                code=WRONG_CHECK_DIGITS,
                problem="its last two digits do not fit the others",
                remedy="look for a mistyped or swapped digit",
            )
        return cls(digits)

    @classmethod
    def of(cls, fee: FeeOfApplication) -> Self | None:
        """The one communication of a fee; None where the year of the reference is not between 2000 and 2099."""
        year = fee.reference.year - _FIRST_YEAR
        if not 0 <= year < _YEARS:
            return None
        first = _FIRST_DIGITS[fee.reference.authority, fee.recipient]
        ten = f"{first}{year:02d}{fee.reference.number:07d}"
        return cls(ten + _check_digits(ten))

    @property
    def fee(self) -> FeeOfApplication | None:
        """The fee that it was given out for; None for one that this service does not give out."""
        pair = _OF_FIRST_DIGIT.get(self.digits[0])
        if pair is None:
            return None
        authority, recipient = pair
        year, number = _FIRST_YEAR + int(self.digits[1:3]), int(self.digits[3:10])
        reference = ApplicationReference(authority=authority, year=year, number=number)
        return FeeOfApplication(reference=reference, recipient=recipient)

    def __str__(self) -> str:
        return f"+++{self.digits[:3]}/{self.digits[3:7]}/{self.digits[7:]}+++"


def looks_structured(text: str) -> bool:
    """Whether it is written as a structured communication is, whatever its check digits are."""
    return _digits_of(text) is not None


def _digits_of(text: str) -> str | None:
    found = _AS_PRINTED.fullmatch(text.strip())
    return None if found is None else "".join(found.group(2, 3, 4))


def _check_digits(ten: str) -> str:
    return f"{int(ten) % 97 or 97:02d}"
