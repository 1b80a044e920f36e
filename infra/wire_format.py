"""The one JSON form of domain values: camelCase, strict, unknown fields refused, money and days as strings.

The domain's dataclasses know nothing of JSON. This module gives each of them, once, the pydantic configuration
that makes ``TypeAdapter`` read and write them in that form; events in the journal, commands over HTTP and
golden samples all go through it.
"""

from __future__ import annotations

from dataclasses import is_dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final, TypeVar, get_args, get_type_hints

import orjson
from pydantic import ConfigDict, TypeAdapter
from pydantic.alias_generators import to_camel

T = TypeVar("T")


def wire_name(field_name: str) -> str:
    """How a field of a domain value is called in JSON; ``from_`` is ``from``, which Python keeps for itself."""
    return to_camel(field_name.rstrip("_"))


_WIRE: Final = ConfigDict(
    alias_generator=wire_name,
    extra="forbid",
    allow_inf_nan=False,
)


_adapters: Final[dict[type[Any], TypeAdapter[Any]]] = {}


def wire_adapter(value_type: type[T]) -> TypeAdapter[T]:
    """The adapter that reads and writes ``value_type`` in the product's JSON form; built once a type."""
    adapter = _adapters.get(value_type)
    if adapter is None:
        _configure(value_type, set())
        adapter = _adapters.setdefault(value_type, TypeAdapter(value_type))
    return adapter


def wire_time(moment: datetime) -> str:
    """RFC 3339 in UTC with microseconds, the one form in which leaves hold a time."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds").removesuffix("+00:00") + "Z"


def canonical_json(value: object) -> bytes:
    """Sorted compact JSON: for what we store (strings and small integers only) the bytes of RFC 8785."""
    return orjson.dumps(value, default=number_as_written, option=orjson.OPT_SORT_KEYS)


def number_as_written(value: object) -> orjson.Fragment:
    """For ``orjson.dumps(default=...)``: a ``Decimal`` as a JSON number with the digits it was written with."""
    if isinstance(value, Decimal) and value.is_finite():
        return orjson.Fragment(str(value))
    raise TypeError(f"{type(value).__name__} has no JSON form")


def _configure(value_type: Any, seen: set[Any]) -> None:
    if value_type in seen:
        return
    seen.add(value_type)
    for argument in get_args(value_type):
        _configure(argument, seen)
    if isinstance(value_type, type) and is_dataclass(value_type):
        # pydantic looks for this name on plain dataclasses; the domain may not know pydantic.
        value_type.__pydantic_config__ = _WIRE  # type: ignore[attr-defined]
        for field_type in get_type_hints(value_type).values():
            _configure(field_type, seen)
