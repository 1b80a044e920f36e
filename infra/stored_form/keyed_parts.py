"""What is encrypted in an event: the fields of one data subject, under that subject's key, for one place in the log.

A part is ``nonce 12 | AES-256-GCM(salt 16 | compressed JSON) | tag 16``. Its place, its kind and its key are
authenticated: a part that was changed, or moved from where it was written, does not open.

The salt blinds the commitments, so that erasing the key hides the values. A field's commitment is
``SHA-256(SHA-256(salt | name) | value)``, with the value in canonical JSON: who is shown one field gets its own
blinding alone, and learns nothing of the others. The root of a part is the SHA-256 over ``length of name 1 | name |
commitment 32`` of its fields in the order of their names. It goes into the envelope and so, with those of the event's
other parts, into the leaf.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Iterable
from functools import lru_cache
from hashlib import sha256
from struct import Struct
from typing import Any, Final, NamedTuple
from uuid import UUID

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from infra.randomness import random_bytes
from infra.stored_form import form_1
from infra.stored_form.body import FORM, PartKind
from infra.stored_form.compression import decompressed
from infra.wire_format import canonical_json

_NONCE_BYTES: Final = 12
_SALT_BYTES: Final = 16
_COPIED: Final = Struct(">BBBH")
_ADDRESS: Final = Struct(">BBB16sq16sH")


class PartNotAuthentic(ValueError):
    """An encrypted part was changed, or moved from the place for which it was made."""


class Place(NamedTuple):
    """Where an event stands and as what."""

    origin: str
    stream: UUID
    version: int
    event_name: str


class KeyedPart(NamedTuple):
    """An encrypted part as it is stored, with what its body says of it; ``schema`` is that of the event."""

    form: int
    dictionary: int
    kind: PartKind
    schema: int
    content: bytes

    def open(self, key: bytes, place: Place, key_id: UUID) -> dict[str, Any]:
        """The fields by wire name, of a part that was made for this place. Raises :class:`PartNotAuthentic`."""
        plain = self._plain(key, place, key_id)
        if self.form == form_1.FORM:
            return form_1.fields_in(plain)
        fields: dict[str, Any] = orjson.loads(decompressed(plain[_SALT_BYTES:], self.dictionary))
        return fields

    def text(self, key: bytes, place: Place, key_id: UUID) -> bytes:
        """The text in which the fields of a part of form 2 are written. Raises as :meth:`open`."""
        return decompressed(self._plain(key, place, key_id)[_SALT_BYTES:], self.dictionary)

    def commitments(self, key: bytes, place: Place, key_id: UUID) -> dict[str, bytes]:
        """The commitment to each field of a part of form 2, to be shown with one that is disclosed.

        Raises as :meth:`open`.
        """
        salt, fields = self._salted(key, place, key_id)
        return {name: _commitment(_blinding(salt, name), canonical_json(value)) for name, value in fields.items()}

    def disclosure(self, key: bytes, place: Place, key_id: UUID, name: str) -> tuple[bytes, bytes]:
        """The blinding of one field of a part of form 2 and its value in canonical JSON.

        Whoever has both can check the field's commitment, and nothing of the other fields. Raises as :meth:`open`, and
        ``LookupError`` for a field that is not there.
        """
        salt, fields = self._salted(key, place, key_id)
        return _blinding(salt, name), canonical_json(fields[name])

    def _salted(self, key: bytes, place: Place, key_id: UUID) -> tuple[bytes, dict[str, Any]]:
        plain = self._plain(key, place, key_id)
        return plain[:_SALT_BYTES], orjson.loads(decompressed(plain[_SALT_BYTES:], self.dictionary))

    def copied(self) -> str:
        """The part as read models copy it: text that :meth:`of_copy` reads."""
        head = _COPIED.pack(self.form, self.dictionary, self.kind, self.schema)
        return b64encode(head + self.content).decode()

    @classmethod
    def of_copy(cls, text: str) -> KeyedPart:
        """Raises ``ValueError`` for a text that is no copy."""
        data = b64decode(text)
        if len(data) < _COPIED.size:
            raise ValueError("no copy of an encrypted part")
        form, dictionary, kind, schema = _COPIED.unpack_from(data)
        return cls(form, dictionary, PartKind(kind), schema, data[_COPIED.size :])

    def _plain(self, key: bytes, place: Place, key_id: UUID) -> bytes:
        bound = (
            form_1.bound_to(place.origin, place.stream, place.version, place.event_name, self.kind.role, key_id)
            if self.form == form_1.FORM
            else _bound_to(place, self.kind, self.dictionary, self.schema, key_id)
        )
        try:
            return cipher_of(key).decrypt(self.content[:_NONCE_BYTES], self.content[_NONCE_BYTES:], bound)
        except (InvalidTag, ValueError):
            raise PartNotAuthentic("the encrypted part is not the one that was written here") from None


class WrittenPart(NamedTuple):
    """The fields of one person as they are written, before they are compressed and encrypted under that person's key.

    ``values`` has each field's value in canonical JSON, in the order of their wire names, and ``text`` all of them.
    """

    kind: PartKind
    key_id: UUID
    key: bytes
    values: list[tuple[str, bytes]]
    text: bytes

    def __repr__(self) -> str:
        """Neither the key nor what it protects is shown."""
        return f"<{self.kind.label} of {self.key_id}>"

    @classmethod
    def of(cls, kind: PartKind, key_id: UUID, key: bytes, fields: Iterable[tuple[str, object]]) -> WrittenPart:
        """``fields`` are JSON values with their wire names, in the order of these."""
        values = [(name, canonical_json(value)) for name, value in fields]
        text = b"{" + b",".join([b'"%b":%b' % (name.encode(), value) for name, value in values]) + b"}"
        return cls(kind, key_id, key, values, text)

    def sealed(self, frame: bytes, place: Place, *, dictionary: int, schema: int) -> tuple[bytes, bytes]:
        """The part encrypted for its place, of the compressed text; and the root over its commitments."""
        salt, nonce = random_bytes(_SALT_BYTES), random_bytes(_NONCE_BYTES)
        bound = _bound_to(place, self.kind, dictionary, schema, self.key_id)
        content = nonce + cipher_of(self.key).encrypt(nonce, salt + frame, bound)
        return content, _root([(name, _commitment(_blinding(salt, name), value)) for name, value in self.values])


def _root(commitments: Iterable[tuple[str, bytes]]) -> bytes:
    """The root of a part, from the commitments to its fields with their names, in the order of these."""
    pieces: list[bytes] = []
    for name, commitment in commitments:
        encoded = name.encode()
        pieces += (bytes([len(encoded)]), encoded, commitment)
    return sha256(b"".join(pieces)).digest()


def roots_in_envelope(roots: Iterable[tuple[PartKind, bytes]]) -> bytes:
    """The kind and the root of each part, in the order in which they are stored."""
    return b"".join([bytes([kind]) + root for kind, root in roots])


def _bound_to(place: Place, kind: PartKind, dictionary: int, schema: int, key_id: UUID) -> bytes:
    """What is authenticated with a part of form 2: all of its address."""
    address = _ADDRESS.pack(FORM, dictionary, kind, place.stream.bytes, place.version, key_id.bytes, schema)
    return address + _names(place.origin, place.event_name)


def _blinding(salt: bytes, name: str) -> bytes:
    return sha256(salt + name.encode()).digest()


def _commitment(blinding: bytes, value: bytes) -> bytes:
    return sha256(blinding + value).digest()


@lru_cache(maxsize=16_384)
def cipher_of(key: bytes) -> AESGCM:
    """The cipher under a key, which takes longer to make than to use: kept for some weeks of one region's cases."""
    return AESGCM(key)


@lru_cache(maxsize=256)
def _names(origin: str, event_name: str) -> bytes:
    encoded = origin.encode()
    return len(encoded).to_bytes(2, "big") + encoded + event_name.encode()
