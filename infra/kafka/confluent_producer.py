"""The producer of confluent-kafka: librdkafka, whose threads make and send batches outside the interpreter.

It is an extra (``pip install 'single-permit[confluent]'``); whoever does not choose it never imports this module.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Final

from confluent_kafka import KafkaError, KafkaException, Producer

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
from infra.structured_logs import logger_for

_SERVED_EVERY: Final = 0.1
"""Seconds after which a wait looks at the clock."""

_WAITING_FOR_ROOM: Final = 0.05

_SETTINGS: Final[dict[str, str | int | bool]] = {
    "enable.idempotence": True,
    # A batch that is given up stops the producer: what comes behind it must not be written without it.
    "enable.gapless.guarantee": True,
    # Errors. Its one warning would come at every start: that the setting above is young.
    "log_level": 3,
    "acks": "all",
    "message.timeout.ms": 0,
    "socket.timeout.ms": REQUEST_MS,
    "request.timeout.ms": REQUEST_MS,
    "reconnect.backoff.max.ms": 1_000,
    "linger.ms": LINGER_MS,
    "batch.size": BATCH_BYTES,
    "message.max.bytes": LARGEST_RECORD,
    "compression.type": "zstd",
    # The partition of a key as the other clients of Kafka have it; librdkafka's own default is another hash.
    "partitioner": "murmur2_random",
}


class ConfluentProducer:
    """Implements :class:`infra.kafka.producers.Producer`."""

    def __init__(self, bootstrap: str, patience: float) -> None:
        """Connects when it is first used."""
        self._patience = patience
        self._existing: frozenset[str] = frozenset()
        self._producer = Producer({"bootstrap.servers": bootstrap, **_SETTINGS}, logger=logger_for("confluent_kafka"))

    def hand_over(self, window: Sequence[Outgoing]) -> Delivery:
        sent = _Sent(self._producer, len(window))
        until = time.monotonic() + self._patience
        for each in window:
            if each.topic not in self._existing:
                self._require(each.topic)
            self._produce(each, sent, until)
        # What has been acknowledged meanwhile is reported now, or the reports would grow with every window.
        self._producer.poll(0)
        return sent

    def close(self) -> None:
        self._producer.purge(blocking=False)
        self._producer.flush(CLOSING_SECONDS)
        self._producer.close()

    def _produce(self, outgoing: Outgoing, sent: _Sent, until: float) -> None:
        record = outgoing.record
        while True:
            try:
                self._producer.produce(
                    outgoing.topic, record.value, record.key, headers=list(record.headers), on_delivery=sent.reported
                )
            except BufferError:  # its queue is full
                if time.monotonic() > until:
                    raise NotDelivered("_QUEUE_FULL") from None
                self._producer.poll(_WAITING_FOR_ROOM)
            except KafkaException as why:
                raise NotDelivered(_name(why.args[0])) from why
            else:
                return

    def _require(self, topic: str) -> None:
        """Look a topic up before its first record: librdkafka lets the broker make a topic that it writes to."""
        try:
            self._existing = frozenset(self._producer.list_topics(timeout=self._patience).topics)
        except KafkaException as why:
            raise NotDelivered(_name(why.args[0])) from why
        if topic not in self._existing:
            raise NotDelivered("UNKNOWN_TOPIC_OR_PART")


class _Sent:
    """The records of one window, counted down by their delivery reports."""

    def __init__(self, producer: Producer, records: int) -> None:
        self._producer = producer
        self._left = records
        self._failed: str | None = None

    def reported(self, error: KafkaError | None, _message: object) -> None:
        self._left -= 1
        if error is not None and self._failed is None:
            self._failed = _name(error)

    def wait(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while self._left and self._failed is None:
            if time.monotonic() > until:
                raise NotDelivered("_TIMED_OUT")
            self._producer.poll(_SERVED_EVERY)
        if self._failed is not None:
            raise NotDelivered(self._failed)


def _name(error: KafkaError) -> str:
    """As the protocol names it, ``NOT_ENOUGH_REPLICAS``; what librdkafka itself noticed begins with an underscore."""
    name: str = error.name()
    return name
