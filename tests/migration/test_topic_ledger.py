"""What came on a topic is counted: once an offset, in the transaction that takes it, with what never came."""

from __future__ import annotations

from contextlib import closing
from typing import Any

import pytest

from api.services.migrations import signed_report
from consumers.migration.topic_intake import Taken, TopicIntake
from domain.migration.topic_ledger import TopicLedger
from infra.message_wire import WireRecord
from infra.migration.sources import MigratingAuthority
from infra.migration.topic_ledgers import topic_ledger
from infra.postgres.messages.dead_letters import Coordinates
from infra.postgres.messages.inbox import Arrived
from infra.postgres.server.connections import connect
from tests.migration.envelopes import TOPIC, legacy_inbox, message, receive
from tests.migration.moving import Moving, record

pytestmark = pytest.mark.server

JUNK = WireRecord(b"BXL/0", b"junk", ())


def ledger(move: Moving) -> TopicLedger:
    with move.writer() as connection:
        return topic_ledger(connection, "brussels")


def numbered(first: int, last: int, **changes: str) -> list[WireRecord]:
    return [message(record(no_dossier=f"BXL/{number}", **changes)) for number in range(first, last)]


def test_records_and_letters_are_the_messages_and_the_span_of_their_offsets(move: Moving) -> None:
    receive(move, *numbered(0, 5), JUNK, first_offset=100)
    receive(move, *numbered(5, 7), message(record(no_dossier="BXL/0")), first_offset=106)
    found = ledger(move)
    (partition,) = found.partitions
    assert (partition.cluster, partition.topic, partition.partition) == ("cluster", TOPIC, 3)
    assert (partition.first_offset, partition.next_offset, partition.span) == (100, 109, 9)
    assert (partition.messages, partition.records, partition.letters, partition.missing) == (9, 8, 1, 0)
    assert (found.records_of_batches, found.messages, found.letters, found.balanced) == (8, 9, 1, True)


def test_nothing_came(move: Moving) -> None:
    found = ledger(move)
    assert (found.partitions, found.messages, found.records_of_batches, found.balanced) == ((), 0, 0, True)


def test_a_file_is_no_part_of_it(move: Moving) -> None:
    move.load_brussels(record())
    assert (ledger(move).records_of_batches, ledger(move).balanced) == (0, True)


def test_what_is_delivered_again_is_counted_once(move: Moving) -> None:
    # given messages that were taken
    sent = [*numbered(0, 4), JUNK]
    receive(move, *sent, first_offset=10)
    # when they come again, with two that are new (a consumer began again at the earliest record)
    receive(move, *sent, *numbered(4, 6), first_offset=10)
    # then each offset is counted once, and what was judged again is named
    found = ledger(move)
    assert (found.messages, found.letters, found.repeated, found.span, found.missing) == (7, 1, 4, 7, 0)
    assert found.records_of_batches == 10
    assert found.balanced
    assert move.ask("select count(*) from dead_letter") == [(1,)]


class Crash(BaseException):
    """As a kill -9 just before the commit."""


class CrashingIntake(TopicIntake[Any, Any]):
    """Takes a delivery to its end, and does not live to see the commit."""

    def take(self, transaction: Any, arrived: Any) -> Taken:
        super().take(transaction, arrived)
        raise Crash


def test_a_crash_before_the_commit_counts_nothing(move: Moving) -> None:
    arrived = [Arrived(Coordinates("cluster", TOPIC, 3, 0), TOPIC, JUNK)]
    with closing(legacy_inbox(move, intake=CrashingIntake)) as inbox, pytest.raises(Crash):
        inbox.receive(arrived, lambda _cursor: None)
    assert ledger(move).partitions == ()
    with closing(legacy_inbox(move)) as inbox:
        inbox.receive(arrived, lambda _cursor: None)
    assert (ledger(move).messages, ledger(move).letters) == (1, 1)


def test_offsets_at_which_nothing_came_are_missing(move: Moving) -> None:
    # given offsets that were gone before they were read
    receive(move, *numbered(0, 2), first_offset=50)
    receive(move, *numbered(2, 4), first_offset=57)
    found = ledger(move)
    assert (found.span, found.messages, found.missing, found.balanced) == (9, 4, 5, True)
    assert found.partitions[0].first_offset == 50


def test_records_that_were_lost_from_a_batch_show(move: Moving) -> None:
    receive(move, *numbered(0, 3), first_offset=0)
    with move.writer() as connection, connection.cursor() as cursor:
        cursor.execute("update legacy_batch set records = records - 1, retold = retold - 1")
    assert not ledger(move).balanced


def test_the_messages_of_an_authority_that_is_live_are_letters(move: Moving) -> None:
    with closing(connect(move.program.journal_url, None)) as owner, owner.cursor() as cursor:
        cursor.execute("update permit.journal_head set authority_epochs = authority_epochs || '{\"brussels\": 1}'")
    receive(move, *numbered(0, 3), first_offset=0)
    found = ledger(move)
    assert (found.messages, found.letters, found.records_of_batches, found.balanced) == (3, 3, 0, True)


def test_the_signed_report_holds_the_topic_against_its_offsets(move: Moving) -> None:
    # given a topic of which two offsets were gone, one message was junk, and the others told something
    receive(move, *numbered(0, 2), first_offset=50)
    receive(move, JUNK, *numbered(2, 4), first_offset=54)
    # when a report is made, then it has each partition, and agrees: what is missing is named
    told = signed_report(move.program, MigratingAuthority.BRUSSELS)["report"]
    assert told["topic"]["partitions"] == [
        {
            "topic": TOPIC, "partition": 3, "firstOffset": 50, "nextOffset": 57, "messages": 5, "records": 4,
            "letters": 1, "repeated": 0, "missing": 2,
        }
    ]  # fmt: skip
    assert told["agrees"]
    # and when a batch has lost a record, then the report does not agree
    with move.writer() as connection, connection.cursor() as cursor:
        cursor.execute("update legacy_batch set records = records - 1, retold = retold - 1")
    told = signed_report(move.program, MigratingAuthority.BRUSSELS)["report"]
    assert (told["agrees"], told["topic"]["balanced"]) == (False, False)
