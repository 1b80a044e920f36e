"""``/metrics``: the same standing as ``permit status``, in the words of Prometheus. Nothing in it is personal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from fastapi import APIRouter, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from api.composition import Program
from api.services.operations import status_of

_WORK_STATES: Final = ("open", "due", "underWay", "late")
_BREAKER_STATES: Final = ("closed", "halfOpen", "open")


class StatusCollector(Collector):
    """Reads the standing anew each time it is asked; what is not there (a relay without Kafka) has no sample."""

    def __init__(self, program: Program) -> None:
        self._program = program

    def describe(self) -> list[Metric]:
        """Nothing beforehand: registering reads no database."""
        return []

    def collect(self) -> Iterator[Metric]:
        return metrics_of(status_of(self._program))


def metrics_of(status: Mapping[str, Any]) -> Iterator[Metric]:
    """The samples of a standing as :func:`api.services.operations.status_of` gives it."""
    relay = status["relay"]
    if relay is not None:
        reachable = "unavailable" not in relay
        yield GaugeMetricFamily("permit_kafka_reachable", "1 while the brokers answer", value=float(reachable))
        if reachable:
            yield GaugeMetricFamily("permit_relay_lag_events", "Events not sent yet", value=relay["lagEvents"])
            yield GaugeMetricFamily("permit_relay_lag_seconds", "Age of the oldest of them", value=relay["lagSeconds"])
            yield GaugeMetricFamily("permit_relay_epoch", "Which relay is the active one", value=relay["epoch"])
    behind = GaugeMetricFamily("permit_consumer_lag", "Messages not applied yet", labels=["consumer", "topic"])
    waiting = GaugeMetricFamily("permit_consumer_lag_seconds", "Age of the oldest", labels=["consumer", "topic"])
    for each in status["consumers"]:
        labels = [each["name"], each.get("topic", "journal")]
        behind.add_metric(labels, each.get("lagOffsets", each.get("lagEvents")))
        waiting.add_metric(labels, each["lagSeconds"])
    yield behind
    yield waiting
    events = GaugeMetricFamily("permit_projection_lag_events", "Events not projected yet", labels=["projection"])
    seconds = GaugeMetricFamily("permit_projection_lag_seconds", "Age of the oldest of them", labels=["projection"])
    parked = GaugeMetricFamily(
        "permit_projection_parked_streams", "Applications with an event that cannot be applied", labels=["projection"]
    )
    skipped = GaugeMetricFamily("permit_projection_skipped_events", "Events behind those", labels=["projection"])
    for each in status["projections"]:
        events.add_metric([each["name"]], each["lagEvents"])
        seconds.add_metric([each["name"]], each["lagSeconds"])
        parked.add_metric([each["name"]], each["parked"])
        skipped.add_metric([each["name"]], each["skipped"])
    yield events
    yield seconds
    yield parked
    yield skipped
    yield from _of_crossroads(status["crossroads"])
    yield _by_consumer("permit_parked_streams", "Applications that wait for a message", status["parkedStreams"])
    yield _by_consumer("permit_dead_letters", "Messages set aside and still open", status["deadLetters"])
    stopped = {each["name"]: 1 for each in status["stoppedConsumers"]}
    yield _by_consumer("permit_consumer_stopped", "1 for a consumer that waits for a person", stopped)


def _of_crossroads(crossroads: Mapping[str, Any]) -> Iterator[Metric]:
    work, breaker = crossroads["work"], crossroads["breaker"]
    rows = GaugeMetricFamily("permit_crossroads_work", "Questions to the Crossroads Bank", labels=["state"])
    for state in _WORK_STATES:
        rows.add_metric([state], work[state])
    yield rows
    yield GaugeMetricFamily(
        "permit_crossroads_work_oldest_seconds", "Age of the oldest open question", value=work["oldestSeconds"]
    )
    stands = GaugeMetricFamily("permit_crossroads_breaker", "1 for the state the breaker is in", labels=["state"])
    for state in _BREAKER_STATES:
        stands.add_metric([state], float(breaker["state"] == state))
    yield stands
    outcomes = CounterMetricFamily("permit_crossroads_outcomes", "Settled questions", labels=["check", "outcome"])
    for each in crossroads["outcomes"]:
        outcomes.add_metric([each["check"], each["outcome"]], each["number"])
    yield outcomes


def _by_consumer(name: str, meaning: str, numbers: Mapping[str, int]) -> Metric:
    family = GaugeMetricFamily(name, meaning, labels=["consumer"])
    for consumer, number in numbers.items():
        family.add_metric([consumer], number)
    return family


def metrics_routes(program: Program) -> APIRouter:
    """The route, outside the interface for cases. It needs no token: a scraper has none."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(StatusCollector(program))
    routes = APIRouter()

    @routes.get("/metrics", name="getMetrics")
    def get_metrics() -> Response:
        told = generate_latest(registry)
        return Response(told, headers={"Cache-Control": "no-store"}, media_type=CONTENT_TYPE_LATEST)

    return routes
