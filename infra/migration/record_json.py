"""Raw records as JSON: numbers stay as they were written."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import orjson


def written(value: object) -> bytes:
    """Sorted and compact, so that the same content has the same bytes."""
    return orjson.dumps(value, default=_number, option=orjson.OPT_SORT_KEYS)


def read(content: bytes) -> Any:
    """What :func:`written` was given."""
    return json.loads(content, parse_float=Decimal, parse_int=Decimal)


def _number(value: object) -> orjson.Fragment:
    if isinstance(value, Decimal):
        return orjson.Fragment(str(value))
    raise TypeError(f"a raw record holds {type(value).__name__}")
