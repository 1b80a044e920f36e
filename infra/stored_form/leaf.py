"""What binds an event: the leaf, of 169 bytes, whose hash is the event's place in the tree and in its stream's chain.

    2 | place 32 | prev 32 | body 32 | recordedAt 8 | fields 32 | context 32

- ``place``: SHA-256 of the journal's origin, the stream, the version, the type and the schema
- ``prev``: the leaf hash of the version before, zeros for the first
- ``body``: SHA-256 of the stored body, that is of the ciphertext
- ``recordedAt``: microseconds since 2000-01-01 UTC, as a signed integer
- ``fields``: one root over the commitments to all encrypted fields: SHA-256 of ``kind 1 | root 32`` of each part
  that is encrypted; zeros where none is
- ``context``: SHA-256 of who, by which command, because of what, under which law

A leaf is not stored: the row says what it is made of, and its envelope the rest. The envelope repeats eight bytes of
the digests of place and body, so that a verifier can say which part of a row was changed::

    2 | has prev | parts | place 8 | body 8 | recordedAt 8 | [prev 32] | (kind 1 | root 32) a part | context

``docs/flows/journal.md`` has the same byte for byte.
"""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache
from hashlib import sha256
from struct import Struct
from typing import Final, NamedTuple
from uuid import UUID

from domain.audit.event_seals import RowLeaf, StoredEvent
from domain.audit.merkle import leaf_hash
from infra.stored_form.compact_text import after_texts, compact, text_at

FORM: Final = 2
LEAF_BYTES: Final = 169

EPOCH: Final = datetime(2000, 1, 1, tzinfo=UTC)
"""From which leaves count microseconds, as the database does."""

_NONE: Final = bytes(32)
_CHECKED: Final = 8
_ROOT: Final = 33
_CONTEXT_TEXTS: Final = 4
_BEFORE_CAUSE: Final = 2
_FRONT: Final = Struct(">BBB8s8sq")
_PLACE: Final = Struct(">16sq")
_SCHEMA: Final = Struct(">h")
_LEAF: Final = Struct(">B32s32s32sq32s32s")
_MICROSECONDS: Final = 1_000_000


class Context(NamedTuple):
    """Who recorded an event, by which command, because of which event, and under which law, if any."""

    actor: str
    command_id: str
    causation_id: str | None
    rule_set: str | None

    def to_bytes(self) -> bytes:
        return b"".join(
            (
                compact(self.actor),
                compact(self.command_id),
                compact(self.causation_id or ""),
                compact(self.rule_set or ""),
            )
        )


class Envelope(NamedTuple):
    """What a row holds of its leaf beside its own columns.

    ``place`` and ``body`` are the first bytes of digests, ``parts`` the kind and the root of each encrypted part.
    """

    place: bytes
    body: bytes
    recorded_at: int
    prev: bytes | None
    parts: bytes
    context: bytes

    def to_bytes(self) -> bytes:
        count = len(self.parts) // _ROOT
        front = _FRONT.pack(FORM, self.prev is not None, count, self.place, self.body, self.recorded_at)
        return b"".join((front, self.prev or b"", self.parts, self.context))

    @classmethod
    def read(cls, data: bytes) -> Envelope:
        """Raises ``ValueError`` for bytes that are no envelope of this form. Its context is not spelled out."""
        parts_from, context_from = _sections(data)
        _, has_prev, _, place, body, recorded_at = _FRONT.unpack_from(data)
        if after_texts(data, context_from, _CONTEXT_TEXTS) != len(data):
            raise ValueError("an envelope goes on after its context")
        prev = data[_FRONT.size : parts_from] if has_prev else None
        return cls(place, body, recorded_at, prev, data[parts_from:context_from], data[context_from:])

    def said(self) -> Context:
        """Raises ``ValueError`` where a text of the context is none."""
        actor, at = text_at(self.context, 0)
        command_id, at = text_at(self.context, at)
        causation_id, at = text_at(self.context, at)
        rule_set, _ = text_at(self.context, at)
        return Context(actor, command_id, causation_id or None, rule_set or None)

    def leaf(self, place: bytes, body: bytes) -> bytes:
        """The leaf, with the digests of the place and of the body as the row has them."""
        fields = sha256(self.parts).digest() if self.parts else _NONE
        context = sha256(self.context).digest()
        return _LEAF.pack(FORM, place, self.prev or _NONE, body, self.recorded_at, fields, context)


def place_of(origin: str, stream: UUID, version: int, type_: str, schema: int) -> bytes:
    """SHA-256 of where an event stands and as what."""
    content = (_named(origin), _PLACE.pack(stream.bytes, version), _named(type_), _SCHEMA.pack(schema))
    return sha256(b"".join(content)).digest()


def sealed_leaf(
    place: bytes, body: bytes, recorded_at: int, prev: bytes | None, parts: bytes, context: bytes
) -> tuple[bytes, bytes]:
    """The leaf of an event and the envelope that its row keeps."""
    digest = sha256(body).digest()
    envelope = Envelope(place[:_CHECKED], digest[:_CHECKED], recorded_at, prev, parts, context)
    return envelope.leaf(place, digest), envelope.to_bytes()


def leaf_of_row(row: StoredEvent, origin: str) -> RowLeaf | None:
    """What a row's leaf says; None for an envelope that cannot be read, or a type of a name that no leaf can hold."""
    try:
        envelope = Envelope.read(row.envelope)
        place = place_of(origin, row.stream, row.version, row.type, row.schema)
    except (ValueError, OverflowError):
        return None
    body = sha256(row.body).digest()
    return RowLeaf(
        hashed=leaf_hash(envelope.leaf(place, body)),
        recorded_at=envelope.recorded_at,
        prev=envelope.prev,
        is_of_the_place=place.startswith(envelope.place),
        is_of_the_body=body.startswith(envelope.body),
    )


def cause_of(envelope: bytes) -> str | None:
    """The id of the event that caused this one, if one did. Raises ``ValueError`` for what is no envelope."""
    _, context_from = _sections(envelope)
    cause, _ = text_at(envelope, after_texts(envelope, context_from, _BEFORE_CAUSE))
    return cause or None


def _sections(envelope: bytes) -> tuple[int, int]:
    """Where the roots of its parts begin, and where its context does. Raises ``ValueError`` for what is no envelope."""
    if len(envelope) < _FRONT.size:
        raise ValueError("an envelope ends early")
    form, has_prev, count = envelope[:3]
    if form != FORM or has_prev > 1:
        raise ValueError("no envelope of form 2")
    parts_from = _FRONT.size + 32 * has_prev
    context_from = parts_from + _ROOT * count
    if len(envelope) < context_from:
        raise ValueError("an envelope ends early")
    return parts_from, context_from


def microseconds(recorded_at: str) -> int:
    """Microseconds since 2000-01-01 UTC of a time in RFC 3339."""
    since = datetime.fromisoformat(recorded_at) - EPOCH
    return (since.days * 86_400 + since.seconds) * _MICROSECONDS + since.microseconds


@lru_cache(maxsize=1024)
def _named(name: str) -> bytes:
    content = name.encode()
    return len(content).to_bytes(2, "big") + content
