"""Making topics and comparing them with the code: by a command, never by a first write."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import timedelta
from typing import Any, Final

from kafka.admin import ConfigResource, ConfigResourceType, KafkaAdminClient
from kafka.errors import KafkaError

from consumers.topics import Topic
from infra.kafka.clients import opened
from infra.kafka.errors import KafkaUnavailable

_REPLICAS: Final = 3
_IN_SYNC: Final = 2
_REQUEST_MS: Final = 15_000


@contextmanager
def administration(bootstrap: str) -> Iterator[KafkaAdminClient]:
    """A client for administration. Raises :class:`KafkaUnavailable` in place of the library's errors."""
    try:
        with closing(opened(KafkaAdminClient, bootstrap, request_timeout_ms=_REQUEST_MS)) as client:
            yield client
    except KafkaError as why:
        raise KafkaUnavailable(f"Kafka at {bootstrap} does not answer: {type(why).__name__}") from why


def cluster_id(bootstrap: str) -> str:
    """The id under which the positions in this cluster are kept. Raises :class:`KafkaUnavailable`."""
    with administration(bootstrap) as client:
        return str(client.describe_cluster()["cluster_id"])


def create_missing(bootstrap: str, topics: Sequence[Topic], prefix: str = "") -> list[str]:
    """Make the topics that do not exist and give their names; those that do are left as they are.

    Three replicas of which two must be in sync where there are as many brokers, else one. Raises
    :class:`KafkaUnavailable`.
    """
    with administration(bootstrap) as client:
        existing = set(client.list_topics())
        replicas = _REPLICAS if len(client.describe_cluster()["brokers"]) >= _REPLICAS else 1
        missing = {
            prefix + topic.name: {
                "num_partitions": topic.partitions,
                "replication_factor": replicas,
                "configs": _configured(topic, replicas),
            }
            for topic in topics
            if prefix + topic.name not in existing
        }
        if missing:
            client.create_topics(missing, wait_for_metadata=True)
        return list(missing)


def differences(bootstrap: str, topics: Sequence[Topic], prefix: str = "") -> list[str]:
    """A sentence for each way in which the topics are not as the code says. Raises :class:`KafkaUnavailable`."""
    with administration(bootstrap) as client:
        existing = set(client.list_topics())
        found: list[str] = []
        for topic in topics:
            name = prefix + topic.name
            if name not in existing:
                found.append(f"{name} does not exist: `permit topics create` makes it")
                continue
            (described,) = client.describe_topics([name])
            partitions = described["partitions"]
            if len(partitions) != topic.partitions:
                found.append(f"{name} has {len(partitions)} partitions, the code says {topic.partitions}")
            replicas = min(len(each["replica_nodes"]) for each in partitions)
            stored = _stored(client, name)
            found += [
                f"{name} has {option}={stored.get(option)}, the code says {value}"
                for option, value in _configured(topic, replicas).items()
                if stored.get(option) != value
            ]
        return found


def _configured(topic: Topic, replicas: int) -> dict[str, str]:
    return {
        "cleanup.policy": "delete",
        # The broker writes records so, whatever a foreign producer chose: our client reads neither LZ4 nor Snappy.
        "compression.type": "zstd",
        "retention.ms": str(topic.retention // timedelta(milliseconds=1)),
        "min.insync.replicas": str(_IN_SYNC if replicas >= _REPLICAS else 1),
        "unclean.leader.election.enable": "false",
    }


def _stored(client: KafkaAdminClient, name: str) -> dict[str, Any]:
    resource = ConfigResource(ConfigResourceType.TOPIC, name)
    described = client.describe_configs([resource], config_filter="all")
    return {option: value["value"] for option, value in described["topic"][name].items()}
