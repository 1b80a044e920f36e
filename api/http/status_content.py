"""The figures of the installation in one document: for ``permit status`` and for metrics."""

from __future__ import annotations

from typing import Any, assert_never

from api.services.operations import InProcess, InstallationFigures, KafkaUnreachable, OverKafka
from infra.postgres.operations import Follower


def status_content(status: InstallationFigures) -> dict[str, Any]:
    """As JSON, times in seconds."""
    work, breaker = status.work, status.breaker
    return {
        "transport": "inProcess" if isinstance(status.transport, InProcess) else "kafka",
        **_transport(status.transport),
        "projections": [
            {
                "name": each.name,
                "lagEvents": each.lag_events,
                "lagSeconds": round(each.lag_seconds, 3),
                "parked": each.parked,
                "skipped": each.skipped,
            }
            for each in status.projections
        ],
        "parkedByFollowers": [each.as_json() for each in status.parked],
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
                for (what, outcome), number in sorted(status.outcomes.items())
            ],
        },
        "webhooks": {
            "states": dict(status.webhooks.states),
            "failing": status.webhooks.failing,
            "waiting": status.webhooks.waiting,
            "oldestSeconds": round(status.webhooks.oldest_seconds, 3),
        },
        "parkedStreams": status.parked_streams,
        "deadLetters": status.dead_letters,
        "stoppedConsumers": [
            {
                "name": each.consumer,
                "failed": each.failed,
                "records": each.records,
                "stoppedAt": each.stopped_at.isoformat(),
            }
            for each in status.stopped_consumers
        ],
    }


def _transport(transport: InProcess | OverKafka | KafkaUnreachable) -> dict[str, Any]:
    match transport:
        case InProcess():
            return {
                "relay": None,
                "consumers": [
                    {**_followed(each), "parked": transport.parked[each.name]} for each in transport.followers
                ],
            }
        case KafkaUnreachable():
            return {"relay": {"unavailable": transport.why}, "consumers": []}
        case OverKafka():
            return {
                "relay": {
                    **_followed(transport.relay),
                    "cluster": transport.cluster,
                    "epoch": transport.epoch,
                },
                "consumers": [
                    {
                        "name": each.consumer,
                        "topic": each.topic,
                        "lagOffsets": each.offsets,
                        "lagSeconds": round(each.seconds, 3),
                        "assignments": sum(
                            it.assignments for it in transport.positions if it.consumer == each.consumer
                        ),
                    }
                    for each in transport.lags
                ],
            }
        case _:
            assert_never(transport)


def _followed(follower: Follower) -> dict[str, Any]:
    return {
        "name": follower.name,
        "position": follower.position,
        "lagEvents": follower.lag_events,
        "lagSeconds": round(follower.lag_seconds, 3),
    }
