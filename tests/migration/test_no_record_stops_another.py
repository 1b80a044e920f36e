"""On a topic of a former system: what is wrong with one message is its own affair, whatever it is."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from typing import Any
from uuid import uuid4

import pytest
from kafka import KafkaProducer

from api.services.migrations import judge_of
from api.workers import running_workers
from consumers.migration.topic_intake import TopicIntake
from consumers.topics import CHECK_REQUESTS, legacy_records
from infra.kafka.clients import opened
from infra.kafka.topic_admin import create_missing
from infra.message_wire import WireRecord
from infra.migration.sources import MigratingAuthority
from infra.migration.topic_inbox import LegacyInbox
from infra.migration.topic_ledgers import topic_ledger
from infra.postgres.journal.conflicts import StaleAuthorityEpoch
from infra.postgres.messages.consumer_stops import ConsumerStopped, StopLimits, resume
from infra.postgres.messages.dead_letters import Coordinates, DeadLetters
from infra.postgres.messages.in_order import AnotherWasQuicker
from infra.postgres.messages.inbox import Arrived
from infra.postgres.server.connections import DatabaseUnavailable, connect
from tests.migration.envelopes import TOPIC, legacy_inbox, letters_of, message, receive
from tests.migration.moving import Moving, record
from tests.migration.samples import WALLONIA
from tests.world.waiting import wait_until

pytestmark = pytest.mark.server


def numbers_retold(move: Moving) -> list[str]:
    return [key for (key,) in move.ask("select key from legacy_dossier where fate = 'retold' order by key")]


def test_what_is_no_envelope_is_set_aside_and_holds_up_no_other(move: Moving) -> None:
    receive(
        move, WireRecord(b"BXL/1", b"{", ()), message(record(no_dossier="BXL/2")), WireRecord(b"BXL/3", None, ()),
        message(record(no_dossier="BXL/4"), authority="brussels", sha256="0" * 64),
        message(record(no_dossier="BXL/5", statut="???")), message(record(no_dossier="BXL/6")),
    )  # fmt: skip
    assert letters_of(move) == [
        "legacyEnvelopeUnreadable", "legacyEnvelopeWithoutValue", "legacyEnvelopeDigestWrong",
    ]  # fmt: skip
    assert numbers_retold(move) == ["BXL/2", "BXL/6"]
    assert move.ask("select records, retold, quarantined from legacy_batch") == [(3, 2, 1)]


def test_a_thousand_messages_of_junk_are_a_thousand_letters_and_the_next_record_is_taken(move: Moving) -> None:
    junk = [WireRecord(b"BXL/1", b"junk %d" % number, ()) for number in range(1_000)]
    receive(move, *junk[:500], first_offset=0)
    receive(move, *junk[500:], message(record()), first_offset=500)
    assert len(letters_of(move)) == 1_000
    assert move.ask("select count(*) from consumer_stop") == [(0,)]
    assert numbers_retold(move) == [record()["no_dossier"]]


class Stumbling:
    """A judge with a fault of its own: it fails at whole chunks that hold a record with one of these job titles."""

    def __init__(self, judge: Any, titles: Sequence[str]) -> None:
        self._judge, self.titles = judge, titles

    def __getattr__(self, name: str) -> Any:
        return getattr(self._judge, name)

    def judged(self, read: Any, *more: Any) -> Any:
        if any(each.raw.record.get("fonction") in self.titles for each in read):
            raise OverflowError("with something personal in its text")
        return self._judge.judged(read, *more)


def stumbling_inbox(move: Moving, *titles: str, limits: StopLimits | None = None) -> LegacyInbox:
    program = move.program
    judge: Any = Stumbling(judge_of(program, MigratingAuthority.BRUSSELS), titles)
    letters = DeadLetters(program.writers, program.keys)
    return LegacyInbox(program.journal_url, TopicIntake(judge=judge, now=program.clock.now), letters, limits)


def arrived(*messages: WireRecord, first_offset: int = 0) -> list[Arrived]:
    return [Arrived(Coordinates("cluster", TOPIC, 3, n), TOPIC, each) for n, each in enumerate(messages, first_offset)]


def test_a_record_on_which_this_program_fails_is_set_aside_and_all_others_are_retold(move: Moving) -> None:
    # given two records among thirty on which the judge stumbles, one of them a second version of its number
    records = [record(no_dossier=f"BXL/{number:02d}", fonction="infirmière") for number in range(28)]
    records.insert(7, record(no_dossier="BXL/poison", fonction="poison"))
    records.insert(19, record(no_dossier="BXL/03", fonction="poison", modifie_le="21/04/2025 09:00"))
    # when they come in one fetch
    with closing(stumbling_inbox(move, "poison")) as inbox:
        inbox.receive(arrived(*map(message, records)), lambda _cursor: None)
    # then the two are letters that say the kind of fault only, and all others are retold once
    assert letters_of(move) == ["failed.OverflowError", "failed.OverflowError"]
    assert numbers_retold(move) == [f"BXL/{number:02d}" for number in range(28)]
    assert move.ask("select count(*), count(distinct stream) from journal where type = 'LegacyRecordRetold'") == [
        (28, 28)
    ]
    # and once the program is corrected, they are replayed, and counted as records
    with closing(legacy_inbox(move)) as inbox:
        for (letter,) in move.ask("select id from dead_letter order by id"):
            inbox.replay(letter, by="operations", why="corrected")
    assert "BXL/poison" in numbers_retold(move)
    with move.writer() as connection:
        ledger = topic_ledger(connection, "brussels")
    assert (ledger.records_of_batches, ledger.letters, ledger.messages, ledger.balanced) == (30, 0, 30, True)


def test_a_file_number_longer_than_any_index_takes_stops_nobody(move: Moving) -> None:
    receive(move, message(record(no_dossier="9" * 6_000)), message(record(no_dossier="BXL/2")))
    assert "BXL/2" in numbers_retold(move)


def test_a_fault_of_ours_stops_the_consumer_behind_its_letters_and_it_goes_on_from_there(move: Moving) -> None:
    limits = StopLimits(window=20, least=10)
    bad = [message(record(no_dossier=f"BXL/{number:02d}", fonction="poison")) for number in range(12)]
    # when more than half of the last records fail
    with closing(stumbling_inbox(move, "poison", limits=limits)) as inbox:
        with pytest.raises(ConsumerStopped, match="permit dead-letters resume legacy-brussels"):
            inbox.receive(arrived(*bad), lambda _cursor: None)
        # then the letters are there, and nothing more is taken
        assert letters_of(move) == ["failed.OverflowError"] * 12
        with pytest.raises(ConsumerStopped):
            inbox.receive(arrived(message(record()), first_offset=12), lambda _cursor: None)
        # when a person lets it go on, it does
        resume(move.program.writers, "legacy-brussels", by="operations", why="seen")
        inbox.receive(arrived(message(record()), first_offset=12), lambda _cursor: None)
    assert numbers_retold(move) == [record()["no_dossier"]]


def test_a_database_that_is_away_makes_no_letter(move: Moving) -> None:
    def gone(cursor: Any) -> None:
        with closing(connect(move.program.journal_url, None)) as owner, owner.cursor() as killing:
            killing.execute("select pg_terminate_backend(%s)", (cursor.connection.info.backend_pid,))

    with closing(legacy_inbox(move)) as inbox:
        with pytest.raises(DatabaseUnavailable):
            inbox.receive(arrived(message(record())), gone)
        assert letters_of(move) == []
        inbox.receive(arrived(message(record())), lambda _cursor: None)
    assert numbers_retold(move) == [record()["no_dossier"]]


def test_one_authority_and_its_junk_stop_no_other_in_the_same_process(move: Moving, kafka: str) -> None:
    # given the topics of all consumers, and a consumer of Brussels that has stopped
    prefix = f"test-{uuid4().hex[:8]}."
    settings = move.program.settings.model_copy(update={"kafka": kafka, "kafka_topic_prefix": prefix})
    object.__setattr__(move.program, "settings", settings)
    create_missing(kafka, [CHECK_REQUESTS, *(legacy_records(each) for each in MigratingAuthority)], prefix)
    move.ask("insert into consumer_stop (consumer, failed, records) values ('legacy-brussels', 500, 600)")
    with move.writer() as connection, connection.cursor() as cursor:
        for number in range(500):
            cursor.execute(
                'insert into dead_letter (consumer, cluster, topic, partition, "offset", reason, attempt, subject,'
                " sealed) values ('legacy-brussels', 'c', 't', 0, %s, 'failed.KeyError', 3, %s, '')",
                (number, uuid4()),
            )
    # and junk on the topic of the German-speaking Community
    with closing(opened(KafkaProducer, kafka, acks="all")) as producer:
        for _ in range(100):
            producer.send(f"{prefix}legacy.german-community.records.v1", b"junk")
        producer.send(f"{prefix}legacy.german-community.records.v1", None, key=b"tombstone")
        sent = message(WALLONIA, "wallonia")
        producer.send(f"{prefix}legacy.wallonia.records.v1", sent.value, key=sent.key)
        producer.flush()
    # when all work in one process
    with running_workers(move.program, crossroads_url=None, projections=False, deadlines=False, relay=False) as workers:
        wait_until(lambda: numbers_retold(move) == [WALLONIA["numeroDossier"]], because="Wallonia's record is retold")
        counted = "select count(*) from dead_letter where consumer = 'legacy-german-community'"
        wait_until(lambda: move.ask(counted) == [(101,)], because="the junk is set aside")
        # then only Brussels waits, and nobody has ended
        assert workers.failed == ("legacy-brussels",)
        assert workers.ended == ()


def test_a_switch_of_authority_meanwhile_is_judged_again(move: Moving) -> None:
    class Switched(Stumbling):
        def judged(self, *arguments: Any) -> Any:
            raise StaleAuthorityEpoch("the authority was switched since this was decided")

    program = move.program
    judge: Any = Switched(judge_of(program, MigratingAuthority.BRUSSELS), ())
    letters = DeadLetters(program.writers, program.keys)
    with (
        closing(LegacyInbox(program.journal_url, TopicIntake(judge=judge, now=program.clock.now), letters)) as inbox,
        pytest.raises(AnotherWasQuicker),
    ):
        inbox.receive(arrived(message(record())), lambda _cursor: None)
    assert letters_of(move) == []
