"""The embedded server: there in a moment, back after a kill, shared, gone with the last who needs it."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import psycopg2
import psycopg2.extras
import pytest

from infra.postgres.server.account import EmbeddedPostgresUnusable
from infra.postgres.server.embedded import EmbeddedPostgres
from tests.world.databases import answer_of
from tests.world.servers import reachable_directory

pytestmark = pytest.mark.server

HOLD_UNTIL_TOLD = """
import sys
from pathlib import Path
from infra.postgres.server.embedded import EmbeddedPostgres
server = EmbeddedPostgres(Path(sys.argv[1]))
server.start()
print(server.postmaster_pid(), flush=True)
sys.stdin.readline()
server.release()
"""


@pytest.fixture
def home() -> Iterator[Path]:
    """A home in which no server is left behind, whatever the test did."""
    with reachable_directory() as directory:
        home = directory / "var"
        yield home
        if (home / "postgres" / "PG_VERSION").exists():
            last = EmbeddedPostgres(home)
            last.start()
            last.release()


def runs(pid: int) -> bool:
    """Whether the process lives; a zombie does not."""
    try:
        status = Path(f"/proc/{pid}/stat").read_text()
    except OSError:  # also when it ends between the opening and the reading
        return False
    _, _, after_its_name = status.rpartition(")")
    return after_its_name.split()[0] != "Z"


def another_permit_process(home: Path) -> "subprocess.Popen[str]":
    root = Path(__file__).parents[2]
    return subprocess.Popen(
        [sys.executable, "-c", HOLD_UNTIL_TOLD, str(home)],
        cwd=root,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def test_a_first_start_gives_a_server_that_is_durable_and_private(home: Path) -> None:
    with EmbeddedPostgres(home) as server:
        assert str(answer_of(server.url, "SHOW server_version")).startswith("18.")
        assert answer_of(server.url, "SHOW fsync") == "on"
        assert answer_of(server.url, "SHOW data_checksums") == "on"
        assert answer_of(server.url, "SHOW server_encoding") == "UTF8"
        assert answer_of(server.url, "SHOW listen_addresses") == ""
        assert (home / "postgres-socket").stat().st_mode & 0o077 == 0
        assert (home / "postgres").stat().st_mode & 0o077 == 0


def test_a_second_hold_finds_the_running_server(home: Path) -> None:
    with EmbeddedPostgres(home) as first, EmbeddedPostgres(home) as second:
        assert first.postmaster_pid() == second.postmaster_pid()


def test_the_last_to_let_go_stops_the_server(home: Path) -> None:
    first, second = EmbeddedPostgres(home), EmbeddedPostgres(home)
    url = first.start()
    second.start()
    pid = first.postmaster_pid()

    first.release()
    assert answer_of(url, "SELECT 1") == 1

    second.release()
    assert not runs(pid)


def test_a_hold_can_be_taken_again_after_it_was_let_go(home: Path) -> None:
    server = EmbeddedPostgres(home)
    for _ in range(2):
        assert answer_of(server.start(), "SELECT 1") == 1
        server.release()
    server.release()  # once too often is harmless


def test_after_kill_9_of_its_process_group_it_is_back_in_seconds_with_what_was_committed(home: Path) -> None:
    with EmbeddedPostgres(home) as server, closing(psycopg2.connect(server.url)) as connection:
        connection.autocommit = True
        connection.cursor().execute("CREATE TABLE kept AS SELECT 7 AS number")
        os.killpg(server.postmaster_pid(), signal.SIGKILL)

        killed_at = time.monotonic()
        with EmbeddedPostgres(home) as back:
            assert answer_of(back.url, "SELECT number FROM kept") == 7
        assert time.monotonic() - killed_at < 5


def test_a_session_still_at_work_after_the_kill_is_waited_for(home: Path) -> None:
    busy_for_two_seconds = """
        DO $$ BEGIN WHILE clock_timestamp() < now() + interval '2 s' LOOP END LOOP; END $$
    """
    with EmbeddedPostgres(home) as server, closing(psycopg2.connect(server.url, async_=True)) as session:
        psycopg2.extras.wait_select(session)
        session.cursor().execute(busy_for_two_seconds)
        killed = server.postmaster_pid()
        os.kill(killed, signal.SIGKILL)
        with EmbeddedPostgres(home) as back:
            assert back.postmaster_pid() != killed
            assert answer_of(back.url, "SELECT 1") == 1


def test_two_processes_share_one_server(home: Path) -> None:
    with another_permit_process(home) as other:
        assert other.stdout is not None
        theirs = int(other.stdout.readline())
        with EmbeddedPostgres(home) as server:
            assert server.postmaster_pid() == theirs
        assert runs(theirs), "the other process still holds it"
        other.communicate("let go\n")
    assert not runs(theirs)


def test_two_processes_that_start_at_the_same_moment_make_one_server(home: Path) -> None:
    with another_permit_process(home) as one, another_permit_process(home) as two:
        assert one.stdout is not None
        assert two.stdout is not None
        assert one.stdout.readline() == two.stdout.readline() != ""
        one.communicate("let go\n")
        two.communicate("let go\n")


def test_the_server_of_a_killed_process_serves_the_next_run(home: Path) -> None:
    with another_permit_process(home) as other:
        assert other.stdout is not None
        left_behind = int(other.stdout.readline())
        other.kill()
    assert runs(left_behind)

    with EmbeddedPostgres(home) as server:
        assert server.postmaster_pid() == left_behind
    assert not runs(left_behind)


def test_a_stranger_with_the_process_number_of_the_last_run_is_no_server(home: Path) -> None:
    # given a clean end, after which the number in the file belongs to some other process of the same account
    with EmbeddedPostgres(home):
        owner = (home / "postgres").stat()
    become = {"user": owner.st_uid, "group": owner.st_gid, "extra_groups": []} if os.geteuid() == 0 else {}
    with subprocess.Popen(["sleep", "60"], cwd="/", **become) as stranger:
        (home / "postgres" / "postmaster.pid").write_text(f"{stranger.pid}\n{home}/postgres\n")
        # when
        started_at = time.monotonic()
        with EmbeddedPostgres(home) as server:
            # then
            assert server.postmaster_pid() != stranger.pid
        assert time.monotonic() - started_at < 5
        stranger.kill()


def test_an_interrupted_making_is_made_again(home: Path) -> None:
    (home / "postgres.unfinished" / "base").mkdir(parents=True)
    (home / "postgres-socket").mkdir(mode=0o700)
    with EmbeddedPostgres(home) as server:
        assert answer_of(server.url, "SELECT 1") == 1
    assert not (home / "postgres.unfinished").exists()


def test_a_home_with_spaces_quotes_and_a_long_name_works(home: Path) -> None:
    awkward = home / ('it\'s "$HOME", 100% ' + "x" * 90)
    with EmbeddedPostgres(awkward) as server:
        assert answer_of(server.url, "SHOW data_directory") == str(awkward / "postgres")
        sockets = Path(str(answer_of(server.url, "SHOW unix_socket_directories")))
    assert not sockets.exists(), "nothing is left outside the home"


def test_files_of_somebody_else_are_not_taken_for_a_database(home: Path) -> None:
    (home / "postgres").mkdir(parents=True)
    owner_of_data(home)
    (home / "postgres" / "letter.txt").write_text("dear")
    with pytest.raises(EmbeddedPostgresUnusable, match="files that are not PostgreSQL's"):
        EmbeddedPostgres(home).start()
    assert [file.name for file in (home / "postgres").iterdir()] == ["letter.txt"]


def test_data_of_another_major_version_are_refused(home: Path) -> None:
    with EmbeddedPostgres(home):
        pass
    (home / "postgres" / "PG_VERSION").write_text("17\n")
    with pytest.raises(EmbeddedPostgresUnusable, match="made by PostgreSQL 17; this program runs 18"):
        EmbeddedPostgres(home).start()
    (home / "postgres" / "PG_VERSION").write_text("18\n")


def owner_of_data(home: Path) -> None:
    """Give home/postgres to the account that would run the server, as an earlier start has made it known."""
    if os.geteuid() == 0:
        with reachable_directory() as elsewhere, EmbeddedPostgres(elsewhere):
            owner = (elsewhere / "postgres").stat()
        os.chown(home / "postgres", owner.st_uid, owner.st_gid)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root runs the server as another user")
def test_root_is_told_which_directory_the_servers_account_cannot_pass(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    before = rights_above(closed)

    with pytest.raises(EmbeddedPostgresUnusable) as refused:
        EmbeddedPostgres(closed / "home" / "var").start()

    said = str(refused.value)
    obstacle = next(directory for directory, mode in before if not mode & 0o001)
    assert "'pgserver', under which PostgreSQL runs because root may not run it" in said
    assert f"cannot pass the directory {obstacle}." in said
    assert f"chmod o+x {obstacle}" in said
    assert list(closed.iterdir()) == []
    assert rights_above(closed) == before


def rights_above(directory: Path) -> list[tuple[Path, int]]:
    return [(d, d.stat().st_mode) for d in reversed((directory, *directory.parents))]


def as_ordinary_user(action: Callable[[], str]) -> str:
    """What `action` says when an ordinary user does it: oneself, or `nobody` in a child of root."""
    if os.geteuid() != 0:
        return action()
    reading, writing = os.pipe()
    if os.fork() == 0:
        try:
            os.setgroups([])
            os.setgid(65534)
            os.setuid(65534)
            os.write(writing, action().encode())
        finally:
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as answer:
        said = answer.read()
    os.wait()
    return said


@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_an_ordinary_user_runs_the_server_as_himself() -> None:
    with reachable_directory() as directory:
        directory.chmod(0o777)

        def whose_server() -> str:
            with EmbeddedPostgres(directory / "var") as server:
                answer_of(server.url, "SELECT 1")
                own = (directory / "var" / "postgres").stat().st_uid == os.geteuid()
                return "his own" if own else "somebody else's"

        assert as_ordinary_user(whose_server) == "his own"


@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_an_ordinary_user_is_told_which_directory_he_cannot_pass() -> None:
    with reachable_directory() as directory:
        closed = directory / "closed"
        closed.mkdir(mode=0o600)

        def refusal() -> str:
            with pytest.raises(EmbeddedPostgresUnusable) as refused:
                EmbeddedPostgres(closed / "var").start()
            return str(refused.value)

        assert f"cannot pass the directory {closed}." in as_ordinary_user(refusal)
        assert closed.stat().st_mode & 0o777 == 0o600
