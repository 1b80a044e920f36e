"""A whole demonstration: the stage is set, everything is played unless it was before, and counted."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from socket import socket
from typing import Final

from api.demonstration.figures import figures_of
from api.demonstration.folder import DemonstrationFolder
from api.demonstration.legacy_load import load_legacy_records
from api.demonstration.play import play
from api.demonstration.played_before import Outcome, ShownCase
from api.demonstration.processes import Stage, set_stage
from api.demonstration.progress import Course
from api.demonstration.progress import Stage as Progress
from api.demonstration.season import TODAY
from api.demonstration.showcases import Showcase
from api.demonstration.tour import guide, visits
from infra.identity.chooser_secret import ChooserSecret
from infra.identity.sign_in_links import SignInLinks
from infra.settings import Settings

_SEED: Final = 2026


@dataclass(frozen=True, slots=True, kw_only=True)
class Demonstration:
    """One that was played to its end and is being served."""

    stage: Stage
    outcome: Outcome
    links: SignInLinks
    folder: DemonstrationFolder

    def guide(self) -> str:
        """Where to look around, with fresh sign-in links."""
        found = visits(self.stage.planned, self.outcome.shown)
        secret = ChooserSecret.open(self.stage.program.settings.home)
        return guide(self.stage.address, found, self.stage.callers, self.links, secret)


@contextmanager
def demonstration(
    settings: Settings, folder: DemonstrationFolder, course: Course, *, cases: int, listening: socket
) -> Iterator[Demonstration]:
    """Play it, or find it played, and serve it on ``listening`` until the block ends.

    ``course`` is notified of the progress.

    Raises ``DemonstrationFailed`` where the service does what the plan does not expect, ``NotADemonstration`` where
    real applications are in the way, and what the start of its servers and processes raises.
    """
    links = SignInLinks(settings.home)
    # Those of a run that was killed.
    links.withdraw_all()
    with set_stage(settings, cases=cases, seed=_SEED, listening=listening, course=course, folder=folder) as stage:
        outcome = stage.outcome
        if outcome is None:
            outcome = _played(stage, course, folder)
            outcome.keep_in(folder.outcome)
        try:
            yield Demonstration(stage=stage, outcome=outcome, links=links, folder=folder)
        finally:
            links.withdraw_all()


def _played(stage: Stage, course: Course, folder: DemonstrationFolder) -> Outcome:
    course.begin(Progress.PLAYING)

    def on_step(day: date, taken: int) -> None:
        course.done, course.detail = taken, f"{day.day} {day:%B %Y}"

    played = play(stage.planned, stage.participants, stage.clock, on_step=on_step, deadlines=stage)
    course.begin(Progress.RETELLING)
    load_legacy_records(stage.program, folder.extracts, _SEED)
    course.begin(Progress.COUNTING)
    stage.wait_until_all_is_counted()
    figures = figures_of(stage.program, played, on=TODAY, seconds=course.elapsed)
    return Outcome(
        marker=stage.marker,
        figures=figures.as_json(),
        table=figures.as_table(),
        shown={
            each.planned.number: ShownCase(id=each.id, reference=each.reference)
            for each in played.cases
            if each.planned.number in tuple(Showcase)
        },
    )
