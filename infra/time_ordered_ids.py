"""Identifiers that sort by the time they were made: UUID version 7 (RFC 9562, section 5.7)."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Final
from uuid import UUID

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_VERSION: Final = 0x7 << 76
_VARIANT: Final = 0b10 << 62


def time_ordered_id(now: datetime, *, seed: str | None = None) -> UUID:
    """A UUIDv7 of the millisecond of ``now`` (aware, from 1970 on).

    Its other 74 bits are random, or with ``seed`` the digest of that: what is attempted again at the same moment
    gets the same id. Ids of one millisecond come in no order.
    """
    milliseconds = (now - _EPOCH) // timedelta(milliseconds=1)
    rest = secrets.randbits(74) if seed is None else int.from_bytes(sha256(seed.encode()).digest()) >> 256 - 74
    return UUID(int=milliseconds << 80 | _VERSION | (rest >> 62) << 64 | _VARIANT | rest & (1 << 62) - 1)
