"""``permit projections``: the read models and how far each has come."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from api.composition import open_program
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
