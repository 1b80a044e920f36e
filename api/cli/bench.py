"""``permit bench``: both sides in one run on the same server."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from enum import StrEnum
from typing import Annotated, assert_never

import typer

from api.cli.output import Json, say
from infra.benchmarks.peer import Peer
from infra.benchmarks.runs import BenchmarkReport
from infra.postgres.server.access import database_server
from infra.postgres.server.connections import connect
from infra.postgres.server.durability import require_durable
from infra.settings import load_settings


class Benchmark(StrEnum):
    APPEND = "append"
    BULK = "bulk"
    PROJECTIONS = "projections"
    REPLAY = "replay"
    LAW = "law"
    MIGRATE = "migrate"
    RELAY = "relay"
    CONSUME = "consume"
    END_TO_END = "end-to-end"
    API = "api"
    PAGES = "pages"


def _benchmark(name: Benchmark) -> Callable[[str, Peer], BenchmarkReport]:
    """Imported when used: no other command loads the modules of the benchmarks."""
    match name:
        case Benchmark.APPEND:
            from infra.benchmarks.appending import bench_append

            return bench_append
        case Benchmark.BULK:
            from infra.benchmarks.bulk_loading import bench_bulk

            return bench_bulk
        case Benchmark.PROJECTIONS:
            from infra.benchmarks.projecting import bench_projections

            return bench_projections
        case Benchmark.REPLAY:
            from infra.benchmarks.replaying import bench_replay

            return bench_replay
        case Benchmark.LAW:
            from infra.benchmarks.assessing import bench_law

            return bench_law
        case Benchmark.MIGRATE:
            from infra.benchmarks.migrating import bench_migrate

            return bench_migrate
        case Benchmark.RELAY:
            from infra.benchmarks.relaying import bench_relay

            return bench_relay
        case Benchmark.CONSUME:
            from infra.benchmarks.consuming import bench_consume

            return bench_consume
        case Benchmark.END_TO_END:
            from api.benchmarks.end_to_end import bench_end_to_end

            return bench_end_to_end
        case Benchmark.API:
            from api.benchmarks.over_http import bench_api

            return bench_api
        case Benchmark.PAGES:
            from api.benchmarks.pages import bench_pages

            return bench_pages
        case _:
            assert_never(name)


def bench(
    benchmark: Annotated[Benchmark, typer.Argument(help="what to measure")],
    as_json: Json = False,
) -> None:
    """Measure our speed beside a peer's, turn about, on one server; medians of five runs (docs/speed.md)."""
    settings = load_settings()
    settings.home.mkdir(parents=True, exist_ok=True)
    with database_server(settings) as admin_url:
        with closing(connect(admin_url, None)) as connection:
            durability = require_durable(connection)
        typer.echo(f"durability: {durability}", err=True)
        report = _benchmark(benchmark)(admin_url, Peer(settings.home))
    say(report.as_json(), as_json, lambda: _table(report))


def _table(report: BenchmarkReport) -> str:
    lines = [f"{name}: {value}" for name, value in report.machine.items()]
    lines.append(f"{report.benchmark:24} {'ours':>12} {'peer':>12} {'ratio':>8}")
    lines += [f"{row.case:24} {row.ours:12,.0f} {row.peer:12,.0f} {row.ratio:7.2f}x  {row.unit}" for row in report.rows]
    return "\n".join(lines)
