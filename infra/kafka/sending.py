"""Sending records so that either all of a window are acknowledged or the same window is sent again.

kafka-python's producer can wedge for ever after a long outage: its futures stay unresolved and its ``close`` hangs
(docs/flows/kafka.md). So nobody waits longer than a set time: the producer is dropped and a new one made.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NoReturn, assert_never

from infra.kafka.errors import DeliveryUncertain, NotDelivered
from infra.kafka.kafka_python_producer import KafkaPythonProducer
from infra.kafka.producers import Delivery, Outgoing, Producer
from infra.kafka_client import KafkaClient
from infra.structured_logs import get_logger

_log = get_logger(__name__)


class Sender:
    """Sends windows of records, each of which the caller bounds; for one thread.

    ``patience`` is how many seconds a window may take before the producer is given up.
    """

    def __init__(
        self, bootstrap: str, *, client: KafkaClient = KafkaClient.KAFKA_PYTHON, patience: float = 30.0
    ) -> None:
        self._bootstrap = bootstrap
        self._client = client
        self._patience = patience
        self._producer: Producer | None = None
        self._under_way: deque[_UnderWay] = deque()

    def send(self, window: Sequence[Outgoing]) -> None:
        """Return when every record of the window is acknowledged by all replicas in sync.

        Raises :class:`DeliveryUncertain`; the next call begins with a new producer.
        """
        self.begin(window)
        while self._under_way:
            self.finish_oldest()

    def begin(self, window: Sequence[Outgoing]) -> None:
        """Send a window behind those under way, without waiting for it. Raises as :meth:`send` does.

        After that nothing is under way: all that was not finished is sent again.
        """
        until = time.monotonic() + self._patience
        try:
            if self._producer is None:
                self._producer = _opened(self._client, self._bootstrap, self._patience)
            self._under_way.append(_UnderWay(len(window), until, self._producer.hand_over(window)))
        except NotDelivered as why:
            self._give_up(len(window), why)

    def finish_oldest(self) -> None:
        """Return when the oldest window under way is acknowledged. Raises as :meth:`begin` does."""
        oldest = self._under_way.popleft()
        try:
            oldest.delivery.wait(oldest.until - time.monotonic())
        except NotDelivered as why:
            self._give_up(oldest.records, why)

    def close(self) -> None:
        """Let the producer go. Its ``close`` may hang, so nobody waits for it."""
        producer, self._producer = self._producer, None
        self._under_way.clear()
        if producer is not None:
            threading.Thread(target=_close, args=(producer,), name="producer-close", daemon=True).start()

    def _give_up(self, records: int, why: NotDelivered) -> NoReturn:
        self.close()
        raise DeliveryUncertain(f"{records} records: {why}") from why


@dataclass(frozen=True, slots=True)
class _UnderWay:
    records: int
    until: float
    delivery: Delivery


def _opened(client: KafkaClient, bootstrap: str, patience: float) -> Producer:
    match client:
        case KafkaClient.KAFKA_PYTHON:
            return KafkaPythonProducer(bootstrap, patience)
        case KafkaClient.CONFLUENT:
            from infra.kafka.confluent_producer import ConfluentProducer  # an extra, which need not be installed

            return ConfluentProducer(bootstrap, patience)
        case _:
            assert_never(client)


def _close(producer: Producer) -> None:
    try:
        producer.close()
    except Exception as why:
        _log.warning("producer.did_not_close", why=type(why).__name__)
