"""Open the encrypted parts that read models copied from the log."""

from __future__ import annotations

from typing import Any

from infra.keys import SubjectKeys
from infra.stored_form.keyed_parts import KeyedPart, Place
from projections.case_file.shape import SealedGroup


def fields_of(group: SealedGroup, keys: SubjectKeys, origin: str) -> dict[str, Any] | None:
    """The personal fields, or None once the key has been destroyed.

    Raises ``PartNotAuthentic`` for one that was changed or moved, and ``KeyMissing`` for a key nobody knows.
    """
    key = keys.key_to_decrypt(group.key)
    if key is None:
        return None
    place = Place(origin, group.case_id, group.version, group.event_name)
    return KeyedPart.of_copy(group.sealed).open(key, place, group.key)
