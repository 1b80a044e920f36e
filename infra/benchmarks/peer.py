"""The peer's environment: the event library with its own psycopg3 module, apart from the product's."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

from infra.benchmarks.runs import BenchmarkImpossible
from infra.child_process import python_running

_HERE: Final = Path(__file__).parent
_LONGEST_RUN: Final = 300.0


class Peer:
    """Runs the scripts under ``peer_scripts`` with the peer's own interpreter; made on first use."""

    def __init__(self, home: Path) -> None:
        self._environment = home / "bench-peer"
        self._lock = _HERE / "peer-requirements.lock"

    def run(self, script: str, **arguments: Any) -> float:
        """Run a script with ``arguments`` and give the rate it prints. Raises :class:`BenchmarkImpossible`."""
        command = [str(self._python()), str(_HERE / "peer_scripts" / script), json.dumps(arguments)]
        finished = subprocess.run(command, capture_output=True, text=True, timeout=_LONGEST_RUN, check=False)  # noqa: S603
        if finished.returncode != 0:
            raise BenchmarkImpossible(f"the peer's {script} failed: {finished.stderr.strip()[-500:]}")
        rate: float = json.loads(finished.stdout.splitlines()[-1])["rate"]
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
    finished = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    if finished.returncode != 0:
        raise BenchmarkImpossible(f"the peer's environment could not be made: {finished.stderr.strip()[-500:]}")
