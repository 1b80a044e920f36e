"""Sending records so that either all of a window are acknowledged or the same window is sent again.

kafka-python's producer can wedge for ever after a long outage: its futures stay unresolved and its ``close`` hangs
(docs/flows/kafka.md). So nobody waits longer than a set time: the producer is dropped and a new one made.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from kafka import KafkaProducer
from kafka.errors import KafkaError, KafkaTimeoutError

from infra.kafka.clients import opened
from infra.kafka.errors import DeliveryUncertain
from infra.message_wire import WireRecord
from infra.structured_logs import get_logger

_log = get_logger(__name__)

_NO_LIMIT_MS: Final = 2_147_483_647
_CLOSING_SECONDS: Final = 2.0


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A record with the topic it goes to, prefix included."""

    topic: str
    record: WireRecord


class _Producer(KafkaProducer):  # type: ignore[misc]
    """One whose ``close`` goes on to stop its thread when what is unsent cannot be flushed in time.

    kafka-python's own stops at the failed flush, from ``close`` and again from ``__del__``, and its thread lives on.
    """

    def flush(self, timeout: float | None = None) -> None:
        try:
            super().flush(timeout)
        except KafkaTimeoutError:
            _log.warning("producer.dropped_unsent", seconds=timeout)


class Sender:
    """Sends windows of records, each of which the caller bounds; for one thread.

    ``patience`` is how many seconds a window may take before the producer is given up.
    """

    def __init__(self, bootstrap: str, *, patience: float = 30.0) -> None:
        self._bootstrap = bootstrap
        self._patience = patience
        self._producer: Any = None

    def send(self, window: Sequence[Outgoing]) -> None:
        """Return when every record of the window is acknowledged by all replicas in sync.

        Raises :class:`DeliveryUncertain`; the next call begins with a new producer.
        """
        until = time.monotonic() + self._patience
        try:
            producer = self._ready()
            futures = [
                producer.send(each.topic, value=each.record.value, key=each.record.key, headers=each.record.headers)
                for each in window
            ]
            for future in futures:
                future.get(timeout=max(0.001, until - time.monotonic()))
        except KafkaError as why:
            self._drop()
            raise DeliveryUncertain(f"{len(window)} records: {type(why).__name__}") from why

    def close(self) -> None:
        self._drop()

    def _ready(self) -> Any:
        if self._producer is None:
            self._producer = opened(
                _Producer,
                self._bootstrap,
                enable_idempotence=True,
                acks="all",
                delivery_timeout_ms=_NO_LIMIT_MS,
                request_timeout_ms=15_000,
                max_block_ms=int(self._patience * 1_000),
                linger_ms=5,
                batch_size=256 * 1024,
                compression_type="zstd",
                allow_auto_create_topics=False,
                metrics_enabled=False,
            )
        return self._producer

    def _drop(self) -> None:
        """Let the producer go. Its ``close`` may hang, so nobody waits for it."""
        producer, self._producer = self._producer, None
        if producer is not None:
            threading.Thread(target=_close, args=(producer,), name="producer-close", daemon=True).start()


def _close(producer: Any) -> None:
    try:
        producer.close(timeout=_CLOSING_SECONDS)
    except Exception as why:
        _log.warning("producer.did_not_close", why=type(why).__name__)
