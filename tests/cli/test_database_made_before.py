"""A database of before the migrations were written together: what it is, where, and how to start over or keep it."""

from __future__ import annotations

from contextlib import closing
from uuid import uuid4

import pytest

from api.databases import databases, make_databases
from infra.postgres.server.access import database_name
from infra.postgres.server.connections import Role, connect
from infra.postgres.server.demonstration_databases import NotADemonstration, clear_for_demonstration
from infra.postgres.server.embedded import EmbeddedPostgres
from infra.postgres.server.migrate import migrate_journal, migrate_keys, require_migrated, shipped_migrations
from infra.settings import Settings
from tests.cli.conftest import CommandLine, SmallJournal
from tests.journal.made_before import as_set_up_before
from tests.world.databases import fresh_database
from tests.world.servers import reachable_directory

pytestmark = pytest.mark.server


@pytest.mark.parametrize("command", [("status",), ("serve", "--port", "0"), ("doctor",)], ids=lambda words: words[0])
def test_on_a_server_of_ones_own_the_sentence_names_the_database(
    permit: CommandLine, filed: SmallJournal, command: tuple[str, ...]
) -> None:
    # given a database with applications that the program of before made
    as_set_up_before(filed.url)
    # when it is to be used
    ended = permit(*command)
    # then it is named, with what to do, and nothing in it has changed
    assert ended.code in (1, 2)
    (sentence,) = [line for line in ended.said.splitlines() if "another version" in line]
    assert repr(database_name(filed.url)) in sentence
    assert "the version that set it up can still use it" in sentence
    assert "PERMIT_DATABASE_URL" in sentence
    with closing(connect(filed.url, Role.READER)) as connection, connection.cursor() as cursor:
        cursor.execute("select count(*) from journal")
        assert cursor.fetchall() == [(filed.size,)]


def test_a_demonstration_of_real_applications_is_not_made_in_it(permit: CommandLine, filed: SmallJournal) -> None:
    as_set_up_before(filed.url)
    ended = permit("demo", "--once")
    assert ended.code == 2
    assert "holds what no demonstration made" in ended.errors.splitlines()[-1]


def test_in_a_home_of_its_own_the_sentence_names_the_home(permit: CommandLine) -> None:
    # given a home whose own server has a database of before
    with reachable_directory() as home, EmbeddedPostgres(home) as server:
        permit.set({"PERMIT_HOME": str(home)})
        journal_url, keys_url = databases(Settings(home=home), server.url)
        make_databases(journal_url, keys_url)
        migrate_journal(journal_url, origin="single-permit")
        migrate_keys(keys_url)
        as_set_up_before(journal_url)
        # when the program is started in it
        for command in (("status",), ("serve", "--port", "0")):
            ended = permit(*command)
            # then the home is named, and how to do without it
            assert ended.code == 2
            sentence = ended.errors.splitlines()[-1]
            assert f"set PERMIT_HOME to another directory than {home}" in sentence
            assert "`permit demo` replaces a demonstration by itself" in sentence


def test_a_demonstration_of_before_is_replaced_by_the_next_one(admin_url: str) -> None:
    with fresh_database(admin_url) as journal_url, fresh_database(admin_url) as keys_url:
        # given the databases of a demonstration of before, with an event and a key in them
        clear_for_demonstration(journal_url, keys_url, "schema before", "demonstration")
        _use(journal_url, keys_url)
        as_set_up_before(journal_url)
        # when a demonstration is made in them
        assert clear_for_demonstration(journal_url, keys_url, "schema of today", "demonstration")
        # then both have the tables of today and nothing of before
        require_migrated(journal_url, "journal")
        require_migrated(keys_url, "keys")
        with closing(connect(journal_url, Role.OWNER)) as connection, connection.cursor() as cursor:
            cursor.execute("select name from schema_migration order by name")
            assert [name for (name,) in cursor.fetchall()] == [each.name for each in shipped_migrations("journal")]


def test_a_key_database_of_before_is_used_as_it_is(admin_url: str) -> None:
    # Its one migration is the same; only the journal's were written together.
    with fresh_database(admin_url) as journal_url, fresh_database(admin_url) as keys_url:
        migrate_journal(journal_url, origin="single-permit")
        migrate_keys(keys_url)
        as_set_up_before(journal_url)
        _use(journal_url, keys_url)
        assert migrate_keys(keys_url) == []
        with pytest.raises(NotADemonstration):
            clear_for_demonstration(journal_url, keys_url, "schema of today", "demonstration")


def _use(journal_url: str, keys_url: str) -> None:
    with closing(connect(journal_url, Role.OWNER)) as connection, connection.cursor() as cursor:
        cursor.execute(
            "insert into journal values (1, %s, 1, 'Noted', 1, now(), '\\x00', '\\x00', '\\x00')", (uuid4(),)
        )
    with closing(connect(keys_url, Role.OWNER)) as connection, connection.cursor() as cursor:
        cursor.execute("insert into data_key (subject, wrapped) values (%s, '\\x00')", (uuid4(),))
