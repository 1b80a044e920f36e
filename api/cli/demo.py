"""``permit demo``: the main procedure played from end to end, everything embedded, over the real interfaces."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from types import FrameType
from typing import TYPE_CHECKING, Annotated, Final, NoReturn

import typer

from api.cli.output import ExitCode, ending_with, say

if TYPE_CHECKING:
    from api.demonstration.show import Demonstration

_STEPS_A_CASE: Final = 7
"""About how many; how many there are is known when they are planned."""


def demo(
    cases: Annotated[int, typer.Option(min=10, max=200_000, help="how many applications are filed")] = 500,
    port: Annotated[int, typer.Option(min=0, max=65_535, help="TCP port of the pages; 0: any free one")] = 0,
    once: Annotated[bool, typer.Option("--once", help="end when the figures are in, instead of serving")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="all figures as JSON, alone on standard output")] = False,
) -> None:
    """File, check, decide and count applications, in a journal that only a demonstration uses.

    One that was interrupted continues where it stopped; a finished one is served as it is; one of another
    size starts again from empty. A journal with real applications is never touched. While it serves, it gives a
    link for each role that signs in with one click.
    """
    try:
        with _ended_by_signals(), ExitStack() as opened:
            shown = _played(opened, cases, port)
            # From here on everything is done, and Ctrl-C is how it ends.
            with suppress(KeyboardInterrupt):
                _tell(shown, as_json=as_json)
                if not once:
                    typer.echo(shown.guide(), err=as_json)
                    typer.echo(_what_to_try_next(shown), err=as_json)
                    threading.Event().wait()
    except KeyboardInterrupt:
        typer.echo("Stopped. The same command continues where this one stopped.", err=True)
        raise typer.Exit(ExitCode.INTERRUPTED) from None


def _played(opened: ExitStack, cases: int, port: int) -> Demonstration:
    """The demonstration, served until ``opened`` is closed, with its progress on standard error until it is played."""
    # Imports are late: the program takes a while to load, and the progress is shown meanwhile.
    from api.demonstration.folder import DemonstrationFolder, DemonstrationUnderWay
    from api.demonstration.progress import shown_progress
    from infra.settings import load_settings
    from infra.structured_logs import configure_logging

    settings = load_settings()
    folder = DemonstrationFolder.of(settings.home)
    with ending_with(ExitCode.FINDING, DemonstrationUnderWay):
        opened.enter_context(folder.held_alone())
    typer.echo(f"The log of this demonstration is in {folder.log}", err=True)
    log = opened.enter_context(folder.log.open("a", encoding="utf-8"))
    configure_logging(to=log)
    opened.callback(configure_logging)
    with shown_progress(cases * _STEPS_A_CASE) as course:
        from api.demonstration.show import demonstration
        from api.server import LOOPBACK, listening_socket

        # Before anything is played, and before one that was played makes room for another.
        listening = opened.enter_context(closing(listening_socket(LOOPBACK, port)))
        return opened.enter_context(demonstration(settings, folder, course, cases=cases, listening=listening))


def _tell(shown: Demonstration, *, as_json: bool) -> None:
    if as_json:
        say(shown.outcome.figures, as_json)
        return
    from rich.console import Console

    from api.demonstration.summary import NARROWEST, print_summary

    # A terminal that is narrower breaks the lines; a narrower table would leave figures out.
    print_summary(Console(width=max(NARROWEST, Console().width)), shown.outcome.figures)
    typer.echo(f"All figures: {shown.folder.outcome}, as counted when it was played")
    typer.echo(f"Played in {shown.outcome.figures['seconds']:.0f} s; what was done in it since is not counted here\n")


def _what_to_try_next(shown: Demonstration) -> str:
    from api.demonstration.tour import commands_to_try

    commands = "\n".join(f"  {each}" for each in commands_to_try(shown.folder.path.parent))
    return f"\nTo try next, in another shell:\n\n{commands}\n\nCtrl-C ends it."


@contextmanager
def _ended_by_signals() -> Iterator[None]:
    """The first Ctrl-C, or request to end, ends the block in order; a second does not disturb the ending.

    Nothing in it waits for long: what does not end in its time is killed.
    """
    signals = (signal.SIGINT, signal.SIGTERM)

    def end(_number: int, _frame: FrameType | None) -> NoReturn:
        os.write(2, b"\nStopping\n")
        for each in signals:
            signal.signal(each, signal.SIG_IGN)
        raise KeyboardInterrupt

    before = {each: signal.signal(each, end) for each in signals}
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)
