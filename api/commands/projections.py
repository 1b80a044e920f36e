"""``permit projections``: the read models, how far each has come, and building one anew."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

import typer

from api.commands.lazy_group import one_of
from api.commands.output import FINDING, Json, ending_with, finding_if, say
from api.commands.progress import progress_bar
from api.commands.readable import table
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

Name = Annotated[str, typer.Argument(help="of a read model, as `permit projections list` gives it")]


def list_models(as_json: Json = False) -> None:
    """Each read model with the position it has reached and how far it is behind."""
    with open_program(load_settings()) as program:
        standing = list_projections(program.readers, program.read_models, now=program.clock.now())
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
    say({"projections": listed}, as_json, lambda: table(listed))


def rebuild(name: Name, as_json: Json = False) -> None:
    """Rebuild a read model from the journal while the old one serves, compare the two, and swap them."""
    _say_report(_built(name, rebuild_projection), as_json)


def check(name: Name, as_json: Json = False) -> None:
    """Build a read model beside the one that serves and compare the two; exit code 1 where they differ."""
    report = _built(name, check_projection)
    _say_report(report, as_json)
    finding_if(not report.same)


def _built(name: str, build: Callable[..., GenerationReport]) -> GenerationReport:
    with open_program(load_settings()) as program:
        models = {each.name: each for each in program.read_models}
        one_of(tuple(models), "read model")(name)
        with ending_with(FINDING, RebuildUnderWay), progress_bar(f"rebuilding {name}") as on_progress:
            advanced: OnProgress = on_progress
            return build(program.journal_url, program.recorder, models[name], on_progress=advanced)


def _say_report(report: GenerationReport, as_json: bool) -> None:
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
    say(told, as_json)
