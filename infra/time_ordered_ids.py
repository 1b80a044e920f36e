"""Identifiers that sort by the time they were made: UUID version 7 (RFC 9562, section 5.7)."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_VERSION: Final = 0x7 << 76
_VARIANT: Final = 0b10 << 62


def time_ordered_id(now: datetime) -> UUID:
    """A new UUIDv7 of the millisecond of ``now`` (aware, from 1970 on); its other 74 bits are random.

    Ids of one millisecond come in no order, and nobody can guess one from another.
    """
    milliseconds = (now - _EPOCH) // timedelta(milliseconds=1)
    random = secrets.randbits(74)
    return UUID(int=milliseconds << 80 | _VERSION | (random >> 62) << 64 | _VARIANT | random & (1 << 62) - 1)
