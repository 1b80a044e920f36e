"""Topics, dead letters and status from the shell, against a real broker and a real database."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from kafka import KafkaConsumer, TopicPartition

from api.cli.main import main
from consumers.topics import CHECK_REQUESTS, TOPICS
from infra.kafka.clients import opened
from infra.kafka.producers import Outgoing
from infra.kafka.sending import Sender
from infra.kafka.topic_admin import administration
from infra.message_wire import WireRecord
from infra.postgres.server.connection_pool import ConnectionPool
from infra.postgres.server.connections import Role
from tests.world.databases import program_databases
from tests.world.kafka_servers import kafka_image, listener_settings
from tests.world.waiting import wait_until

pytestmark = pytest.mark.server
ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Shell:
    """Commands are run in this process, because each start of Python costs seconds; workers are processes."""

    environment: dict[str, str]
    prefix: str

    def with_topics_of_its_own(self) -> Shell:
        prefix = f"test-{uuid4().hex[:8]}."
        return Shell({**self.environment, "PERMIT_KAFKA_TOPIC_PREFIX": prefix}, prefix)

    def permit(self, *arguments: str, code: int = 0) -> str:
        told, warned = self._run(arguments, code)
        return told + warned

    def json(self, *arguments: str, code: int = 0) -> Any:
        return json.loads(self._run([*arguments, "--json"], code)[0])

    def start(self, *arguments: str, **more: Any) -> subprocess.Popen[bytes]:
        """A process that ends when its standard input closes."""
        return subprocess.Popen(
            [sys.executable, "-m", "api.cli", *arguments, "--until-stdin-closes"],
            cwd=ROOT,
            env={**os.environ, **self.environment},
            stdin=subprocess.PIPE,
            **more,
        )

    def _run(self, arguments: Sequence[str], code: int) -> tuple[str, str]:
        told, warned = StringIO(), StringIO()
        with pytest.MonkeyPatch.context() as patched, redirect_stdout(told), redirect_stderr(warned):
            for name, value in self.environment.items():
                patched.setenv(name, value)
            with pytest.raises(SystemExit) as ended:
                main(arguments)
        assert (ended.value.code or 0) == code, told.getvalue() + warned.getvalue()
        return told.getvalue(), warned.getvalue()


@pytest.fixture(scope="module")
def shell(admin_url: str, kafka: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shell]:
    prefix = f"test-{uuid4().hex[:8]}."
    with program_databases(admin_url) as (url, keys_url):
        environment = {
            "PERMIT_HOME": str(tmp_path_factory.mktemp("home")),
            "PERMIT_DATABASE_URL": url,
            "PERMIT_KEY_DATABASE_URL": keys_url,
            "PERMIT_KAFKA": kafka,
            "PERMIT_KAFKA_TOPIC_PREFIX": prefix,
        }
        shell = Shell(environment, prefix)
        serving = shell.start("serve", "--no-workers", "--port=0", stdout=subprocess.PIPE)
        assert serving.stdin is not None
        assert serving.stdout is not None
        assert serving.stdout.readline().startswith(b"listening on ")
        serving.stdin.close()
        serving.wait(30)
        serving.stdout.close()
        yield shell


def told_of_letters(shell: Shell, kafka: str) -> list[bytes]:
    """The values on the topic of dead letters, once a relay has told of them."""
    relay = shell.start("work", "relay", stdout=subprocess.DEVNULL)
    assert relay.stdin is not None
    topic = f"{shell.prefix}{CHECK_REQUESTS.name}.dead-letters"
    client = opened(KafkaConsumer, kafka, group_id=None, metrics_enabled=False)
    try:
        places = [TopicPartition(topic, number) for number in client.partitions_for_topic(topic) or ()]
        wait_until(lambda: any(client.end_offsets(places).values()), because="the relay tells of it", within=60)
        client.assign(places)
        client.seek_to_beginning(*places)
        return [each.value for records in client.poll(timeout_ms=10_000).values() for each in records]
    finally:
        client.close()
        relay.stdin.close()
        relay.wait(60)


def test_topics_are_made_by_the_command_and_are_then_as_the_code_says(shell: Shell) -> None:
    # given a broker without them
    shell = shell.with_topics_of_its_own()
    missing = shell.json("topics", "check", code=1)["differences"]
    assert len(missing) == len(TOPICS)
    # when they are made, twice
    assert shell.permit("topics", "create").count("made ") == len(TOPICS)
    assert "every topic exists" in shell.permit("topics", "create")
    # then
    assert shell.json("topics", "check") == {"differences": []}
    listed = shell.json("topics", "list")["topics"]
    assert {each["name"] for each in listed} == {shell.prefix + topic.name for topic in TOPICS}


def _partitions(kafka: str, name: str) -> int:
    with closing(opened(KafkaConsumer, kafka, group_id=None, metrics_enabled=False)) as client:
        return len(client.partitions_for_topic(name) or ())


def test_a_topic_that_is_otherwise_is_named(shell: Shell, kafka: str) -> None:
    shell = shell.with_topics_of_its_own()
    name = shell.prefix + CHECK_REQUESTS.name + ".dead-letters"
    shell.permit("topics", "create")
    with administration(kafka) as client:
        client.create_partitions({name: 3})
        wait_until(lambda: _partitions(kafka, name) == 3, because="the broker tells of the partitions")
    (sentence,) = shell.json("topics", "check", code=1)["differences"]
    assert sentence == f"{name} has 3 partitions, the code says 1"


def test_without_kafka_the_sentence_says_what_to_set(shell: Shell) -> None:
    alone = Shell({**shell.environment, "PERMIT_KAFKA": ""}, shell.prefix)
    for command in (("topics", "create"), ("topics", "check"), ("work", "relay")):
        assert "PERMIT_KAFKA" in alone.permit(*command, code=2)
    assert alone.json("status")["transport"] == "inProcess"


def test_a_message_set_aside_is_listed_shown_and_discarded_with_a_reason(shell: Shell, kafka: str) -> None:
    # given a record on the topic of requests that is none of ours
    shell.permit("topics", "create")
    sender = Sender(kafka)
    record = WireRecord(b"a key", b"not JSON", [("ce_specversion", b"1.0")])
    sender.send([Outgoing(shell.prefix + CHECK_REQUESTS.name, record)])
    sender.close()
    worker = shell.start("work", "crossroads", stdout=subprocess.DEVNULL)
    assert worker.stdin is not None
    try:
        wait_until(
            lambda: bool(shell.json("dead-letters", "list")["deadLetters"]), because="it is set aside", within=60
        )
    finally:
        worker.stdin.close()
        worker.wait(60)
    # when a person looks at it
    (letter,) = shell.json("dead-letters", "list")["deadLetters"]
    assert (letter["topic"], letter["reason"], letter["attempt"]) == (CHECK_REQUESTS.name, "missing.ce_type", 1)
    shown = shell.json("dead-letters", "show", str(letter["id"]))
    assert shown["content"]["value"] == "not JSON"
    status = shell.json("status")
    assert status["transport"] == "kafka"
    assert status["deadLetters"] == {"crossroads-intake": 1}
    assert all(each["lagOffsets"] == 0 for each in status["consumers"])
    # and everybody is told of it on a topic of its own, without what was in it
    (told,) = told_of_letters(shell, kafka)
    assert b"missing.ce_type" in told
    assert b"not JSON" not in told
    # then it can be replayed, in vain, or discarded, which is kept with its reason
    assert "still refused" in shell.permit("dead-letters", "replay", str(letter["id"]), "--reason", "again", code=1)
    shell.permit("dead-letters", "discard", str(letter["id"]), "--reason", "a test record")
    assert shell.json("dead-letters", "list")["deadLetters"] == []
    (settled,) = shell.json("dead-letters", "list", "--state", "discarded")["deadLetters"]
    assert settled["settledWhy"] == "a test record"
    # and to do it once more changes nothing
    again = shell.json("dead-letters", "discard", str(letter["id"]), "--reason", "a test record")
    assert (again["discarded"], again["settledBefore"]) == (0, [letter["id"]])
    assert "there is no" in shell.permit("dead-letters", "discard", "999999", "--reason", "x", code=2)
    # and a consumer whose topic was made anew can begin anew
    assert "begins again in 12 partitions" in shell.permit("topics", "restart", "crossroads-intake")
    assert "no position" in shell.permit("topics", "restart", "crossroads-intake", code=1)
    # and its content is nowhere in clear
    with_pool = ConnectionPool(shell.environment["PERMIT_DATABASE_URL"], Role.READER, size=1)
    with with_pool.connection() as connection, connection.cursor() as cursor:
        cursor.execute("select sealed from dead_letter")
        assert all(b"not JSON" not in bytes(sealed) for (sealed,) in cursor.fetchall())
    with_pool.close()


def test_the_container_is_of_the_version_of_the_jars_and_advertises_the_port_outside() -> None:
    assert kafka_image().startswith("apache/kafka:4.3")
    settings = listener_settings(12345)
    assert settings["KAFKA_ADVERTISED_LISTENERS"] == "INSIDE://127.0.0.1:12345"
    assert "CONTROLLER" in settings["KAFKA_LISTENERS"]
