"""A server that this program cannot work on is refused with the reason; one that is merely set up oddly is used."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from threading import Timer
from typing import Any

import psycopg2
import pytest

from api.composition import open_program
from infra.postgres.server.access import make_database
from infra.postgres.server.connections import DatabaseUnavailable, Role, ServerUnsuitable, connect
from infra.postgres.server.logins import SERVING, login_name
from infra.postgres.server.requirements import CONNECTIONS_AT_FULL_LOAD, NEWEST, OLDEST, require_suitable
from infra.settings import Settings
from tests.setup.given_servers import ask, made_on, use_everything
from tests.world.debian_postgres import OwnServer, run_in
from tests.world.servers import free_port
from tests.world.waiting import wait_until

pytestmark = pytest.mark.server


def refusal(url: str, **more: Any) -> str:
    with pytest.raises(ServerUnsuitable) as refused:
        require_suitable(url, set_up=True, **more)
    return str(refused.value)


@pytest.mark.parametrize(("oldest", "newest"), [(19, 25), (8, 14)])
def test_another_major_version(server: OwnServer, oldest: int, newest: int) -> None:
    before = made_on(server)

    said = refusal(server.url("permit_maker", "permit"), versions=(oldest, newest))

    assert "is PostgreSQL 1" in said
    assert f"this program works with PostgreSQL {oldest} to {newest}" in said
    assert made_on(server) == before


@pytest.mark.parametrize("encoding", ["LATIN1", "SQL_ASCII"])
def test_another_encoding(server: OwnServer, encoding: str) -> None:
    server.run_as_superuser(
        f"create database permit owner permit_maker encoding '{encoding}' locale 'C' template template0"
    )
    said = refusal(server.url("permit_maker", "permit"))
    assert f"The database 'permit' on {server.directory} (port {server.port}) keeps its text in {encoding}" in said
    assert "ENCODING 'UTF8'" in said


@pytest.mark.parametrize(
    ("limited", "remedy"),
    [
        ("alter role permit_maker connection limit 20", 'ALTER ROLE "permit_maker" CONNECTION LIMIT -1;'),
        ("alter database permit connection limit 20", 'ALTER DATABASE "permit" CONNECTION LIMIT -1;'),
    ],
)
def test_too_few_connections(server: OwnServer, limited: str, remedy: str) -> None:
    server.run_as_superuser("create database permit owner permit_maker", limited)
    try:
        said = refusal(server.url("permit_maker", "permit"))
    finally:
        server.run_as_superuser("alter role permit_maker connection limit -1")
    assert f"open 20 connections at once; one process of this program opens up to {CONNECTIONS_AT_FULL_LOAD}" in said
    assert remedy in said


def test_the_number_of_connections_that_postgresql_comes_with_is_enough(server: OwnServer) -> None:
    require_suitable(server.url("permit_maker", "permit"), set_up=True, connections=97)
    with pytest.raises(ServerUnsuitable, match="ALTER SYSTEM SET max_connections = 200;"):
        require_suitable(server.url("permit_maker", "permit"), set_up=True, connections=98)


@contextmanager
def standby_of(server: OwnServer) -> Iterator[OwnServer]:
    follower = replace(server, directory=server.directory / "standby", port=free_port())
    run_in(server, "pg_basebackup", "-D", "standby/data", "-R", "-c", "fast", "--no-sync", "-h", str(server.directory),
           "-p", str(server.port), "-U", "postgres")  # fmt: skip
    options = f"-p {follower.port} -k {follower.directory}"
    run_in(follower, "pg_ctl", "start", "--wait", "-D", "data", "--log=server.log", "-o", options)
    try:
        yield follower
    finally:
        run_in(follower, "pg_ctl", "stop", "--mode=immediate", "-D", "data")
        shutil.rmtree(follower.directory)


def test_a_standby_is_refused_and_passed_over_where_the_url_names_both(server: OwnServer, tmp_path: Path) -> None:
    with standby_of(server) as standby:
        assert "is a standby and can only be read" in refusal(standby.url("permit_maker", "permit"))

        both = (
            f"postgresql://permit_maker@/permit?host={standby.directory},{server.directory}"
            f"&port={standby.port},{server.port}&target_session_attrs=read-write"
        )
        use_everything(both, tmp_path / "home")

        # It is passed over too when it is a moment behind, and has not heard of the logins that are made.
        logins = [login_name(role, database) for role in SERVING for database in ("permit", "permit_keys")]
        server.run_as_superuser(*(f'drop role if exists "{each}"' for each in logins))
        wait_until(lambda: not set(logins) & roles_of(standby), because="the standby forgets the logins")
        standby.run_as_superuser("select pg_wal_replay_pause()")
        catches_up = Timer(1.0, standby.run_as_superuser, ("select pg_wal_replay_resume()",))
        catches_up.start()
        with open_program(Settings(home=tmp_path / "home", database_url=both), set_up=True) as program:
            assert program.journal.authority_epochs()
        catches_up.join()


def roles_of(server: OwnServer) -> set[str]:
    return {name for (name,) in ask(server.url(), "select rolname from pg_roles")}


SURPRISES = {
    "timezone": "'Asia/Tokyo'",
    "datestyle": "'German'",
    "intervalstyle": "'iso_8601'",
    "client_encoding": "'LATIN1'",
    "standard_conforming_strings": "off",
    "default_transaction_isolation": "'serializable'",
    "default_transaction_read_only": "on",
    "default_transaction_deferrable": "on",
    "bytea_output": "'escape'",
    "extra_float_digits": "-10",
    "array_nulls": "off",
    "transform_null_equals": "on",
    "search_path": "'nowhere'",
    "statement_timeout": "'20s'",
    "lock_timeout": "'20s'",
    "idle_in_transaction_session_timeout": "'20s'",
    "idle_session_timeout": "'20s'",
    "lc_messages": "'C.UTF-8'",
}


@pytest.mark.parametrize("whose", ["role permit_maker", "database permit"])
def test_what_is_set_on_a_role_or_a_database_does_no_harm(server: OwnServer, tmp_path: Path, whose: str) -> None:
    url = server.url("permit_maker", "permit")
    make_database(url)
    try:
        server.run_as_superuser(*(f"alter {whose} set {name} = {value}" for name, value in SURPRISES.items()))
        use_everything(url, tmp_path / "home")
        with closing(connect(url, Role.READER)) as connection, connection.cursor() as cursor:
            cursor.execute("select '2026-02-01 00:30+01'::timestamptz::text, 'Zoë Ćwikła', e'\\\\x00ff'::bytea::text")
            assert cursor.fetchall() == [("2026-01-31 23:30:00+00", "Zoë Ćwikła", "\\x00ff")]
            cursor.execute("select name, setting from pg_settings where name like '%timeout' and source = 'session'")
            assert set(cursor.fetchall()) >= {(name, "0") for name in SURPRISES if name.endswith("timeout")}
    finally:
        server.run_as_superuser("alter role permit_maker reset all")


def test_a_database_that_does_not_exist_is_seen_in_any_language(server: OwnServer) -> None:
    with pytest.raises(DatabaseUnavailable, match="cannot be reached"):
        connect(server.url("permit_maker", "nowhere"), None)
    require_suitable(server.url("permit_maker", "nowhere"), set_up=True)
    with pytest.raises(psycopg2.OperationalError):
        psycopg2.connect(server.url("permit_maker", "nowhere"))


def test_a_login_that_is_refused_is_no_missing_database(server: OwnServer) -> None:
    make_database(server.url("permit_maker", "permit"))
    server.run_as_superuser("create role app login", "revoke connect on database permit from public")
    with pytest.raises(DatabaseUnavailable, match="permission denied for database"):
        require_suitable(server.url("app", "permit"), set_up=True)


def test_the_document_gives_the_figures_of_the_program() -> None:
    document = (Path(__file__).parents[2] / "docs/operations.md").read_text()
    assert f"| version | PostgreSQL {OLDEST} to {NEWEST} |" in document
    assert f"| connections | {CONNECTIONS_AT_FULL_LOAD} for each process" in document
    assert f"`default_pool_size` of {CONNECTIONS_AT_FULL_LOAD} or more" in document
