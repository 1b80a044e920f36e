"""A stored body of whichever form, read: its clear fields, and its encrypted parts unopened."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, NamedTuple
from uuid import UUID

import orjson

from infra.stored_form import form_1
from infra.stored_form.body import FORM, Body, clear_part
from infra.stored_form.compression import decompressed
from infra.stored_form.keyed_parts import KeyedPart


class StoredBody(NamedTuple):
    """``clear`` is JSON by wire name in the shape in which it was stored."""

    clear: dict[str, Any]
    parts: tuple[KeyedPart, ...]

    @classmethod
    def read(cls, data: bytes, schema: int) -> StoredBody:
        """Raises ``ValueError``, ``LookupError``, ``TypeError`` or ``AttributeError`` for bytes that are no body."""
        if data[:1] == b"{":
            return _of_form_1(data, schema)
        body = Body.read(data)
        return cls(orjson.loads(decompressed(body.clear, body.dictionary)), _of_form_2(body, schema))

    def key_of(self, part: KeyedPart) -> UUID:
        """The key under which a part is: that of the person whom the clear fields name for its role."""
        return _key_of(part, self.clear)


def clear_fields(data: bytes) -> dict[str, Any]:
    """The clear fields alone. Raises as :meth:`StoredBody.read`."""
    if data[:1] == b"{":
        return form_1.read(data)[0]
    clear: dict[str, Any] = orjson.loads(clear_text(data))
    return clear


def clear_text(data: bytes) -> bytes:
    """The text in which the clear fields are written, not parsed; of form 1 the whole body, whose rest is base64."""
    if data[:1] == b"{":
        return data
    return decompressed(*clear_part(data))


def keyed_parts(data: bytes, schema: int, clear: Mapping[str, Any]) -> list[tuple[KeyedPart, UUID]]:
    """The encrypted parts, unopened, with the key of each, of a body whose stored clear fields are known already.

    Raises as :meth:`StoredBody.read`.
    """
    parts = _of_form_1(data, schema).parts if data[:1] == b"{" else _of_form_2(Body.read(data), schema)
    return [(part, _key_of(part, clear)) for part in parts]


def _key_of(part: KeyedPart, clear: Mapping[str, Any]) -> UUID:
    return _uuid(clear[part.kind.subject_field])


@lru_cache(maxsize=16_384)
def _uuid(text: str) -> UUID:
    """Made once for all events of a person: it takes longer than all else that is read of a part's address."""
    return UUID(text)


def _of_form_2(body: Body, schema: int) -> tuple[KeyedPart, ...]:
    return tuple([KeyedPart(FORM, body.dictionary, kind, schema, content) for kind, content in body.keyed])


def _of_form_1(data: bytes, schema: int) -> StoredBody:
    clear, personal = form_1.read(data)
    parts = []
    for kind, key, content in form_1.groups(personal):
        if key != clear.get(kind.subject_field):
            raise ValueError("a personal group is under another person's key")
        parts.append(KeyedPart(form_1.FORM, 0, kind, schema, content))
    return StoredBody(clear, tuple(parts))
