"""One contract for both ways in which messages travel: in process, and over a real Kafka."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pytest

from consumers.consumer import MessageRefused
from consumers.messages import Message
from consumers.topics import APPLICATIONS
from infra.benchmarks.event_ledger import EventLedger
from infra.postgres.dead_letters import DeadLetters, TooManyDeadLetters
from tests.keys.keys_in_memory import KeysInMemory
from tests.transport.outposts import Outpost, each_once_in_order, outpost, running, until

pytestmark = pytest.mark.server


@pytest.fixture(params=["in process", "Kafka"])
def transport(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


@pytest.fixture
def post(admin_url: str) -> Iterator[Outpost]:
    with outpost(admin_url, 12) as made:
        yield made


@contextmanager
def delivering(
    post: Outpost, transport: str, consumer: Any, request: pytest.FixtureRequest
) -> Iterator[list[BaseException]]:
    """Deliver the journal's messages to ``consumer``; gives what ended the delivery."""
    if transport == "in process":
        with running(post.in_process(consumer)) as ended:
            yield ended
    else:
        kafka: str = request.getfixturevalue("kafka")
        post.make_topics(kafka)
        with running(post.relay(kafka), post.loop(kafka, consumer)) as ended:
            yield ended


def test_every_event_is_applied_once_and_in_the_order_of_its_case(
    post: Outpost, transport: str, request: pytest.FixtureRequest
) -> None:
    # given a journal with events
    events = post.events()
    # when its messages are delivered
    with delivering(post, transport, EventLedger(), request):
        until(lambda: len(post.rows()) >= len(events), "every event in the ledger")
    # then each of them is in the ledger once
    each_once_in_order(post.rows(), events)


def test_a_consumer_that_comes_back_goes_on_where_it_stopped(
    post: Outpost, transport: str, request: pytest.FixtureRequest
) -> None:
    # given a consumer that has applied everything and gone
    events = post.events()
    with delivering(post, transport, EventLedger(), request):
        until(lambda: len(post.rows()) >= len(events), "every event in the ledger")
    # when its rows are lost, it comes back, and one more event comes
    post.execute("truncate event_ledger")
    added = post.assign(events[0][0])
    with delivering(post, transport, EventLedger(), request):
        until(lambda: bool(post.rows()), "the new event in the ledger")
    # then only that one is delivered
    assert post.rows() == [added]


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
    post: Outpost, transport: str, request: pytest.FixtureRequest, failing: bool, reason: str, attempt: int
) -> None:
    # given a consumer that can make nothing of the second event of a case
    events = post.events()
    stream, _, position = next(event for event in events if event[1] == 2)
    own = [event for event in events if event[0] == stream]
    consumer = Refusing(position, failing=failing)
    # when everything is delivered
    with delivering(post, transport, consumer, request):
        until(lambda: len(post.rows()) >= len(events) - len(own) + 1, "all other cases in the ledger")
        until(lambda: len(post.letters.listed()) == 1, "the message set aside")
    # then it is set aside with where it came from, and only the rest of its case waits
    (letter,) = post.letters.listed()
    assert (letter.reason, letter.attempt, letter.coordinates.topic) == (reason, attempt, APPLICATIONS.name)
    assert {row[0] for row in set(events) - set(post.rows())} == {stream}
    # when the cause is mended and it is replayed
    consumer.mended = True
    post.letters.replay(letter.id, consumer, by="operations", why="the consumer was mended")
    # then all that waited for it follows, in order
    each_once_in_order(post.rows(), events)
    assert post.letters.listed() == []
    assert post.ask("select count(*) from parked_message") == [(0,)]


def test_a_discarded_message_lets_its_case_go_on_without_it(
    post: Outpost, transport: str, request: pytest.FixtureRequest
) -> None:
    # given a message that was set aside
    events = post.events()
    stream, version, position = next(event for event in events if event[1] == 1)
    consumer = Refusing(position)
    own = [event for event in events if event[0] == stream]
    with delivering(post, transport, consumer, request):
        until(lambda: len(post.rows()) >= len(events) - len(own), "all other cases in the ledger")
        until(lambda: len(post.letters.listed()) == 1, "the message set aside")
    (letter,) = post.letters.listed()
    # when it is discarded
    post.letters.discard(letter.id, consumer, by="operations", why="a test record")
    # then the others of its case are there, and the reason is kept
    assert sorted(post.rows()) == sorted(set(events) - {(stream, version, position)})
    (settled,) = post.letters.listed(state="discarded")
    assert (settled.settled_by, settled.settled_why) == ("operations", "a test record")


def test_a_consumer_that_can_make_nothing_of_anything_stops_before_it_drains_the_topic(
    post: Outpost, transport: str, request: pytest.FixtureRequest
) -> None:
    # given a consumer with a fault of its own, and few dead letters allowed
    post.letters = DeadLetters(post.pool, KeysInMemory(), most_an_hour=3)

    class Broken(EventLedger):
        in_order = False

        def apply(self, messages: Sequence[Message], cursor: Any) -> None:
            raise KeyError("a fault of ours")

    # when messages come
    with delivering(post, transport, Broken(), request) as ended:
        until(lambda: bool(ended), "the consumer stops")
    # then it has stopped with the reason, and its position is before what it could not set aside
    assert isinstance(ended[0], TooManyDeadLetters)
    assert len(post.letters.listed()) <= 3
    assert "permit dead-letters list" in str(ended[0])
