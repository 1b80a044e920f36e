"""Copies of frozen, slotted dataclasses with other values in some fields.

As ``dataclasses.replace``, which takes two to three times as long and would be the greater part of a fold.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields
from functools import cache
from operator import attrgetter
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

T = TypeVar("T", bound="DataclassInstance")


def with_changes(value: T, changes: Mapping[str, Any]) -> T:
    """A copy with these fields changed; ``value`` has at least two fields and no ``__post_init__``.

    Raises KeyError for a field that it does not have.
    """
    held, setters = _parts(type(value))
    copy = object.__new__(type(value))
    for set_field, each in zip(setters.values(), held(value), strict=True):
        set_field(copy, each)
    for name, each in changes.items():
        setters[name](copy, each)
    return copy


def values_of(value: DataclassInstance) -> dict[str, Any]:
    """The fields by name, those within left as they are."""
    held, setters = _parts(type(value))
    return dict(zip(setters, held(value), strict=True))


@cache
def _parts(of: type[DataclassInstance]) -> tuple[attrgetter[tuple[Any, ...]], dict[str, Callable[[Any, Any], None]]]:
    names = [each.name for each in fields(of)]
    return attrgetter(*names), {name: getattr(of, name).__set__ for name in names}
