"""``permit projections``: the read models, how far each has come, and building one anew."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Annotated, Final

import typer

from api.commands.progress import progress_bar
from api.composition import open_program
from infra.postgres.projection_generations import (
    GenerationReport,
    OnProgress,
    RebuildUnderWay,
    check_projection,
    rebuild_projection,
)
from infra.postgres.projection_progress import list_projections
from infra.settings import load_settings

app = typer.Typer(help="The read models.", no_args_is_help=True)


@app.callback()
def _projections() -> None:
    """The read models."""


@app.command("list")
def list_all(
    as_json: Annotated[bool, typer.Option("--json", help="one JSON object on standard output")] = False,
) -> None:
    """Each read model with the position it has reached and how far it is behind."""
    with open_program(load_settings()) as program:
        standing = list_projections(program.readers, program.read_models, now=program.clock.now())
    if as_json:
        listed = [
            {
                "name": each.name,
                "schemaVersion": each.schema_version,
                "position": each.position,
                "lagEvents": each.lag_events,
                "lagSeconds": round(each.lag_seconds, 3),
            }
            for each in standing
        ]
        typer.echo(json.dumps({"projections": listed}))
    else:
        for each in standing:
            typer.echo(
                f"{each.name:12} schema {each.schema_version}  position {each.position}"
                f"  behind {each.lag_events} events, {each.lag_seconds:.1f} s"
            )


Name = Annotated[str, typer.Argument(help="of a read model, as `permit projections list` gives it")]
Json = Annotated[bool, typer.Option("--json", help="one JSON object on standard output")]
_FINDING: Final = 1


@app.command()
def rebuild(name: Name, as_json: Json = False) -> None:
    """Build a read model anew from the journal while the old one serves, compare the two, and swap them."""
    _tell(_built(name, rebuild_projection), as_json)


@app.command()
def check(name: Name, as_json: Json = False) -> None:
    """Build a read model anew and compare it with the one that serves; exit code 1 where they differ."""
    report = _built(name, check_projection)
    _tell(report, as_json)
    if not report.same:
        raise typer.Exit(_FINDING)


def _built(name: str, build: Callable[..., GenerationReport]) -> GenerationReport:
    with open_program(load_settings()) as program:
        models = {each.name: each for each in program.read_models}
        if name not in models:
            raise typer.BadParameter(f"there is no read model {name}; there are {', '.join(models)}")
        try:
            with progress_bar(f"building {name} anew") as on_progress:
                advanced: OnProgress = on_progress
                return build(program.journal_url, program.recorder, models[name], on_progress=advanced)
        except RebuildUnderWay as why:
            typer.echo(f"permit: {why}", err=True)
            raise typer.Exit(_FINDING) from None


def _tell(report: GenerationReport, as_json: bool) -> None:
    if as_json:
        told = {
            "name": report.name,
            "position": report.position,
            "seconds": round(report.seconds, 3),
            "same": report.same,
            "swapped": report.swapped,
            "tables": [
                {
                    "table": each.table,
                    "liveRows": each.live_rows,
                    "rebuiltRows": each.rebuilt_rows,
                    "same": each.same,
                    "differing": list(each.differing),
                }
                for each in report.tables
            ],
        }
        typer.echo(json.dumps(told))
        return
    for each in report.tables:
        verdict = "same" if each.same else f"DIFFERENT, such as {', '.join(each.differing)}"
        typer.echo(f"{each.table:24} {each.live_rows} rows as they served, {each.rebuilt_rows} built anew: {verdict}")
    served = "the new one serves now" if report.swapped else "the old one serves on"
    typer.echo(f"{report.name} up to position {report.position} in {report.seconds:.1f} s; {served}")
