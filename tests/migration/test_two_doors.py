"""A record tells the same through a file and through a topic."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from kafka import KafkaProducer

from api.services.migrations import lag_of_records, legacy_consumer
from consumers.topics import legacy_records
from infra.kafka.clients import opened
from infra.kafka.topic_admin import create_missing
from infra.migration.sources import MigratingAuthority
from infra.postgres.server.connections import connect
from tests.migration.envelopes import TOPIC, message, receive
from tests.migration.moving import CASE, Moving, moving, record
from tests.transport.consumed_journal import running
from tests.world.waiting import wait_until

pytestmark = pytest.mark.server


def told(move: Moving) -> list[tuple[Any, ...]]:
    """What a case is told by, but for the random subject."""
    return [
        (type(event).__name__, *(getattr(event, name) for name in event.__slots__ if name != "worker_subject"))
        for event in move.events()
    ]


def test_the_same_record_through_either_door_is_the_same_event(move: Moving, admin_url: str, tmp_path: Path) -> None:
    receive(move, message(record()), message({name: text or None for name, text in record().items()}))
    folder = tmp_path / "files"
    folder.mkdir()
    with moving(admin_url, folder, move.program.settings.key_encryption_key_path) as other:
        other.load_brussels(record())
        assert told(move) == told(other)
        assert move.ask("select id from command") == other.ask("select id from command")
    assert move.ask("select source, line from legacy_record") == [(f"{TOPIC}/3", 100)]
    assert move.ask("select door, source, retold, unchanged from legacy_batch") == [("kafka", "night-1", 1, 1)]
    # and a file after the topic finds nothing new
    assert move.load_brussels(record())["unchanged"] == 1


def test_records_of_an_authority_that_is_live_are_set_aside(move: Moving) -> None:
    with closing(connect(move.program.journal_url, None)) as owner, owner.cursor() as cursor:
        cursor.execute("update permit.journal_head set authority_epochs = authority_epochs || '{\"brussels\": 1}'")
    receive(move, message(record()))
    assert move.events(CASE) == ()
    assert move.ask("select reason from dead_letter") == [("authorityLive",)]


def test_records_over_a_real_topic(move: Moving, kafka: str) -> None:
    program = move.program
    settings = program.settings.model_copy(update={"kafka": kafka, "kafka_topic_prefix": f"test-{uuid4().hex[:8]}."})
    object.__setattr__(program, "settings", settings)
    create_missing(kafka, [legacy_records("brussels")], settings.kafka_topic_prefix)
    with closing(opened(KafkaProducer, kafka, acks="all")) as producer:
        for number in range(60):
            key = f"BXL/T/{number % 20}"
            content = record(no_dossier=key, modifie_le=f"{1 + number // 20:02d}/05/2025 09:00", fonction=str(number))
            producer.send(settings.kafka_topic_prefix + TOPIC, message(content).value, key=key.encode())
        producer.flush()
    assert lag_of_records(program, MigratingAuthority.BRUSSELS) == 60
    with legacy_consumer(program, MigratingAuthority.BRUSSELS, kafka) as consumer, running(consumer) as ended:
        wait_until(
            lambda: move.ask("select coalesce(sum(records), 0) from legacy_batch") == [(60,)], because="all were taken"
        )
    assert ended == []
    assert move.ask("select retold, unchanged, stale, quarantined from legacy_batch") == [(60, 0, 0, 0)]
    assert move.ask("select version, count(*) from journal group by 1 order by 1") == [(1, 20), (2, 20), (3, 20)]
    assert lag_of_records(program, MigratingAuthority.BRUSSELS) == 0
