"""The small checks of which input checks are made: each gives the issues it finds with one value, or none.

Codes are the issue types of the Belgif REST guide. Problems and remedies never repeat the value that was sent.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import Final

from domain.case.refusals import InputIssue
from domain.identifiers import MALFORMED, EnterpriseNumber, EstablishmentUnitNumber, IdentifierInvalid, Ssin
from domain.plain_text import LAYOUT, is_plain, is_shown_as_written, shows_something

SCHEMA_VIOLATION: Final = "schemaViolation"
INVALID_INPUT: Final = "invalidInput"
INVALID_STRUCTURE: Final = "invalidStructure"
INVALID_PERIOD: Final = "invalidPeriod"
OUT_OF_RANGE: Final = "outOfRange"
REQUIRED_INPUT: Final = "requiredInput"
REJECTED_INPUT: Final = "rejectedInput"

_SHA256: Final = re.compile(r"[0-9a-f]{64}", re.ASCII)

LONGEST_LINE: Final = 200
LONGEST_FREE_TEXT: Final = 10_000
LONGEST_LIST: Final = 100

Issues = Iterator[InputIssue]


def one_of(path: str, value: str, allowed: Sequence[str]) -> Issues:
    if value not in allowed:
        yield InputIssue(
            path=path, code=INVALID_INPUT, problem="this code is not known", remedy=f"write one of {', '.join(allowed)}"
        )


def exactly_when(path: str, value: object | None, condition: str, *, due: bool) -> Issues:
    if due and value is None:
        yield InputIssue(
            path=path, code=REQUIRED_INPUT, problem=f"it is needed because {condition}", remedy=f"add {path}"
        )
    elif value is not None and not due:
        yield InputIssue(
            path=path,
            code=REJECTED_INPUT,
            problem=f"it only belongs here when {condition}",
            remedy=f"leave {path} out",
        )


def enterprise_number(path: str, number: str) -> Issues:
    try:
        EnterpriseNumber.parse(number)
    except IdentifierInvalid as why:
        yield not_the_identifier(path, why)


def establishment_unit_number(path: str, number: str) -> Issues:
    try:
        EstablishmentUnitNumber.parse(number)
    except IdentifierInvalid as why:
        yield not_the_identifier(path, why)


def ssin(path: str, number: str, today: date) -> Issues:
    """A number of a person who is born by ``today``."""
    try:
        Ssin.parse(number, today=today)
    except IdentifierInvalid as why:
        yield not_the_identifier(path, why)


def not_the_identifier(path: str, why: IdentifierInvalid) -> InputIssue:
    code = SCHEMA_VIOLATION if why.code == MALFORMED else INVALID_STRUCTURE
    return InputIssue(path=path, code=code, problem=why.problem, remedy=why.remedy)


def spelled(path: str, value: str, pattern: re.Pattern[str], form: str) -> Issues:
    if pattern.fullmatch(value) is None:
        yield InputIssue(
            path=path, code=SCHEMA_VIOLATION, problem="it does not have the right form", remedy=f"write {form}"
        )


def digest(path: str, value: str) -> Issues:
    """The SHA-256 of a file."""
    return spelled(path, value, _SHA256, "its SHA-256 as 64 lower-case hex digits")


def euros(path: str, amount: Decimal, highest: Decimal) -> Issues:
    """An amount in euros and cents, above nothing and at most ``highest``."""
    exponent = amount.as_tuple().exponent
    if not isinstance(exponent, int) or not -2 <= exponent <= 0:
        yield InputIssue(
            path=path,
            code=INVALID_INPUT,
            problem="it is not an amount in euros and cents",
            remedy='write at most two decimals, such as "52000.00"',
        )
    elif not 0 < amount <= highest:
        yield InputIssue(
            path=path,
            code=OUT_OF_RANGE,
            problem=f"it is not above 0 and at most {highest:,} EUR",
            remedy="write the amount in euros, and see whether it is meant in cents",
        )


def no_longer_than(path: str, value: str, longest: int) -> Issues:
    """At most ``longest`` characters, whatever they are."""
    if len(value) > longest:
        yield InputIssue(
            path=path,
            code=OUT_OF_RANGE,
            problem=f"it is longer than {longest} characters",
            remedy=f"write at most {longest} characters",
        )


def line(path: str, value: str) -> Issues:
    return _text(path, value, LONGEST_LINE, layout="")


def free_text(path: str, value: str) -> Issues:
    return _text(path, value, LONGEST_FREE_TEXT, layout=LAYOUT)


def _text(path: str, value: str, longest: int, *, layout: str) -> Issues:
    if len(value) > longest or not shows_something(value):
        yield InputIssue(
            path=path,
            code=OUT_OF_RANGE,
            problem=f"it is blank, or longer than {longest} characters",
            remedy=f"write 1 to {longest} characters",
        )
    elif not is_plain(value, layout):
        yield not_plain(path)
    elif not is_shown_as_written(value):
        yield not_as_written(path)


def not_as_written(path: str) -> InputIssue:
    """The issue of a text that would be shown otherwise than it is written: see :mod:`domain.plain_text`."""
    return InputIssue(
        path=path,
        code=INVALID_INPUT,
        problem="it holds a character that turns the direction of the text",
        remedy="remove what cannot be seen, or type the text again",
    )


def not_plain(path: str) -> InputIssue:
    """The issues of a text that cannot be kept: see :mod:`domain.plain_text`."""
    return InputIssue(
        path=path,
        code=INVALID_INPUT,
        problem="it holds a control character",
        remedy="remove what cannot be printed",
    )


def at_most(path: str, items: Sequence[object], *, at_least: int = 0) -> Issues:
    if not at_least <= len(items) <= LONGEST_LIST:
        yield InputIssue(
            path=path,
            code=OUT_OF_RANGE,
            problem=f"it does not have {at_least} to {LONGEST_LIST} entries",
            remedy=f"send {at_least} to {LONGEST_LIST} entries",
        )


def no_repetition(path: str, items: Sequence[str]) -> Issues:
    if len(set(items)) != len(items):
        yield InputIssue(path=path, code=INVALID_INPUT, problem="an entry occurs twice", remedy="name each entry once")


def number_within(path: str, value: int, smallest: int, largest: int) -> Issues:
    if not smallest <= value <= largest:
        yield InputIssue(
            path=path,
            code=OUT_OF_RANGE,
            problem=f"it is not from {smallest} to {largest}",
            remedy=f"write a whole number from {smallest} to {largest}",
        )


def day_within(path: str, day: date, earliest: date, latest: date) -> Issues:
    if not earliest <= day <= latest:
        yield InputIssue(
            path=path,
            code=OUT_OF_RANGE,
            problem=f"it is not from {earliest} to {latest}",
            remedy="look for a mistyped year, and for day and month swapped",
        )


def in_order(path: str, start: date, end: date) -> Issues:
    if end <= start:
        yield InputIssue(
            path=path,
            code=INVALID_PERIOD,
            problem="it does not lie after the day on which the period begins",
            remedy="write a later day, or correct the first day",
        )


def same_day_of_year(day: date, years: int) -> date:
    """The same day of another year; 28 February for a 29 February that year does not have."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)
