"""A real Apache Kafka on this machine, for tests and developers: one node, or several that make one cluster.

A node is a process group of its own that ends with the process that started it. It keeps its data and its ports over
a kill and a restart.
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess  # nosec B404 # runs Java
import time
from base64 import urlsafe_b64encode
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Final
from uuid import uuid4

from kafka.admin import KafkaAdminClient
from kafka.errors import KafkaError

from infra.kafka.broker_jars import broker_jars, java
from infra.kafka.clients import opened
from infra.kafka.errors import KafkaNotHere

_LOOPBACK: Final = "127.0.0.1"
_LONGEST_START_SECONDS: Final = 90.0
_LOG_CONFIGURATION: Final = Path(__file__).parent / "broker" / "log4j2.xml"
_MEMORY: Final = ("-Xms128m", "-Xmx512m")
LASTING: Final = (*_MEMORY, "-XX:+UseG1GC")
"""Options of Java for a node that works for long."""
BRIEF: Final = (*_MEMORY, "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")
"""For one that is gone in a minute: it is up for half the processor time, and is slower at its work ever after."""
_GUARDIAN: Final = '"$@" & broker=$!; cat > /dev/null; kill -9 $broker'
"""The guardian's standard input closes when the parent is gone, however it went."""


class LocalBroker:
    """One node. ``number`` counts from 1 within the cluster."""

    def __init__(
        self, directory: Path, number: int, ports: Sequence[tuple[int, int]], cluster: str, options: Sequence[str]
    ) -> None:
        self._directory = directory
        self._number = number
        self._ports = ports
        self._cluster = cluster
        self._options = options
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        return f"{_LOOPBACK}:{self._ports[self._number - 1][0]}"

    def start(self) -> None:
        """Start the node, on the data it has if it has any. Raises :class:`KafkaNotHere`."""
        self._directory.mkdir(parents=True, exist_ok=True)
        properties = self._directory / "server.properties"
        if not properties.exists():
            properties.write_text(self._properties())
            self._run("kafka.tools.StorageTool", "format", "-t", self._cluster, "-c", str(properties))
        with (self._directory / "broker.log").open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603  # nosec B603 # fixed words and paths of our own
                ["/bin/sh", "-c", _GUARDIAN, "guardian", *_java(self._options, "kafka.Kafka", str(properties))],
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def kill(self) -> None:
        """kill -9: the node gets no chance to say goodbye."""
        self._signal(signal.SIGKILL)
        self._ended()

    def pause(self) -> None:
        """Freeze the node (SIGSTOP) until :meth:`resume`."""
        self._signal(signal.SIGSTOP)

    def resume(self) -> None:
        self._signal(signal.SIGCONT)

    def stop(self) -> None:
        """End the node if it runs; quickly, because nobody reads its data afterwards."""
        if self._process is not None:
            self.kill()

    def last_output(self) -> str:
        """The end of the node's own log."""
        return (self._directory / "broker.log").read_text(errors="replace")[-2_000:]

    def _ended(self) -> None:
        if self._process is not None:
            if self._process.stdin is not None:
                self._process.stdin.close()
            self._process.wait()
        self._process = None

    def _signal(self, number: signal.Signals) -> None:
        if self._process is None:
            raise AssertionError("the node does not run")
        os.killpg(self._process.pid, number)

    def _run(self, *arguments: str) -> None:
        done = subprocess.run(_java(BRIEF, *arguments), capture_output=True, text=True, check=False)  # noqa: S603  # nosec B603 # fixed words and paths of our own
        if done.returncode != 0:
            raise KafkaNotHere(f"the storage of Kafka could not be made: {done.stderr[-500:]}")

    def _properties(self) -> str:
        own, controller = self._ports[self._number - 1]
        nodes = len(self._ports)
        settings = {
            "process.roles": "broker,controller",
            "node.id": self._number,
            "listeners": f"PLAINTEXT://{_LOOPBACK}:{own},CONTROLLER://{_LOOPBACK}:{controller}",
            "advertised.listeners": f"PLAINTEXT://{_LOOPBACK}:{own}",
            "inter.broker.listener.name": "PLAINTEXT",
            "controller.listener.names": "CONTROLLER",
            "listener.security.protocol.map": "CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT",
            "log.dirs": self._directory / "data",
            "offsets.topic.replication.factor": nodes,
            "offsets.topic.num.partitions": 2,
            "transaction.state.log.replication.factor": nodes,
            "transaction.state.log.min.isr": 1,
            "share.coordinator.state.topic.replication.factor": nodes,
            "share.coordinator.state.topic.min.isr": 1,
            "group.initial.rebalance.delay.ms": 0,
            "group.min.session.timeout.ms": 1000,
            "auto.create.topics.enable": "false",
            "broker.session.timeout.ms": 3000,
            "broker.heartbeat.interval.ms": 500,
            "replica.lag.time.max.ms": 2000,
            "unclean.leader.election.enable": "false",
            "controller.quorum.voters": ",".join(
                f"{number}@{_LOOPBACK}:{port}" for number, (_, port) in enumerate(self._ports, start=1)
            ),
        }
        return "".join(f"{name}={value}\n" for name, value in settings.items())


class LocalCluster:
    """``nodes`` brokers that are one cluster, with their data under ``directory`` and ``options`` for their Java."""

    def __init__(self, directory: Path, *, nodes: int = 1, options: Sequence[str] = LASTING) -> None:
        known = directory / "cluster"
        if known.exists():
            cluster, *pairs = known.read_text().split()
            ports = [(int(own), int(controller)) for own, controller in (pair.split(":") for pair in pairs)]
        else:
            # It begins with a letter: Kafka's own programs take one that begins with a hyphen for an option.
            first, *rest = uuid4().bytes
            cluster = urlsafe_b64encode(bytes([first & 0x7F, *rest])).rstrip(b"=").decode()
            free = _free_ports(2 * nodes)
            ports = list(zip(free[::2], free[1::2], strict=True))
            directory.mkdir(parents=True, exist_ok=True)
            known.write_text(" ".join([cluster, *(f"{own}:{controller}" for own, controller in ports)]))
        self.brokers = [
            LocalBroker(directory / f"node-{number}", number, ports, cluster, options)
            for number in range(1, len(ports) + 1)
        ]

    @property
    def bootstrap(self) -> str:
        return ",".join(broker.address for broker in self.brokers)

    def start(self) -> None:
        """Start all nodes and wait until they answer. Raises :class:`KafkaNotHere`."""
        for broker in self.brokers:
            broker.start()
        self.wait_until_ready()

    def wait_until_ready(self) -> None:
        """Wait until every node is in the cluster's metadata. Raises :class:`KafkaNotHere`."""
        patience = time.monotonic() + _LONGEST_START_SECONDS
        while not self._answers():
            if time.monotonic() > patience:
                raise KafkaNotHere(
                    f"Kafka did not start within {_LONGEST_START_SECONDS} s: {self.brokers[0].last_output()}"
                )
            time.sleep(0.2)

    def stop(self) -> None:
        for broker in self.brokers:
            broker.stop()

    def _answers(self) -> bool:
        if not all(_listens(broker.address) for broker in self.brokers):
            return False
        try:
            with closing(opened(KafkaAdminClient, self.bootstrap, request_timeout_ms=3_000)) as admin:
                return len(admin.describe_cluster()["brokers"]) == len(self.brokers)
        except KafkaError:
            return False


@contextlib.contextmanager
def running_cluster(directory: Path, *, nodes: int = 1, options: Sequence[str] = LASTING) -> Iterator[LocalCluster]:
    """A cluster until the block ends. Raises :class:`KafkaNotHere`."""
    cluster = LocalCluster(directory, nodes=nodes, options=options)
    try:
        cluster.start()
        yield cluster
    finally:
        cluster.stop()


def _java(options: Sequence[str], *arguments: str) -> list[str]:
    logging = f"-Dlog4j2.configurationFile={_LOG_CONFIGURATION}"
    return [java(), *options, logging, "-cp", f"{broker_jars()}/*", *arguments]


def _listens(address: str) -> bool:
    host, _, port = address.rpartition(":")
    try:
        socket.create_connection((host, int(port)), timeout=1.0).close()
    except OSError:
        return False
    return True


def _free_ports(number: int) -> list[int]:
    """Ports that nobody uses now; all are held until the last is known, so that none is given twice."""
    with contextlib.ExitStack() as held:
        sockets = [held.enter_context(socket.socket()) for _ in range(number)]
        for each in sockets:
            each.bind((_LOOPBACK, 0))
        return [each.getsockname()[1] for each in sockets]
