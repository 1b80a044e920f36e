"""The broker that benchmarks run against: the one of the settings, else one started for them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from infra.benchmarks.runs import BenchmarkImpossible, machine
from infra.kafka.broker_jars import broker_version
from infra.kafka.errors import KafkaNotHere
from infra.kafka.local_broker import running_cluster
from infra.kafka.topic_admin import cluster_id
from infra.settings import load_settings


@contextmanager
def broker_for_benchmarks() -> Iterator[str]:
    """Bootstrap servers. Raises ``BenchmarkImpossible`` where no broker can be had."""
    given = load_settings().kafka
    if given is not None:
        yield given
        return
    with TemporaryDirectory(prefix="permit-bench-") as directory:
        try:
            with running_cluster(Path(directory)) as cluster:
                yield cluster.bootstrap
        except KafkaNotHere as why:
            raise BenchmarkImpossible(f"{why}; or set PERMIT_KAFKA to a broker") from why


def machine_with_kafka(admin_url: str, kafka: str) -> dict[str, Any]:
    """What the figures were measured on, the broker included."""
    return {
        **machine(admin_url),
        "transport": "kafka",
        "broker": f"Apache Kafka {broker_version()}",
        "clusterId": cluster_id(kafka),
    }
