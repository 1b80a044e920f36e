"""On a server that was given, the program serves as logins of its own, with passwords that nobody has to keep."""

from __future__ import annotations

from pathlib import Path

import psycopg2
import pytest

from api.composition import Program, open_program
from infra.postgres.read_models.whole_streams import LIVE_SCHEMA, WholeStreams
from infra.postgres.server.access import url_as
from infra.postgres.server.connections import DatabaseUnavailable, Role, ServerUnsuitable, connect
from infra.postgres.server.logins import login_name
from infra.postgres.server.requirements import require_suitable
from infra.settings import Settings
from infra.workers.relay_windows import MakingApart, PositionRange
from tests.setup.given_servers import as_administrator, ask, use_everything
from tests.world.debian_postgres import OwnServer

pytestmark = pytest.mark.server

READER, WRITER = "permit_reader_permit", "permit_writer_permit"


@pytest.fixture
def makers_url(server: OwnServer) -> str:
    """Over TCP, with a password: of a user who may make databases and roles."""
    server.run_as_superuser("create role app login createdb createrole password 'geheim'")
    return server.tcp_url("app", "geheim", "permit")


@pytest.fixture
def plain_url(server: OwnServer) -> str:
    """Of a user who may make nothing, after an administrator ran what `permit database sql` prints."""
    url = server.tcp_url("app", "geheim", "permit")
    as_administrator(server, url)
    server.run_as_superuser("alter role app password 'geheim'")
    return url


def logged_in(program: Program) -> set[str]:
    """As whom the sessions of a program are there."""
    with program.readers.connection() as reading, program.writers.connection(), reading.cursor() as cursor:
        cursor.execute("select distinct usename from pg_stat_activity where application_name = 'permit'")
        return {name for (name,) in cursor.fetchall()}


@pytest.mark.parametrize("whose", ["makers_url", "plain_url"])
def test_the_program_serves_as_its_own_logins(request: pytest.FixtureRequest, whose: str, tmp_path: Path) -> None:
    # given a server that wants passwords
    url = request.getfixturevalue(whose)
    # when the program is set up by the user that was given, and used, and opened again as a worker does
    use_everything(url, tmp_path / "home")
    with open_program(Settings(home=tmp_path / "home", database_url=url)) as program:
        # then that user has gone, and the sessions are of those who can be one role only
        program.index.subjects_of("85073003328")
        assert logged_in(program) == {READER, WRITER, "permit_writer_permit_keys"}
    # and without the password nobody is let in as them
    for name in (READER, WRITER):
        with pytest.raises(DatabaseUnavailable, match="password authentication failed"):
            connect(url_as(url, name, "guessed"), None)


def test_other_processes_are_let_in_as_who_their_worker_is(makers_url: str, tmp_path: Path) -> None:
    # given a service with a filed case, whose relay and read models hand work to other processes
    use_everything(makers_url, tmp_path / "home")
    with open_program(Settings(home=tmp_path / "home", database_url=makers_url)) as program:
        end = program.recorder.max_notification_id() or 0
        # then what such a process opens, it opens on the login that it is given
        with MakingApart(url=program.writers.url, source="urn:tests", prefix="").open() as made:
            assert made(PositionRange(after=0, up_to=end)).windows
        for read_model in program.read_models:
            whole = WholeStreams(url=program.writers.url, read_model=read_model, schema=LIVE_SCHEMA, up_to=end)
            with whole.folded(workers=1) as ranges:
                assert sum(each.read for each in ranges) == end


def test_no_password_is_written_anywhere_on_the_server(server: OwnServer, makers_url: str, tmp_path: Path) -> None:
    server.set_and_wait(log_statement="all", log_min_messages="log")
    try:
        use_everything(makers_url, tmp_path / "home")
    finally:
        server.set_and_wait(log_statement="none", log_min_messages="fatal")
    log = (server.directory / "server.log").read_text()
    assert f'create role "{READER}" login password \'SCRAM-SHA-256$' in log
    with open_program(Settings(home=tmp_path / "home", database_url=makers_url)) as program:
        password = psycopg2.extensions.parse_dsn(program.serving.reader)["password"]
    assert len(password) > 40
    assert password not in log


@pytest.mark.parametrize("whose", ["makers_url", "plain_url"])
def test_a_password_that_is_another_is_set_again_by_who_sets_up(
    server: OwnServer, request: pytest.FixtureRequest, whose: str, tmp_path: Path
) -> None:
    # given an installation whose reader was given another password, as after a restore on another server
    url = request.getfixturevalue(whose)
    settings = Settings(home=tmp_path, database_url=url)
    with open_program(settings, set_up=True):
        pass
    server.run_as_superuser(f"alter role {READER} password 'another'")
    # when a worker comes, then it says what is wrong, and sets nothing
    with pytest.raises(ServerUnsuitable, match=f"does not let the program in as '{READER}'"), open_program(settings):
        pass
    # when the service is started, then it is as before
    with open_program(settings, set_up=True):
        pass
    with open_program(settings) as program:
        assert program.recorder.max_notification_id() is None


def test_a_login_that_is_not_let_in_stops_the_start_with_a_sentence(
    server: OwnServer, makers_url: str, tmp_path: Path
) -> None:
    settings = Settings(home=tmp_path, database_url=makers_url)
    with open_program(settings, set_up=True):
        pass
    server.run_as_superuser(f"alter role {WRITER} nologin")
    with pytest.raises(ServerUnsuitable, match=r"pg_hba.conf admit that user") as refusal:
        open_program(settings, set_up=True).__enter__()
    assert "geheim" not in str(refusal.value)


def test_logins_that_the_user_may_not_make_are_missed_before_anything_is_made(
    server: OwnServer, plain_url: str
) -> None:
    # given a server that was made ready for an earlier version, whose program had no logins of its own
    revoked = f"revoke connect on database permit from {READER}, {WRITER}"
    server.run_as_superuser(revoked, f"drop role {READER}", f"drop role {WRITER}")
    # when it is looked at, then both are named, with what to do
    with pytest.raises(ServerUnsuitable, match=f"The roles {WRITER}, {READER} do not exist .* `permit database sql`"):
        require_suitable(plain_url, set_up=True)


def test_a_login_that_has_lost_its_role_gets_it_back(server: OwnServer, makers_url: str, tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, database_url=makers_url)
    with open_program(settings, set_up=True):
        pass
    server.run_as_superuser(f"revoke permit_reader from {READER}")
    with open_program(settings, set_up=True) as program:
        assert READER in logged_in(program)


def test_databases_of_one_server_have_logins_of_their_own(server: OwnServer, makers_url: str, tmp_path: Path) -> None:
    """Two installations with keys of their own take turns, and neither locks the other out."""
    other = server.tcp_url("app", "geheim", "elsewhere")
    for _ in range(2):
        for name, url in (("one", makers_url), ("two", other)):
            with open_program(Settings(home=tmp_path / name, database_url=url), set_up=True):
                pass
    for name, url in (("one", makers_url), ("two", other)):
        with open_program(Settings(home=tmp_path / name, database_url=url)) as program:
            assert program.recorder.max_notification_id() is None


@pytest.mark.parametrize("database", ["p", "a database", "x" * 63, "é" * 31, "x" * 62 + "y"])
def test_a_name_fits_and_is_that_of_one_database_only(database: str) -> None:
    names = {login_name(role, each) for role in (Role.READER, Role.WRITER) for each in (database, "x" * 63)}
    assert len(names) == 2 * len({database, "x" * 63})
    assert all(len(name.encode()) <= 63 for name in names)


def test_a_database_with_a_long_name(server: OwnServer, tmp_path: Path) -> None:
    server.run_as_superuser("create role app login createdb createrole password 'geheim'")
    name = 'a long name with "quotes" and é of 58 bytes, as they may be'
    use_everything(server.tcp_url("app", "geheim", name), tmp_path / "home")
    # the writers of the journal and of the keys, whose names are the same as far as they fit
    assert ask(server.url(), "select count(*) from pg_roles where rolname like 'permit_writer_a long%'") == [(2,)]
