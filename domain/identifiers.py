"""Identifiers: parse, check and mask, as pure functions.

SSIN, enterprise number and establishment unit follow the Belgif identifier schemas and the checks of the
Belgif validators; application references are our own. All end in two check digits, 97 minus the remainder
by 97. Nothing here reads a clock: a replay must judge as the day itself did, so ``today`` is an argument.
Numbers as they are printed are read by the functions of :data:`DIGITS_BY_FIELD`; ``parse`` takes the stored form.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Final, Self

MALFORMED: Final = "malformed"
WRONG_CHECK_DIGITS: Final = "wrongCheckDigits"
IMPOSSIBLE_BIRTH_DATE: Final = "impossibleBirthDate"
BIRTH_DATE_IN_FUTURE: Final = "birthDateInFuture"
IMPOSSIBLE_COUNTER: Final = "impossibleCounter"


class IdentifierInvalid(Exception):
    """A text is not the identifier it should be.

    ``identifier`` is the kind, ``code`` a stable word, ``remedy`` what to do. The text itself is never part
    of the message, because messages end in logs.
    """

    def __init__(self, *, identifier: str, code: str, problem: str, remedy: str) -> None:
        self.identifier = identifier
        self.code = code
        self.problem = problem
        self.remedy = remedy
        super().__init__(f"{identifier}: {problem}; {remedy}")


_BETWEEN_GROUPS: Final = r"[\s./\u00b7\u2010-\u2015\u2212-]*"
"""What people and printers put between groups of digits: points, blanks of any width, strokes, hyphens."""

_MOST_RUNS_OF_A_COUNTER: Final = 9
"""How often the sixth digit of a number without a known birth date can go up, each time its counter ran over."""

_SSIN_AS_PRINTED: Final = re.compile(_BETWEEN_GROUPS.join(["([0-9]{2})"] * 3 + ["([0-9]{3})", "([0-9]{2})"]))
_ENTERPRISE_NUMBER_AS_PRINTED: Final = re.compile(
    _BETWEEN_GROUPS.join(["(?:BE)?", "([01][0-9]{3})", "([0-9]{3})", "([0-9]{3})"]), re.IGNORECASE
)
_ESTABLISHMENT_UNIT_NUMBER_AS_PRINTED: Final = re.compile(
    _BETWEEN_GROUPS.join(["([2-8])", "([0-9]{3})", "([0-9]{3})", "([0-9]{3})"])
)


def ssin_digits(text: str) -> str:
    """``85.07.30-033.28``, as identity cards print it, as digits only; any other text as it is."""
    return _digits_of(_SSIN_AS_PRINTED, text)


def enterprise_number_digits(text: str) -> str:
    """``BE 0206.731.645``, as letterheads print it, as digits only; any other text as it is."""
    return _digits_of(_ENTERPRISE_NUMBER_AS_PRINTED, text)


def establishment_unit_number_digits(text: str) -> str:
    """``2.123.456.791``, as the enterprise register prints it, as digits only; any other text as it is."""
    return _digits_of(_ESTABLISHMENT_UNIT_NUMBER_AS_PRINTED, text)


DIGITS_BY_FIELD: Final[Mapping[str, Callable[[str], str]]] = MappingProxyType(
    {
        "ssin": ssin_digits,
        "enterprise_number": enterprise_number_digits,
        "establishment_unit_number": establishment_unit_number_digits,
    }
)
"""How a number that came as it is printed becomes the digits that are stored, by the field that holds it.

Every door reads numbers by these; only digits are parsed, compared and kept.
"""


def _digits_of(form: re.Pattern[str], text: str) -> str:
    found = form.fullmatch(text.strip())
    return text if found is None else "".join(found.groups())


def check_digits(number: int) -> str:
    """97 minus the remainder of ``number`` by 97, as two digits (01 to 97)."""
    return f"{97 - number % 97:02d}"


@dataclass(frozen=True, slots=True, repr=False)
class Ssin:
    """Identification number of social security (INSZ, NISS): a national register number or a BIS number.

    The birth date and sex inside it are not authoritative and are not offered. ``str`` and ``repr`` are
    masked; only ``digits`` holds the number.
    """

    digits: str

    @classmethod
    def parse(cls, text: str, *, today: date) -> Self:
        """Accept eleven digits whose parts and check digits are possible on ``today``.

        As the National Register and the Crossroads Bank give them out (royal decrees of 3 April 1984 and 8 February
        1991, each art. 5): a BIS number has its month raised by 20 or 40; an unknown day is 00; where the month is not
        known either, or the counter of a day ran over, both are 00, and once the counter of those runs over, the sixth
        digit goes up by one; a birth date of which nothing is known is written 00 00 01. The century is the one whose
        check digits fit, 19xx first. Raises IdentifierInvalid.
        """
        if re.fullmatch(r"[0-9]{11}", text) is None:
            raise _malformed("ssin", "eleven digits, such as 42.01.22-051.81")
        century = _century(text)
        raised_month, day, counter = int(text[2:4]), int(text[4:6]), int(text[6:9])
        year, month = century + int(text[:2]), raised_month % 20
        if raised_month > 52 or month > 12 or not _can_be_a_birth_date(year, month, day):
            raise IdentifierInvalid(
                identifier="ssin",
                code=IMPOSSIBLE_BIRTH_DATE,
                problem="its first six digits cannot be a birth date",
                remedy="copy the number from the identity document",
            )
        if (year, month, day) > (today.year, today.month, today.day):
            raise IdentifierInvalid(
                identifier="ssin",
                code=BIRTH_DATE_IN_FUTURE,
                problem="its birth date is in the future",
                remedy="copy the number from the identity document",
            )
        if raised_month <= 12 and counter in (0, 999):
            raise IdentifierInvalid(
                identifier="ssin",
                code=IMPOSSIBLE_COUNTER,
                problem="its counter, digits seven to nine, cannot be 000 or 999",
                remedy="copy the number from the identity document",
            )
        return cls(text)

    def masked(self) -> str:
        """Only the check digits are left to see."""
        return _masked(self.digits)

    def __str__(self) -> str:
        return self.masked()

    def __repr__(self) -> str:
        return f"Ssin({self.masked()})"


def ssin_check_digits(first_nine: str, *, born_from_2000: bool) -> str:
    """The two digits that complete an SSIN."""
    return check_digits(int(("2" if born_from_2000 else "") + first_nine))


def _century(digits: str) -> int:
    for century, born_from_2000 in ((1900, False), (2000, True)):
        if digits[9:] == ssin_check_digits(digits[:9], born_from_2000=born_from_2000):
            return century
    raise _wrong_check_digits("ssin")


def _can_be_a_birth_date(year: int, month: int, day: int) -> bool:
    """Whether a number can begin so: with a day of the calendar, or without one that is known."""
    if month == 0:
        return day <= _MOST_RUNS_OF_A_COUNTER
    if day == 0:
        return True
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True


@dataclass(frozen=True, slots=True)
class EnterpriseNumber:
    """Number of an enterprise in the Crossroads Bank for Enterprises (KBO, BCE): ten digits from 0 or 1."""

    digits: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Accept ten digits that start with 0 or 1 and end in the right check digits.

        Raises IdentifierInvalid.
        """
        _check_ten_digits("enterpriseNumber", text, "01", "BE 0403.019.261")
        return cls(text)

    def masked(self) -> str:
        """Only the check digits are left to see."""
        return _masked(self.digits)

    def __str__(self) -> str:
        return self.digits


@dataclass(frozen=True, slots=True)
class EstablishmentUnitNumber:
    """Number of an establishment unit of an enterprise: ten digits from 2 to 8."""

    digits: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Accept ten digits that start with 2 to 8 and end in the right check digits.

        Raises IdentifierInvalid.
        """
        _check_ten_digits("establishmentUnitNumber", text, "2345678", "2.123.456.791")
        return cls(text)

    def masked(self) -> str:
        """Only the check digits are left to see."""
        return _masked(self.digits)

    def __str__(self) -> str:
        return self.digits


PREFIX_BY_AUTHORITY: Final[Mapping[str, str]] = MappingProxyType(
    {"flanders": "FL", "brussels": "BR", "wallonia": "WA", "german-community": "DG"}
)
_AUTHORITY_BY_PREFIX: Final = {prefix: authority for authority, prefix in PREFIX_BY_AUTHORITY.items()}
_REFERENCE: Final = re.compile(r"([A-Z]{2})-([0-9]{4})-([0-9]{7})-([0-9]{2})", re.ASCII)
_NUMBERS: Final = 10_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplicationReference:
    """What people write on letters: ``FL-2026-0001234-xx``, with check digits over year and number."""

    authority: str
    year: int
    number: int

    def __post_init__(self) -> None:
        if self.authority not in PREFIX_BY_AUTHORITY:
            raise ValueError(f"an authority is one of {', '.join(PREFIX_BY_AUTHORITY)}")
        if not 1000 <= self.year <= 9999 or not 0 <= self.number < _NUMBERS:
            raise ValueError("a reference has a year of four digits and a number of at most seven")

    @classmethod
    def parse(cls, text: str) -> Self:
        """Accept a reference in its one spelling. Raises IdentifierInvalid."""
        match = _REFERENCE.fullmatch(text)
        if match is None or match[1] not in _AUTHORITY_BY_PREFIX or match[2] < "1000":
            raise _malformed("applicationReference", "it in the form FL-2026-0001234-56")
        reference = cls(authority=_AUTHORITY_BY_PREFIX[match[1]], year=int(match[2]), number=int(match[3]))
        if str(reference) != text:
            raise _wrong_check_digits("applicationReference")
        return reference

    def masked(self) -> str:
        """The authority, the year and the check digits are left to see."""
        prefix, year, number, check = str(self).split("-")
        return f"{prefix}-{year}-{'*' * len(number)}-{check}"

    def __str__(self) -> str:
        digits = f"{self.year:04d}{self.number:07d}"
        prefix = PREFIX_BY_AUTHORITY[self.authority]
        return f"{prefix}-{digits[:4]}-{digits[4:]}-{check_digits(int(digits))}"


def _check_ten_digits(identifier: str, text: str, first_digits: str, samples: str) -> None:
    if re.fullmatch(r"[0-9]{10}", text) is None or text[0] not in first_digits:
        raise _malformed(identifier, f"ten digits, such as {samples}")
    if text[8:] != check_digits(int(text[:8])):
        raise _wrong_check_digits(identifier)


def _malformed(identifier: str, form: str) -> IdentifierInvalid:
    return IdentifierInvalid(
        identifier=identifier,
        code=MALFORMED,
        problem="it does not have the right form",
        remedy=f"write {form}",
    )


def _wrong_check_digits(identifier: str) -> IdentifierInvalid:
    return IdentifierInvalid(
        identifier=identifier,
        code=WRONG_CHECK_DIGITS,
        problem="its last two digits do not fit the others",
        remedy="look for a mistyped or swapped digit",
    )


def _masked(digits: str) -> str:
    return "*" * (len(digits) - 2) + digits[-2:]
