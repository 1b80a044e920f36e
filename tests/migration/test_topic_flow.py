"""A delivery of a topic is taken, over a transaction in memory: landed where it can be, set aside where it cannot."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from copy import copy
from dataclasses import dataclass, field
from uuid import UUID

import pytest

from consumers.consumer import MessageRefused
from consumers.migration.chunks import Chunk
from consumers.migration.topic_intake import ATTEMPTS, Taken, TopicIntake
from domain.migration.cutover_status import CutoverStatus
from domain.migration.dossiers import Dossier
from domain.migration.fates import Fate
from domain.migration.identities import topic_batch_id
from domain.migration.plausible_days import Calendar
from domain.migration.source_lines import RawRecord
from tests.migration.in_memory import NOW, NotHeld, PlainAppend, judge_of_brussels, reconciled_by
from tests.migration.samples import BRUSSELS


class DatabaseAway(Exception):
    pass


class LoadUnderWay(Exception):
    pass


@dataclass(frozen=True)
class Message:
    offset: int
    batch: str = "night-1"
    spoilt: Exception | None = None

    @property
    def number(self) -> str:
        return f"BXL/{self.offset}"


@dataclass
class Delivery:
    """One transaction. ``fails_at`` names file numbers at which it fails, and how often."""

    status: CutoverStatus = field(default_factory=lambda: CutoverStatus(authority="brussels", epoch=0, steps=()))
    fails_at: dict[str, int] = field(default_factory=dict)
    away: bool = False
    begun: list[UUID] = field(default_factory=list)
    dossiers: dict[str, Dossier] = field(default_factory=dict)
    retold: list[str] = field(default_factory=list)
    aside: dict[int, tuple[str, int]] = field(default_factory=dict)
    counted: list[tuple[int, int]] = field(default_factory=list)
    attempts: int = 0
    failures: list[str] = field(default_factory=list)

    def accepted_epoch(self) -> int:
        self.status.require_accepting()
        return self.status.retelling_epoch()

    def opened(self, message: Message) -> tuple[str, RawRecord]:
        if message.spoilt is not None:
            raise message.spoilt
        record = {**BRUSSELS, "no_dossier": message.number}
        return message.batch, RawRecord(source="legacy/0", line=message.offset, record=record)

    def begin(self, batch: UUID, name: str, mapping_version: int, calendar: Calendar) -> None:
        self.begun.append(batch)

    def known(self, keys: Iterable[str]) -> dict[str, Dossier]:
        return {key: self.dossiers[key] for key in keys if key in self.dossiers}

    @contextmanager
    def attempt(self) -> Iterator[None]:
        self.attempts += 1
        retold, dossiers = copy(self.retold), copy(self.dossiers)
        try:
            yield
        except NotHeld:
            self.retold, self.dossiers = retold, dossiers
            raise

    def blames_no_record(self, why: Exception) -> bool:
        return isinstance(why, DatabaseAway)

    def write(self, chunk: Chunk[PlainAppend]) -> None:
        if self.away:
            raise DatabaseAway
        for key in chunk.dossiers:
            if self.fails_at.get(key, 0):
                self.fails_at[key] -= 1
                raise NotHeld
        assert chunk.count.fates.keys() == {Fate.RETOLD}
        self.dossiers |= chunk.dossiers
        self.retold += chunk.dossiers

    def dead_letter(self, message: Message, reason: str) -> None:
        self.aside[message.offset] = reason, 1

    def note_failure(self, kind: str) -> None:
        self.failures.append(kind)

    def dead_letter_failed(self, message: Message, kind: str, attempts: int) -> None:
        self.aside[message.offset] = kind, attempts

    def count(self, arrived: Sequence[Message], aside: Sequence[Message]) -> None:
        self.counted.append((len(arrived), len(aside)))


@pytest.fixture
def intake() -> TopicIntake[Message, PlainAppend]:
    return TopicIntake(judge=judge_of_brussels(), now=lambda: NOW)


def messages(count: int) -> list[Message]:
    return [Message(offset) for offset in range(count)]


def test_what_arrives_is_retold_under_the_batches_that_it_names(intake: TopicIntake[Message, PlainAppend]) -> None:
    delivery = Delivery()
    arrived = [Message(0), Message(1), Message(2, batch="night-2")]
    assert intake.take(delivery, arrived) == Taken(well=3, failed=0)
    assert delivery.retold == ["BXL/0", "BXL/1", "BXL/2"]
    assert delivery.begun == [topic_batch_id("brussels", "night-1"), topic_batch_id("brussels", "night-2")]
    assert (delivery.aside, delivery.counted, delivery.attempts) == ({}, [(3, 0)], 1)


def test_a_message_that_breaks_the_contract_is_set_aside_and_is_nobodys_failure(
    intake: TopicIntake[Message, PlainAppend],
) -> None:
    delivery = Delivery()
    arrived = [Message(0), Message(1, spoilt=MessageRefused("legacyEnvelopeUnreadable")), Message(2, spoilt=OSError())]
    # one at which the program fails counts against the consumer
    assert intake.take(delivery, arrived) == Taken(well=1, failed=1)
    assert delivery.aside == {1: ("legacyEnvelopeUnreadable", 1), 2: ("OSError", 1)}
    assert delivery.counted == [(3, 2)]


def test_the_one_record_that_fails_is_found_by_halving_and_set_aside_alone(
    intake: TopicIntake[Message, PlainAppend],
) -> None:
    # given a record at which every attempt fails, among eight
    delivery = Delivery(fails_at={"BXL/5": 99})
    assert intake.take(delivery, messages(8)) == Taken(well=7, failed=1)
    # then all others are retold, once and in their order
    assert delivery.retold == [f"BXL/{offset}" for offset in range(8) if offset != 5]
    assert delivery.aside == {5: ("NotHeld", ATTEMPTS)}
    # 8, two of 4, two of 2, the good one of 1, and each attempt at the bad one
    assert delivery.attempts == 1 + 2 + 2 + 1 + ATTEMPTS


def test_a_record_that_goes_well_at_the_last_attempt_is_not_set_aside(
    intake: TopicIntake[Message, PlainAppend],
) -> None:
    delivery = Delivery(fails_at={"BXL/0": ATTEMPTS - 1})
    assert intake.take(delivery, messages(1)) == Taken(well=1, failed=0)
    assert delivery.aside == {}


def test_a_database_that_is_away_blames_no_record(intake: TopicIntake[Message, PlainAppend]) -> None:
    delivery = Delivery(away=True)
    with pytest.raises(DatabaseAway):
        intake.take(delivery, messages(4))
    assert (delivery.aside, delivery.counted) == ({}, [])


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (CutoverStatus(authority="brussels", epoch=1, steps=()), "authorityLive"),
        (reconciled_by("ann"), "authorityReconciled"),
    ],
)
def test_what_comes_when_nothing_is_accepted_is_kept_for_a_person(
    intake: TopicIntake[Message, PlainAppend], status: CutoverStatus, reason: str
) -> None:
    delivery = Delivery(status=status)
    assert intake.take(delivery, messages(2)) == Taken(well=0, failed=0)
    assert delivery.aside == {0: (reason, 1), 1: (reason, 1)}
    assert delivery.counted == [(2, 2)]
    # and cannot be replayed meanwhile
    with pytest.raises(MessageRefused, match=reason):
        intake.land_again(delivery, Message(0))
    assert delivery.retold == []


def test_a_message_that_was_set_aside_is_landed_later(intake: TopicIntake[Message, PlainAppend]) -> None:
    delivery = Delivery()
    intake.land_again(delivery, Message(3))
    assert delivery.retold == ["BXL/3"]


def test_while_files_are_loaded_nothing_of_a_topic_is_touched(intake: TopicIntake[Message, PlainAppend]) -> None:
    class Waiting(Delivery):
        def accepted_epoch(self) -> int:
            raise LoadUnderWay

    delivery = Waiting()
    with pytest.raises(LoadUnderWay):
        intake.take(delivery, messages(2))
    assert (delivery.aside, delivery.counted) == ({}, [])
