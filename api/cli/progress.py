"""A progress bar on standard error for long work; silent without a terminal."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.text import Text


class _Rate(ProgressColumn):
    """How many are done a second: of the last half minute, at the end of all."""

    def render(self, task: Task) -> Text:
        speed = task.finished_speed or task.speed
        return Text("" if speed is None else f"{speed:,.0f}/s")


@contextmanager
def progress_bar(what: str, *, console: Console | None = None) -> Iterator[Callable[[int, int], None]]:
    """Gives ``report(done, there_are)``; shows how many are done, how fast, for how long, and what time is left.

    The bar belongs to standard error (unless another ``console`` is given), results to standard output.
    """
    shown_on = Console(stderr=True) if console is None else console
    columns = (
        TextColumn(what), BarColumn(), MofNCompleteColumn(), _Rate(), TimeElapsedColumn(),
        TimeRemainingColumn(elapsed_when_finished=False), TextColumn("left"),
    )  # fmt: skip
    with Progress(*columns, console=shown_on, disable=not shown_on.is_terminal) as progress:
        task = progress.add_task(what, total=None)
        yield lambda done, there_are: progress.update(task, completed=done, total=there_are)
