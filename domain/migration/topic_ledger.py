"""The ledger of an authority's topic: what came, by partition, beside what its batches counted themselves.

An offset is counted once, however often it is delivered: a message behind the counted ones is one that came again. So
the messages of a partition are the records it gave to batches and the dead letters, and what its span
of offsets holds beyond them never came: it expired unread, or Kafka itself used the offset.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class PartitionLedger:
    """What came in one partition of a cluster. ``repeated`` are records that came again and were judged again.

    ``letters`` are those that are no record of a batch: a letter that was replayed is none any more.
    """

    cluster: str
    topic: str
    partition: int
    first_offset: int
    next_offset: int
    messages: int
    letters: int
    repeated: int

    @property
    def records(self) -> int:
        """The messages that became records of a batch, each counted once."""
        return self.messages - self.letters

    @property
    def span(self) -> int:
        """The offsets from the first that came to the last."""
        return self.next_offset - self.first_offset

    @property
    def missing(self) -> int:
        """The offsets of the span at which nothing came."""
        return self.span - self.messages


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicLedger:
    """All partitions of an authority's topic, beside what its batches of the topic counted themselves."""

    authority: str
    partitions: tuple[PartitionLedger, ...]
    records_of_batches: int

    @property
    def messages(self) -> int:
        return sum(each.messages for each in self.partitions)

    @property
    def letters(self) -> int:
        return sum(each.letters for each in self.partitions)

    @property
    def repeated(self) -> int:
        return sum(each.repeated for each in self.partitions)

    @property
    def span(self) -> int:
        return sum(each.span for each in self.partitions)

    @property
    def missing(self) -> int:
        return sum(each.missing for each in self.partitions)

    @property
    def balanced(self) -> bool:
        """Whether records of batches and letters together are the messages that came, those that came again apart."""
        return self.records_of_batches + self.letters == self.messages + self.repeated


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """What a delivery adds to the ledger of its partition."""

    first_offset: int
    next_offset: int
    messages: int
    letters: int
    repeated: int


def arrival(offsets: Sequence[tuple[int, bool]], counted_to: int | None) -> Arrival:
    """What these offsets of one partition add, of which each says whether it was dead-lettered.

    They come in ascending order, at least one; ``counted_to`` is the first offset that was not counted yet, None where
    nothing was.
    """
    is_fresh = [counted_to is None or offset >= counted_to for offset, _ in offsets]
    return Arrival(
        first_offset=offsets[0][0],
        next_offset=offsets[-1][0] + 1,
        messages=sum(is_fresh),
        letters=sum(fresh and aside for fresh, (_, aside) in zip(is_fresh, offsets, strict=True)),
        repeated=sum(not fresh and not aside for fresh, (_, aside) in zip(is_fresh, offsets, strict=True)),
    )
