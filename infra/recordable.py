"""The border before the log: what PostgreSQL, UTF-8, JSON or a topic cannot hold is appended by no door.

The log cannot be edited, and a read model that meets such a value stops for good. Doors refuse it in their own words
before; whatever one of them lets through is refused here, before anything is encrypted, signed or written.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import fields, is_dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from enum import Enum
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, TypeAlias, get_args, get_type_hints
from uuid import UUID

from domain.case.refusals import InputIssue, NotRecordable
from domain.case.value_checks import INVALID_INPUT, OUT_OF_RANGE, not_plain
from domain.plain_text import LAYOUT, FreeTextMark, is_plain
from infra.wire_format import canonical_json, wire_name

if TYPE_CHECKING:
    from _typeshed import DataclassInstance
    from pydantic import TypeAdapter

LARGEST_NUMBER: Final = 2**53 - 1
"""Beyond it readers of JSON round (RFC 8785, RFC 7493)."""

MOST_DIGITS: Final = 100
"""Of a decimal number before its point, and after it. PostgreSQL's ``numeric`` ends much later, readers sooner."""

EARLIEST: Final = datetime.min.replace(tzinfo=UTC) + timedelta(days=1)
LATEST: Final = datetime.max.replace(tzinfo=UTC) - timedelta(days=1)
"""Between these two a moment has a date in every time zone."""

_Place: TypeAlias = "tuple[_Place | None, str | int]"
"""Where a value is: what holds it, and its name or number there. Spelled out only where something is wrong."""

_Faults: TypeAlias = list[InputIssue]

_Checked: TypeAlias = "Callable[[type[DataclassInstance]], tuple[tuple[str, str, str], ...]]"
"""Which fields of a dataclass are looked at; see :func:`_checked_fields`."""

_REPLACED: Final = "\ufffd"

_NOT_FINITE: Final = (INVALID_INPUT, "it is not a number", "write a finite number")
_TOO_LONG: Final = (OUT_OF_RANGE, "it has too many digits", "look for a mistyped number")
_NO_ZONE: Final = (INVALID_INPUT, "it is a moment of no time zone", "say its offset from UTC")
_OFF_CALENDAR: Final = (OUT_OF_RANGE, "it has no date in every time zone", "look for a mistyped year")


def require_recordable(value: DataclassInstance, name: str) -> None:
    """Return if ``value``, an event or a command called ``name``, can be held by everything behind the log.

    Raises :class:`NotRecordable`, which names every place that cannot, by its path on the wire, and no content.
    """
    _require(value, name, _checked_fields)


def recordable_json(value: DataclassInstance, name: str, adapter: TypeAdapter[Any]) -> dict[str, Any]:
    """The JSON values of an event or a command by wire name. Raises as :func:`require_recordable`."""
    with named_faults(value, name):
        content: dict[str, Any] = adapter.dump_python(value, mode="json", by_alias=True)
        text = canonical_json(content)
    require_recordable_as_printed(value, name, [text])
    return content


@contextmanager
def named_faults(value: DataclassInstance, name: str) -> Iterator[None]:
    """Around the writing of ``value`` as JSON: names what in it made that fail. Raises as :func:`require_recordable`.

    Half of a surrogate pair is no text of JSON; as the name of a value it becomes the sign of replacement.
    """
    try:
        yield
    except (TypeError, ValueError):
        require_recordable(value, name)
        raise


def require_recordable_as_printed(value: DataclassInstance, name: str, texts: Iterable[bytes]) -> None:
    """As :func:`require_recordable`, for a value that has been written as JSON: ``texts`` are all of it.

    Where they can be printed as they are, every text of the value is sound, and only its numbers and moments are
    looked at: a tenth of the work for what holds much text.
    """
    _require(value, name, _numeric_fields if all(map(_is_printable, texts)) else _checked_fields)


def _is_printable(text: bytes) -> bool:
    """Whether nothing in it was escaped or replaced, and all of it shows."""
    if text.isascii():
        # Of these JSON escapes all that does not show but one.
        return b"\\" not in text and b"\x7f" not in text
    characters = text.decode()
    return "\\" not in characters and _REPLACED not in characters and characters.isprintable()


def _require(value: DataclassInstance, name: str, checked: _Checked) -> None:
    faults: _Faults = []
    _look_at_fields(value, None, faults, checked)
    if faults:
        raise NotRecordable(name, tuple(faults))


def _look_at_fields(value: DataclassInstance, place: _Place | None, faults: _Faults, checked: _Checked) -> None:
    for attribute, name, layout in checked(type(value)):
        found = getattr(value, attribute)
        # Nearly all there is, on the way of every append: not worth a call.
        if found is not None and not (type(found) is str and found.isprintable()):
            _look_at(found, layout, (place, name), faults, checked)


def _look_at(value: Any, layout: str, place: _Place, faults: _Faults, checked: _Checked) -> None:
    match value:
        case str():
            if not is_plain(value, layout):
                faults.append(not_plain(_spelled(place)))
        case tuple():
            for n, item in enumerate(value):
                _look_at(item, layout, (place, n), faults, checked)
        case Decimal():
            _look_at_decimal(value, place, faults)
        case datetime():
            # Compared as they are: an aware moment needs no date in UTC for it.
            if value.tzinfo is None:
                faults.append(_fault(place, *_NO_ZONE))
            elif not EARLIEST <= value <= LATEST:
                faults.append(_fault(place, *_OFF_CALENDAR))
        case int():
            if abs(value) > LARGEST_NUMBER:
                faults.append(_fault(place, *_TOO_LONG))
        case None:
            pass
        case _ if is_dataclass(value) and not isinstance(value, type):
            _look_at_fields(value, place, faults, checked)
        case Mapping():
            # Its keys may say anything: the path ends at the whole.
            for each in (*value.keys(), *value.values()):
                _look_at(each, layout, place, faults, checked)
        case _:
            raise TypeError(f"nothing that is recorded may hold a {type(value).__name__}")


def _look_at_decimal(value: Decimal, place: _Place, faults: _Faults) -> None:
    exponent = value.as_tuple().exponent
    if not isinstance(exponent, int):
        faults.append(_fault(place, *_NOT_FINITE))
    elif exponent < -MOST_DIGITS or value.adjusted() >= MOST_DIGITS:
        faults.append(_fault(place, *_TOO_LONG))


def _fault(place: _Place, code: str, problem: str, remedy: str) -> InputIssue:
    return InputIssue(path=_spelled(place), code=code, problem=problem, remedy=remedy)


def _spelled(place: _Place) -> str:
    """``worker.givenName``, ``documents[0].size``."""
    within, step = place
    before = "" if within is None else _spelled(within)
    if isinstance(step, int):
        return f"{before}[{step}]"
    return f"{before}.{step}" if before else step


@lru_cache(maxsize=512)
def _checked_fields(value_type: type[DataclassInstance]) -> tuple[tuple[str, str, str], ...]:
    """Of each field that can hold what is refused: its name in Python and on the wire, and the layout it may have."""
    hints = get_type_hints(value_type, include_extras=True)
    return tuple(
        (each.name, wire_name(each.name), LAYOUT if _is_free_text(hints[each.name]) else "")
        for each in fields(value_type)
        if not _is_always_sound(hints[each.name])
    )


@lru_cache(maxsize=512)
def _numeric_fields(value_type: type[DataclassInstance]) -> tuple[tuple[str, str, str], ...]:
    """Those of them in which there may be more than text."""
    hints = get_type_hints(value_type, include_extras=True)
    return tuple(each for each in _checked_fields(value_type) if not _is_but_text(hints[each[0]], ()))


def _is_but_text(hint: Any, within: tuple[Any, ...]) -> bool:
    """Whether whatever is in the type is text, or always sound."""
    if is_dataclass(hint):
        held = get_type_hints(hint, include_extras=True).values()
        return hint in within or all(_is_but_text(each, (*within, hint)) for each in held)
    parts = get_args(hint)
    if parts:
        return all(each is Ellipsis or isinstance(each, FreeTextMark) or _is_but_text(each, within) for each in parts)
    return hint is str or _is_always_sound(hint)


def _is_free_text(hint: Any) -> bool:
    marks = getattr(hint, "__metadata__", ())
    return any(isinstance(each, FreeTextMark) for each in marks) or any(map(_is_free_text, get_args(hint)))


def _is_always_sound(hint: Any) -> bool:
    """Whether every value of the type can be held: days, truth values, ids and codes of ours."""
    parts = get_args(hint)
    if parts:
        return all(each is Ellipsis or _is_always_sound(each) for each in parts)
    return hint in (bool, date, UUID, type(None)) or (isinstance(hint, type) and issubclass(hint, Enum))
