"""``permit demo`` as a newcomer runs it, in a home of its own."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg2

from infra.postgres.server.access import url_for_database
from infra.postgres.server.embedded import EmbeddedPostgres
from tests.world.servers import reachable_directory
from tests.world.waiting import wait_until

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How a command ended and what it wrote."""

    code: int
    output: str
    errors: str

    @property
    def last_line(self) -> dict[str, Any]:
        """The JSON object on the last line of standard output."""
        last: dict[str, Any] = json.loads(self.output.splitlines()[-1])
        return last


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """Whom one can look around as: the link that signs in, what is to be seen, and the page to open then."""

    link: str
    what: str
    page: str


@dataclass(slots=True, kw_only=True)
class Shown:
    """A demonstration that is being served, and what it has told its user."""

    output: str
    process: subprocess.Popen[str]
    errors: str = ""

    @property
    def address(self) -> str:
        (address,) = re.findall(r"^The pages: (\S+)/$", self.output, re.MULTILINE)
        return str(address)

    @property
    def looks(self) -> dict[str, Look]:
        """By who it is."""
        found = re.findall(r"^  (\w[\w ]*?) +(http\S+)\n +(\S.*)\n +(http\S+)$", self.output, re.MULTILINE)
        return {who: Look(link=link, what=what, page=page) for who, link, what, page in found}

    @property
    def commands(self) -> list[str]:
        """Those to try next, as they are to be copied."""
        (told,) = re.findall(r"^To try next, in another shell:\n\n((?:  .+\n)+)", self.output, re.MULTILINE)
        return [line.strip() for line in str(told).splitlines()]

    def interrupt(self) -> int:
        """Press Ctrl-C, and give the exit code."""
        self.process.send_signal(signal.SIGINT)
        rest, self.errors = self.process.communicate(timeout=30)
        self.output += rest
        return self.process.returncode


class Home:
    """A PERMIT_HOME, and the commands run in it; ``settings`` are further variables of the environment."""

    def __init__(self, path: Path, settings: Mapping[str, str]) -> None:
        self.path = path
        self._settings = settings
        self._postgres = EmbeddedPostgres(path)

    def permit(self, *arguments: str) -> Ended:
        with self.started(*arguments) as process:
            output, errors = process.communicate(timeout=120)
        return Ended(code=process.returncode, output=output, errors=errors)

    def demo(self, *, cases: int) -> Ended:
        return self.permit("demo", f"--cases={cases}", "--once", "--json")

    @contextmanager
    def serving(self, *, cases: int) -> Iterator[Shown]:
        """A demonstration that was played and is served; at the end of the block Ctrl-C is pressed."""
        with self.started("demo", f"--cases={cases}") as process:
            assert process.stdout is not None
            lines = []
            for line in process.stdout:
                lines.append(line)
                if line.startswith("Ctrl-C"):
                    break
            else:
                assert process.stderr is not None
                raise AssertionError(f"it ended before it served: {process.stderr.read()}")
            shown = Shown(output="".join(lines), process=process)
            yield shown
            if process.poll() is None:
                shown.interrupt()

    @property
    def outcome(self) -> dict[str, Any]:
        """What the demonstration of this home came to."""
        kept: dict[str, Any] = json.loads((self.path / "demonstration" / "figures.json").read_bytes())
        return kept

    @property
    def log(self) -> str:
        return (self.path / "demonstration" / "log.jsonl").read_text(encoding="utf-8")

    @contextmanager
    def started(self, *arguments: str) -> Iterator[subprocess.Popen[str]]:
        """A command under way, in a process group of its own; killed at the end of the block if it still runs."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("PERMIT_")}
        process = subprocess.Popen(
            [sys.executable, "-m", "api.cli", *arguments],
            env=kept | {"PERMIT_HOME": str(self.path), "PYTHONPATH": str(ROOT), **self._settings},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        with process:
            try:
                yield process
            finally:
                process.kill()

    def wait_for_events(self, number: int, *, within: float = 60) -> None:
        """Wait until the journal of the embedded server has so many events."""
        wait_until(lambda: self._events() >= number, because=f"the journal has {number} events", within=within)

    def kill_the_server(self) -> None:
        os.kill(self._postgres.postmaster_pid(), signal.SIGKILL)

    def kill_the_process(self, *words: str) -> None:
        """Kill the one process of this home whose command line has these words in a row."""
        told = b"\0" + b"\0".join(word.encode() for word in words) + b"\0"
        found = [each for each in self.processes() if told in _command_line(each)]
        assert len(found) == 1, f"{len(found)} processes run {' '.join(words)}"
        os.kill(found[0], signal.SIGKILL)

    def processes(self) -> set[int]:
        """The living processes of this program that were told of this home."""
        told = f"PERMIT_HOME={self.path}".encode()
        found = set()
        for process in Path("/proc").iterdir():
            if process.name.isdigit():
                with suppress(OSError):
                    if told in (process / "environ").read_bytes().split(b"\0"):
                        found.add(int(process.name))
        return found

    def stop_the_server(self) -> None:
        if (self.path / "postgres" / "PG_VERSION").exists():
            with self._postgres:
                return

    def _events(self) -> int:
        try:
            with closing(psycopg2.connect(url_for_database(self._postgres.url, "permit"))) as connection:
                cursor = connection.cursor()
                cursor.execute("select position from permit.journal_head")
                row = cursor.fetchone()
        except (psycopg2.OperationalError, psycopg2.errors.UndefinedTable):
            return 0
        return 0 if row is None else int(row[0])


def _command_line(process: int) -> bytes:
    try:
        return Path(f"/proc/{process}/cmdline").read_bytes()
    except OSError:  # it has ended
        return b""


@contextmanager
def fresh_home(**settings: str) -> Iterator[Home]:
    with reachable_directory() as directory:
        home = Home(directory / "var", settings)
        try:
            yield home
        finally:
            home.stop_the_server()
