"""``permit projections``: the read models, how far each has come, and rebuilding one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

import typer

from api.cli.lazy_group import one_of
from api.cli.output import ExitCode, Json, end, ending_with, finding_if, say, say_rows
from api.cli.progress import progress_bar
from api.cli.workers import Workers
from api.composition import open_program
from infra.postgres.read_models.generations import (
    GenerationReport,
    OnProgress,
    RebuildUnderWay,
    check_projection,
    rebuild_projection,
)
from infra.postgres.read_models.parked_streams import parked_by
from infra.postgres.read_models.progress import list_projections
from infra.settings import load_settings

Name = Annotated[str, typer.Argument(help="of a read model, as `permit projections list` gives it")]


def list_models(as_json: Json = False) -> None:
    """Each read model with the position it has reached, how far it is behind and what it has parked."""
    with open_program(load_settings()) as program:
        progress = list_projections(program.readers, program.read_models, now=program.clock.now())
    listed = [
        {
            "name": each.name,
            "schemaVersion": each.schema_version,
            "position": each.position,
            "lagEvents": each.lag_events,
            "lagSeconds": round(each.lag_seconds, 3),
            "parked": each.parked,
        }
        for each in progress
    ]
    say_rows("projections", listed, as_json)


def rebuild(name: Name, workers: Workers = None, as_json: Json = False) -> None:
    """Rebuild a read model from the journal while the old one serves, compare the two, and swap them.

    Exit code 1 where it serves without some applications, which it names.
    """
    report = _built(name, rebuild_projection, workers)
    _say_report(report, as_json)
    _say_parked(len(report.parked), f"{name} serves, up to position {report.position}")


def check(name: Name, workers: Workers = None, as_json: Json = False) -> None:
    """Build a second copy of a read model and compare the two; exit code 1 where they differ."""
    report = _built(name, check_projection, workers)
    _say_report(report, as_json)
    finding_if(not report.same)


def retry(name: Name, as_json: Json = False) -> None:
    """Retry the applications that a read model has parked; exit code 1 where some stay parked."""
    with open_program(load_settings()) as program:
        one_of(tuple(each.name for each in program.read_models), "read model")(name)
        taken_up = program.projection_runners()[name].take_up_parked()
        with program.readers.connection() as connection, connection.cursor() as cursor:
            parked = parked_by(cursor, name)
    say({"name": name, "takenUp": taken_up, "parked": [each.as_json() for each in parked]}, as_json)
    _say_parked(len(parked), f"{name} has taken up {taken_up}")


def _built(name: str, build: Callable[..., GenerationReport], workers: int | None) -> GenerationReport:
    with open_program(load_settings()) as program:
        models = {each.name: each for each in program.read_models}
        one_of(tuple(models), "read model")(name)
        with ending_with(ExitCode.FINDING, RebuildUnderWay), progress_bar(f"rebuilding {name}") as on_progress:
            advanced: OnProgress = on_progress
            return build(program.journal_url, program.recorder, models[name], on_progress=advanced, workers=workers)


def _say_parked(number: int, done: str) -> None:
    if number:
        end(
            f"{done}; applications that stay parked, because an event of theirs cannot be applied: {number}. Lists and "
            "figures lag behind for them until a version of the program is installed that can apply it.",
            ExitCode.FINDING,
        )


def _say_report(report: GenerationReport, as_json: bool) -> None:
    result = {
        "name": report.name,
        "swapped": report.swapped,
        "position": report.position,
        "comparedAt": report.compared_at,
        "same": report.same,
        "events": report.events,
        "streams": report.streams,
        "rows": report.rows,
        "seconds": round(report.seconds, 3),
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
        "parked": [
            {
                "case": str(each.stream),
                "position": each.position,
                "version": each.version,
                "event": each.event,
                "reason": each.reason,
                "skipped": each.skipped,
            }
            for each in report.parked
        ],
    }
    say(result, as_json)
