"""A page that forgot to ask for its caller's rows only is shown no others: the database does not give them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing
from datetime import date
from threading import Timer
from types import MappingProxyType
from uuid import UUID, uuid4

import psycopg2
import psycopg2.errors
import pytest

from api.permissions import Action, Permissions
from api.services.access import AuthorisedCaller, rows_of
from infra.identity.caller import Caller, Role
from infra.postgres.read_models.generations import rebuild_projection
from infra.postgres.read_models.row_scope import EVERYTHING, NOTHING, PartyKind, RowScope, rows_within, show_rows
from infra.postgres.server.connection_pool import ConnectionPool
from infra.postgres.server.connections import DatabaseUnavailable
from infra.postgres.server.connections import Role as DatabaseRole
from projections.lists.own_queries import OfAuthority, own_applications
from projections.registered import registered_read_models
from projections.sla_board.model import board
from projections.sla_board.scope import EVERYTHING as WHOLE_BOARD
from tests.identity.callers import CALLERS, ENTERPRISE, OTHER_ENTERPRISE, SUPERVISOR_OF_ALL
from tests.projections.log_of_cases import LogOfCases, log_databases, open_log, run

pytestmark = pytest.mark.server

MINE, THEIRS = UUID(int=1), UUID(int=2)
ME, THEM = UUID(int=11), UUID(int=12)

ROW_OF: Mapping[UUID, Mapping[str, str]] = MappingProxyType(
    {
        MINE: {
            "authority": "flanders", "employer_number": ENTERPRISE, "representative_number": OTHER_ENTERPRISE,
            "worker_subject": str(ME),
        },
        THEIRS: {
            "authority": "brussels", "employer_number": "0420429375", "representative_number": "0308357159",
            "worker_subject": str(THEM),
        },
    }
)  # fmt: skip
"""Whose the two cases are, by the columns of the tables."""


@pytest.fixture(scope="module")
def filled(admin_url: str) -> Iterator[LogOfCases]:
    """Every read model with two cases in it, of two authorities and of different people."""
    with log_databases(admin_url) as databases, open_log(databases) as log:
        log.file()
        log.no_answer(log.file(), log.clock.now())
        log.catch_up()
        for table, columns in tables_with_parties(databases.url).items():
            cases = [case for (case,) in run(databases.url, f"select distinct case_id from permit.{table} order by 1")]
            for case, known_as in zip(cases, (MINE, THEIRS), strict=False):
                changes = ["case_id = %s"] + [f"{name} = %s" for name in sorted(columns & ROW_OF[known_as].keys())]
                values = [ROW_OF[known_as][name] for name in sorted(columns & ROW_OF[known_as].keys())]
                run(
                    databases.url,
                    f"update permit.{table} set {', '.join(changes)} where case_id = %s",
                    str(known_as),
                    *values,
                    str(case),
                )
        yield log


def tables_with_parties(url: str) -> dict[str, set[str]]:
    """The tables of read models that are of cases, with their columns."""
    found: dict[str, set[str]] = {}
    for table, column in run(
        url,
        "select c.table_name, c.column_name from information_schema.columns c"
        " join pg_class t on t.oid = to_regclass('permit.' || quote_ident(c.table_name)) and t.relrowsecurity"
        " where c.table_schema = 'permit'",
    ):
        found.setdefault(table, set()).add(column)
    # Those of migrations have files of other people's in them: test_rows_of_migrations.py.
    return {
        table: columns
        for table, columns in found.items()
        if "case_id" in columns and not is_of_migrations(table) and table not in UNDER_POLICIES_OF_THEIR_OWN
    }


UNDER_POLICIES_OF_THEIR_OWN = (
    *("draft", "draft_file", "application_batch", "application_batch_row"),
    *("webhook_subscription", "webhook_delivery"),
)
"""See tests/drafts/test_draft_store.py, tests/bulk/test_filing_a_batch.py and tests/webhooks/test_others.py."""


def is_of_migrations(table: str) -> bool:
    return table.startswith("legacy_") and table != "legacy_mirror"


def caller_of(role: Role, action: Action = Action.QUERY_APPLICATIONS, caller: Caller | None = None) -> AuthorisedCaller:
    known = CALLERS[role] if caller is None else caller
    return AuthorisedCaller(caller=known, reach=Permissions.load().reach(role, action))


def shown(log: LogOfCases, table: str, rows: RowScope) -> set[UUID]:
    with rows_within(log.readers, rows) as cursor:
        cursor.execute(f"select case_id from {table}")
        return {case for (case,) in cursor.fetchall()}


CALLERS_AND_CASES = [
    ("employer", rows_of(caller_of(Role.EMPLOYER)), "employer_number", {MINE}),
    ("representative", rows_of(caller_of(Role.REPRESENTATIVE)), "representative_number", {MINE}),
    ("worker", rows_of(caller_of(Role.WORKER), [ME]), "worker_subject", {MINE}),
    ("worker without cases", rows_of(caller_of(Role.WORKER)), "worker_subject", set()),
    ("handler", rows_of(caller_of(Role.CASE_HANDLER)), "authority", {MINE}),
    ("operations", rows_of(caller_of(Role.OPERATIONS, Action.READ_WORK_QUEUE)), "authority", {MINE}),
    ("operations in an employer's list", rows_of(caller_of(Role.OPERATIONS)), "authority", set()),
    ("regulator of one authority", rows_of(caller_of(Role.REGULATOR)), "authority", {MINE}),
    ("regulator of all", rows_of(caller_of(Role.REGULATOR, caller=SUPERVISOR_OF_ALL)), "authority", {MINE, THEIRS}),
    ("handler of another", RowScope(PartyKind.AUTHORITY, "brussels"), "authority", {THEIRS}),
    ("another employer", RowScope(PartyKind.EMPLOYER, "0420429375"), "employer_number", {THEIRS}),
    ("an authority's code as an employer", RowScope(PartyKind.EMPLOYER, "flanders"), "authority", set()),
    ("an employer's number as an authority", RowScope(PartyKind.AUTHORITY, ENTERPRISE), "employer_number", set()),
    ("a caller who names nothing", RowScope(PartyKind.AUTHORITY, ""), "authority", set()),
    ("nobody", NOTHING, "authority", set()),
    ("the program", EVERYTHING, "authority", {MINE, THEIRS}),
]
"""Who asks, by which column the rows are theirs, and which of the two they are shown where there is that column."""


@pytest.mark.parametrize(("name", "rows", "column", "cases"), CALLERS_AND_CASES, ids=lambda each: str(each)[:40])
def test_each_caller_is_shown_no_rows_but_their_own_in_any_table(
    filled: LogOfCases, name: str, rows: RowScope, column: str, cases: set[UUID]
) -> None:
    shows = {table: shown(filled, table, rows) for table in tables_with_parties(filled.url)}
    for model in registered_read_models():
        for table, parties in model.parties.items():
            if table not in shows:
                continue
            there = {case for (case,) in run(filled.url, f"select distinct case_id from permit.{table}")}
            columns = {parties.authority, parties.employer, parties.representative, parties.worker}
            if rows == EVERYTHING or (parties.of_nobody and rows != NOTHING):
                expected = there
            else:
                expected = there & cases if column in columns else set()
            assert shows[table] == expected, table


def test_every_table_of_a_read_model_is_under_a_policy_and_no_view_is_there(filled: LogOfCases) -> None:
    declared = {table for model in registered_read_models() for table in model.parties}
    secured = run(
        filled.url,
        "select relname, relforcerowsecurity from pg_class c join pg_namespace n on n.oid = relnamespace"
        " where nspname = 'permit' and relrowsecurity",
    )
    of_models = {
        name: forced
        for name, forced in secured
        if not is_of_migrations(name) and name not in UNDER_POLICIES_OF_THEIR_OWN
    }
    assert of_models == dict.fromkeys(declared, True)
    assert all(forced for _, forced in secured)
    made = {
        table
        for model in registered_read_models()
        for table in [line.split()[2] for line in model.ddl.splitlines() if line.startswith("create table ")]
    }
    assert declared == made


@pytest.mark.parametrize("table", sorted({table for model in registered_read_models() for table in model.parties}))
def test_who_says_nothing_is_shown_nothing(filled: LogOfCases, table: str) -> None:
    assert run(filled.url, f"select count(*) from permit.{table}") != [(0,)] or table == "legacy_mirror"
    with filled.readers.connection() as connection, connection.cursor() as cursor:
        for before in ("", "set permit.rows = ''; ", "set permit.rows = ':'; ", "reset permit.rows; "):
            cursor.execute(f"{before}select count(*) from {table}")
            assert cursor.fetchall() == [(0,)], before


# A list that forgets whose rows it is for


def test_a_list_that_asks_for_the_rows_of_all_shows_those_of_its_caller(filled: LogOfCases) -> None:
    # given the statement of a list that lost its condition: every authority's applications
    with rows_within(filled.readers, rows_of(caller_of(Role.EMPLOYER))) as cursor:
        page = own_applications(cursor, OfAuthority(authority=None))
    assert [each.case_id for each in page.items] == [MINE]


def test_a_board_of_all_authorities_counts_those_of_its_caller(filled: LogOfCases) -> None:
    with rows_within(filled.readers, rows_of(caller_of(Role.CASE_HANDLER, Action.READ_SERVICE_LEVELS))) as cursor:
        assert {line.authority for line in board(cursor, date(2027, 1, 1), WHOLE_BOARD)} == {"flanders"}


# What a session keeps


@pytest.fixture
def one_session(filled: LogOfCases) -> Iterator[ConnectionPool]:
    """A pool of one, so that whoever comes next gets the session of who came before."""
    with closing(ConnectionPool(filled.url, DatabaseRole.READER, size=1)) as pool:
        yield pool


def left_behind(pool: ConnectionPool) -> tuple[int, str]:
    """What a statement that says nothing is shown in the session of the one before, and what it finds said."""
    with pool.connection() as connection, connection.cursor() as cursor:
        cursor.execute("select count(*), coalesce(current_setting('permit.rows', true), '') from own_application")
        ((count, said),) = cursor.fetchall()
        return count, said


def test_a_session_has_forgotten_whose_rows_it_showed(one_session: ConnectionPool) -> None:
    with rows_within(one_session, EVERYTHING) as cursor:
        cursor.execute("select count(*) from own_application")
        assert cursor.fetchall() == [(2,)]
    assert left_behind(one_session) == (0, "")


def test_also_after_an_error(one_session: ConnectionPool) -> None:
    with (
        rows_within(one_session, EVERYTHING) as cursor,
        pytest.raises(psycopg2.errors.DivisionByZero),
    ):
        cursor.execute("select 1 / (count(*) - 2) from own_application")
    assert left_behind(one_session) == (0, "")


def test_also_after_a_time_out(one_session: ConnectionPool) -> None:
    with one_session.connection() as connection, connection.cursor() as cursor:
        cursor.execute("set statement_timeout = '50ms'")
    with (
        pytest.raises(DatabaseUnavailable),
        rows_within(one_session, EVERYTHING) as cursor,
    ):
        cursor.execute("select pg_sleep(5), count(*) from own_application")
    assert left_behind(one_session) == (0, "")


def test_also_after_a_cancel(filled: LogOfCases, one_session: ConnectionPool) -> None:
    with one_session.connection() as connection:
        pid = connection.info.backend_pid
    stopped = (
        "select pg_cancel_backend(pid) from pg_stat_activity, pg_sleep(0.2)"
        f" where pid = {pid} and state = 'active' and query like '%pg_sleep(30)%'"
    )
    with closing(psycopg2.connect(filled.url)) as other, other.cursor() as cancelling:
        timer = Timer(0.3, lambda: cancelling.execute(stopped))
        timer.start()
        with (
            pytest.raises(DatabaseUnavailable),
            rows_within(one_session, EVERYTHING) as cursor,
        ):
            cursor.execute("select pg_sleep(30), count(*) from own_application")
        timer.join()
    assert left_behind(one_session) == (0, "")


def test_also_inside_a_transaction_that_was_undone(one_session: ConnectionPool) -> None:
    with one_session.transaction() as connection, connection.cursor() as cursor:
        show_rows(cursor, EVERYTHING)
        with pytest.raises(psycopg2.errors.DivisionByZero):
            cursor.execute("select 1 / 0")
        connection.rollback()
    assert left_behind(one_session) == (0, "")


def test_what_a_value_holds_does_not_leave_its_quotes(filled: LogOfCases) -> None:
    for value in ("x'; set local permit.rows = 'everything:'; --", "\\'; select 1; --", "%s", "flanders:", "é\n"):
        rows = RowScope(PartyKind.AUTHORITY, value)
        assert shown(filled, "own_application", rows) == set()
        with rows_within(filled.readers, rows) as cursor:
            cursor.execute("select current_setting('permit.rows')")
            assert cursor.fetchall() == [(f"authority:{value}",)]


def test_a_statement_with_values_and_per_cents(filled: LogOfCases) -> None:
    with rows_within(filled.readers, EVERYTHING) as cursor:
        cursor.execute("select %s || '%%', count(*) from own_application where authority like %s", ("a", "f%"))
        assert cursor.fetchall() == [("a%", 1)]
        cursor.execute("select '%', count(*) from own_application where authority like 'f%'")
        assert cursor.fetchall() == [("%", 1)]


# Views, which read with the rights of who made them


@pytest.fixture(params=["view", "view with (security_invoker = true)", "materialized view"])
def through_a_view(request: pytest.FixtureRequest, filled: LogOfCases) -> Iterator[str]:
    """A view that somebody made as the owner of the tables, and let readers read."""
    name = f"seen_{uuid4().hex}"
    kind, _, options = request.param.partition(" with")
    how = f"with{options}" if options else ""
    run(
        filled.url,
        f"reset permit.rows; set role permit_owner; create {kind} permit.{name} {how} as"
        " select case_id, authority from permit.own_application;"
        f" grant select on permit.{name} to permit_reader",
    )
    yield name
    run(filled.url, f"drop {kind} permit.{name}")


def test_a_view_shows_no_more_than_its_table(filled: LogOfCases, through_a_view: str) -> None:
    kept = run(filled.url, "select relkind = 'm' from pg_class where relname = %s", through_a_view) == [(True,)]
    # a materialised view holds what its maker was shown when it was made, which is nothing
    assert shown(filled, through_a_view, rows_of(caller_of(Role.EMPLOYER))) == (set() if kept else {MINE})
    assert shown(filled, through_a_view, NOTHING) == set()
    with filled.readers.connection() as connection, connection.cursor() as cursor:
        cursor.execute(f"select count(*) from {through_a_view}")
        assert cursor.fetchall() == [(0,)]


# A new generation of the tables


def test_a_rebuilt_read_model_is_under_its_policies_too(admin_url: str) -> None:
    with log_databases(admin_url) as databases, open_log(databases) as log:
        log.file()
        log.catch_up()
        for model in registered_read_models():
            report = rebuild_projection(databases.url, log.recorder, model, on_progress=lambda _done, _all: None)
            assert report.same
            assert sum(each.live_rows for each in report.tables) == report.rows
            for table in model.parties:
                with log.readers.connection() as connection, connection.cursor() as cursor:
                    cursor.execute(f"select count(*) from {table}")
                    assert cursor.fetchall() == [(0,)], table
                with rows_within(log.readers, EVERYTHING) as cursor:
                    cursor.execute(f"select count(*) from {table}")
                    assert cursor.fetchall() == run(databases.url, f"select count(*) from permit.{table}")
        assert run(
            databases.url,
            "select count(*) from pg_class c join pg_namespace n on n.oid = relnamespace"
            " where nspname = 'permit' and relrowsecurity and relforcerowsecurity"
            " and (relname not like 'legacy%%' or relname = 'legacy_mirror')"
            " and relname <> all(%s)",
            list(UNDER_POLICIES_OF_THEIR_OWN),
        ) == [(sum(len(model.parties) for model in registered_read_models()),)]
        # and its runner goes on
        log.file()
        log.catch_up()


def test_the_owner_is_shown_nothing_by_default(filled: LogOfCases) -> None:
    """Whoever looks into the tables as their owner has to say whose rows are meant."""
    counted = run(filled.url, "reset permit.rows; set role permit_owner; select count(*) from permit.own_application")
    assert counted == [(0,)]
