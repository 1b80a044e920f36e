"""Texts that no door lets through, and where a text can stand: found in the types, so that a new field is covered."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from types import UnionType
from typing import Any, Final, Union, get_args, get_origin, get_type_hints
from uuid import UUID

from domain.case.personal_data import NotRead, Withheld
from domain.plain_text import FreeTextMark
from infra.wire_format import wire_name

UNREADABLE: Final[Mapping[str, str]] = {
    "NUL": "a\x00b",
    "first half of a pair": "a\ud83d",
    "second half of a pair": "\ude00b",
    "escape": "\x1b[31mred",
    "backspace": "a\bb",
    "delete": "a\x7fb",
    "next line of C1": "a\x85b",
}
"""What is refused everywhere, by what it holds. The ``a`` and the ``b`` may be in no sentence about it."""

LAID_OUT: Final = "first line\nsecond\tline\r\nthird"
"""What is kept in a free text, and nowhere else."""

SUBJECT: Final = UUID("22222222-2222-4222-8222-222222222222")
_ORDINARY: Final[Mapping[Any, Any]] = {
    str: "ordinary",
    int: 1,
    bool: True,
    Decimal: Decimal("1.00"),
    date: date(2026, 1, 20),
    datetime: datetime(2026, 1, 20, 9, 30, tzinfo=UTC),
    UUID: SUBJECT,
}


@dataclass(frozen=True, slots=True)
class Placed:
    """A value of some type with something at one place in it; everything else in it is ordinary, and nothing lacks."""

    path: str
    value: Any
    is_free_text: bool


_IN_PLACE: Final = (Withheld, NotRead)
"""What takes the place of a value that is not to be had: nobody writes it."""


def ordinary(hint: Any, within: tuple[Any, ...] = ()) -> Any:
    """A value of a type: all its fields are there, and one entry is in each list."""
    return next(iter(_alternatives(hint, within)))


def placed(hint: Any, kind: type, something: Any, within: tuple[Any, ...] = ()) -> Iterator[Placed]:
    """A value of ``hint`` for every place in it that takes a ``kind``, with ``something`` there."""
    plain, is_free = _plain(hint)
    if plain is kind:
        yield Placed("", something, is_free)
    elif _is_union(plain):
        for each in get_args(plain):
            yield from placed(each, kind, something, within)
    elif get_origin(plain) is tuple:
        for found in placed(get_args(plain)[0], kind, something, within):
            yield Placed(f"[0]{_after(found.path)}", (found.value,), found.is_free_text)
    elif get_origin(plain) is not None and issubclass(get_origin(plain), Mapping):
        for found in placed(get_args(plain)[1], kind, something, within):
            yield Placed("", {"ordinary": found.value}, found.is_free_text)
            yield Placed("", {found.value: "ordinary"}, found.is_free_text)
    elif is_dataclass(plain) and plain not in (*_IN_PLACE, *within):
        whole = ordinary(plain, within)
        for name, field_hint in get_type_hints(plain, include_extras=True).items():
            for found in placed(field_hint, kind, something, (*within, plain)):
                value = type(whole)(
                    **{each.name: getattr(whole, each.name) for each in fields(whole)} | {name: found.value}
                )
                yield Placed(f"{wire_name(name)}{_after(found.path)}", value, found.is_free_text)


def _alternatives(hint: Any, within: tuple[Any, ...]) -> Iterator[Any]:
    plain, _ = _plain(hint)
    if _is_union(plain):
        for each in get_args(plain):
            if each not in (type(None), *_IN_PLACE):
                yield from _alternatives(each, within)
    elif plain in _ORDINARY:
        yield _ORDINARY[plain]
    elif get_origin(plain) is tuple:
        yield tuple(_alternatives(get_args(plain)[0], within))[:1]
    elif get_origin(plain) is not None and issubclass(get_origin(plain), Mapping):
        yield {"ordinary": "ordinary"}
    elif isinstance(plain, type) and issubclass(plain, Enum):
        yield next(iter(plain))
    elif is_dataclass(plain):
        if plain not in within:  # alternatives of a finding are findings: one level of them will do
            hints = get_type_hints(plain, include_extras=True)
            yield plain(**{name: ordinary(each, (*within, plain)) for name, each in hints.items()})
    else:
        raise AssertionError(f"no ordinary value of {plain} is known: add one")


def _plain(hint: Any) -> tuple[Any, bool]:
    """A type without its marks, and whether it is marked as a free text."""
    marks = getattr(hint, "__metadata__", ())
    return (hint.__origin__ if marks else hint), any(isinstance(each, FreeTextMark) for each in marks)


def _is_union(hint: Any) -> bool:
    return get_origin(hint) in (Union, UnionType)


def _after(path: str) -> str:
    return path if not path or path.startswith("[") else f".{path}"
