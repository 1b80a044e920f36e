"""Nobody but the append function writes the journal; nobody rewrites it."""

from collections.abc import Iterator
from contextlib import closing

import psycopg2.errors
import pytest
from psycopg2.extensions import connection as Connection

from infra.postgres.journal.conflicts import StreamMoved
from infra.postgres.journal.group_commit import GroupCommitter
from infra.postgres.server.connections import Role, connect
from tests.journal.appends import JournalAsStored, request

pytestmark = pytest.mark.server


@pytest.fixture
def journal_of_three(journal_url: str, committer: GroupCommitter) -> Iterator[str]:
    committer.submit(request(count=3))
    before = JournalAsStored.of(journal_url)
    yield journal_url
    assert JournalAsStored.of(journal_url) == before


def attempt(connection: Connection, statement: str) -> None:
    with closing(connection), connection.cursor() as cursor:
        cursor.execute(statement)


FORGERIES = [
    "insert into journal select position + 1, stream, version + 1, type, schema, known_at, leaf_hash, envelope, body"
    " from journal where position = 3",
    "update journal set body = '' where position = 2",
    "delete from journal where position = 3",
    "truncate journal",
    "update journal_head set position = 2",
    "update journal_head set known_at = '-infinity'",
    "delete from command",
    "update command set digest = ''",
    "insert into command select 'somebody', id, digest, stream, version, position, leaf_hash, recorded_at from command",
    "alter table journal disable trigger all",
    "create or replace function permit.journal_append() returns int language sql as 'select 1'",
    "drop function permit.journal_append",
    "create table permit.mine (x int)",
]


@pytest.mark.parametrize("role", [Role.WRITER, Role.READER])
@pytest.mark.parametrize("forgery", FORGERIES)
def test_no_role_of_the_program_can_forge_the_journal(journal_of_three: str, role: Role, forgery: str) -> None:
    with pytest.raises(psycopg2.errors.InsufficientPrivilege):
        attempt(connect(journal_of_three, role), forgery)


def test_a_reader_may_read_but_not_append(journal_of_three: str) -> None:
    reader = GroupCommitter(lambda: connect(journal_of_three, Role.READER), patience=0.2)

    with closing(reader), pytest.raises(psycopg2.errors.InsufficientPrivilege):
        reader.submit(request())

    with closing(connect(journal_of_three, Role.READER)) as connection, connection.cursor() as cursor:
        cursor.execute("select count(*) from journal")
        assert cursor.fetchone() == (3,)


def test_objects_of_a_callers_own_do_not_stand_in_for_the_journals(journal_of_three: str) -> None:
    """The append runs as the owner: a table or function that the caller puts in its way must not be found."""
    with closing(connect(journal_of_three, Role.WRITER)) as connection:
        with connection.cursor() as cursor:
            cursor.execute("create temporary table journal_head (position bigint, known_at timestamptz)")
            cursor.execute("create temporary table command (like permit.command)")
        committer = GroupCommitter(lambda: connection)
        with pytest.raises(StreamMoved):
            committer.submit(request(JournalAsStored.of(journal_of_three).rows[0].stream))
        with connection.cursor() as cursor:
            cursor.execute("select count(*) from pg_temp.command")
            assert cursor.fetchone() == (0,)
