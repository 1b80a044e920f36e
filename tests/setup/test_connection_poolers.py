"""Behind a pooler a session must be a session: anything else is refused at the start, before a word was set on it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import psycopg2
import pytest

from api.composition import open_program
from infra.postgres.server.connections import ServerUnsuitable
from infra.postgres.server.logins import SERVING, login_name
from infra.postgres.server.requirements import require_suitable
from infra.settings import Settings
from tests.setup.given_servers import as_administrator, made_on, use_everything
from tests.setup.pgbouncer import Pooler, pgbouncer_program, pooled
from tests.world.debian_postgres import OwnServer
from tests.world.servers import NoServer, NotHere, give_up

pytestmark = pytest.mark.server


@pytest.fixture(autouse=True)
def required_pooler() -> None:
    try:
        pgbouncer_program()
    except NotHere as why:
        give_up(NoServer(str(why)), "PgBouncer")


def refuse(pooler: Pooler) -> None:
    with pytest.raises(ServerUnsuitable, match="connection pooler that gives each transaction another session"):
        require_suitable(pooler.url("permit_maker", "permit"), set_up=True)


@pytest.mark.parametrize("mode", ["transaction", "statement"])
@pytest.mark.parametrize("round_robin", [False, True])
def test_a_session_lent_for_a_transaction(server: OwnServer, mode: str, round_robin: bool) -> None:
    server.run_as_superuser("create database permit owner permit_maker")
    before = made_on(server)
    with pooled(server, mode, "permit_maker", round_robin=round_robin) as pooler:
        refuse(pooler)
        warm_up(pooler, sessions=0 if mode == "statement" else 6)
        refuse(pooler)
    assert made_on(server) == before


def test_no_database_is_made_through_such_a_pooler(server: OwnServer, tmp_path: Path) -> None:
    before = made_on(server)
    with pooled(server, "transaction", "permit_maker") as pooler:
        settings = Settings(home=tmp_path, database_url=pooler.url("permit_maker", "permit"))
        with pytest.raises(ServerUnsuitable, match="pool_mode = session"), open_program(settings, set_up=True):
            pass
    assert made_on(server) == before


def warm_up(pooler: Pooler, *, sessions: int) -> None:
    """Leave the pooler with several idle sessions of the server."""
    with ExitStack() as opened:
        for _ in range(sessions):
            connection = opened.enter_context(closing(psycopg2.connect(pooler.url("permit_maker", "permit"))))
            connection.cursor().execute("select 1")


SERVING_LOGINS = [login_name(role, database) for role in SERVING for database in ("permit", "permit_keys")]


@pytest.fixture
def session_pool(server: OwnServer) -> Iterator[Pooler]:
    with pooled(server, "session", "permit_maker", "app", *SERVING_LOGINS) as pooler:
        yield pooler


def test_a_session_lent_until_its_end_is_as_good_as_one_of_the_server(
    server: OwnServer, session_pool: Pooler, tmp_path: Path
) -> None:
    as_administrator(server, server.url("app", "permit"))
    use_everything(session_pool.url("app", "permit"), tmp_path / "home")


def test_a_pool_that_does_not_know_whom_the_program_serves_as(server: OwnServer, tmp_path: Path) -> None:
    as_administrator(server, server.url("app", "permit"))
    with pooled(server, "session", "app") as pooler:
        settings = Settings(home=tmp_path, database_url=pooler.url("app", "permit"))
        with (
            pytest.raises(
                ServerUnsuitable, match=r"does not let the program in as 'permit_writer_permit'.* a connection pooler"
            ),
            open_program(settings, set_up=True),
        ):
            pass


def test_through_a_pool_of_sessions_databases_are_made_too(
    server: OwnServer, session_pool: Pooler, tmp_path: Path
) -> None:
    use_everything(session_pool.url("permit_maker", "permit"), tmp_path / "home")
