"""Records of topics: one that holds what no row of ours can is set aside with a reason, and the next one is taken."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import orjson
import pytest

from consumers.check_intake import CheckIntake
from consumers.consumer import MessageRefused
from consumers.messages import Message
from consumers.topics import APPLICATIONS, CHECK_REQUESTS
from infra.benchmarks.event_ledger import DDL, EventLedger
from infra.message_wire import WireRecord, from_wire, to_wire
from infra.postgres.journal.journal_events import EncodedEvent
from infra.postgres.journal.recorder import JournalRecorder
from infra.postgres.messages.dead_letters import Coordinates, DeadLetters
from infra.postgres.messages.inbox import Arrived, Inbox
from infra.postgres.server.connection_pool import ConnectionPool
from infra.postgres.server.connections import Role, connect
from infra.postgres.server.migrate import migrate_journal
from tests.border.unreadable import LAID_OUT, UNREADABLE
from tests.keys.keys_in_memory import KeysInMemory

pytestmark = pytest.mark.server

CASE = UUID("11111111-1111-4111-8111-111111111111")
MESSAGE = Message(
    topic=CHECK_REQUESTS.name,
    kind="crossroadsChecks.notify.requested",
    authority="flanders",
    event_id=f"{CASE}/2",
    case_id=CASE,
    version=1,
    position=2,
    time=datetime(2026, 1, 20, 9, 30, tzinfo=UTC),
    schema=1,
    data={"applicationId": str(CASE), "check": "employerRegister", "revision": 1, "words": ["a", {"name": "b"}]},
    causation_id=f"{CASE}/1",
)
RECORD = to_wire(MESSAGE, "urn:tests")
READ = {name for name, _ in RECORD.headers if name.startswith("ce_")} - {
    "ce_source", "ce_partitionkey", "ce_service", "ce_correlationid",
}  # fmt: skip
"""The headers of which something is made; the others are the sender's own affair."""

TEXTS = {name: text.encode("utf-8", "surrogatepass") for name, text in UNREADABLE.items()}
OCTETS = TEXTS | {"no UTF-8": b"a\xff"}

every_text = pytest.mark.parametrize("octets", OCTETS.values(), ids=OCTETS.keys())


def with_header(name: str, content: bytes, record: WireRecord = RECORD) -> WireRecord:
    return record._replace(headers=[(each, content if each == name else held) for each, held in record.headers])


def with_value(octets: bytes) -> Iterator[WireRecord]:
    """The text in each place of the data that is a text, or the name of something: as it is, and escaped as in JSON."""
    spellings = [octets]
    if octets in TEXTS.values():
        spellings.append("".join(f"\\u{ord(each):04x}" for each in octets.decode("utf-8", "surrogatepass")).encode())
    for held in (str(CASE), "employerRegister", "a", "b", "words", "name"):
        for spelled in spellings:
            value = (RECORD.value or b"").replace(b'"%s"' % held.encode(), b'"%s"' % spelled, 1)
            yield RECORD._replace(value=value)


def refused(record: WireRecord) -> str:
    with pytest.raises(MessageRefused) as why:
        from_wire(CHECK_REQUESTS.name, record)
    return why.value.reason


def test_an_ordinary_record_is_read() -> None:
    assert from_wire(CHECK_REQUESTS.name, RECORD) == MESSAGE


@every_text
def test_no_header_that_is_read_takes_it(octets: bytes) -> None:
    for name in READ:
        assert refused(with_header(name, octets)) == f"unreadable.{name}"
    for name in {each for each, _ in RECORD.headers} - READ:
        assert from_wire(CHECK_REQUESTS.name, with_header(name, octets)) == MESSAGE


@every_text
def test_no_text_of_the_data_takes_it(octets: bytes) -> None:
    for record in with_value(octets):
        assert refused(record) == "unreadable.value"


@pytest.mark.parametrize(
    "time", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00", "9999-12-31T23:59:59Z", "2026-01-20T09:30:00"]
)
def test_a_time_without_a_date_in_every_zone_is_unreadable(time: str) -> None:
    assert refused(with_header("ce_time", time.encode())) == "unreadable.ce_time"


def test_lines_of_a_text_are_kept() -> None:
    assert from_wire(CHECK_REQUESTS.name, RECORD._replace(value=orjson.dumps({"why": LAID_OUT}))).data == {
        "why": LAID_OUT
    }


@contextmanager
def inbox_of(url: str, consumer: Any) -> Iterator[tuple[Inbox, DeadLetters, ConnectionPool]]:
    with closing(ConnectionPool(url, Role.WRITER, size=4)) as pool:
        letters = DeadLetters(pool, KeysInMemory())
        yield Inbox(pool, consumer, letters), letters, pool


@pytest.fixture
def url(unnamed_journal: str) -> str:
    """A journal that has the case of the requests."""
    migrate_journal(unnamed_journal, origin="tests/border")
    with closing(JournalRecorder(unnamed_journal, pool_size=1)) as recorder:
        recorder.insert_events([EncodedEvent(CASE, 1, "ApplicationSubmitted", b"{}", 1)])
    with closing(connect(unnamed_journal, Role.OWNER)) as owner, owner.cursor() as cursor:
        cursor.execute(DDL)
    return unnamed_journal


def arrived(topic: str, records: Sequence[WireRecord]) -> list[Arrived]:
    return [Arrived(Coordinates("tests", topic, 0, offset), topic, each) for offset, each in enumerate(records)]


@every_text
def test_every_unreadable_record_becomes_a_letter_and_the_good_ones_between_are_taken(url: str, octets: bytes) -> None:
    # given records of which every second one holds it somewhere
    bad = [*(with_header(name, octets) for name in sorted(READ)), *with_value(octets)]
    good = [to_wire(MESSAGE._replace(data=MESSAGE.data | {"revision": n}), "urn:tests") for n in range(1, len(bad) + 1)]
    mixed = [each for pair in zip(good, bad, strict=True) for each in pair]
    # when they arrive
    with inbox_of(url, CheckIntake()) as (inbox, letters, pool):
        inbox.receive(arrived(CHECK_REQUESTS.name, mixed), lambda _: None)
        # then the good ones are work, and each of the others lies aside with the part that is at fault
        with pool.connection() as connection, connection.cursor() as cursor:
            cursor.execute("select revision from check_work order by revision")
            assert [revision for (revision,) in cursor.fetchall()] == list(range(1, len(good) + 1))
        laid = letters.listed(consumer=CheckIntake.name)
        assert len(laid) == len(bad)
        assert {each.reason.split(".")[0] for each in laid} == {"unreadable"}
        assert {each.attempt for each in laid} == {1}


@every_text
def test_a_consumer_in_order_parks_nothing_that_it_could_not_read_again(url: str, octets: bytes) -> None:
    # given records of a case that come before their turn
    early = MESSAGE._replace(topic=APPLICATIONS.name, version=3)
    record = to_wire(early, "urn:tests")
    bad = [
        *(with_header(name, octets, record) for name in sorted(READ)),
        *(each._replace(headers=record.headers) for each in with_value(octets)),
    ]
    with inbox_of(url, EventLedger()) as (inbox, letters, pool):
        inbox.receive(arrived(APPLICATIONS.name, [*bad, record]), lambda _: None)
        with pool.connection() as connection, connection.cursor() as cursor:
            cursor.execute("select version from parked_message")
            assert cursor.fetchall() == [(3,)]
        assert len(letters.listed(consumer="event-ledger")) == len(bad)
