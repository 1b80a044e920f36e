"""A program of ours as a child process that cannot outlive its parent.

The child watches the reading end of a pipe whose writing end only the parent holds. When the parent closes it, or
is killed in whatever way, the child ends itself. (A parent that forks without exec hands the writing end on: the
child then lives until the last of them is gone.)
"""

from __future__ import annotations

import contextlib
import os
import subprocess  # nosec B404 # runs this program
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

from domain.unusable import Unusable

_IMPORT_ROOT: Final = Path(__file__).resolve().parent.parent
_LONGEST_START_SECONDS: Final = 60.0
_LONGEST_END_SECONDS: Final = 10.0
_LAST_BYTES: Final = 2_000


IMPORT_PATH: Final[Mapping[str, str]] = {"PYTHONPATH": str(_IMPORT_ROOT), "PYTHONSAFEPATH": "1"}
"""What the environment of a child says of where modules come from: from us and from the interpreter's own places.

An entry that this process was given, such as an empty one for the current folder, is not passed on.
"""


def python_running(module: str, *arguments: str) -> list[str]:
    """The words that run a module in this interpreter.

    ``-P``: without it whatever lies in the current folder, an ``http.py`` for instance, would come before Python's own.
    """
    return [sys.executable, "-P", "-m", module, *arguments]


class ChildDidNotStart(Unusable):
    """The child ended, or stayed silent, before it announced itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningChild:
    """``announced`` is what it said when it was ready; it lives while anybody holds its ``lifeline``."""

    announced: str
    lifeline: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StartingChild:
    """A child that gets ready while its parent does something else."""

    ready: Callable[[], RunningChild]
    """Waits until it has announced itself. Raises :class:`ChildDidNotStart`."""
    ask_to_end: Callable[[], None]
    """Lets it end while its parent still has others to end; the block waits for it."""


@contextlib.contextmanager
def running_child(
    module: str,
    arguments: Sequence[str],
    *,
    announcement: str,
    environment: Mapping[str, str] | None = None,
    relies_on: Sequence[RunningChild] = (),
    inherits: Sequence[int] = (),
    log: Path | None = None,
) -> Iterator[RunningChild]:
    """As :func:`starting_child`, when it is ready. Raises :class:`ChildDidNotStart`."""
    with starting_child(
        module,
        arguments,
        announcement=announcement,
        environment=environment,
        relies_on=relies_on,
        inherits=inherits,
        log=log,
    ) as child:
        yield child.ready()


@contextlib.contextmanager
def starting_child(
    module: str,
    arguments: Sequence[str],
    *,
    announcement: str,
    environment: Mapping[str, str] | None = None,
    relies_on: Sequence[RunningChild] = (),
    inherits: Sequence[int] = (),
    log: Path | None = None,
) -> Iterator[StartingChild]:
    """Run ``python -m module arguments``, which says ``announcement`` and something more on its first line of output.

    The child is expected to end when its standard input closes. It ends with the block. When this process is
    killed, those it ``relies_on`` live until it has finished what it was doing. It ``inherits`` these open file
    descriptors, under the same numbers. What it writes to standard error is added to ``log``, or goes where this
    process writes.
    """
    with contextlib.ExitStack() as opened:
        errors = None if log is None else opened.enter_context(log.open("ab"))
        # A session of its own: an interrupt at the terminal is the parent's to handle, not both at once.
        child = subprocess.Popen(  # noqa: S603  # nosec B603 # the interpreter itself, with arguments of this program
            python_running(module, *arguments),
            env={**os.environ, **(environment or {}), **IMPORT_PATH},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            start_new_session=True,
            pass_fds=[*(each.lifeline for each in relies_on), *inherits],
        )

    def ready() -> RunningChild:
        announced = _announced(child, module, announcement, log)
        return RunningChild(announced=announced, lifeline=_pipe(child.stdin).fileno())

    try:
        yield StartingChild(ready=ready, ask_to_end=_pipe(child.stdin).close)
    finally:
        _end(child)


def end_with_standard_input(stop: Callable[[], None]) -> None:
    """In the child: call ``stop`` when the parent closes our standard input or is gone."""

    def watch() -> None:
        while os.read(sys.stdin.fileno(), 4096):
            pass
        stop()

    threading.Thread(target=watch, name="parent-watch", daemon=True).start()


def _announced(child: subprocess.Popen[str], module: str, announcement: str, log: Path | None) -> str:
    overdue = threading.Timer(_LONGEST_START_SECONDS, child.kill)
    overdue.start()
    try:
        line = _pipe(child.stdout).readline()
    finally:
        overdue.cancel()
    if not line.startswith(announcement):
        child.kill()
        code = child.wait()
        why = "" if log is None else f": {_last_sentence(log) or f'{log} says why'}"
        raise ChildDidNotStart(f"{module} ended with code {code} before it was ready{why}")
    return line.removeprefix(announcement).strip()


def _last_sentence(log: Path) -> str:
    """What the last line of a log says, where it is for people and not one of the objects that programs read."""
    with log.open("rb") as written:
        written.seek(max(0, log.stat().st_size - _LAST_BYTES))
        lines = written.read().decode(errors="replace").splitlines()
    last = lines[-1].strip() if lines else ""
    return "" if last.startswith("{") else last.removeprefix("permit: ")


def _end(child: subprocess.Popen[str]) -> None:
    _pipe(child.stdin).close()
    try:
        child.wait(_LONGEST_END_SECONDS)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()
    _pipe(child.stdout).close()


def _pipe(pipe: IO[str] | None) -> IO[str]:
    if pipe is None:
        raise AssertionError("the child was started with pipes")
    return pipe
