"""A JSON document as text for people: a line a value, a table a list. Nothing is cut off, whatever the width."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

_NOTHING: Final = "-"
_INDENT: Final = "  "
_HUMP: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def readable(document: Mapping[str, Any]) -> str:
    """``{"upTo": 3, "consumers": [{"name": "intake", "lag": 2}]}`` as a line and a table with a heading."""
    return "\n".join(_lines(document))


def table(rows: Sequence[Mapping[str, Any]]) -> str:
    """Rows with the same keys as columns; numbers are aligned on the right, decimals under each other."""
    return "\n".join(_table(rows))


def words(name: str) -> str:
    """``lagSeconds`` as "lag seconds"; a name that is a code, with hyphens or blanks, stays as it is."""
    return _HUMP.sub(" ", name).lower() if name.isidentifier() else name


def _lines(document: Mapping[str, Any]) -> list[str]:
    plain = {words(name): value for name, value in document.items() if not _is_nested(value)}
    width = max(map(len, plain), default=0)
    lines = [f"{label:{width}}  {_text(value)}".rstrip() for label, value in plain.items()]
    for name, value in document.items():
        if not _is_nested(value):
            continue
        inner = _lines(value) if isinstance(value, Mapping) else _rows(value)
        lines += [words(name), *(f"{_INDENT}{line}".rstrip() for line in inner)]
    return lines


def _rows(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """A table where the rows hold plain values, else a paragraph a row."""
    if any(_is_nested(value) for row in rows for value in row.values()):
        paragraphs = [_lines(row) for row in rows]
        return [line for each in paragraphs for line in (*each, "")][:-1]
    return _table(rows)


def _table(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    names = list(dict.fromkeys(name for row in rows for name in row))
    columns = [_column(words(name), [row.get(name) for row in rows]) for name in names]
    return ["  ".join(cells).rstrip() for cells in zip(*columns, strict=True)]


def _column(heading: str, values: Sequence[Any]) -> list[str]:
    numeric = all(value is None or _is_number(value) for value in values)
    decimals = max((len(str(value).partition(".")[2]) for value in values if isinstance(value, float)), default=0)
    cells = [f"{value:.{decimals}f}" if isinstance(value, float) else _text(value) for value in values]
    width = max(map(len, (heading, *cells)))
    return [each.rjust(width) if numeric else each.ljust(width) for each in (heading, *cells)]


def _is_nested(value: Any) -> bool:
    """Whether it takes lines of its own; an empty list or object does not."""
    if isinstance(value, Mapping):
        return bool(value)
    return isinstance(value, list) and bool(value) and all(isinstance(each, Mapping) for each in value)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _text(value: Any) -> str:
    match value:
        case None | "":
            return _NOTHING
        case bool():
            return "yes" if value else "no"
        case list() | tuple() | Mapping() if not value:
            return "none"
        case list() | tuple():
            return ", ".join(map(_text, value))
        case Mapping():
            return ", ".join(f"{words(str(name))} {_text(inner)}" for name, inner in value.items())
        case _:
            # A line break in a value would break the table.
            return " ".join(str(value).splitlines())
