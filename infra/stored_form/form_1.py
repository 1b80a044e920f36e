"""Form 1 of a stored body, which is read and no longer written: ``{"clear": {...}, "personal": {role: group}}``.

A group is ``{"key", "nonce", "data"}``; its data is AES-256-GCM over ``{"salt", "fields"}`` in canonical JSON.
"""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Iterator, Mapping
from typing import Any, Final
from uuid import UUID

import orjson

from domain.case.personal_data import SubjectRole
from infra.stored_form.body import PartKind

FORM: Final = 1


def read(data: bytes) -> tuple[dict[str, Any], dict[str, Mapping[str, str]]]:
    """The clear fields, and the groups by role. Raises ``ValueError`` or ``LookupError`` for bytes that are no body."""
    stored: dict[str, Any] = orjson.loads(data)
    return stored["clear"], stored.get("personal", {})


def groups(personal: Mapping[str, Mapping[str, str]]) -> Iterator[tuple[PartKind, str, bytes]]:
    """The kind of each group, the key that it names, and its nonce with its ciphertext."""
    for role, group in personal.items():
        content = b64decode(group["nonce"]) + b64decode(group["data"])
        yield PartKind.of(SubjectRole(role), apart=False), group["key"], content


def bound_to(origin: str, stream: UUID, version: int, event_name: str, role: SubjectRole, key_id: UUID) -> bytes:
    """What is authenticated with a group."""
    return "\x1f".join((origin, str(stream), str(version), event_name, role.value, str(key_id))).encode()


def fields_in(plain: bytes) -> dict[str, Any]:
    fields: dict[str, Any] = orjson.loads(plain)["fields"]
    return fields
