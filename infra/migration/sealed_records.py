"""Raw records as they are kept: encrypted under their data subject's key, bound to their own id."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Final
from uuid import UUID

from cryptography.exceptions import InvalidTag

from domain.migration.findings import Finding, RefusalReason
from domain.migration.source_lines import RawRecord
from infra.randomness import random_bytes
from infra.stored_form.keyed_parts import cipher_of
from infra.wire_format import canonical_json

_NONCE_BYTES: Final = 12


class RecordNotAuthentic(ValueError):
    """A landed record was changed, or moved to another one's place."""


def seal_record(key: bytes, record_id: UUID, raw: RawRecord) -> bytes:
    """The record as it came, with what its reader found."""
    nonce = random_bytes(_NONCE_BYTES)
    plain = canonical_json({"record": raw.record, "findings": raw.findings})
    return nonce + cipher_of(key).encrypt(nonce, plain, _place(record_id))


def open_record(key: bytes, record_id: UUID, sealed: bytes, *, source: str = "", line: int = 0) -> RawRecord:
    """What :func:`seal_record` was given. Raises :class:`RecordNotAuthentic`."""
    try:
        plain = cipher_of(key).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], _place(record_id))
    except InvalidTag:
        raise RecordNotAuthentic(f"the landed record {record_id} is not the one that was received") from None
    held = json.loads(plain, parse_float=Decimal, parse_int=Decimal)
    findings = tuple(
        Finding(RefusalReason(each["reason"]), each["field"], each["sentence"]) for each in held["findings"]
    )
    return RawRecord(source=source, line=line, record=held["record"], findings=findings)


def seal_text(key: bytes, record_id: UUID, field: str, text: str) -> bytes:
    """A correction of one field of a record."""
    nonce = random_bytes(_NONCE_BYTES)
    return nonce + cipher_of(key).encrypt(nonce, text.encode(), _place(record_id, field))


def open_text(key: bytes, record_id: UUID, field: str, sealed: bytes) -> str:
    """What :func:`seal_text` was given. Raises :class:`RecordNotAuthentic`."""
    try:
        plain = cipher_of(key).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], _place(record_id, field))
    except InvalidTag:
        raise RecordNotAuthentic(
            f"a correction of the landed record {record_id} is not the one that was made"
        ) from None
    return plain.decode()


def _place(record_id: UUID, field: str = "") -> bytes:
    return b"legacy\x1f" + record_id.bytes + field.encode()
