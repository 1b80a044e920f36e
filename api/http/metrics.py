"""``/metrics`` for Prometheus, as :mod:`api.http.metric_definitions` lists them. Nothing personal.

A monitor has to hear of trouble while it lasts. So what this process knows by itself is always told: what its watch
over the databases found last, and how often each limit was met. The figures of the database are told beside it where
the database gives them as soon as a look at it has to be answered; else they are left out, and it is said that they
are.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from api.composition import Program
from api.http.metric_definitions import OF_THE_DATABASE, OF_THE_PROCESS, Kind, MetricDefinition, Status
from api.http.status_content import status_content
from api.services.operations import installation_figures
from infra.postgres.server.connections import DatabaseUnavailable

_THREADS: Final = 2
"""That read figures: of their own, because those of the requests may all be waiting for the database."""


def metrics_routes(program: Program) -> APIRouter:
    """The route, outside the interface for cases. It needs no token: a scraper has none."""
    program.database_watch.start()
    routes, threads = APIRouter(), CapacityLimiter(_THREADS)

    @routes.get("/metrics", name="getMetrics")
    async def get_metrics() -> Response:
        figures = await to_thread.run_sync(_figures_of, program, limiter=threads)
        rendered = rendered_metrics(_process_content(program, figures_read=figures is not None), figures)
        return Response(rendered, headers={"Cache-Control": "no-store"}, media_type=CONTENT_TYPE_LATEST)

    return routes


def rendered_metrics(process: Status, figures: Status | None) -> bytes:
    """The text of an answer, without the figures of the database where there are none."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Told(process, figures))
    return generate_latest(registry)


class _Told(Collector):
    def __init__(self, process: Status, figures: Status | None) -> None:
        self._process = process
        self._figures = figures

    def collect(self) -> Iterator[Metric]:
        yield from _metrics_of(OF_THE_PROCESS, self._process)
        if self._figures is not None:
            yield from _metrics_of(OF_THE_DATABASE, self._figures)


def _metrics_of(definitions: Iterable[MetricDefinition], status: Status) -> Iterator[Metric]:
    """Each with its samples; one without labels that has no number is left out."""
    for each in definitions:
        samples = list(each.samples(status))
        if not samples and not each.labels:
            continue
        family = _FAMILIES[each.kind](each.name, each.meaning, labels=each.labels)
        for labels, number in samples:
            family.add_metric(labels, number)
        yield family


_FAMILIES = {Kind.GAUGE: GaugeMetricFamily, Kind.COUNTER: CounterMetricFamily}


def _figures_of(program: Program) -> Status | None:
    """The figures of the database; None where it does not give them. What the watch knows costs nobody a wait."""
    if not program.database_watch.health().journal:
        return None
    try:
        return status_content(installation_figures(program, program.look_readers))
    except DatabaseUnavailable:
        # That is told by a metric, and logged by the watch.
        return None


def _process_content(program: Program, *, figures_read: bool) -> Status:
    health = program.database_watch.health()
    return {
        "databases": {"journal": health.journal, "keys": health.keys},
        "appendsSucceed": health.appends,
        "figuresRead": figures_read,
        "limitsReached": program.limit_counts.totals(),
    }
