"""Rows of a read model as ``COPY ... FROM STDIN`` takes them, each column by its type in the table.

What a COPY of them leaves in an empty table is what ``json_populate_recordset`` makes of the same rows. A value that is
not what its column is made for raises one of the errors for which an event is to blame, though the server might have
found a way to read it: those rows are then written by the read model's own statements, and nothing is read in two ways.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

import orjson

if TYPE_CHECKING:
    from psycopg2.extensions import connection as Connection

Encoder = Callable[[Any], str]
Columns = Mapping[str, Encoder]
"""The columns of a table in their order, each with what writes a value of it that is not null."""

_NULL: Final = "\\N"


def columns_of(connection: Connection, schema: str, table: str) -> Columns:
    """The columns of a table. Raises KeyError for a type that no read model has used yet."""
    with connection.cursor() as cursor:
        cursor.execute(_COLUMNS, (schema, table))
        return {name: _ENCODERS[of_type] for name, of_type in cursor.fetchall()}


def copied(columns: Columns, rows: Sequence[Mapping[str, Any]]) -> bytes:
    """The content of the COPY. Raises TypeError, ValueError or AttributeError for a value that it cannot hold."""
    names = list(columns.items())
    lines = [
        "\t".join([_NULL if (value := row.get(name)) is None else encode(value) for name, encode in names])
        for row in rows
    ]
    return "\n".join([*lines, ""]).encode()


def _text(value: str) -> str:
    if value.isprintable() and "\\" not in value:
        return value
    return value.replace("\\", "\\\\").replace("\n", "\\n").replace("\t", "\\t").replace("\r", "\\r")


def _json(value: object) -> str:
    text = orjson.dumps(value).decode()
    if "\\u0000" in text:
        # A `json` column would take it from a COPY; from a JSON list of rows it does not.
        raise ValueError("NUL in a text")
    # All other control characters are escaped in it already.
    return text.replace("\\", "\\\\")


def _number(value: int) -> str:
    if type(value) is not int:
        raise TypeError("not a whole number")
    return str(value)


def _truth(value: bool) -> str:
    if type(value) is not bool:
        raise TypeError("neither true nor false")
    return "t" if value else "f"


def _uuid(value: UUID | str) -> str:
    return str(value) if type(value) is UUID else _spelled(value)


def _time(value: date | str) -> str:
    return value.isoformat() if isinstance(value, date) else _spelled(value)


def _spelled(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("not a text")
    return _text(value)


def _texts(values: Sequence[str]) -> str:
    if isinstance(values, str):
        raise TypeError("one text, not several")
    quoted = (each.replace("\\", "\\\\").replace('"', '\\"') for each in values)
    return _text("{" + ",".join(f'"{each}"' for each in quoted) + "}")


_ENCODERS: Final[Mapping[str, Encoder]] = {
    "uuid": _uuid,
    "int4": _number,
    "int8": _number,
    "bool": _truth,
    "text": _text,
    "date": _time,
    "timestamptz": _time,
    "json": _json,
    "_text": _texts,
    "datemultirange": _spelled,
}

_COLUMNS: Final = """
select a.attname::text, t.typname::text
  from pg_attribute a
  join pg_type t on t.oid = a.atttypid
  join pg_class c on c.oid = a.attrelid
  join pg_namespace n on n.oid = c.relnamespace
 where n.nspname = %s and c.relname = %s and a.attnum > 0 and not a.attisdropped
 order by a.attnum
"""
