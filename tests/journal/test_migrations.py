"""The schema is brought up to date once, by one process, and never rewritten."""

import subprocess
import sys
from contextlib import closing
from pathlib import Path

import psycopg2
import pytest
from psycopg2.errors import InsufficientPrivilege

from infra.postgres.journal.group_commit import GroupCommitter
from infra.postgres.journal.recorder import JournalRecorder
from infra.postgres.server.access import database_name
from infra.postgres.server.connections import DatabaseUnavailable, Role, connect
from infra.postgres.server.migrate import (
    Migration,
    SchemaMissing,
    SchemaOfAnotherVersion,
    SchemaUnusable,
    migrate_journal,
    migrate_keys,
    require_migrated,
    shipped_migrations,
)
from tests.journal.appends import ORIGIN, JournalAsStored, request
from tests.journal.made_before import as_set_up_before

pytestmark = pytest.mark.server

MIGRATE = """
import sys
from infra.postgres.server.migrate import migrate_journal
print(len(migrate_journal(sys.argv[1], origin="tests")))
"""


def test_an_empty_database_gets_every_migration_once(empty_database: str) -> None:
    names = [each.name for each in shipped_migrations("journal")]

    assert migrate_journal(empty_database, origin="tests") == names
    assert migrate_journal(empty_database, origin="tests") == []
    with closing(JournalRecorder(empty_database)) as recorder:
        assert recorder.origin == "tests"
        assert recorder.max_notification_id() is None


def test_a_database_of_before_the_probe_is_brought_up_to_date_in_place(journal_url: str) -> None:
    with closing(GroupCommitter(lambda: connect(journal_url, Role.WRITER))) as committer:
        committer.submit(request(count=3))
    before = JournalAsStored.of(journal_url)
    with closing(connect(journal_url, Role.OWNER)) as connection, connection.cursor() as cursor:
        cursor.execute("drop function journal_await_turn; delete from schema_migration where name = '0006_probe'")
    with pytest.raises(SchemaMissing):
        require_migrated(journal_url, "journal")

    assert migrate_journal(journal_url, origin=ORIGIN) == ["0006_probe"]

    require_migrated(journal_url, "journal")
    assert JournalAsStored.of(journal_url) == before
    with closing(connect(journal_url, Role.WRITER)) as connection, connection.cursor() as cursor:
        cursor.execute("select journal_await_turn()")


def test_a_database_without_the_table_of_folds_gets_it_in_place(empty_database: str) -> None:
    # given a database as the version before left it
    migrate_journal(empty_database, origin="tests")
    with closing(connect(empty_database, Role.OWNER)) as connection, connection.cursor() as cursor:
        cursor.execute("drop table case_fold; delete from schema_migration where name = '0009_snapshots'")

    # when it is brought up to date
    assert migrate_journal(empty_database, origin="tests") == ["0009_snapshots"]

    # then those who write may use it, and those who read may not even look
    with closing(connect(empty_database, Role.WRITER)) as connection, connection.cursor() as cursor:
        cursor.execute("select count(*) from case_fold")
    with (
        closing(connect(empty_database, Role.READER)) as connection,
        connection.cursor() as cursor,
        pytest.raises(InsufficientPrivilege),
    ):
        cursor.execute("select count(*) from case_fold")


def test_the_journal_and_the_keys_may_share_a_database(empty_database: str) -> None:
    assert migrate_journal(empty_database, origin="tests")
    assert migrate_keys(empty_database)
    assert migrate_journal(empty_database, origin="tests") == []


def test_of_processes_that_migrate_at_once_one_does_the_work(empty_database: str) -> None:
    root = Path(__file__).parents[2]
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", MIGRATE, empty_database],
            cwd=root,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(4)
    ]
    said = [(*process.communicate(timeout=60), process.returncode) for process in processes]

    assert [(error, code) for _, error, code in said] == [("", 0)] * 4
    applied = sorted(int(count) for count, _, _ in said)
    assert applied == [0, 0, 0, len(shipped_migrations("journal"))]


def test_a_database_set_up_with_another_text_is_refused(empty_database: str) -> None:
    read_model = Migration("9001_board", "create table board (n int)")
    migrate_journal(empty_database, origin="tests", read_models=[read_model])

    with pytest.raises(SchemaUnusable, match=r"9001_board .* another text"):
        migrate_journal(
            empty_database, origin="tests", read_models=[Migration("9001_board", "create table board (n bigint)")]
        )


def test_a_database_of_before_the_migrations_were_written_together_is_refused(journal_url: str) -> None:
    # given a database whose list of migrations is that of before
    as_set_up_before(journal_url)
    for check in (
        lambda: migrate_journal(journal_url, origin=ORIGIN),
        lambda: require_migrated(journal_url, "journal"),
    ):
        # when it is to be used, then it counts as another version's, and not as a later one's
        with pytest.raises(
            SchemaOfAnotherVersion, match=f"{database_name(journal_url)}' was .* another version .*0001"
        ):
            check()


@pytest.mark.parametrize("later", ["0099_later", "read_model_case-file_9"])
def test_a_database_of_a_newer_version_is_refused(empty_database: str, later: str) -> None:
    ours = [Migration("read_model_case-file_8", "create table case_file (n int)")]
    migrate_journal(empty_database, origin="tests", read_models=ours)
    with closing(connect(empty_database, Role.OWNER)) as connection, connection.cursor() as cursor:
        cursor.execute("insert into schema_migration (name, digest) values (%s, '')", (later,))

    for check in (
        lambda: migrate_journal(empty_database, origin="tests", read_models=ours),
        lambda: require_migrated(empty_database, "journal", ours),
    ):
        with pytest.raises(SchemaUnusable, match=f"set up by a newer version of this program .it has {later}."):
            check()


def test_an_earlier_version_of_a_read_model_is_no_obstacle(empty_database: str) -> None:
    ours = [Migration("read_model_case-file_8", "create table case_file (n int)")]
    later = [Migration("read_model_case-file_11", "drop table case_file; create table case_file (m int)")]
    migrate_journal(empty_database, origin="tests", read_models=ours)

    assert migrate_journal(empty_database, origin="tests", read_models=later) == ["read_model_case-file_11"]
    require_migrated(empty_database, "journal", later)


def test_a_read_model_that_this_version_has_given_up_is_no_obstacle(empty_database: str) -> None:
    migrate_journal(
        empty_database, origin="tests", read_models=[Migration("read_model_old_1", "create table o (n int)")]
    )
    require_migrated(empty_database, "journal")


def test_a_journal_of_another_origin_is_refused(empty_database: str) -> None:
    migrate_journal(empty_database, origin="flanders")

    with pytest.raises(SchemaUnusable, match="'flanders', not 'demonstration'"):
        migrate_journal(empty_database, origin="demonstration")


def test_a_migration_that_fails_leaves_nothing_behind(empty_database: str) -> None:
    broken = Migration("9001_broken", "create table half (n int); select * from nowhere")

    with pytest.raises(psycopg2.Error):
        migrate_journal(empty_database, origin="tests", read_models=[broken])

    with closing(connect(empty_database, None)) as connection, connection.cursor() as cursor:
        cursor.execute("select to_regclass('permit.half'), to_regclass('permit.journal')")
        assert cursor.fetchone() == (None, None)
    assert migrate_journal(empty_database, origin="tests")


def test_everything_belongs_to_the_owner(journal_url: str) -> None:
    with closing(connect(journal_url, None)) as connection, connection.cursor() as cursor:
        cursor.execute(
            "select relname, pg_get_userbyid(relowner) from pg_class where relnamespace = 'permit'::regnamespace"
            " union all select proname, pg_get_userbyid(proowner) from pg_proc"
            " where pronamespace = 'permit'::regnamespace"
        )
        assert {owner for _, owner in cursor.fetchall()} == {Role.OWNER.value}


def test_a_program_without_its_schema_says_so(empty_database: str) -> None:
    with pytest.raises((DatabaseUnavailable, psycopg2.Error)):
        JournalRecorder(empty_database)
