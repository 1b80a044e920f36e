"""A server that may lose what it acknowledged is refused by the name of the setting."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

import psycopg2
import pytest

from api.composition import open_program
from infra.postgres.server.durability import ServerNotDurable, check_durability, require_durable
from infra.postgres.server.embedded import EmbeddedPostgres
from infra.settings import Settings
from tests.world.databases import fresh_database
from tests.world.servers import reachable_directory

pytestmark = pytest.mark.server


@pytest.fixture(scope="module")
def own_server() -> Iterator[str]:
    """Not the session's server: these tests switch its durability off."""
    with reachable_directory(on_disk=True) as home, EmbeddedPostgres(home) as server:
        yield server.url


@contextmanager
def session(url: str) -> Iterator[Any]:
    with closing(psycopg2.connect(url)) as connection:
        connection.autocommit = True
        yield connection


@contextmanager
def set_on_the_server(url: str, setting: str, value: str) -> Iterator[None]:
    """Sessions that begin inside the `with` have it: they start with the configuration as reloaded."""
    with session(url) as connection, connection.cursor() as cursor:
        cursor.execute(f"ALTER SYSTEM SET {setting} = {value}")
        reload_until(cursor, setting, value)
        yield
        cursor.execute(f"ALTER SYSTEM RESET {setting}")
        reload_until(cursor, setting, "on")


def reload_until(cursor: Any, setting: str, value: str) -> None:
    cursor.execute("SELECT pg_reload_conf()")
    for _ in range(200):
        cursor.execute("SELECT current_setting(%s), pg_sleep(0.02)", (setting,))
        if cursor.fetchone()[0] == value:
            return
    pytest.fail(f"the server did not take up {setting} = {value}")


def test_the_embedded_server_is_durable(own_server: str) -> None:
    with session(own_server) as connection:
        report = require_durable(connection)
    assert report.switched_off == ()
    settings = "fsync on, synchronous_commit on, full_page_writes on, data_checksums on"
    assert str(report) == f"PostgreSQL {report.server_version}: {settings}"


@pytest.mark.parametrize("setting", ["fsync", "synchronous_commit", "full_page_writes"])
def test_each_setting_switched_off_is_refused_by_name(own_server: str, setting: str) -> None:
    with set_on_the_server(own_server, setting, "off"), session(own_server) as connection:
        with pytest.raises(ServerNotDurable, match=f"{setting} is off, so a power cut") as refused:
            require_durable(connection)
        assert f"ALTER SYSTEM SET {setting} = on;" in str(refused.value)
        assert check_durability(connection).switched_off == (setting,)


def test_a_commit_that_waits_for_the_local_disk_only_is_durable(own_server: str) -> None:
    with set_on_the_server(own_server, "synchronous_commit", "local"), session(own_server) as connection:
        assert require_durable(connection).synchronous_commit


def test_a_value_of_the_role_alone_is_seen(own_server: str) -> None:
    with session(own_server) as administrator, administrator.cursor() as cursor:
        cursor.execute("CREATE ROLE careless LOGIN")
        cursor.execute("ALTER ROLE careless SET synchronous_commit = off")
    theirs = own_server.replace("postgres@", "careless@")
    with session(theirs) as connection, pytest.raises(ServerNotDurable, match="synchronous_commit is off"):
        require_durable(connection)


def test_a_key_store_that_forgets_stops_the_start_too(own_server: str) -> None:
    # given a journal that keeps what it acknowledges, and a key store that does not
    with (
        reachable_directory(on_disk=True) as home,
        fresh_database(own_server) as journal,
        fresh_database(own_server) as keys,
    ):
        with session(keys) as connection, connection.cursor() as cursor:
            cursor.execute(f"ALTER DATABASE {connection.info.dbname} SET synchronous_commit = off")
        settings = Settings(home=home, database_url=journal, key_database_url=keys)
        # when the program is opened, then it says which setting is off
        with pytest.raises(ServerNotDurable, match="synchronous_commit"), open_program(settings, set_up=True):
            pytest.fail("a key that is lost makes the event that needed it unreadable")
