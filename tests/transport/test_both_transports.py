"""One contract for the ways in which messages travel: in process, and over a real Kafka by each of its clients."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pytest

from consumers.consumer import MessageRefused
from consumers.messages import Message
from consumers.topics import APPLICATIONS
from infra.benchmarks.event_ledger import EventLedger
from infra.kafka.producers import Outgoing
from infra.kafka.sending import Sender
from infra.kafka_client import KafkaClient
from infra.message_wire import WireRecord
from infra.postgres.messages.consumer_stops import ConsumerStopped, StopLimits, resume
from tests.transport.consumed_journal import ConsumedJournal, consumed_journal, each_once_in_order, running
from tests.world.waiting import wait_until

pytestmark = pytest.mark.server


IN_PROCESS = "in process"


@pytest.fixture(params=[IN_PROCESS, *KafkaClient])
def transport(request: pytest.FixtureRequest) -> str:
    """In process, or over Kafka by one of its clients."""
    name: str = request.param
    return name


@pytest.fixture
def consumed(admin_url: str) -> Iterator[ConsumedJournal]:
    with consumed_journal(admin_url, 12) as made:
        yield made


@contextmanager
def delivering(
    consumed: ConsumedJournal, transport: str, consumer: Any, request: pytest.FixtureRequest
) -> Iterator[list[BaseException]]:
    """Deliver the journal's messages to ``consumer``; gives what ended the delivery."""
    if transport == IN_PROCESS:
        with running(consumed.in_process(consumer)) as ended:
            yield ended
    else:
        kafka: str = request.getfixturevalue("kafka")
        consumed.make_topics(kafka)
        with running(consumed.relay(kafka, client=KafkaClient(transport)), consumed.loop(kafka, consumer)) as ended:
            yield ended


def test_every_event_is_applied_once_and_in_the_order_of_its_case(
    consumed: ConsumedJournal, transport: str, request: pytest.FixtureRequest
) -> None:
    # given a journal with events
    events = consumed.events()
    # when its messages are delivered
    with delivering(consumed, transport, EventLedger(), request):
        wait_until(lambda: len(consumed.rows()) >= len(events), because="every event in the ledger")
    # then each of them is in the ledger once
    each_once_in_order(consumed.rows(), events)


def test_a_consumer_that_comes_back_goes_on_where_it_stopped(
    consumed: ConsumedJournal, transport: str, request: pytest.FixtureRequest
) -> None:
    # given a consumer that has applied everything and gone
    events = consumed.events()
    with delivering(consumed, transport, EventLedger(), request):
        wait_until(lambda: len(consumed.rows()) >= len(events), because="every event in the ledger")
    # when its rows are lost, it comes back, and one more event comes
    consumed.execute("truncate event_ledger")
    added = consumed.assign(events[0][0])
    with delivering(consumed, transport, EventLedger(), request):
        wait_until(lambda: bool(consumed.rows()), because="the new event in the ledger")
    # then only that one is delivered
    assert consumed.rows() == [added]


class Refusing(EventLedger):
    """Refuses the message of one position, or fails at it for a reason of its own."""

    def __init__(self, refused_position: int, *, failing: bool = False) -> None:
        super().__init__()
        self._refused = refused_position
        self._failing = failing
        self.mended = False

    def apply(self, messages: Sequence[Message], cursor: Any) -> None:
        if not self.mended and any(each.position == self._refused for each in messages):
            if self._failing:
                raise ZeroDivisionError("with something personal in its text")
            raise MessageRefused("notAllowed")
        super().apply(messages, cursor)


@pytest.mark.parametrize(
    ("failing", "reason", "attempt"), [(False, "notAllowed", 1), (True, "failed.ZeroDivisionError", 3)]
)
def test_a_poison_message_is_set_aside_and_only_its_own_case_waits(
    consumed: ConsumedJournal, transport: str, request: pytest.FixtureRequest, failing: bool, reason: str, attempt: int
) -> None:
    # given a consumer that can make nothing of the second event of a case
    events = consumed.events()
    stream, _, position = next(event for event in events if event[1] == 2)
    own = [event for event in events if event[0] == stream]
    consumer = Refusing(position, failing=failing)
    # when everything is delivered
    with delivering(consumed, transport, consumer, request):
        wait_until(lambda: len(consumed.rows()) >= len(events) - len(own) + 1, because="all other cases in the ledger")
        wait_until(lambda: len(consumed.letters.listed()) == 1, because="the message set aside")
    # then it is set aside with where it came from, and only the rest of its case waits
    (letter,) = consumed.letters.listed()
    assert (letter.reason, letter.attempt, letter.coordinates.topic) == (reason, attempt, APPLICATIONS.name)
    assert {row[0] for row in set(events) - set(consumed.rows())} == {stream}
    # when the cause is mended and it is replayed
    consumer.mended = True
    consumed.letters.replay(letter.id, consumer, by="operations", why="the consumer was mended")
    # then all that waited for it follows, in order
    each_once_in_order(consumed.rows(), events)
    assert consumed.letters.listed() == []
    assert consumed.ask("select count(*) from parked_message") == [(0,)]


def test_a_discarded_message_lets_its_case_go_on_without_it(
    consumed: ConsumedJournal, transport: str, request: pytest.FixtureRequest
) -> None:
    # given a message that was set aside
    events = consumed.events()
    stream, version, position = next(event for event in events if event[1] == 1)
    consumer = Refusing(position)
    own = [event for event in events if event[0] == stream]
    with delivering(consumed, transport, consumer, request):
        wait_until(lambda: len(consumed.rows()) >= len(events) - len(own), because="all other cases in the ledger")
        wait_until(lambda: len(consumed.letters.listed()) == 1, because="the message set aside")
    (letter,) = consumed.letters.listed()
    # when it is discarded
    consumed.letters.discard(letter.id, consumer, by="operations", why="a test record")
    # then the others of its case are there, and the reason is kept
    assert sorted(consumed.rows()) == sorted(set(events) - {(stream, version, position)})
    (settled,) = consumed.letters.listed(state="discarded")
    assert (settled.settled_by, settled.settled_why) == ("operations", "a test record")


class Broken(EventLedger):
    """Has a fault of its own, until that is corrected."""

    in_order = False

    def __init__(self) -> None:
        super().__init__()
        self.corrected = False

    def apply(self, messages: Sequence[Message], cursor: Any) -> None:
        if not self.corrected:
            raise KeyError("a fault of ours")
        super().apply(messages, cursor)


def test_a_consumer_with_a_fault_of_its_own_stops_behind_what_it_set_aside(
    consumed: ConsumedJournal, transport: str, request: pytest.FixtureRequest
) -> None:
    # given a consumer that fails at every record, and a limit that is soon reached
    consumed.limits = StopLimits(window=20, least=10)
    consumer = Broken()
    # when messages come
    with delivering(consumed, transport, consumer, request) as ended:
        wait_until(lambda: bool(ended), because="the consumer stops")
    # then it says how to go on, and all that failed is kept
    assert isinstance(ended[0], ConsumerStopped)
    assert f"permit dead-letters list --consumer {consumer.name}" in str(ended[0])
    assert f"permit dead-letters resume {consumer.name}" in str(ended[0])
    kept = consumed.letters.listed()
    assert len(kept) >= 10
    assert {letter.reason for letter in kept} == {"failed.KeyError"}
    # and started again, it stops at once without setting more aside
    with delivering(consumed, transport, consumer, request) as ended:
        wait_until(lambda: bool(ended), because="it stops again")
    assert len(consumed.letters.listed()) == len(kept)
    # when the fault is corrected, and somebody says that it may go on
    consumer.corrected = True
    resume(consumed.pool, consumer.name, by="operations", why="corrected")
    later = consumed.assign(consumed.events()[0][0])
    with delivering(consumed, transport, consumer, request) as ended:
        wait_until(lambda: later in consumed.rows(), because="what came later is applied")
    # then it goes on behind the letters, which can be replayed
    assert ended == []
    for letter in kept:
        consumed.letters.replay(letter.id, consumer, by="operations", why="corrected")
    assert sorted(set(consumed.rows())) == sorted(consumed.events())


def test_a_stop_ends_when_its_letters_are_settled(consumed: ConsumedJournal) -> None:
    # given a consumer that has stopped
    consumed.limits = StopLimits(window=20, least=10)
    consumer = Broken()
    with running(consumed.in_process(consumer)) as ended:
        wait_until(lambda: bool(ended), because="the consumer stops")
    # when so many letters are discarded that fewer are open than it takes
    kept = consumed.letters.listed()
    with pytest.raises(ConsumerStopped):
        consumed.inbox(consumer).require_running()
    for letter in kept[9:]:
        consumed.letters.discard(letter.id, consumer, by="operations", why="seen")
    # then it runs again, and who and why is kept
    consumed.inbox(consumer).require_running()
    assert consumed.ask("select resumed_by, resumed_why from consumer_stop") == [
        ("system", "its dead letters were settled")
    ]


def test_records_that_are_none_of_ours_stop_nobody_however_many_come_at_once(
    consumed: ConsumedJournal, kafka: str
) -> None:
    # given a topic with far more junk than the limit, in one piece, and a good record behind it in every partition
    consumed.make_topics(kafka)
    sender = Sender(kafka)
    junk = [
        Outgoing(consumed.prefix + APPLICATIONS.name, WireRecord(f"{number}".encode(), b"junk", []))
        for number in range(1_200)
    ]
    sender.send(junk)
    sender.close()
    events = consumed.events()
    # when it is consumed
    with running(consumed.relay(kafka), consumed.loop(kafka, EventLedger())) as ended:
        wait_until(lambda: len(consumed.rows()) >= len(events), because="every event in the ledger", within=120)
    # then all junk is kept, and nothing stopped
    assert ended == []
    each_once_in_order(consumed.rows(), events)
    assert consumed.ask("select reason, count(*) from dead_letter group by 1") == [("missing.ce_specversion", 1_200)]
    assert consumed.ask("select count(*) from consumer_stop") == [(0,)]


def test_a_value_that_the_database_can_never_take_is_set_aside(consumed: ConsumedJournal) -> None:
    # given a consumer that makes of one event a key that no index holds, which the driver calls an operational error
    events = consumed.events()
    stream, version, position = next(event for event in events if event[1] == 1)

    class TooLong(EventLedger):
        in_order = False

        def apply(self, messages: Sequence[Message], cursor: Any) -> None:
            if any(each.position == position for each in messages):
                cursor.execute("create temporary table indexed (key text primary key) on commit drop")
                key = "".join(random.choices("0123456789abcdef", k=100_000))
                cursor.execute("insert into indexed values (%s)", (key,))
            super().apply(messages, cursor)

    # when everything is delivered
    with running(consumed.in_process(TooLong())) as ended:
        wait_until(lambda: len(consumed.rows()) >= len(events) - 1, because="all others in the ledger")
    # then it alone is set aside
    assert ended == []
    assert [letter.reason for letter in consumed.letters.listed()] == ["failed.ProgramLimitExceeded"]
    assert (stream, version, position) not in consumed.rows()
