"""Every place in which something that a record says may come to lie in clear, read as whoever may read all."""

from __future__ import annotations

import re
import zlib
from base64 import b64encode
from collections.abc import Iterable, Mapping
from contextlib import closing
from pathlib import Path

import psycopg2
from psycopg2 import sql

from consumers.topics import APPLICATIONS, CHECK_ANSWERS, CHECK_REQUESTS
from infra.message_wire import to_wire
from infra.postgres.messages.journal_messages import JournalMessages
from infra.stored_form.stored_body import clear_text
from projections.read_model import Cursor
from tests.migration.moving import Moving

_TABLES = """
select table_schema, table_name from information_schema.tables
 where table_type = 'BASE TABLE' and table_schema not in ('pg_catalog', 'information_schema')
"""
_STREAMS = re.compile(rb"stream\r?\n(.*?)\r?\nendstream", re.DOTALL)


def tables(*urls: str | None) -> Mapping[str, bytes]:
    """Every row of every table of these databases, as text; what is binary is there as hexadecimal digits.

    Of the events in the journal, what is in clear is there as it reads, not as it is compressed.
    """
    found: dict[str, bytes] = {}
    for number, url in enumerate(urls):
        assert url is not None
        with closing(psycopg2.connect(url)) as connection, connection.cursor() as cursor:
            cursor.execute(_TABLES)
            for schema, name in cursor.fetchall():
                table = sql.Identifier(schema, name)
                cursor.execute(sql.SQL("select t::text from {} t").format(table))
                rows = "\n".join(row for (row,) in cursor.fetchall())
                found[f"{('journal', 'keys')[number]}.{name}"] = rows.encode() + _in_clear(cursor, name)
    return found


def _in_clear(cursor: Cursor, table: str) -> bytes:
    if table != "journal":
        return b""
    cursor.execute("select body from permit.journal")
    return b"".join(b"\n" + clear_text(bytes(body)) for (body,) in cursor.fetchall())


def records(move: Moving) -> bytes:
    """All that the relay would send, on every topic: keys, values and headers."""
    messages = JournalMessages(move.program.readers)
    with move.program.recorder.subscribe(gt=0) as subscription:
        page = subscription.next_page(timeout=5, limit=1_000)
    sent = [
        to_wire(each, "urn:test")
        for each in messages.of(page, {APPLICATIONS.name, CHECK_REQUESTS.name, CHECK_ANSWERS.name})
    ]
    assert len(sent) == len(page) > 0
    headers = [content for each in sent for _, content in each.headers]
    return b"\n".join([*(each.value or b"" for each in sent), *(each.key or b"" for each in sent), *headers])


def files(paths: Iterable[str | Path]) -> bytes:
    """Files as they are, with what is deflated in a PDF laid open beside it."""
    held = [Path(path).read_bytes() for path in paths]
    # Piece by piece: a stream that happens to end like a line loses its last byte to the line end behind it.
    laid_open = [
        zlib.decompressobj().decompress(stream)
        for each in held
        if each.startswith(b"%PDF")
        for stream in _STREAMS.findall(each)
    ]
    assert laid_open
    return b"\n".join([*held, *laid_open])


def stands_in(text: str, place: bytes) -> bool:
    """Whether a text stands there: as it is, or in hexadecimal digits or Base64, as bytes are shown and sent."""
    raw = text.encode()
    # Of three ways in which Base64 can cut the text, the digits that depend on nothing around it.
    cut = [b64encode(b"\0" * before + raw)[-(-before * 4 // 3) : len(raw) * 4 // 3 - 2] for before in range(3)]
    return any(form in place for form in (raw, raw.hex().encode(), *cut))
