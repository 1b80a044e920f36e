"""Where tests find a real server: given, else in Docker, else embedded."""

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, NoReturn

import psycopg2
import pytest

from infra.postgres.server.account import EmbeddedPostgresUnusable
from infra.postgres.server.embedded import EmbeddedPostgres

if TYPE_CHECKING:
    from testcontainers.community.postgres import PostgresContainer


_MEMORY: Final = Path("/dev/shm")  # noqa: S108
_ROOM: Final = 4 << 30


class NotHere(Exception):
    """This place has no server to offer; the text says why."""


class NoServer(Exception):
    """No place had one; the text gives the reason of each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Somewhere to look. Entering `open` gives an address or raises NotHere."""

    name: str
    open: Callable[[], AbstractContextManager[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundServer:
    """``address`` is what a client needs: an administrator's URL of PostgreSQL, Kafka's bootstrap servers."""

    place: str
    address: str


@contextmanager
def first_server(places: Sequence[Place]) -> Iterator[FoundServer]:
    """The server of the first place that has one, until the end of the `with`; raises NoServer.

    Any other error passes: a server that was given and does not answer is no reason to take another.
    """
    reasons = []
    with ExitStack() as opened:
        for place in places:
            try:
                address = opened.enter_context(place.open())
            except NotHere as why:
                reasons.append(f"{place.name}: {why}")
                continue
            yield FoundServer(place=place.name, address=address)
            return
    raise NoServer("; ".join(reasons))


def give_up(why: NoServer, what: str) -> NoReturn:
    """Skip where a newcomer tries things; fail where servers are required (PERMIT_REQUIRE_SERVERS=1)."""
    if os.environ.get("PERMIT_REQUIRE_SERVERS") == "1":
        pytest.fail(f"{what} is required and was not found: {why}", pytrace=False)
    pytest.skip(f"{what} was not found: {why}")


@contextmanager
def given_postgres() -> Iterator[str]:
    url = os.environ.get("PERMIT_TEST_DATABASE_URL")
    if not url:
        raise NotHere("PERMIT_TEST_DATABASE_URL is not set")
    psycopg2.connect(url, connect_timeout=10).close()
    yield url


@contextmanager
def docker_postgres(answers: Callable[[], bool] | None = None) -> Iterator[str]:
    if not (docker_answers if answers is None else answers)():
        raise NotHere("no Docker daemon answers")
    from docker.errors import DockerException

    try:
        container = _postgres_container().start()
    except DockerException as why:  # a daemon that may not fetch the image, for one
        raise NotHere(f"the daemon gave no container: {why}") from why
    try:
        yield container.get_connection_url(driver=None)
    finally:
        container.stop()


@contextmanager
def embedded_postgres() -> Iterator[str]:
    with reachable_directory() as home:
        try:
            server = EmbeddedPostgres(home)
            url = server.start()
        except EmbeddedPostgresUnusable as why:
            raise NotHere(str(why)) from why
        try:
            yield url
        finally:
            server.release()


def docker_answers() -> bool:
    """Asked of the command line client, because a failed ping of docker-py leaves its socket open."""
    try:
        asked = subprocess.run(["docker", "version"], capture_output=True, timeout=20, check=False)
    except (FileNotFoundError, subprocess.TimeoutExpired):
        return False
    return asked.returncode == 0


def _postgres_container() -> "PostgresContainer":
    try:
        from testcontainers.community.postgres import PostgresContainer
    except ImportError:  # its place before testcontainers 4.15
        from testcontainers.postgres import PostgresContainer
    return PostgresContainer("postgres:18", driver=None)


POSTGRES_PLACES = (
    Place(name="PERMIT_TEST_DATABASE_URL", open=given_postgres),
    Place(name="Docker", open=docker_postgres),
    Place(name="embedded", open=embedded_postgres),
)


def memory_storage() -> Path | None:
    """Where files live in memory on this machine, with room for a run's databases, if anywhere.

    A flush costs nothing there; a test that is about durability takes the disk.
    """
    if _MEMORY.is_dir() and os.access(_MEMORY, os.W_OK) and shutil.disk_usage(_MEMORY).free >= _ROOM:
        return _MEMORY
    return None


def free_port() -> int:
    """A TCP port on loopback that nobody uses at the moment."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def reachable_directory(*, on_disk: bool = False) -> Iterator[Path]:
    """A directory of the test's own that the embedded server's account can pass; in memory where that is possible.

    pytest's `tmp_path` is closed to other users, and so to that account when root runs the tests.
    """
    directory = Path(tempfile.mkdtemp(prefix="permit-test-", dir=None if on_disk else memory_storage()))
    directory.chmod(0o755)
    try:
        yield directory
    finally:
        shutil.rmtree(directory)
