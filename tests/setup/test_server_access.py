"""One way to a server, given or embedded, and to a database on it."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from uuid import uuid4

import psycopg2
import pytest

from infra.postgres.server.access import create_database, database_server, url_for_database
from infra.settings import Settings
from tests.world.databases import answer_of, fresh_database
from tests.world.servers import reachable_directory


@pytest.mark.server
def test_without_a_url_the_embedded_server_runs_for_as_long_as_it_is_needed() -> None:
    with reachable_directory() as home:
        with database_server(Settings(home=home)) as url:
            create_database(url, "permit")
            assert answer_of(url_for_database(url, "permit"), "SELECT current_database()") == "permit"
        assert not (home / "postgres" / "postmaster.pid").exists()


def test_with_a_url_that_server_is_used_and_none_is_started() -> None:
    with reachable_directory() as home:
        given = "postgresql://permit@db.example/permit"
        with database_server(Settings(home=home, database_url=given)) as url:
            assert url == given
        assert list(home.iterdir()) == []


@pytest.mark.server
def test_a_database_is_made_once_however_many_ask_at_the_same_moment(admin_url: str) -> None:
    name = f"test it's \"{uuid4().hex}"
    try:
        with ThreadPoolExecutor(8) as callers:
            list(callers.map(lambda _: create_database(admin_url, name), range(8)))
        assert answer_of(url_for_database(admin_url, name), "SHOW server_encoding") == "UTF8"
    finally:
        with closing(psycopg2.connect(admin_url)) as connection:
            connection.autocommit = True
            quoted = name.replace('"', '""')
            connection.cursor().execute(f'DROP DATABASE IF EXISTS "{quoted}"')


@pytest.mark.server
def test_a_fresh_database_is_empty_and_gone_afterwards(admin_url: str) -> None:
    with fresh_database(admin_url) as url:
        name = answer_of(url, "SELECT current_database()")
        assert answer_of(url, "SELECT count(*) FROM information_schema.tables WHERE table_schema = 'public'") == 0
        still_connected = psycopg2.connect(url)
    still_connected.close()
    assert answer_of(admin_url, f"SELECT count(*) FROM pg_database WHERE datname = '{name}'") == 0


@pytest.mark.parametrize(
    ("url", "other"),
    [
        ("postgresql://postgres@/postgres?host=/a%20b/s", "postgresql://postgres@/permit?host=/a%20b/s"),
        (
            "postgresql://u:p%40ss@h:5433/x?sslmode=require",
            "postgresql://u:p%40ss@h:5433/permit?sslmode=require",
        ),
        ("postgresql://u@h", "postgresql://u@h/permit"),
        ("postgresql://u@h/x?dbname=y", "postgresql://u@h/permit"),
    ],
)
def test_only_the_database_of_a_url_changes(url: str, other: str) -> None:
    assert url_for_database(url, "permit") == other
