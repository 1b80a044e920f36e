"""PERMIT_HOME, its files and its server, wrong in every way: what, where and how to correct it; nothing half-made."""

from __future__ import annotations

import io
import os
import shlex
import signal
import socket
import subprocess
import threading
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path

import httpx
import psycopg2
import pytest

from api.cli.main import main
from api.demonstration.folder import DemonstrationFolder
from infra.child_process import running_child
from infra.postgres.server.access import url_for_database
from infra.postgres.server.embedded import EmbeddedPostgres
from tests.cli.conftest import CommandLine, SmallJournal
from tests.cli.shell import run, surroundings
from tests.cli.test_tree import COMMANDS
from tests.world.servers import reachable_directory
from tests.world.waiting import wait_until

MAKE_THINGS = {"demo", "serve", "bench", "migrate run", "topics document"}
"""Services and loads, which need a home and make it; the last one writes documents where it is told to."""

READ = {path: each for path, each in COMMANDS.items() if path not in MAKE_THINGS}


def everything_under(directory: Path) -> set[Path]:
    return set(directory.rglob("*"))


@pytest.fixture
def with_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The files that examples of commands name, in the current directory."""
    monkeypatch.chdir(tmp_path)
    for name in ("facts.json", "permits.csv", "report.json"):
        Path(name).write_text("{}")
    Path("draft-law").mkdir()


@pytest.mark.usefixtures("with_files")
@pytest.mark.parametrize("path", READ)
def test_in_a_mistyped_home_nothing_is_made(permit: CommandLine, tmp_path: Path, path: str) -> None:
    before = everything_under(tmp_path)
    ended = permit(*shlex.split(READ[path].example))
    assert everything_under(tmp_path) == before
    assert ended.code in (0, 1, 2)
    if "there is no permit data" in ended.errors:
        assert (ended.code, ended.output) == (2, "")
        assert f"there is no permit data in {permit.home}: `permit serve` or `permit demo` makes it" in ended.errors


@pytest.mark.parametrize("command", ["status", "audit verify", "projections list", "work all", "migrate status"])
def test_a_mistyped_home_is_a_sentence(permit: CommandLine, command: str) -> None:
    refused = permit(*command.split())
    assert (refused.code, refused.output) == (2, "")
    assert refused.errors == (
        f"permit: there is no permit data in {permit.home}: `permit serve` or `permit demo` makes it; "
        "or set PERMIT_HOME to the directory where it is\n"
    )


@pytest.mark.server
@pytest.mark.usefixtures("with_files")
def test_on_a_given_server_nothing_is_made_either(
    permit: CommandLine, empty_database: str, admin_url: str, tmp_path: Path
) -> None:
    def databases() -> set[str]:
        connection = psycopg2.connect(admin_url)
        with connection, connection.cursor() as cursor:
            cursor.execute("select datname from pg_database where datname like 'reader%'")
            found = {str(name) for (name,) in cursor.fetchall()}
        connection.close()
        return found

    before = everything_under(tmp_path)
    # given a database without any table, and one that does not exist
    for url in (empty_database, url_for_database(admin_url, "reader_of_nothing")):
        permit.set({"PERMIT_DATABASE_URL": url})
        for command in ("status", "doctor", "audit verify", "migrate status", "dead-letters list"):
            ended = permit(*command.split())
            assert ended.code == (0 if command == "doctor" else 2)
            assert "has not been set up" in ended.errors or "none yet" in ended.output
    assert databases() == set()
    assert everything_under(tmp_path) == before


@pytest.mark.server
def test_reading_leaves_a_home_as_it_is(permit: CommandLine, filed: SmallJournal) -> None:
    before = everything_under(permit.home)
    for command in ("status", "doctor", "audit verify", "projections list", "dead-letters list", "migrate status"):
        assert permit(*command.split()).code == 0
    assert everything_under(permit.home) == before


@pytest.mark.parametrize("port", ["99999999", "65536", "-1", "eighty"])
def test_a_port_that_is_none(permit: CommandLine, port: str) -> None:
    refused = permit("serve", "--port", port)
    assert (refused.code, refused.output) == (2, "")
    assert "--port" in refused.errors
    assert not permit.home.exists()


def test_a_port_that_is_taken_is_said_before_anything_is_made(permit: CommandLine) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        refused = permit("serve", "--port", str(port))
    assert (refused.code, refused.output) == (2, "")
    assert f"port {port} of 127.0.0.1 cannot be used (Address already in use): choose another with" in refused.errors
    assert not permit.home.exists()


@pytest.mark.parametrize(
    ("home", "sentence"),
    [
        ("/proc/permit", "PostgreSQL cannot be run in /proc/permit/postgres:"),
        ("/dev/null", "PERMIT_HOME names something that is not a directory"),
        ("/dev/null/below", "PERMIT_HOME names something that is not a directory"),
        ("x" * 300, "PERMIT_HOME cannot be read (File name too long)"),
    ],
)
def test_a_home_that_cannot_be(permit: CommandLine, home: str, sentence: str) -> None:
    permit.set({"PERMIT_HOME": home})
    refused = permit("serve", "--port", "0")
    assert (refused.code, refused.output) == (2, "")
    assert refused.errors.startswith(f"permit: {sentence}")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can be another user")
@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
@pytest.mark.parametrize("mode", [0o755, 0o700], ids=oct)
@pytest.mark.parametrize("command", ["serve --port 0", "status", "doctor"])
def test_a_home_of_another_user(permit: CommandLine, mode: int, command: str) -> None:
    # given what the command imports, which this other user could not read
    permit.set({"PERMIT_HOME": "/proc/permit"})
    permit(*command.split())
    with reachable_directory() as directory:
        home = directory / "home"
        home.mkdir()
        (home / "postgres").mkdir()
        home.chmod(mode)
        permit.set({"PERMIT_HOME": str(home)})
        # when
        code, said = as_nobody(*command.split())
        # then
        assert code == (1 if command == "doctor" else 2), said
        assert str(home) in said
        assert "Permission denied" in said or "cannot pass the directory" in said
        assert "unexpected" not in said
        assert everything_under(home) == {home / "postgres"}


def as_nobody(*arguments: str) -> tuple[int, str]:
    """The command in a child of root that became the user ``nobody``: its exit code and all that it said."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        said, code = io.StringIO(), -1
        try:
            os.setgroups([])
            os.setgid(65534)
            os.setuid(65534)
            with redirect_stdout(said), redirect_stderr(said):
                main(arguments)
        except SystemExit as ended:
            code = int(ended.code or 0)
        finally:
            os.write(writing, f"{code} {said.getvalue()}".encode())
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as answer:
        told, _, text = answer.read().partition(" ")
    os.waitpid(child, 0)
    return int(told), text


@contextmanager
def small_disk(size: str) -> Iterator[Path]:
    if os.geteuid() != 0:
        pytest.skip("only root may mount a small disk")
    with reachable_directory() as directory:
        mount = ["mount", "-t", "tmpfs", "-o", f"size={size},mode=0755", "tmpfs", str(directory)]
        mounted = subprocess.run(mount, capture_output=True, text=True, check=False)
        if mounted.returncode != 0:
            pytest.skip(f"no small disk can be mounted here: {mounted.stderr.strip()}")
        try:
            yield directory
        finally:
            subprocess.run(["umount", str(directory)], check=True)


@pytest.mark.server
@pytest.mark.parametrize("size", ["4k", "8m", "44m"], ids="a disk of {}".format)
def test_a_full_disk_is_said_and_leaves_nothing_half_made(size: str) -> None:
    with small_disk(size) as disk:
        home = disk / "home"
        refused = run("serve", "--port", "0", home=home)
        assert (refused.returncode, refused.stdout) == (2, b"")
        said = refused.stderr.decode()
        # On the largest of them PostgreSQL itself is made, and ends in the middle of the first tables.
        assert "No space left on device" in said or "the database could not do the work" in said, said
        assert str(home) in said
        assert not (home / "key-encryption.key").exists()
        assert size == "44m" or not (home / "postgres").exists()


@pytest.mark.server
def test_another_key_than_the_one_that_wrapped_the_keys_is_refused(permit: CommandLine, filed: SmallJournal) -> None:
    key = permit.home / "key-encryption.key"
    kept = key.read_bytes()
    key.write_bytes(b64encode(b"x" * 32))
    for command in ("status", "serve --no-workers --port 0", "work projections"):
        refused = permit(*command.split())
        assert (refused.code, refused.output) == (2, ""), command
        assert "the key-encryption key is not the one under which this key store was written" in refused.errors
    key.write_bytes(kept)
    assert permit("status").code == 0


def test_a_demonstration_has_its_home_to_itself(permit: CommandLine) -> None:
    folder = DemonstrationFolder.of(permit.home)
    with folder.held_alone():
        refused = permit("demo", "--cases", "10", "--once")
    assert refused.code == 1
    assert f"a demonstration runs in {permit.home} already (process {os.getpid()}): end it first" in refused.errors
    # and the next one may have it
    with folder.held_alone():
        assert not (permit.home / "postgres").exists()


def test_a_demonstration_looks_at_its_port_before_anything_is_made(permit: CommandLine) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = taken.getsockname()[1]
        refused = permit("demo", "--cases", "10", "--once", "--port", str(port))
    assert refused.code == 2
    assert f"permit: port {port} of 127.0.0.1 cannot be used" in refused.errors
    assert not (permit.home / "postgres").exists()


@pytest.mark.server
def test_a_key_that_is_gone_is_never_made_again(permit: CommandLine, filed: SmallJournal) -> None:
    key = permit.home / "key-encryption.key"
    kept = key.read_bytes()
    for content, sentence in (
        (
            None,
            f"there is no key-encryption key at {key}: restore it from its backup, or set PERMIT_KEY_",
        ),
        (b"", f"{key} does not hold 32 bytes in base64: restore the key from its backup"),
        (b"\xff\xfe", f"{key} does not hold 32 bytes in base64"),
        (b"QUJD\n", f"{key} does not hold 32 bytes in base64"),
    ):
        if content is None:
            key.unlink()
        else:
            key.write_bytes(content)
        for command in ("status", "serve --no-workers --port 0", "work projections", "audit verify"):
            refused = permit(*command.split())
            assert (refused.code, refused.output) == (2, ""), command
            assert refused.errors.startswith(f"permit: {sentence}"), command
        assert (key.read_bytes() if key.exists() else None) == content
    # and with the key in its place again, all is as it was
    key.write_bytes(kept)
    assert permit("audit", "verify").code == 0


@pytest.mark.server
def test_a_key_that_is_a_directory(permit: CommandLine, filed: SmallJournal) -> None:
    key = permit.home / "key-encryption.key"
    key.unlink()
    key.mkdir()
    refused = permit("status")
    assert refused.code == 2
    assert f"the key-encryption key at {key} cannot be read (Is a directory)" in refused.errors


@pytest.mark.parametrize(
    ("damage", "sentence"),
    [
        (lambda key: key.write_bytes(b"no key"), "does not hold a P-256 private key in PEM"),
        (lambda key: key.chmod(0o644), "others than its owner may use"),
        (lambda key: (key.unlink(), key.mkdir()), "cannot be used (Is a directory)"),
        (lambda key: key.unlink(), "there is no key of the development issuer at"),
    ],
)
def test_a_key_of_tokens_that_cannot_be_used(
    permit: CommandLine, damage: Callable[[Path], object], sentence: str
) -> None:
    permit.home.mkdir()
    key = permit.home / "development-issuer.pem"
    key.touch(mode=0o600)
    damage(key)
    refused = permit("token", "--role", "regulator")
    assert (refused.code, refused.output) == (2, "")
    assert sentence in refused.errors
    assert str(key) in refused.errors


@pytest.mark.server
def test_a_server_that_is_killed_while_it_starts_is_said_and_the_next_start_works() -> None:
    with reachable_directory() as directory:
        # given a home whose server will be killed as soon as it has a process
        with EmbeddedPostgres(directory) as server:
            server.postmaster_pid()
        ended = threading.Event()
        killer = threading.Thread(target=_kill_each_postmaster, args=(directory / "postgres" / "postmaster.pid", ended))
        killer.start()
        try:
            refused = run("status", home=directory)
        finally:
            ended.set()
            killer.join()
        # then
        assert (refused.returncode, refused.stdout) == (2, b"")
        said = refused.stderr.decode()
        assert said.startswith("permit: ")
        assert f"PostgreSQL did not start in {directory / 'postgres'}" in said
        assert "server.log" in said
        # and the next start finds everything in order: a server on which nothing was set up
        assert b"has not been set up" in run("status", home=directory).stderr


def _kill_each_postmaster(pid_file: Path, ended: threading.Event) -> None:
    while not ended.wait(0.001):
        try:
            pid = int(pid_file.read_text().split()[0])
            os.kill(pid, signal.SIGKILL)
        except (FileNotFoundError, ProcessLookupError, ValueError, IndexError):
            continue


@pytest.mark.server
def test_a_second_service_on_the_same_home_answers_on_a_port_of_its_own(
    permit: CommandLine, filed: SmallJournal
) -> None:
    """Its workers are two of a kind then, which is harmless; the same port is refused."""
    environment = surroundings(permit.home, **filed.settings)
    arguments = ["serve", "--port=0", "--until-stdin-closes"]
    with ExitStack() as opened:
        first, second = (
            opened.enter_context(
                running_child("api.cli", arguments, announcement="listening on ", environment=environment)
            )
            for _ in range(2)
        )
        assert first.announced != second.announced
        for service in (first, second):
            _wait_until_up(f"{service.announced}/rest/singlePermit/v1/health")
        refused = permit("serve", "--port", first.announced.rpartition(":")[2])
    assert refused.code == 2
    assert "(Address already in use): choose another with --port or PERMIT_PORT" in refused.errors


def _wait_until_up(address: str) -> None:
    def is_up() -> bool:
        return bool(httpx.get(address, trust_env=False).json() == {"status": "UP"})

    wait_until(is_up, because=f"{address} says it is up", within=60)


def test_what_lies_in_the_current_directory_is_never_run(monkeypatch: pytest.MonkeyPatch) -> None:
    """A stranger's `http.py` beside somebody's files must not become part of this program."""
    with reachable_directory() as stranger:
        for name in ("http", "uvicorn", "socket", "api", "infra"):
            Path(stranger, f"{name}.py").write_text("raise SystemExit('a stranger was run')")
        monkeypatch.chdir(stranger)
        with running_child(
            "infra.crossroads.simulator",
            ["--until-stdin-closes", "--port=0", "--seed=1"],
            announcement="crossroads simulator listening on ",
        ) as simulator:
            assert simulator.announced.startswith("http://127.0.0.1:")
