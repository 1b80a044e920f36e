"""The status of the installation: lags, work waiting for a person, and queries to the bank. No personal data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from api.composition import Program
from consumers.registered import registered_consumers
from infra.clock import SystemClock
from infra.kafka.errors import KafkaUnavailable
from infra.kafka.lag import ConsumerLag, consumer_lags
from infra.kafka.topic_admin import cluster_id
from infra.postgres.operations import (
    BreakerStatus,
    CheckWorkStatus,
    ConsumerStatus,
    Follower,
    Operations,
    StoppedConsumer,
    WebhookStatus,
)
from infra.postgres.read_models.parked_streams import ParkedStream, count_by_follower, list_parked
from infra.postgres.read_models.progress import ProjectionProgress, list_projections
from infra.postgres.server.connection_pool import ConnectionPool
from infra.postgres.server.connections import DatabaseUnavailable
from infra.workers.relay import relay_name

_PARKED_NAMED: Final = 100
"""Parked streams that a status names, those waiting longest first; all of them are counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InProcess:
    """Without Kafka there is no relay, and consumers follow the journal; ``parked`` counts streams by consumer."""

    followers: Sequence[Follower]
    parked: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class OverKafka:
    """The relay, and how far each consumer is behind in each topic; ``positions`` are by partition."""

    cluster: str
    relay: Follower
    epoch: int
    lags: Sequence[ConsumerLag]
    positions: Sequence[ConsumerStatus]


@dataclass(frozen=True, slots=True, kw_only=True)
class KafkaUnreachable:
    """Kafka is configured but does not answer; ``why`` is a sentence."""

    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class InstallationFigures:
    """``outcomes`` counts checks by query and outcome."""

    transport: InProcess | OverKafka | KafkaUnreachable
    projections: Sequence[ProjectionProgress]
    parked: Sequence[ParkedStream]
    work: CheckWorkStatus
    webhooks: WebhookStatus
    breaker: BreakerStatus
    outcomes: Mapping[tuple[str, str], int]
    parked_streams: Mapping[str, int]
    dead_letters: Mapping[str, int]
    stopped_consumers: Sequence[StoppedConsumer]


def installation_figures(program: Program, readers: ConnectionPool) -> InstallationFigures:
    """Lags in events, offsets and seconds; work, breaker, what is parked and dead letters.

    ``readers`` are the program's own, of those who wait or of those who look. Raises ``DatabaseUnavailable``.
    """
    operations, now = Operations(readers), SystemClock().now()
    return InstallationFigures(
        transport=_transport(program, readers, operations, program.clock.now()),
        projections=list_projections(readers, program.read_models, now=program.clock.now()),
        parked=list_parked(readers, limit=_PARKED_NAMED),
        work=operations.work(now, now - program.crossroads_policy.patience.late_after),
        webhooks=operations.webhooks(now),
        breaker=operations.breaker(now),
        outcomes=operations.outcomes(),
        parked_streams=operations.parked_streams(),
        dead_letters=operations.dead_letters(),
        stopped_consumers=operations.stopped_consumers(),
    )


def why_no_append(program: Program) -> str | None:
    """Why an append would not succeed at this moment, in a sentence; None where it would."""
    try:
        program.signs.append()
    except DatabaseUnavailable as why:
        return str(why)
    return None


def _transport(
    program: Program, readers: ConnectionPool, operations: Operations, now: datetime
) -> InProcess | OverKafka | KafkaUnreachable:
    kafka, prefix = program.settings.kafka, program.settings.kafka_topic_prefix
    if kafka is None:
        parked = count_by_follower(readers)
        followers = tuple(operations.follower(each.name, now) for each in registered_consumers())
        return InProcess(followers=followers, parked={each.name: parked.get(each.name, 0) for each in followers})
    try:
        cluster = cluster_id(kafka)
        positions = operations.consumers(cluster)
        lags = consumer_lags(kafka, positions, prefix, now)
    except KafkaUnavailable as why:
        return KafkaUnreachable(why=str(why))
    return OverKafka(
        cluster=cluster,
        relay=operations.follower(relay_name(cluster, prefix), now),
        epoch=operations.relay_epoch(),
        lags=lags,
        positions=positions,
    )
