"""Where tests find a real Kafka: given, else in Docker, else from its jars."""

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

from infra.kafka.broker_jars import broker_version
from infra.kafka.errors import KafkaNotHere
from infra.kafka.local_broker import BRIEF, LocalCluster, running_cluster
from infra.kafka.topic_admin import cluster_id
from tests.world.servers import NoServer, NotHere, Place, docker_answers, free_port, give_up, reachable_directory

if TYPE_CHECKING:
    from testcontainers.core.container import DockerContainer

INSIDE = 19092
CONTROLLER = 19093


@contextmanager
def given_kafka() -> Iterator[str]:
    bootstrap = os.environ.get("PERMIT_TEST_KAFKA")
    if not bootstrap:
        raise NotHere("PERMIT_TEST_KAFKA is not set")
    cluster_id(bootstrap)
    yield bootstrap


@contextmanager
def docker_kafka() -> Iterator[str]:
    if not docker_answers():
        raise NotHere("no Docker daemon answers")
    from docker.errors import DockerException

    port = free_port()
    try:
        container = kafka_container(port).start()
    except DockerException as why:  # a daemon that may not fetch the image, for one
        raise NotHere(f"the daemon gave no container: {why}") from why
    try:
        yield f"127.0.0.1:{port}"
    finally:
        container.stop()


@contextmanager
def kafka_from_jars() -> Iterator[str]:
    with reachable_directory() as directory:
        try:
            with running_cluster(directory / "kafka", options=BRIEF) as cluster:
                yield cluster.bootstrap
        except KafkaNotHere as why:
            raise NotHere(str(why)) from why


@contextmanager
def own_cluster(*, nodes: int = 1) -> Iterator[LocalCluster]:
    """A cluster that a test may harm; skips, or fails, where there is no Java for it."""
    with reachable_directory() as directory, ExitStack() as opened:
        try:
            cluster = opened.enter_context(running_cluster(directory / "kafka", nodes=nodes, options=BRIEF))
        except KafkaNotHere as why:
            give_up(NoServer(str(why)), "Kafka")
        yield cluster


def kafka_image() -> str:
    """Of the version whose jars the project uses itself."""
    return f"apache/kafka:{broker_version()}"


def listener_settings(port: int) -> dict[str, str]:
    """One node; what it advertises is the port outside, which is known before the container is made."""
    return {
        "KAFKA_NODE_ID": "1",
        "KAFKA_PROCESS_ROLES": "broker,controller",
        "KAFKA_LISTENERS": f"INSIDE://:{INSIDE},CONTROLLER://:{CONTROLLER}",
        "KAFKA_ADVERTISED_LISTENERS": f"INSIDE://127.0.0.1:{port}",
        "KAFKA_LISTENER_SECURITY_PROTOCOL_MAP": "CONTROLLER:PLAINTEXT,INSIDE:PLAINTEXT",
        "KAFKA_INTER_BROKER_LISTENER_NAME": "INSIDE",
        "KAFKA_CONTROLLER_LISTENER_NAMES": "CONTROLLER",
        "KAFKA_CONTROLLER_QUORUM_VOTERS": f"1@localhost:{CONTROLLER}",
        "KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR": "1",
        "KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR": "1",
        "KAFKA_TRANSACTION_STATE_LOG_MIN_ISR": "1",
        "KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS": "0",
        "KAFKA_GROUP_MIN_SESSION_TIMEOUT_MS": "1000",
        "KAFKA_AUTO_CREATE_TOPICS_ENABLE": "false",
    }


def kafka_container(port: int) -> "DockerContainer":
    from testcontainers.core.container import DockerContainer

    container = DockerContainer(kafka_image()).with_bind_ports(INSIDE, port)
    for name, value in listener_settings(port).items():
        container = container.with_env(name, value)
    return container


KAFKA_PLACES = (
    Place(name="PERMIT_TEST_KAFKA", open=given_kafka),
    Place(name="Docker", open=docker_kafka),
    Place(name="jars", open=kafka_from_jars),
)
