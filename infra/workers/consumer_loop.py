"""The one loop in which consumers read Kafka. Its six rules (docs/flows/kafka.md) make every effect happen once.

1. When partitions are assigned, the listener only pauses them and marks them: it runs on the client's own thread.
2. The main loop reads the next offset from the database, seeks and resumes, and drops what had been fetched for those.
3. One transaction a partition's batch: lock the offset, compare it with the requested one, apply, set it.
4. Each consumer makes its effects unique, or takes them in the order of each application's versions.
5. Any mismatch or error: nothing is written, and the partition is taken up again from the database.
6. The offset committed to Kafka is a gauge and nothing more.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass
from threading import Event, Lock
from typing import Any, Final, Protocol

from kafka import ConsumerRebalanceListener, TopicPartition
from kafka.coordinator.assignors.cooperative_sticky import CooperativeStickyAssignor
from kafka.errors import KafkaError
from kafka.structs import OffsetAndMetadata

from infra.kafka.clients import GroupConsumer, opened
from infra.kafka.errors import KafkaUnavailable
from infra.kafka.topic_admin import cluster_id
from infra.message_wire import WireRecord
from infra.postgres.messages.consumer_offsets import ConsumerOffsets
from infra.postgres.messages.dead_letters import Coordinates
from infra.postgres.messages.in_order import AnotherWasQuicker
from infra.postgres.messages.inbox import Arrived, PositionMoved
from infra.postgres.server.connection_pool import ConnectionPool
from infra.postgres.server.connections import DatabaseUnavailable
from infra.structured_logs import get_logger
from infra.workers.errors import PositionLost

_AFTER_TROUBLE: Final = 0.5
_LAST_WORD_MS: Final = 2_000
_NO_LEADER_EPOCH: Final = -1
"""As the protocol says "none"; kafka-python fails on None, and no offset is committed then."""

_log = get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class LoopSettings:
    """``max_poll_interval_ms`` is more than five times what the worst batch takes."""

    session_timeout_ms: int = 10_000
    heartbeat_interval_ms: int = 3_000
    max_poll_interval_ms: int = 60_000
    max_poll_records: int = 500
    poll_ms: int = 200
    gauge_seconds: float = 5.0


class Subscriber(Protocol):
    """Who reads which topics, named without prefix; a :class:`consumers.consumer.Consumer` is one."""

    @property
    def name(self) -> str: ...

    @property
    def topics(self) -> Sequence[str]: ...


class Receiver(Protocol):
    """What takes what has arrived; :class:`infra.postgres.messages.inbox.Inbox` is one."""

    def require_running(self) -> None: ...

    def receive(self, arrived: Sequence[Arrived], move: Callable[[Any], None]) -> None: ...


class ConsumerLoop:
    """Runs one consumer as a member of its group; more processes of it share the partitions."""

    def __init__(
        self,
        consumer: Subscriber,
        inbox: Receiver,
        pool: ConnectionPool,
        bootstrap: str,
        *,
        prefix: str = "",
        settings: LoopSettings | None = None,
    ) -> None:
        self._consumer = consumer
        self._inbox = inbox
        self._pool = pool
        self._bootstrap = bootstrap
        self._prefix = prefix
        self._settings = settings or LoopSettings()
        self._stopping = Event()
        self._next: dict[TopicPartition, int] = {}
        self._marked = _Marked()

    def stop(self) -> None:
        """Ask :meth:`run` to end after the batch it is at."""
        self._stopping.set()

    def run(self) -> None:
        """Consume until stopped; broker and database are waited for.

        Raises :class:`PositionLost`, and ``ConsumerStopped``: then a person has to look. Run again after that, it goes
        on from the database's position.
        """
        while not self._stopping.is_set():
            try:
                self._inbox.require_running()
                self._consume()
            except (KafkaUnavailable, KafkaError, DatabaseUnavailable) as why:
                _log.warning("consumer.waits", consumer=self._consumer.name, why=type(why).__name__)
                self._stopping.wait(_AFTER_TROUBLE)

    def _consume(self) -> None:
        offsets = ConsumerOffsets(self._pool, self._consumer.name, cluster_id(self._bootstrap))
        assignor = CooperativeStickyAssignor()
        client = self._client(assignor)
        self._next.clear()
        self._marked = _Marked()
        try:
            listener = _Listener(client, self._marked, assignor)
            client.subscribe(topics=[self._prefix + topic for topic in self._consumer.topics], listener=listener)
            committed_at = time.monotonic()
            while not self._stopping.is_set():
                self._take_up_marked(client, offsets)
                fetched = client.poll(timeout_ms=self._settings.poll_ms)
                for partition, records in fetched.items():
                    # Rule 2: what was fetched before the partition was taken up is dropped.
                    if partition in self._next and partition not in self._marked:
                        self._receive(client, offsets, partition, records)
                if time.monotonic() > committed_at + self._settings.gauge_seconds:
                    committed_at = time.monotonic()
                    self._commit_gauge(client)
        finally:
            self._leave(client)

    def _take_up_marked(self, client: Any, offsets: ConsumerOffsets) -> None:
        for partition in self._marked.taken():
            if partition not in client.assignment():
                self._next.pop(partition, None)
                continue
            try:
                beginning = client.beginning_offsets([partition])[partition]
                end = client.end_offsets([partition])[partition]
                offset = offsets.take_up(self._bare(partition.topic), partition.partition, beginning)
            except DatabaseUnavailable as why:
                _log.warning("consumer.waits", consumer=self._consumer.name, why=str(why))
                self._marked.add([partition])
                self._stopping.wait(_AFTER_TROUBLE)
                continue
            if not beginning <= offset <= end:
                raise PositionLost(
                    f"{self._consumer.name} has to read {partition.topic}/{partition.partition} from {offset}, and it "
                    f"holds {beginning} to {end}. Let the consumer read the journal itself once (without PERMIT_KAFKA),"
                    f" then `permit topics restart {self._consumer.name}`"
                )
            client.seek(partition, offset)
            self._next[partition] = offset
            client.resume(partition)

    def _receive(
        self, client: Any, offsets: ConsumerOffsets, partition: TopicPartition, records: Sequence[Any]
    ) -> None:
        expected = self._next[partition]
        topic = self._bare(partition.topic)
        fresh = [record for record in records if record.offset >= expected]
        if not fresh:
            return
        after = fresh[-1].offset + 1
        arrived = [
            Arrived(
                Coordinates(offsets.cluster, topic, partition.partition, record.offset),
                topic,
                WireRecord(record.key, record.value, record.headers),
            )
            for record in fresh
        ]
        try:
            move = offsets.moving(topic, partition.partition, expected=expected, to=after)
            self._inbox.receive(arrived, move)
        except (PositionMoved, AnotherWasQuicker, DatabaseUnavailable) as why:
            _log.warning("consumer.takes_up_again", consumer=self._consumer.name, why=str(why))
            client.pause(partition)
            self._marked.add([partition])
            if isinstance(why, DatabaseUnavailable):
                self._stopping.wait(_AFTER_TROUBLE)
        else:
            self._next[partition] = after

    def _commit_gauge(self, client: Any) -> None:
        """For tools that look at Kafka only; a rebalance may refuse it, and then the next one shows it."""
        if reached := self._reached(client):
            client.commit_async(reached, callback=_gauge_committed)

    def _reached(self, client: Any) -> dict[TopicPartition, OffsetAndMetadata]:
        return {
            partition: OffsetAndMetadata(offset, "", _NO_LEADER_EPOCH)
            for partition, offset in self._next.items()
            if partition in client.assignment()
        }

    def _leave(self, client: Any) -> None:
        """Say once more how far it came, if the broker listens, and go."""
        try:
            if reached := self._reached(client):
                client.commit(reached, timeout_ms=_LAST_WORD_MS)
        except KafkaError as why:
            _gauge_committed(None, why)
        with suppress(KafkaError):
            client.close(autocommit=False)

    def _bare(self, topic: str) -> str:
        return topic.removeprefix(self._prefix)

    def _client(self, assignor: Any) -> Any:
        it = self._settings
        return opened(
            GroupConsumer,
            self._bootstrap,
            group_id=self._prefix + self._consumer.name,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            partition_assignment_strategy=(assignor,),
            session_timeout_ms=it.session_timeout_ms,
            heartbeat_interval_ms=it.heartbeat_interval_ms,
            max_poll_interval_ms=it.max_poll_interval_ms,
            max_poll_records=it.max_poll_records,
            fetch_max_wait_ms=100,
            allow_auto_create_topics=False,
            metrics_enabled=False,
        )


def _gauge_committed(_: object, outcome: object) -> None:
    if isinstance(outcome, Exception):
        _log.debug("consumer.gauge_not_told", why=type(outcome).__name__)


class _Marked:
    """Partitions that must be taken up from the database before anything of them counts; for two threads."""

    def __init__(self) -> None:
        self._partitions: set[TopicPartition] = set()
        self._lock = Lock()

    def add(self, partitions: Collection[TopicPartition]) -> None:
        with self._lock:
            self._partitions.update(partitions)

    def taken(self) -> set[TopicPartition]:
        with self._lock:
            taken, self._partitions = self._partitions, set()
        return taken

    def __contains__(self, partition: TopicPartition) -> bool:
        with self._lock:
            return partition in self._partitions


class _Listener(ConsumerRebalanceListener):  # type: ignore[misc]
    """Rule 1: nothing but pausing and marking, because this runs on the client's own thread."""

    def __init__(self, client: Any, marked: _Marked, assignor: Any) -> None:
        self._client = client
        self._marked = marked
        self._assignor = assignor

    def on_partitions_revoked(self, revoked: Collection[TopicPartition]) -> None:
        self._marked.add(revoked)

    def on_partitions_lost(self, lost: Collection[TopicPartition]) -> None:
        """The broker has removed this member, which must not claim what it had when it joins again.

        The assignor goes on claiming it (kafka-python 3.0.12); what is to move to another member would then wait for
        this one to give it up, which it cannot, and nobody would read it.
        """
        self._assignor.member_assignment = None
        self._marked.add(lost)

    def on_partitions_assigned(self, assigned: Collection[TopicPartition]) -> None:
        self._marked.add(assigned)
        self._client.pause(*assigned)
