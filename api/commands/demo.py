"""``permit demo``: the main job played through, everything embedded, over the real interfaces."""

from __future__ import annotations

import json
import time
from typing import Annotated, Final

import typer

from api.commands.progress import progress_bar
from api.demonstration.figures import Figures, figures_of
from api.demonstration.play import Played, play
from api.demonstration.season import TODAY
from api.demonstration.stage import Stage, set_stage
from api.demonstration.tour import guide
from infra.settings import load_settings

_SEED: Final = 2026


def demo(
    cases: Annotated[int, typer.Option(min=10, max=200_000, help="how many applications are filed")] = 2_000,
    port: Annotated[int, typer.Option(min=0, max=65_535, help="TCP port of the pages; 0: any free one")] = 0,
    once: Annotated[bool, typer.Option("--once", help="end when the figures are in, instead of serving")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="the figures as the last line of standard output")] = False,
) -> None:
    """File, check, ask, decide and count applications, in a journal that is a demonstration's from its first event.

    A demonstration that was cut off goes on where it stopped; one of another size begins anew. A journal with
    real applications in it is never touched. While it serves it shows a token for each role to look around with.
    """
    began = time.monotonic()
    settings = load_settings()
    with set_stage(settings, cases=cases, seed=_SEED, port=port) as stage:
        played = _played(stage)
        figures = _figures(stage, played, began)
        typer.echo(figures.as_table())
        if not once:
            typer.echo(guide(stage.address, played.cases, stage.callers))
        if as_json:
            typer.echo(json.dumps(figures.as_json()))
        if not once:
            typer.echo("Ctrl-C ends it", err=True)
            stage.wait_until_interrupted()


def _played(stage: Stage) -> Played:
    done = 0
    with progress_bar("applications filed") as report:

        def on_filed(count: int) -> None:
            nonlocal done
            done += count
            report(done, len(stage.planned))

        return play(stage.planned, stage.counter, stage.clock, on_filed=on_filed, deadlines=stage)


def _figures(stage: Stage, played: Played, began: float) -> Figures:
    stage.wait_until_all_is_counted()
    return figures_of(stage.program, played, on=TODAY, seconds=time.monotonic() - began)
