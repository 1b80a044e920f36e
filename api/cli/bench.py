"""``permit bench``: both sides in one run on the same server."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from enum import StrEnum
from functools import partial
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
    SIZE = "size"
    GROWTH = "growth"


def _benchmark(name: Benchmark, sizes: tuple[int, ...] | None) -> Callable[[str, Peer], BenchmarkReport]:
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
        case Benchmark.SIZE:
            from infra.benchmarks.sizing import bench_size

            return bench_size
        case Benchmark.GROWTH:
            from api.benchmarks.growth import bench_growth

            return bench_growth if sizes is None else partial(bench_growth, sizes=sizes)
        case _:
            assert_never(name)


def bench(
    benchmark: Annotated[Benchmark, typer.Argument(help="what to measure")],
    sizes: Annotated[
        str | None,
        typer.Option(help="for growth: numbers of cases, such as 10000,100000,1000000; by default the first two"),
    ] = None,
    as_json: Json = False,
) -> None:
    """Measure our speed beside a peer's, turn about, on one server; medians of five runs (docs/speed.md)."""
    wanted = _sizes(benchmark, sizes)
    settings = load_settings()
    settings.home.mkdir(parents=True, exist_ok=True)
    with database_server(settings) as admin_url:
        with closing(connect(admin_url, None)) as connection:
            durability = require_durable(connection)
        typer.echo(f"durability: {durability}", err=True)
        report = _benchmark(benchmark, wanted)(admin_url, Peer(settings.home))
    say(report.as_json(), as_json, lambda: _table(report))


def _sizes(benchmark: Benchmark, given: str | None) -> tuple[int, ...] | None:
    if given is None:
        return None
    if benchmark is not Benchmark.GROWTH:
        raise typer.BadParameter("only growth is measured at several sizes", param_hint="--sizes")
    numbers = given.split(",")
    if not all(each.isascii() and each.isdigit() and int(each) > 0 for each in numbers):
        raise typer.BadParameter("give numbers of cases with commas between them", param_hint="--sizes")
    return tuple(map(int, numbers))


def _table(report: BenchmarkReport) -> str:
    lines = [f"{name}: {value}" for name, value in report.machine.items()]
    lines.append(f"{report.benchmark:36} {'ours':>12} {'peer':>12} {'ratio':>8}")
    lines += [f"{row.case:36} {row.ours:12,.0f} {row.peer:12,.0f} {row.ratio:7.2f}x  {row.unit}" for row in report.rows]
    return "\n".join(lines)
