"""``/metrics``: the numbers of ``permit status`` for Prometheus, as :mod:`api.http.metric_definitions` lists them.

Beside them the limits that were met in the process that answers.

Nothing personal.
"""

from __future__ import annotations

from collections.abc import Iterator

from fastapi import APIRouter, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from api.composition import Program
from api.http.metric_definitions import METRICS, Kind, Status
from api.http.status_content import status_content
from api.services.operations import installation_status


class StatusCollector(Collector):
    """Reads the program's status each time the metrics are collected."""

    def __init__(self, program: Program) -> None:
        self._program = program

    def describe(self) -> list[Metric]:
        """Nothing beforehand: registering reads no database."""
        return []

    def collect(self) -> Iterator[Metric]:
        reached = self._program.limit_counts.totals()
        return metrics_of(
            {**status_content(installation_status(self._program, probes=False)), "limitsReached": reached}
        )


def metrics_of(status: Status) -> Iterator[Metric]:
    """Every metric with its samples; one without labels that has no number is left out."""
    for each in METRICS:
        samples = list(each.samples(status))
        if not samples and not each.labels:
            continue
        family = _FAMILIES[each.kind](each.name, each.meaning, labels=each.labels)
        for labels, number in samples:
            family.add_metric(labels, number)
        yield family


_FAMILIES = {Kind.GAUGE: GaugeMetricFamily, Kind.COUNTER: CounterMetricFamily}


def metrics_routes(program: Program) -> APIRouter:
    """The route, outside the interface for cases. It needs no token: a scraper has none."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(StatusCollector(program))
    routes = APIRouter()

    @routes.get("/metrics", name="getMetrics")
    def get_metrics() -> Response:
        rendered = generate_latest(registry)
        return Response(rendered, headers={"Cache-Control": "no-store"}, media_type=CONTENT_TYPE_LATEST)

    return routes
