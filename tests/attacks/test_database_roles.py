"""Whoever speaks SQL in a session of the service can do what that session is for, and nothing else."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from uuid import uuid4

import psycopg2
import psycopg2.errors
import pytest

from api.composition import Program, open_program
from api.http.problems import API_ROOT
from api.server import running_server
from api.workers import running_workers
from infra.identity.caller import Role as CallerRole
from infra.identity.development_issuer import DevelopmentIssuer
from infra.postgres.server.access import database_name, url_for_database
from infra.postgres.server.connections import Role, connect
from infra.postgres.server.logins import login_name
from infra.settings import Settings
from tests.world.databases import program_databases
from tests.world.products import by_day_and_night, pairs, whole
from tests.world.service_clients import ServiceClients
from tests.world.stated import stating

pytestmark = pytest.mark.server


@pytest.fixture(scope="module")
def program(admin_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    with program_databases(admin_url) as (journal_url, keys_url):
        home = tmp_path_factory.mktemp("home")
        settings = Settings(home=home, database_url=journal_url, key_database_url=keys_url)
        with open_program(settings, set_up=True) as opened:
            yield opened


@pytest.fixture(params=[Role.READER, Role.WRITER])
def login(request: pytest.FixtureRequest, program: Program) -> str:
    """The URL under which the service reads, or writes."""
    return program.serving.reader if request.param is Role.READER else program.serving.writer


def session_users(program: Program) -> set[str]:
    with closing(psycopg2.connect(program.journal_url)) as connection, connection.cursor() as cursor:
        cursor.execute(
            "select distinct usename from pg_stat_activity where application_name = 'permit' and datname = any(%s)",
            ([database_name(program.journal_url), database_name(program.log.keys_url)],),
        )
        return {name for (name,) in cursor.fetchall()}


def test_while_it_serves_nobody_is_logged_in_but_its_narrow_logins(program: Program) -> None:
    # given the service with its workers, at work
    issuer = DevelopmentIssuer.open(program.settings.home, create=True)
    with running_workers(program, crossroads_url=None), running_server(program) as address:
        with ServiceClients(program, address, issuer) as clients:
            filed = clients.of(CallerRole.EMPLOYER).file()
            assert filed.status_code == 201
            handler = clients.of(CallerRole.CASE_HANDLER)
            pages = ["workQueues/flanders", "applications", "serviceLevels", f"applications/{filed.json()['id']}"]
            answers = [handler.get(each).status_code for each in pages]
            assert answers == [200] * len(pages), API_ROOT
        # when one looks who is there, then it is whom it serves as
        journal, keys = database_name(program.journal_url), database_name(program.log.keys_url)
        assert session_users(program) == {
            login_name(Role.WRITER, journal),
            login_name(Role.READER, journal),
            login_name(Role.WRITER, keys),
        }


def test_the_logins_own_nothing_and_may_become_nobody(program: Program) -> None:
    with closing(psycopg2.connect(program.journal_url)) as connection, connection.cursor() as cursor:
        names = [login_name(role, database_name(program.journal_url)) for role in (Role.READER, Role.WRITER)]
        cursor.execute(
            "select rolsuper or rolcreaterole or rolcreatedb or rolreplication or rolbypassrls from pg_roles"
            " where rolname = any(%s) or rolname in ('permit_reader', 'permit_writer')",
            (names,),
        )
        assert cursor.fetchall() == [(False,)] * 4
        cursor.execute(
            "select member::regrole::text, roleid::regrole::text, admin_option from pg_auth_members"
            " where member::regrole::text = any(%s) or member::regrole::text in ('permit_reader', 'permit_writer')"
            " order by 1",
            (names,),
        )
        assert cursor.fetchall() == [(name, re.sub("_test_.*", "", name), False) for name in sorted(names)]
        cursor.execute("select count(*) from pg_class where relowner::regrole::text = any(%s)", (names,))
        assert cursor.fetchall() == [(0,)]


BEFORE = ["", "reset role", "set session authorization default", "set search_path = pg_catalog, permit"]

FORBIDDEN = [
    # to be somebody else
    "set role postgres",
    "set role permit_owner",
    "set role pg_read_all_data",
    "set session authorization postgres",
    "set session authorization permit_owner",
    "grant permit_owner to current_user",
    "create role mine",
    "alter role current_user superuser",
    "alter role current_user bypassrls",
    # to make something
    "create table permit.mine (x int)",
    "create table public.mine (x int)",
    "create schema mine",
    "create function permit.mine() returns int language sql as 'select 1'",
    "create view permit.mine as select * from permit.journal",
    # to rewrite the log, or what guards it
    "insert into permit.journal select position + 1, stream, version + 1, type, schema, known_at, leaf_hash, envelope,"
    " body from permit.journal",
    "update permit.journal set body = ''",
    "delete from permit.journal",
    "truncate permit.journal",
    "update permit.journal_head set position = 0",
    "update permit.command set digest = ''",
    "delete from permit.command",
    "alter table permit.journal disable trigger all",
    "alter table permit.own_application disable row level security",
    "alter table permit.own_application no force row level security",
    "create policy mine on permit.own_application using (true)",
    "drop policy of_the_caller on permit.own_application",
    "alter function permit.row_scope(text) owner to current_user",
    "create or replace function permit.row_scope(p_kind text) returns text language sql as 'select p_kind'",
    "create or replace function permit.journal_forget_commands(p_before timestamptz) returns bigint language sql"
    " as 'select 1::bigint'",
    "alter function permit.journal_forget_commands(timestamptz) security invoker",
    "drop function permit.journal_forget_commands(timestamptz)",
    "insert into permit.schema_migration (name, digest) values ('mine', '')",
    # to leave the database
    "copy permit.journal to program 'cat'",
    "copy permit.tracking to '/tmp/tracking'",
    "select pg_read_file('/etc/passwd')",
    "select lo_export(1, '/tmp/mine')",
    "alter system set fsync = off",
    "select pg_reload_conf()",
]


LOGINS = (Role.READER, Role.WRITER)


@by_day_and_night(
    "statement, before, login",
    pairs(FORBIDDEN, BEFORE, LOGINS),
    whole(FORBIDDEN, BEFORE, LOGINS),
    indirect=["login"],
)
def test_no_login_can_do_more_than_it_is_for(login: str, before: str, statement: str) -> None:
    role = Role.READER if "reader" in login else Role.WRITER
    with closing(connect(login, role)) as connection, connection.cursor() as cursor:
        if before:
            cursor.execute(before)
        with pytest.raises(psycopg2.errors.InsufficientPrivilege):
            cursor.execute(statement)


def test_the_reader_cannot_become_the_writer_nor_the_writer_the_reader(program: Program) -> None:
    for url, role, other in (
        (program.serving.reader, Role.READER, Role.WRITER),
        (program.serving.writer, Role.WRITER, Role.READER),
    ):
        names = (other.value, login_name(other, database_name(program.journal_url)))
        with closing(connect(url, role)) as connection, connection.cursor() as cursor:
            for name in names:
                with pytest.raises(psycopg2.errors.InsufficientPrivilege):
                    cursor.execute(f'set role "{name}"')


def test_the_reader_reads_no_key_where_both_are_kept_in_one_database(
    admin_url: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    with program_databases(admin_url) as (journal_url, _):
        home = tmp_path_factory.mktemp("home")
        settings = Settings(home=home, database_url=journal_url, key_database_url=journal_url)
        with open_program(settings, set_up=True) as program:
            program.index.remember("flanders", [stating(program.keys.mint(), ssin="85073003328")])
            for table in ("data_key", "person_index", "name_index"):
                with (
                    program.readers.connection() as connection,
                    connection.cursor() as cursor,
                    pytest.raises(psycopg2.errors.InsufficientPrivilege),
                ):
                    cursor.execute(f"select * from permit.{table}")


def test_no_login_of_the_journal_knows_the_keys_beside_it(program: Program, login: str) -> None:
    """The databases are two, and a session is of one."""
    keys = database_name(program.log.keys_url)
    role = Role.READER if "reader" in login else Role.WRITER
    with closing(connect(login, role)) as connection, connection.cursor() as cursor:
        with pytest.raises(psycopg2.errors.UndefinedTable):
            cursor.execute("select * from permit.data_key")
        with pytest.raises(psycopg2.errors.FeatureNotSupported):
            cursor.execute(f'select * from "{keys}".permit.data_key')
    if role is Role.READER:
        with (
            closing(connect(url_for_database(login, keys), role)) as connection,
            connection.cursor() as cursor,
            pytest.raises(psycopg2.errors.InsufficientPrivilege),
        ):
            cursor.execute("select * from permit.data_key")


R, RI, RU, RIU, RID, RIUD = "r", "ri", "ru", "riu", "rid", "riud"

WRITERS_RIGHTS = {
    "journal": R,
    "journal_head": R,
    "command": R,
    "case_fold": RIUD,
    "draft": RIUD,
    "webhook_subscription": RIUD,
    "webhook_delivery": RIUD,
    "application_batch": RIUD,
    "application_batch_row": RIUD,
    "draft_file": RIUD,
    "schema_migration": "",
    "tracking": RIU,
    "parked_stream": RIUD,
    "consumer_offset": RIUD,
    "consumer_stream": RIUD,
    "parked_message": RIUD,
    "dead_letter": RIU,
    "consumer_stop": RIU,
    "relay_lease": RU,
    "check_work": RIUD,
    "crossroads_registration": RIUD,
    "crossroads_gate": RU,
    "crossroads_consultation": RI,
    "crossroads_reply": RI,
    "legacy_batch": RIU,
    "legacy_tally": RIU,
    "legacy_dossier": RIU,
    "legacy_quarantine": RIU,
    "legacy_topic_partition": RIU,
    "legacy_record": RI,
    "legacy_correction": RI,
    "legacy_quarantine_step": RI,
    "legacy_cutover_step": RI,
    # read models, which are made anew from the log
    "case_file": RIUD,
    "case_file_group": RIUD,
    "timeline_entry": RIUD,
    "sla_board_case": RIUD,
    "sla_board_target": RIUD,
    "work_queue_case": RIUD,
    "own_application": RIUD,
    "deadline_day": RIUD,
    "check_time": RIUD,
    "legacy_mirror": RIUD,
}
"""Every table of the journal's database, and what a writer may do with it: read, insert, update, delete."""

WRITERS_ALONE = {"case_fold", "draft_file"}
"""What a reader does not even read."""


def test_a_writers_rights_one_by_one(program: Program) -> None:
    """Each is tried, and no table is left out: a new one has to be written down here."""
    with closing(psycopg2.connect(program.journal_url)) as connection, connection.cursor() as cursor:
        cursor.execute("select tablename from pg_tables where schemaname = 'permit'")
        assert {name for (name,) in cursor.fetchall()} == WRITERS_RIGHTS.keys()
        cursor.execute("select relname from pg_class c join pg_namespace n on n.oid = relnamespace"
                       " where nspname = 'permit' and relkind in ('v', 'm', 'f', 'p')")  # fmt: skip
        assert cursor.fetchall() == []
    for role, url in ((Role.WRITER, program.serving.writer), (Role.READER, program.serving.reader)):
        with closing(connect(url, role)) as connection, connection.cursor() as cursor:
            for table, rights in WRITERS_RIGHTS.items():
                may = rights if role is Role.WRITER else "" if table in WRITERS_ALONE else rights[:1]
                for letter, statement in tried(cursor, table).items():
                    assert allowed(cursor, statement) == (letter in may), f"{role}: {statement}"


def tried(cursor: psycopg2.extensions.cursor, table: str) -> dict[str, str]:
    """A statement for each right, which would change nothing."""
    cursor.execute(
        "select attname from pg_attribute where attrelid = to_regclass(%s) and attnum = 2", (f"permit.{table}",)
    )
    ((column,),) = cursor.fetchall()
    return {
        "r": f"select from permit.{table} limit 0",
        "i": f'insert into permit.{table} ("{column}") select (null::permit.{table})."{column}" where false',
        "u": f'update permit.{table} set "{column}" = "{column}" where false',
        "d": f"delete from permit.{table} where false",
        "truncate": f"truncate permit.{table}",
    }


def allowed(cursor: psycopg2.extensions.cursor, statement: str) -> bool:
    try:
        cursor.execute(statement)
    except psycopg2.errors.InsufficientPrivilege:
        return False
    return True


def test_nothing_of_the_database_may_be_run_but_what_each_is_for(program: Program) -> None:
    """The functions that run with the owner's rights are four, and a writer's only."""
    with closing(psycopg2.connect(program.journal_url)) as connection, connection.cursor() as cursor:
        cursor.execute(
            "select p.proname, has_function_privilege('permit_writer', p.oid, 'execute'),"
            "       has_function_privilege('permit_reader', p.oid, 'execute')"
            "  from pg_proc p join pg_namespace n on n.oid = p.pronamespace where n.nspname = 'permit' and p.prosecdef"
            " order by 1"
        )
        assert cursor.fetchall() == [
            ("journal_append", True, False),
            ("journal_append_one", True, False),
            ("journal_await_turn", True, False),
            ("journal_forget_commands", True, False),
        ]


def test_a_reader_cannot_append_nor_forget(program: Program) -> None:
    with closing(connect(program.serving.reader, Role.READER)) as connection, connection.cursor() as cursor:
        for call in (
            "journal_forget_commands('2000-01-01')",
            f"nextval('reference_number'), '{uuid4()}'",
        ):
            with pytest.raises(psycopg2.errors.InsufficientPrivilege):
                cursor.execute(f"select {call}")


def test_the_files_of_the_service_hold_no_password_of_the_database(program: Program) -> None:
    password = psycopg2.extensions.parse_dsn(program.serving.writer)["password"]
    files = [path for path in Path(program.settings.home).rglob("*") if path.is_file()]
    assert files
    assert not [path for path in files if password.encode() in path.read_bytes()]
