"""The environments of the peers, apart from the product's: the event library with its own psycopg3 module, and UmaDB.

Each is installed from a lock file of its own, so that a peer that cannot be installed here (UmaDB ships no source, and
its wheels want a recent C library) takes no other with it.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess  # nosec B404 # runs the peer's interpreter
import sys
from pathlib import Path
from typing import Any, Final

from infra.benchmarks.runs import BenchmarkImpossible
from infra.child_process import python_running

_HERE: Final = Path(__file__).parent
_LONGEST_RUN: Final = 300.0


class Peer:
    """Runs the scripts under ``peer_scripts`` with the peer's own interpreter; made under ``home`` on first use."""

    def __init__(self, home: Path, name: str = "peer", *, longest_run: float = _LONGEST_RUN) -> None:
        self.home = home
        self._longest_run = longest_run
        self._environment = home / f"bench-{name}"
        self._lock = _HERE / f"{name}-requirements.lock"

    def beside(self, name: str) -> Peer:
        """Another peer, whose environment lies beside this one's."""
        return Peer(self.home, name)

    def program(self, name: str) -> Path:
        """A program that the peer's packages bring along. Raises :class:`BenchmarkImpossible`."""
        return self._python().with_name(name)

    def run(self, script: str, **arguments: Any) -> float:
        """Run a script with ``arguments`` and give the rate it prints. Raises :class:`BenchmarkImpossible`."""
        command = [str(self._python()), str(_HERE / "peer_scripts" / script), json.dumps(arguments)]
        # A session of its own: a script that is given up goes with the processes that it has started.
        with subprocess.Popen(  # noqa: S603  # nosec B603 # the interpreter of the peer's environment
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
        ) as running:
            try:
                output, errors = running.communicate(timeout=self._longest_run)
            except subprocess.TimeoutExpired:
                raise BenchmarkImpossible(f"the peer's {script} took more than {self._longest_run:g} s") from None
            finally:
                if running.poll() is None:
                    os.killpg(running.pid, signal.SIGKILL)
        if running.returncode != 0:
            raise BenchmarkImpossible(f"the peer's {script} failed: {errors.strip()[-500:]}")
        rate: float = json.loads(output.splitlines()[-1])["rate"]
        return rate

    def _python(self) -> Path:
        python = self._environment / "bin" / "python"
        done = self._environment / ".complete"
        wanted = self._lock.read_text(encoding="utf-8")
        if not done.exists() or done.read_text(encoding="utf-8") != wanted:
            sys.stderr.write("Making the peer's environment (once)\n")
            _must(python_running("venv", "--clear", str(self._environment)))
            install = [
                str(python),
                "-P",
                "-m",
                "pip",
                "install",
                "--quiet",
                "--only-binary",
                ":all:",
                "--require-hashes",
            ]
            _must([*install, "-r", str(self._lock)])
            done.write_text(wanted, encoding="utf-8")
        return python


def _must(command: list[str]) -> None:
    finished = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603  # nosec B603 # the interpreter of the peer's environment
    if finished.returncode != 0:
        raise BenchmarkImpossible(f"the peer's environment could not be made: {finished.stderr.strip()[-500:]}")
