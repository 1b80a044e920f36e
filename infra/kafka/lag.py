"""How far consumers are behind the end of their topics: in offsets, and in the age of the oldest record unprocessed."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from kafka import KafkaConsumer, TopicPartition
from kafka.errors import KafkaError

from infra.kafka.clients import opened
from infra.kafka.errors import KafkaUnavailable
from infra.postgres.operations import ConsumerStatus

_LOOKING_SECONDS: Final = 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsumerLag:
    """``seconds`` is the age of the oldest record that was not processed, by its own ``ce_time``; 0 with no lag."""

    consumer: str
    topic: str
    offsets: int
    seconds: float


def consumer_lags(bootstrap: str, standings: Sequence[ConsumerStatus], prefix: str, now: datetime) -> list[ConsumerLag]:
    """The lag of each consumer in each topic. Raises :class:`KafkaUnavailable`."""
    with _looking(bootstrap) as client:
        return _lags(client, standings, prefix, now)


def records_left(bootstrap: str, topic: str, next_offsets: Mapping[int, int]) -> int:
    """How many records of a topic lie beyond these offsets, by partition; one that was never read counts whole.

    Raises :class:`KafkaUnavailable`.
    """
    with _looking(bootstrap) as client:
        partitions = [TopicPartition(topic, each) for each in client.partitions_for_topic(topic) or ()]
        begins, ends = client.beginning_offsets(partitions), client.end_offsets(partitions)
        return sum(max(ends[each] - next_offsets.get(each.partition, begins[each]), 0) for each in partitions)


@contextmanager
def _looking(bootstrap: str) -> Iterator[Any]:
    """A client that belongs to no group. Raises :class:`KafkaUnavailable` in place of the library's errors."""
    try:
        with closing(
            opened(KafkaConsumer, bootstrap, group_id=None, enable_auto_commit=False, metrics_enabled=False)
        ) as client:
            yield client
    except KafkaError as why:
        raise KafkaUnavailable(f"Kafka at {bootstrap} does not answer: {type(why).__name__}") from why


def _lags(client: Any, standings: Sequence[ConsumerStatus], prefix: str, now: datetime) -> list[ConsumerLag]:
    by_pair: dict[tuple[str, str], list[ConsumerStatus]] = {}
    for each in standings:
        by_pair.setdefault((each.consumer, each.topic), []).append(each)
    lags = []
    for (consumer, topic), parts in by_pair.items():
        places = {TopicPartition(prefix + topic, each.partition): each.next_offset for each in parts}
        ends = client.end_offsets(list(places))
        behind = {place: offset for place, offset in places.items() if ends[place] > offset}
        oldest = _oldest(client, behind)
        lags.append(
            ConsumerLag(
                consumer=consumer,
                topic=topic,
                offsets=sum(ends[place] - offset for place, offset in behind.items()),
                seconds=0.0 if oldest is None else max(0.0, (now - oldest).total_seconds()),
            )
        )
    return lags


def _oldest(client: Any, behind: dict[TopicPartition, int]) -> datetime | None:
    """When the first record unprocessed happened, over all partitions."""
    if not behind:
        return None
    client.assign(list(behind))
    for place, offset in behind.items():
        client.seek(place, offset)
    found: dict[TopicPartition, datetime] = {}
    until = time.monotonic() + _LOOKING_SECONDS
    while len(found) < len(behind) and time.monotonic() < until:
        for place, records in client.poll(timeout_ms=200).items():
            found.setdefault(place, _moment(records[0]))
    return min(found.values(), default=None)


def _moment(record: Any) -> datetime:
    """As the record says itself, else when Kafka took it."""
    stated = dict(record.headers).get("ce_time")
    try:
        return datetime.fromisoformat(stated.decode()) if stated is not None else _taken(record)
    except ValueError:
        return _taken(record)


def _taken(record: Any) -> datetime:
    return datetime.fromtimestamp(record.timestamp / 1_000, UTC)
