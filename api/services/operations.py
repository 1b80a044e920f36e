"""How the installation stands, in one document: for ``permit status`` and for metrics."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from api.composition import Program
from api.crossroads import policy_of
from consumers.registered import registered_consumers
from infra.clock import SystemClock
from infra.kafka.errors import KafkaUnavailable
from infra.kafka.lag import consumer_lags
from infra.kafka.topic_admin import cluster_id
from infra.postgres.operations import Follower, Operations
from infra.postgres.read_models.parked_streams import count_by_follower, list_parked
from infra.postgres.read_models.progress import list_projections
from infra.workers.relay import relay_name

_PARKED_NAMED: Final = 100
"""Parked streams that a standing names, those that have waited longest; all of them are counted."""


def status_of(program: Program) -> dict[str, Any]:
    """Lags in events, offsets and seconds; work, breaker, what is parked and dead letters. Nothing personal."""
    operations, now = Operations(program.readers), SystemClock().now()
    work = operations.work(now, now - policy_of(program).patience.late_after)
    breaker = operations.breaker(now)
    projections = list_projections(program.readers, program.read_models, now=program.clock.now())
    return {
        "transport": "inProcess" if program.settings.kafka is None else "kafka",
        **_transport(program, operations, program.clock.now()),
        "projections": [
            {
                "name": each.name,
                "lagEvents": each.lag_events,
                "lagSeconds": round(each.lag_seconds, 3),
                "parked": each.parked,
                "skipped": each.skipped,
            }
            for each in projections
        ],
        "parkedByFollowers": [each.as_json() for each in list_parked(program.readers, limit=_PARKED_NAMED)],
        "crossroads": {
            "work": {
                "open": work.open,
                "due": work.due,
                "underWay": work.under_way,
                "late": work.late,
                "oldestSeconds": round(work.oldest_seconds, 3),
            },
            "breaker": {
                "state": breaker.state,
                "failures": breaker.failures,
                "openUntil": None if breaker.open_until is None else breaker.open_until.isoformat(),
            },
            "outcomes": [
                {"check": what, "outcome": outcome, "number": number}
                for (what, outcome), number in sorted(operations.outcomes().items())
            ],
        },
        "parkedStreams": operations.parked_streams(),
        "deadLetters": operations.dead_letters(),
        "stoppedConsumers": [
            {
                "name": each.consumer,
                "failed": each.failed,
                "records": each.records,
                "stoppedAt": each.stopped_at.isoformat(),
            }
            for each in operations.stopped_consumers()
        ],
    }


def _transport(program: Program, operations: Operations, now: datetime) -> dict[str, Any]:
    """The relay and the consumers; without Kafka there is no relay, and consumers follow the journal itself."""
    kafka, prefix = program.settings.kafka, program.settings.kafka_topic_prefix
    if kafka is None:
        parked = count_by_follower(program.readers)
        followers = (operations.follower(each.name, now) for each in registered_consumers())
        return {
            "relay": None,
            "consumers": [{**_followed(each), "parked": parked.get(each.name, 0)} for each in followers],
        }
    try:
        cluster = cluster_id(kafka)
        standings = operations.consumers(cluster)
        lags = consumer_lags(kafka, standings, prefix, now)
    except KafkaUnavailable as why:
        return {"relay": {"unavailable": str(why)}, "consumers": []}
    relay = operations.follower(relay_name(cluster, prefix), now)
    return {
        "relay": {**_followed(relay), "cluster": cluster, "epoch": operations.relay_epoch()},
        "consumers": [
            {
                "name": each.consumer,
                "topic": each.topic,
                "lagOffsets": each.offsets,
                "lagSeconds": round(each.seconds, 3),
                "assignments": sum(it.assignments for it in standings if it.consumer == each.consumer),
            }
            for each in lags
        ],
    }


def _followed(follower: Follower) -> dict[str, Any]:
    return {
        "name": follower.name,
        "position": follower.position,
        "lagEvents": follower.lag_events,
        "lagSeconds": round(follower.lag_seconds, 3),
    }
