"""The producer of kafka-python, all of which is Python: fifteen headers a record make it the slow half of a relay."""

from __future__ import annotations

import time
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Final

from kafka import KafkaProducer
from kafka.errors import KafkaError, KafkaTimeoutError
from kafka.partitioner.default import DefaultPartitioner, murmur2

from infra.kafka.clients import opened
from infra.kafka.errors import NotDelivered
from infra.kafka.producers import (
    BATCH_BYTES,
    CLOSING_SECONDS,
    LARGEST_RECORD,
    LINGER_MS,
    REQUEST_MS,
    Delivery,
    Outgoing,
)
from infra.structured_logs import get_logger

_log = get_logger(__name__)

_NO_LIMIT_MS: Final = 2_147_483_647
_REMEMBERED: Final = 100_000

PRODUCER_SETTINGS: Final = {
    "enable_idempotence": True,
    "acks": "all",
    "delivery_timeout_ms": _NO_LIMIT_MS,
    "request_timeout_ms": REQUEST_MS,
    "linger_ms": LINGER_MS,
    "batch_size": BATCH_BYTES,
    "max_request_size": LARGEST_RECORD,
    "compression_type": "zstd",
    "allow_auto_create_topics": False,
    "metrics_enabled": False,
}


class KafkaPythonProducer:
    """Implements :class:`infra.kafka.producers.Producer`."""

    def __init__(self, bootstrap: str, patience: float) -> None:
        """Connect. Raises :class:`NotDelivered` when no broker answers."""
        try:
            self._producer = opened(
                _Producer,
                bootstrap,
                max_block_ms=int(patience * 1_000),
                partitioner=RememberingPartitioner(),
                **PRODUCER_SETTINGS,
            )
        except KafkaError as why:
            raise NotDelivered(type(why).__name__) from why

    def hand_over(self, window: Sequence[Outgoing]) -> Delivery:
        send = self._producer.send
        try:
            return _Sent(
                [
                    send(each.topic, value=each.record.value, key=each.record.key, headers=each.record.headers)
                    for each in window
                ]
            )
        except KafkaError as why:
            raise NotDelivered(type(why).__name__) from why

    def close(self) -> None:
        self._producer.close(timeout=CLOSING_SECONDS)


class _Sent:
    """The records of one window, each of which kafka-python promises something about."""

    def __init__(self, futures: list[Any]) -> None:
        self._futures = futures

    def wait(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        try:
            for future in self._futures:
                future.get(timeout=max(0.001, until - time.monotonic()))
        except KafkaError as why:
            raise NotDelivered(type(why).__name__) from why


class _Producer(KafkaProducer):  # type: ignore[misc]
    """One whose ``close`` goes on to stop its thread when what is unsent cannot be flushed in time.

    kafka-python's own stops at the failed flush, from ``close`` and again from ``__del__``, and its thread lives on.
    """

    def flush(self, timeout: float | None = None) -> None:
        try:
            super().flush(timeout)
        except KafkaTimeoutError:
            _log.warning("producer.dropped_unsent", seconds=timeout)


class RememberingPartitioner(DefaultPartitioner):  # type: ignore[misc]
    """kafka-python's own, which hashes in Python: the events of a case have one key, that is hashed once."""

    def partition(
        self, topic: str, key: Any, serialized_key: bytes | None, value: Any, serialized_value: Any, cluster: Any
    ) -> int:
        if serialized_key is None:
            drawn: int = super().partition(topic, key, serialized_key, value, serialized_value, cluster)
            return drawn
        # A topic's partitions are numbered from 0 without a gap.
        return _hashed(serialized_key) % len(cluster.partitions_for_topic(topic))


@lru_cache(maxsize=_REMEMBERED)
def _hashed(key: bytes) -> int:
    hashed: int = murmur2(key)
    return hashed & 0x7FFFFFFF
