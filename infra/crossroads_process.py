"""The Crossroads Bank simulator as a child process that cannot outlive its parent.

The child watches the reading end of a pipe whose writing end only the parent holds. When the parent closes
it, or is killed in whatever way, the child ends itself. (A parent that forks without exec hands the writing
end on: the simulator then lives until the last of them is gone.)
"""

import contextlib
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import IO

_MODULE = "infra.crossroads_simulator"
_IMPORT_ROOT = Path(__file__).resolve().parent.parent
_ANNOUNCEMENT = "crossroads simulator listening on "
_LONGEST_START_SECONDS = 30.0
_LONGEST_END_SECONDS = 5.0


class SimulatorDidNotStart(Exception):
    """The simulator ended, or stayed silent, before it gave its address."""


@contextlib.contextmanager
def running_simulator(seed: int, **options: float) -> Iterator[str]:
    """Run a simulator on a free loopback port and give its address, such as "http://127.0.0.1:40123".

    `options` are those of its command line, with underscores: `delay_ms=5, outage_share=0.01`. The process
    ends with the block. Raises `SimulatorDidNotStart`.
    """
    arguments = [f"--{name.replace('_', '-')}={value}" for name, value in options.items()]
    # A session of its own: an interrupt at the terminal is the parent's to handle, not both at once.
    child = subprocess.Popen(  # noqa: S603 (the interpreter itself, with numbers as arguments)
        [sys.executable, "-m", _MODULE, "--until-stdin-closes", "--port=0", f"--seed={seed}", *arguments],
        cwd=_IMPORT_ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        yield _announced_address(child)
    finally:
        _end(child)


def _announced_address(child: subprocess.Popen[str]) -> str:
    overdue = threading.Timer(_LONGEST_START_SECONDS, child.kill)
    overdue.start()
    try:
        line = _pipe(child.stdout).readline()
    finally:
        overdue.cancel()
    if not line.startswith(_ANNOUNCEMENT):
        child.kill()
        raise SimulatorDidNotStart(f"the Crossroads simulator ended with code {child.wait()} before it was ready")
    return line.removeprefix(_ANNOUNCEMENT).strip()


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
        raise AssertionError("the simulator is always started with pipes")
    return pipe
