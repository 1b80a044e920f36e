"""Bodies of stored events changed by hand, as somebody would who can write rows but holds no key."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from typing import Any
from uuid import UUID

import psycopg2

from infra.stored_form.body import Body
from infra.stored_form.compression import CURRENT, compressed
from infra.stored_form.stored_body import clear_text
from infra.wire_format import canonical_json


def with_clear(body: bytes, clear: dict[str, Any]) -> bytes:
    """A stored body with these clear fields, made beside the codec."""
    return with_clear_text(body, canonical_json(clear))


def with_clear_text(body: bytes, text: bytes) -> bytes:
    """A stored body with this text in the place of its clear fields."""
    return Body.read(body)._replace(dictionary=CURRENT, clear=compressed(text)).to_bytes()


def without_parts(body: bytes) -> bytes:
    """A stored body without what is encrypted."""
    return Body.read(body)._replace(keyed=()).to_bytes()


def change_clear_text(
    url: str, stream: UUID, change: Callable[[bytes], bytes], *, types: tuple[str, ...] | None = None
) -> None:
    """Change the clear text of a stream's events, of some types or of all; leaves stay as they are."""
    with (
        closing(psycopg2.connect(url, options="-c search_path=permit,public")) as connection,
        connection,
        connection.cursor() as cursor,
    ):
        cursor.execute("select position, type, body from journal where stream = %s", (str(stream),))
        for position, type_, body in cursor.fetchall():
            if types is None or type_ in types:
                changed = with_clear_text(bytes(body), change(clear_text(bytes(body))))
                cursor.execute("update journal set body = %s where position = %s", (changed, position))
