"""How far a demonstration has come: what is being done, how much of it is done, and how long it will still take.

On a terminal a line that moves, elsewhere a plain line every few seconds; both on standard error, from the first
second on. Nothing of the demonstration is imported here, so that it shows while the rest is still being loaded.
"""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import Enum
from typing import Final

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

_EVERY_SECONDS: Final = 3.0
_LOOK_AGAIN: Final = 0.25
_SECONDS_A_STEP: Final = 0.008
"""About how long one takes on two cores; the pace here is measured as soon as it can be."""


class Stage(Enum):
    """What is being done, in this order, and about how many seconds it takes on two cores."""

    LOADING = ("loading the program", 1.5)
    SERVER = ("starting PostgreSQL", 3.0)
    DATABASES = ("setting up the databases", 1.5)
    PROCESSES = ("starting the Crossroads simulator, the workers and the service", 4.0)
    RESUMING = ("finishing what was under way when the last run stopped", 0.0)
    PLAYING = ("filing, checking, deciding", 0.0)
    RETELLING = ("retelling the legacy records of three authorities", 2.0)
    COUNTING = ("counting, and verifying the journal", 1.5)

    def __init__(self, words: str, seconds: float) -> None:
        self.words = words
        self.seconds = seconds


@dataclass(slots=True)
class Course:
    """The stage that a demonstration has come to, and how far: ``done`` of the ``steps`` that people take in all."""

    now: Callable[[], float] = time.monotonic
    stage: Stage = Stage.LOADING
    steps: int = 0
    done: int = 0
    detail: str = ""
    began: float = field(init=False)
    stage_began: float = field(init=False)

    def __post_init__(self) -> None:
        self.began = self.stage_began = self.now()

    def begin(self, stage: Stage) -> None:
        self.stage, self.stage_began, self.detail = stage, self.now(), ""

    @property
    def elapsed(self) -> float:
        return self.now() - self.began

    @property
    def remaining(self) -> float:
        """The probable remaining time in seconds: by the pace of the steps, once that is known."""
        stages = list(Stage)
        later = stages[stages.index(self.stage) + 1 :]
        in_stage = self.now() - self.stage_began
        left = max(self._expected(self.stage) - in_stage, 0.5)
        if self.stage is Stage.PLAYING and self.done >= max(20, self.steps // 20):
            left = in_stage * (self.steps - self.done) / self.done
        return left + sum(self._expected(each) for each in later)

    @property
    def share(self) -> float:
        """How much of all is done, from 0 to 1."""
        return self.elapsed / (self.elapsed + self.remaining)

    @property
    def sentence(self) -> str:
        """What is being done and how far it has come."""
        count = f", {self.done:,} of {self.steps:,} steps" if self.stage is Stage.PLAYING and self.steps else ""
        return f"{self.stage.words}{f' ({self.detail})' if self.detail else ''}{count}"

    @property
    def left(self) -> str:
        return f"about {max(1, round(self.remaining))} s left"

    def _expected(self, stage: Stage) -> float:
        return self.steps * _SECONDS_A_STEP if stage is Stage.PLAYING else stage.seconds


@contextmanager
def shown_progress(steps_expected: int) -> Iterator[Course]:
    """Shows the progress of the course that it yields, until the block ends; the one who does the work updates it."""
    course = Course(steps=steps_expected)
    console = Console(stderr=True)
    ended = threading.Event()
    watch = _on_a_terminal if console.is_terminal else _in_plain_lines
    thread = threading.Thread(target=watch, args=(course, console, ended), name="progress", daemon=True)
    thread.start()
    try:
        yield course
    finally:
        ended.set()
        thread.join()


def _on_a_terminal(course: Course, console: Console, ended: threading.Event) -> None:
    """Two lines that are drawn again and again: what is being done, and a bar."""

    def drawn() -> RenderableType:
        bar = ProgressBar(total=1.0, completed=course.share, width=min(40, console.width // 2))
        line = Table.grid(padding=(0, 1))
        line.add_row(bar, f"{course.share:4.0%}", f"{course.elapsed:.0f} s, {course.left}")
        return Group(Text(course.sentence, no_wrap=True, overflow="ellipsis"), line)

    with Live(console=console, transient=True, get_renderable=drawn, refresh_per_second=4):
        ended.wait()


def _in_plain_lines(course: Course, _console: Console, ended: threading.Event) -> None:
    """A line when another stage begins, and one every few seconds."""
    last: Stage | None = None
    due = 0.0
    while True:
        if course.stage is not last or course.elapsed >= due:
            last, due = course.stage, course.elapsed + _EVERY_SECONDS
            sys.stderr.write(f"{course.elapsed:4.0f} s  {course.sentence}, {course.left}\n")
            sys.stderr.flush()
        if ended.wait(_LOOK_AGAIN):
            return
