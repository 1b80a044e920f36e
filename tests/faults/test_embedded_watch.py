"""Who runs an embedded server keeps it up: it comes back without a hand, and only while somebody holds it."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psycopg2
import pytest

from infra.postgres.server.account import EmbeddedPostgresUnusable
from infra.postgres.server.embedded import EmbeddedPostgres
from infra.postgres.server.embedded_watch import kept_running
from tests.world.servers import reachable_directory
from tests.world.waiting import wait_until

pytestmark = pytest.mark.server

BROUGHT_BACK = "the server is brought back"


@pytest.fixture
def home() -> Iterator[Path]:
    with reachable_directory(on_disk=True) as directory:
        yield directory / "var"


@pytest.fixture
def server(home: Path) -> Iterator[EmbeddedPostgres]:
    with EmbeddedPostgres(home) as server:
        yield server
        server.bring_back()  # so that it can be stopped in order


class FailsTwice:
    """The server, on a disk that is full for a while."""

    def __init__(self, server: EmbeddedPostgres) -> None:
        self.server = server
        self.failures = [EmbeddedPostgresUnusable("No space left on device")] * 2

    def has_postmaster(self) -> bool:
        return self.server.has_postmaster()

    def bring_back(self) -> None:
        if self.failures:
            raise self.failures.pop()
        self.server.bring_back()


def kill(server: EmbeddedPostgres) -> int:
    killed = server.postmaster_pid()
    os.kill(killed, signal.SIGKILL)
    return killed


def answers(server: EmbeddedPostgres) -> bool:
    try:
        with closing(psycopg2.connect(server.url)) as connection, connection.cursor() as cursor:
            cursor.execute("select 1")
            return True
    except psycopg2.OperationalError:
        return False


def is_back(server: EmbeddedPostgres, killed: int) -> bool:
    return answers(server) and server.postmaster_pid() != killed


def test_a_killed_server_is_brought_back_again_and_again(server: EmbeddedPostgres) -> None:
    with kept_running(server):
        for _ in range(2):
            killed = kill(server)
            wait_until(lambda killed=killed: is_back(server, killed), because=BROUGHT_BACK)


def test_two_that_hold_it_bring_it_back_once(home: Path, server: EmbeddedPostgres) -> None:
    with EmbeddedPostgres(home) as another, kept_running(server), kept_running(another):
        killed = kill(server)
        wait_until(lambda: is_back(server, killed), because=BROUGHT_BACK)
        back = server.postmaster_pid()
        time.sleep(0.6)
        assert another.postmaster_pid() == back
        assert answers(another)


def test_a_start_that_fails_is_tried_again(server: EmbeddedPostgres, caplog: pytest.LogCaptureFixture) -> None:
    with kept_running(FailsTwice(server), after_a_failure=0.1):
        killed = kill(server)
        wait_until(lambda: is_back(server, killed), because=BROUGHT_BACK)
    said = [record.getMessage() for record in caplog.records]
    assert said == ["postgres.not_brought_back"] * 2 + ["postgres.brought_back"]


def test_after_the_watch_it_stays_as_it_is(server: EmbeddedPostgres) -> None:
    with kept_running(server):
        assert server.has_postmaster()
    kill(server)
    wait_until(lambda: not server.has_postmaster(), because="the killed server is gone")
    time.sleep(0.6)
    assert not answers(server)
