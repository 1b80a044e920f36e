"""Raw records as they are kept: encrypted under their data subject's key, bound to their own id."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from infra.randomness import random_bytes
from infra.wire_format import number_as_written

_NONCE_BYTES: Final = 12


class RecordNotAuthentic(ValueError):
    """A landed record was changed, or moved to another one's place."""


def seal_record(key: bytes, record_id: UUID, record: Mapping[str, object], problem: str | None) -> bytes:
    """The record as it came, with why it could not be read if that was so."""
    nonce = random_bytes(_NONCE_BYTES)
    plain = orjson.dumps({"record": record, "problem": problem}, default=number_as_written)
    return nonce + AESGCM(key).encrypt(nonce, plain, _place(record_id))


def open_record(key: bytes, record_id: UUID, sealed: bytes) -> tuple[dict[str, Any], str | None]:
    """What :func:`seal_record` was given. Raises :class:`RecordNotAuthentic`."""
    try:
        plain = AESGCM(key).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], _place(record_id))
    except InvalidTag:
        raise RecordNotAuthentic(f"the landed record {record_id} is not the one that came") from None
    held = json.loads(plain, parse_float=Decimal)
    return held["record"], held["problem"]


def seal_text(key: bytes, record_id: UUID, field: str, text: str) -> bytes:
    """A correction of one field of a record."""
    nonce = random_bytes(_NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, text.encode(), _place(record_id, field))


def open_text(key: bytes, record_id: UUID, field: str, sealed: bytes) -> str:
    """What :func:`seal_text` was given. Raises :class:`RecordNotAuthentic`."""
    try:
        plain = AESGCM(key).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], _place(record_id, field))
    except InvalidTag:
        raise RecordNotAuthentic(
            f"a correction of the landed record {record_id} is not the one that was made"
        ) from None
    return plain.decode()


def _place(record_id: UUID, field: str = "") -> bytes:
    return b"legacy\x1f" + record_id.bytes + field.encode()
