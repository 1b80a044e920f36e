"""What a library must do to send for us; :mod:`infra.kafka.sending` is the only one who asks it.

Whichever it is, the records in the topic are the same: the same partition for the same key, key, value and headers byte
for byte, the moment of sending as their timestamp, compressed with zstd, at most 1 MiB each, by an idempotent producer
that counts a record as sent when all replicas in sync have it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple, Protocol

from infra.message_wire import WireRecord

LINGER_MS: Final = 5
BATCH_BYTES: Final = 256 * 1024
LARGEST_RECORD: Final = 1024 * 1024
REQUEST_MS: Final = 15_000
CLOSING_SECONDS: Final = 2.0


class Outgoing(NamedTuple):
    """A record with the topic it goes to, prefix included."""

    topic: str
    record: WireRecord


class Delivery(Protocol):
    """A window of records that a producer has taken over."""

    def wait(self, seconds: float) -> None:
        """Return when every record is acknowledged. Raises ``NotDelivered``, also when it takes longer."""


class Producer(Protocol):
    """One producer with its connections, for one thread. After ``NotDelivered`` it is only closed."""

    def hand_over(self, window: Sequence[Outgoing]) -> Delivery:
        """Take a window over, to be written behind all windows before it. Raises ``NotDelivered``."""

    def close(self) -> None:
        """Let go of all connections; what is not acknowledged may or may not be written. May hang."""
