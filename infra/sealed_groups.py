"""Open the ciphertext groups that read models copied from the log."""

from __future__ import annotations

from typing import Any

from domain.case.personal_data import SubjectRole
from infra.keys import SubjectKeys
from infra.personal_groups import GroupAddress, open_group
from projections.case_file.shape import SealedGroup


def fields_of(group: SealedGroup, keys: SubjectKeys, origin: str) -> dict[str, Any] | None:
    """The personal fields, or None once the key has been destroyed.

    Raises ``GroupNotAuthentic`` for one that was changed or moved, and ``KeyMissing`` for a key nobody knows.
    """
    key = keys.key_to_decrypt(group.key)
    if key is None:
        return None
    role = SubjectRole(group.role)
    address = GroupAddress(origin, group.case_id, group.version, group.event_name, role, group.key)
    return open_group(key, address, {"nonce": group.nonce, "data": group.data})
