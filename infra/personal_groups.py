"""One ciphertext group per data subject per event: AES-256-GCM, bound to its place in the log."""

from __future__ import annotations

import hmac
from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final
from uuid import UUID

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from domain.case.personal_data import SubjectRole
from infra.randomness import random_bytes
from infra.wire_format import canonical_json

_NONCE_BYTES: Final = 12
_SALT_BYTES: Final = 16


class GroupNotAuthentic(ValueError):
    """A ciphertext group was changed, or moved from the place for which it was made."""


@dataclass(frozen=True, slots=True)
class GroupAddress:
    """Where a group belongs; all of it is authenticated, so a group moved elsewhere does not open."""

    origin: str
    stream: UUID
    version: int
    event_name: str
    role: SubjectRole
    key_id: UUID

    def associated_data(self) -> bytes:
        return "\x1f".join(
            (
                self.origin,
                str(self.stream),
                str(self.version),
                self.event_name,
                self.role.value,
                str(self.key_id),
            )
        ).encode()


def seal_group(
    key: bytes, address: GroupAddress, fields: Mapping[str, object]
) -> tuple[dict[str, str], dict[str, str]]:
    """Encrypt ``fields`` (JSON values by wire name); give the group, and a commitment per field for the leaf."""
    salt, nonce = random_bytes(_SALT_BYTES), random_bytes(_NONCE_BYTES)
    # Not the one-shot hmac.digest: it gives up the interpreter lock, and among some dozens of appending threads
    # getting it back costs more than the rest of the encoding.
    salted = hmac.new(salt, digestmod="sha256")
    commitments = {name: _commitment(salted, name, value) for name, value in fields.items()}
    plain = canonical_json({"salt": b64encode(salt).decode(), "fields": fields})
    sealed = cipher_of(key).encrypt(nonce, plain, address.associated_data())
    group = {
        "key": str(address.key_id),
        "nonce": b64encode(nonce).decode(),
        "data": b64encode(sealed).decode(),
    }
    return group, commitments


def _commitment(salted: hmac.HMAC, name: str, value: object) -> str:
    """HMAC-SHA256(salt, name 0x00 value in canonical JSON), in hexadecimal (AUDIT: the leaf)."""
    mac = salted.copy()
    mac.update(name.encode() + b"\0" + canonical_json(value))
    return mac.hexdigest()


def open_group(key: bytes, address: GroupAddress, group: Mapping[str, str]) -> dict[str, Any]:
    """Decrypt a group made for ``address``. Raises :class:`GroupNotAuthentic`."""
    try:
        plain = cipher_of(key).decrypt(b64decode(group["nonce"]), b64decode(group["data"]), address.associated_data())
    except InvalidTag:
        raise GroupNotAuthentic("the ciphertext group is not the one that was written here") from None
    fields: dict[str, Any] = orjson.loads(plain)["fields"]
    return fields


@lru_cache(maxsize=4096)
def cipher_of(key: bytes) -> AESGCM:
    """The cipher under a key; made once for what lies under it in an event and in a landed record."""
    return AESGCM(key)
