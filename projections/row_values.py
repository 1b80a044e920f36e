"""The values of a row by the names of its fields, as a table takes them."""

from __future__ import annotations

from dataclasses import fields
from functools import cache
from operator import attrgetter
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from _typeshed import DataclassInstance


def values_of(value: DataclassInstance) -> dict[str, Any]:
    """The fields by name, those within left as they are; ``value`` has at least two fields."""
    names, held = _fields(type(value))
    return dict(zip(names, held(value), strict=True))


@cache
def _fields(of: type[DataclassInstance]) -> tuple[tuple[str, ...], attrgetter[tuple[Any, ...]]]:
    names = tuple(each.name for each in fields(of))
    return names, attrgetter(*names)
