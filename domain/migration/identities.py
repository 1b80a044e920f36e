"""The ids of a migration. Each follows from what it names: a repeated load, from either door, makes the same ones."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final
from uuid import UUID, uuid5

from domain.migration.file_numbers import may_lie_in_clear, stand_in

ROOT: Final = UUID("5f0f2f0e-6c5e-5b0a-9a5c-5d1e6a0c7e31")
"""The namespace of all ids made here (DESIGN: the paths of data)."""


def case_id_of(authority: str, key: str) -> UUID:
    """The case of a file number."""
    return uuid5(ROOT, f"{authority}\x1f{key}")


def reference_of(authority: str, key: str) -> str:
    """What the case of a file number is called in clear: by it, unless something of a person might be seen in it."""
    return key if may_lie_in_clear(key) else stand_in(authority, case_id_of(authority, key))


def record_id_of(case_id: UUID, sequence: datetime, digest: str) -> UUID:
    """The id of one version of a record, through whichever door it comes."""
    return uuid5(case_id, f"{sequence.astimezone(UTC).isoformat()}\x1f{digest}")


def placeless_record_id(batch: UUID, place: str) -> UUID:
    """The id of a record without a place among the versions of a file number: it is the record of this line."""
    return uuid5(batch, place)


def topic_batch_id(authority: str, name: str) -> UUID:
    """The batch under which an authority sends records over its topic."""
    return uuid5(ROOT, f"batch\x1f{authority}\x1f{name}")


def authority_stream(authority: str) -> UUID:
    """The stream of an authority's own events."""
    return uuid5(ROOT, f"authority\x1f{authority}")
