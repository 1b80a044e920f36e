"""``permit audit verify`` and ``replay --all`` by several processes, as whoever runs them from a shell meets them."""

from __future__ import annotations

import errno
import os
import pty
import signal
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from typing import Any

import orjson
import psycopg2
import pytest

from api.composition import open_program
from domain.law.rulebook import Rulebook
from infra.benchmarks.sample_journal import load, prepared_commands, sealed_requests
from infra.settings import Settings
from tests.audit.installation import Installation
from tests.cli.shell import PERMIT, run, surroundings
from tests.world.databases import program_databases
from tests.world.processes import children_of, lives
from tests.world.stored_bodies import change_clear_text
from tests.world.waiting import wait_until

pytestmark = pytest.mark.server

COMMANDS = (("audit", "verify"), ("audit", "replay", "--all"))


@pytest.fixture(scope="module")
def long_journal(admin_url: str, law: Rulebook, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """Three hundred cases with 2,580 events: more than one process reads at a time. One body has a space too many."""
    home = tmp_path_factory.mktemp("home")
    with program_databases(admin_url) as (url, keys_url):
        with open_program(Settings(home=home, database_url=url, key_database_url=keys_url), set_up=True) as program:
            commands = prepared_commands(300, program.keys, law)
            load(url, sealed_requests(commands, program.codec, law.sha256, origin=program.recorder.origin))
        case = commands[0].stream
        change_clear_text(url, case, lambda text: text + b" ", types=("ApplicationSubmitted",))
        yield Installation(
            home=home, url=url, keys_url=keys_url, granted=case, refused=case, by_recruitment=case, renewed=case
        )


@contextmanager
def waiting_command(journal: Installation, *arguments: str, **options: Any) -> Iterator[subprocess.Popen[bytes]]:
    """The command by two processes which both wait for the journal, that somebody has locked; its errors are piped."""
    # A shell that runs the tests in the background lets them, and so their children, ignore the signal.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    command = subprocess.Popen(
        [*PERMIT, *arguments, "--workers", "2"],
        env=surroundings(journal.home, **journal.settings), stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        **options,
    )  # fmt: skip
    signal.signal(signal.SIGINT, before)
    try:
        wait_until(lambda: len(children_of(command.pid)) == 2, because="the command has started its processes")
        with closing(psycopg2.connect(journal.url)) as connection, connection, connection.cursor() as cursor:
            cursor.execute("lock table permit.journal in access exclusive mode")
            wait_until(lambda: waiting_for_the_lock(journal) == 2, because="both processes wait for the journal")
            yield command
    finally:
        command.kill()
        command.communicate()


def waiting_for_the_lock(journal: Installation) -> int:
    with closing(psycopg2.connect(journal.url)) as connection, connection, connection.cursor() as cursor:
        cursor.execute(
            "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"
        )
        (count,) = cursor.fetchone()
        return int(count)


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_the_report_is_the_same_by_any_number_of_workers(long_journal: Installation, command: tuple[str, ...]) -> None:
    by_one, by_more = (
        run(*command, *workers, "--json", home=long_journal.home, environment=long_journal.settings)
        for workers in (("--workers", "1"), ("--workers", "4"))
    )

    report = orjson.loads(by_one.stdout)
    assert report.get("size", report.get("upTo")) == 2_580
    assert report.get("cases") == 300
    assert (by_more.returncode, by_more.stdout, by_more.stderr) == (by_one.returncode, by_one.stdout, by_one.stderr)
    # then the space is found by those who look at it, and no bar is drawn without a terminal
    assert by_one.returncode == (1 if command == COMMANDS[0] else 0)
    assert by_one.stderr == b""


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_a_worker_that_is_killed_ends_the_command_with_a_sentence(
    long_journal: Installation, command: tuple[str, ...]
) -> None:
    with waiting_command(long_journal, *command) as waiting:
        workers = children_of(waiting.pid)
        os.kill(workers[0], signal.SIGKILL)
        output, errors = waiting.communicate(timeout=30)

    assert (waiting.returncode, output) == (2, b"")
    assert errors.startswith(b"permit: a worker process ended before its work was done")
    assert not any(map(lives, workers))


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_a_database_that_goes_away_ends_the_command_with_a_sentence(
    long_journal: Installation, command: tuple[str, ...]
) -> None:
    with waiting_command(long_journal, *command) as waiting:
        workers = children_of(waiting.pid)
        with closing(psycopg2.connect(long_journal.url)) as connection, connection.cursor() as cursor:
            cursor.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity"
                " where datname = current_database() and wait_event_type = 'Lock'"
            )
        output, errors = waiting.communicate(timeout=30)

    assert (waiting.returncode, output) == (2, b"")
    assert errors.startswith(b"permit: the database could not do the work")
    assert errors.count(b"\n") == 1
    assert not any(map(lives, workers))


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_ctrl_c_ends_the_command_and_its_workers_in_silence(
    long_journal: Installation, command: tuple[str, ...]
) -> None:
    with waiting_command(long_journal, *command, start_new_session=True) as waiting:
        workers = children_of(waiting.pid)
        # as a terminal does: to the whole group
        os.killpg(waiting.pid, signal.SIGINT)
        output, errors = waiting.communicate(timeout=30)

    assert (waiting.returncode, output, errors) == (130, b"", b"")
    assert not any(map(lives, workers))


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_on_a_terminal_a_bar_says_how_fast_it_goes_and_what_time_is_left(
    long_journal: Installation, command: tuple[str, ...]
) -> None:
    terminal, errors = pty.openpty()
    environment = {**long_journal.settings, "TERM": "xterm", "COLUMNS": "120"}
    with ThreadPoolExecutor(1) as reader:
        reading = reader.submit(_all_of, terminal)
        try:
            done = run(
                *command, "--workers", "2", "--json", home=long_journal.home, environment=environment, stderr=errors
            )
        finally:
            os.close(errors)
        shown = reading.result()

    assert orjson.loads(done.stdout)["cases"] == 300
    assert "2580/2580" in shown
    assert "/s" in shown
    assert "left" in shown


def _all_of(terminal: int) -> str:
    """Read until nobody has the other end open any more, which a terminal says by an error."""
    shown = b""
    try:
        while more := os.read(terminal, 65_536):
            shown += more
    except OSError as why:
        if why.errno != errno.EIO:
            raise
    finally:
        os.close(terminal)
    return shown.decode()


@pytest.mark.parametrize("workers", ["0", "-1", "257", "two"])
def test_a_number_of_workers_that_cannot_be_is_wrong_use(long_journal: Installation, workers: str) -> None:
    refused = run(*COMMANDS[0], "--workers", workers, home=long_journal.home, environment=long_journal.settings)
    assert (refused.returncode, refused.stdout) == (2, b"")
    assert b"--workers" in refused.stderr
