"""``permit serve`` as a newcomer starts it, in a home of its own: to be killed in any part and started again."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from threading import Timer
from types import TracebackType
from typing import IO, Any, Self

from infra.identity.caller import Role
from infra.postgres.server.access import url_for_database
from infra.postgres.server.embedded import EmbeddedPostgres

ROOT = Path(__file__).parents[2]


class KillableService:
    """The process of the service, and the embedded PostgreSQL that it looks after."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.log = home.parent / "service.log"
        self.address = ""
        self._postgres = EmbeddedPostgres(home)
        self._process: subprocess.Popen[str] | None = None

    @property
    def journal_url(self) -> str:
        return url_for_database(self._postgres.url, "permit")

    def start(self) -> None:
        """Start the service and wait until it listens; its address is another one each time."""
        with self.log.open("a") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "api.cli", "serve", "--port", "0"],
                env=self._environment(),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                start_new_session=True,
            )
        overdue = Timer(60, process.kill)
        overdue.start()
        line = _output(process).readline()
        overdue.cancel()
        self._process = process
        assert line.startswith("listening on "), f"the service did not start: {self.log.read_text()[-2000:]}"
        self.address = line.removeprefix("listening on ").strip()

    def kill(self) -> None:
        """kill -9 of the service alone: whoever belongs to it has to notice."""
        process = self._running()
        process.kill()
        process.wait()
        _output(process).close()

    def kill_database(self) -> None:
        """kill -9 of the first process of the embedded PostgreSQL."""
        os.kill(self._postgres.postmaster_pid(), signal.SIGKILL)

    def end(self) -> int:
        """Ask the service to end, as an operator would, and give its exit code."""
        process = self._running()
        process.send_signal(signal.SIGTERM)
        code = process.wait(30)
        _output(process).close()
        self._process = None
        return code

    def permit(self, *arguments: str) -> tuple[int, Any]:
        """Run another command of the program on the same home; its exit code and the JSON it wrote."""
        done = subprocess.run(
            [sys.executable, "-m", "api.cli", *arguments, "--json"],
            env=self._environment(),
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.stdout, done.stderr
        return done.returncode, json.loads(done.stdout)

    def token(self, role: Role, *claims: str) -> str:
        """A token for a role, as ``permit token`` gives it; the issuer's key outlives every kill."""
        code, issued = self.permit("token", "--role", role, *claims)
        assert code == 0
        token: str = issued["token"]
        return token

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process is not None:
            self.kill()
        # Brought up once more so that it can be stopped in order, whatever became of it.
        with self._postgres:
            self._process = None

    def _environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("PERMIT_")}
        # With little patience: a question that its simulator never answers becomes a task within seconds.
        policy = self.home.parent / "bank.toml"
        policy.write_text(
            "timeout_seconds = 1.0\nbreaker_open_seconds = 1.0\nlongest_pause_seconds = 0.5\n"
            "give_up_after_seconds = 2.0\ncalls_per_second = 500\nburst = 500\n"
        )
        return kept | {
            "PERMIT_HOME": str(self.home),
            "PERMIT_CROSSROADS_POLICY_FILE": str(policy),
            "PYTHONPATH": str(ROOT),
        }

    def _running(self) -> subprocess.Popen[str]:
        assert self._process is not None, "the service was not started"
        return self._process


def _output(process: subprocess.Popen[str]) -> IO[str]:
    assert process.stdout is not None
    return process.stdout
