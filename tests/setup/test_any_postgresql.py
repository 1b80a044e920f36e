"""A PostgreSQL of one's own: which rights the program needs there, and what it says when it lacks one."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from api.composition import open_program
from infra.postgres.server.connections import Role, ServerUnsuitable, connect
from infra.settings import Settings
from tests.cli.conftest import CommandLine, permit  # noqa: F401 (a fixture)
from tests.setup.given_servers import as_administrator, ask, made_on, sentences, use_everything
from tests.world.debian_postgres import OwnServer

pytestmark = pytest.mark.server

ROLES = ", ".join(role.value for role in Role)


def refusal(url: str, home: Path) -> str:
    with pytest.raises(ServerUnsuitable) as refused, open_program(Settings(home=home, database_url=url), set_up=True):
        pass
    return str(refused.value)


def test_a_user_who_may_make_databases_and_roles_needs_nothing_else(server: OwnServer, tmp_path: Path) -> None:
    url = server.url("permit_maker", "permit")

    use_everything(url, tmp_path / "home")

    assert ask(url, "select rolsuper from pg_roles where rolname = current_user") == [(False,)]
    assert ask(
        url, "select datcollate, pg_encoding_to_char(encoding) from pg_database where datname like 'permit%'"
    ) == [
        ("C", "UTF8"),
        ("C", "UTF8"),
    ]


@pytest.mark.parametrize("attribute", ["inherit", "noinherit"])
def test_what_an_administrator_made_beforehand_is_enough(server: OwnServer, tmp_path: Path, attribute: str) -> None:
    url = server.url('the app\'s "user"', "permit's")
    server.run_as_superuser(f'create role "the app\'s ""user""" login {attribute}')

    as_administrator(server, url)
    made = made_on(server)
    use_everything(url, tmp_path / "home")
    as_administrator(server, url)

    assert made_on(server) == made


def test_an_administrator_need_not_be_a_superuser(server: OwnServer, tmp_path: Path) -> None:
    url = server.url("app", "permit")

    as_administrator(server, url, user="permit_maker")

    use_everything(url, tmp_path / "home")


def test_nothing_is_granted_to_everybody(server: OwnServer, tmp_path: Path) -> None:
    url = server.url("app", "permit")
    as_administrator(server, url)
    for name in ("permit", "permit_keys"):
        server.run_as_superuser(f"revoke all on database {name} from public")
    as_administrator(server, url)

    use_everything(url, tmp_path / "home")


def test_a_user_without_rights_is_given_all_that_is_missing_at_once(server: OwnServer, tmp_path: Path) -> None:
    server.run_as_superuser("create role app login")
    before = made_on(server)

    said = refusal(server.url("app", "permit"), tmp_path)

    assert "The database 'permit' does not exist" in said
    assert f"The roles {ROLES} do not exist" in said
    assert all("`permit database sql` prints" in each for each in sentences(said))
    assert made_on(server) == before


def test_the_first_database_is_not_made_when_the_second_thing_is_missing(server: OwnServer, tmp_path: Path) -> None:
    server.run_as_superuser("create role app login createdb")
    before = made_on(server)

    assert "may not make roles (CREATEROLE)" in refusal(server.url("app", "permit"), tmp_path)

    assert made_on(server) == before


def test_roles_that_are_there_must_be_granted(server: OwnServer, tmp_path: Path) -> None:
    server.run_as_superuser(*(f"create role {role.value}" for role in Role), "create role app login createdb")
    before = made_on(server)

    said = refusal(server.url("app", "permit"), tmp_path)

    assert f"The user 'app' may not act as the roles {ROLES}" in said
    assert made_on(server) == before


def test_a_database_of_somebody_else(server: OwnServer, tmp_path: Path) -> None:
    server.run_as_superuser("create role app login createdb createrole", "create database permit")

    said = refusal(server.url("app", "permit"), tmp_path)

    assert "Neither the user 'app' nor the role 'permit_owner' may make a schema in the database 'permit'" in said
    as_administrator(server, server.url("app", "permit"))
    use_everything(server.url("app", "permit"), tmp_path / "home")


def test_a_schema_of_somebody_else(server: OwnServer, tmp_path: Path) -> None:
    url = server.url("permit_maker", "permit")
    server.run_as_superuser("create database permit owner permit_maker")
    server.run_as_superuser("create schema permit", database="permit")

    assert "belongs to 'postgres' and not to 'permit_owner'" in refusal(url, tmp_path)

    server.run_as_superuser("drop schema permit", database="permit")
    use_everything(url, tmp_path / "home")


def test_tables_of_somebody_else_in_the_programs_schema(server: OwnServer, tmp_path: Path) -> None:
    url = server.url("permit_maker", "permit")
    use_everything(url, tmp_path / "home")
    server.run_as_superuser("alter table permit.schema_migration owner to postgres", database="permit")

    assert "the role 'permit_owner' may not do its work in the database 'permit'" in refusal(url, tmp_path)


def test_the_command_line_ends_with_the_sentence_and_exit_code_2(
    server: OwnServer,
    permit: CommandLine,  # noqa: F811
) -> None:
    server.run_as_superuser("create role app login")
    permit.set({"PERMIT_DATABASE_URL": server.url("app", "permit")})

    for command in (("serve",), ("demo", "--once")):
        ended = permit(*command)
        assert ended.code == 2
        assert "permit: The database 'permit' does not exist on " in ended.errors
    assert not (permit.home / "key-encryption.key").exists()


def test_the_sql_can_be_printed_before_there_is_a_server(permit: CommandLine) -> None:  # noqa: F811
    permit.set({"PERMIT_DATABASE_URL": "postgresql://app:geheim@db.example:5433/permit"})

    ended = permit("database", "sql")

    assert ended.code == 0
    assert 'create database "permit_keys" owner permit_owner encoding' in ended.output
    assert f'grant {ROLES} to "app";' in ended.output
    assert "geheim" not in ended.said


def test_a_key_store_on_another_server_has_sql_of_its_own(permit: CommandLine) -> None:  # noqa: F811
    permit.set(
        {
            "PERMIT_DATABASE_URL": "postgresql://app@db.example/permit",
            "PERMIT_KEY_DATABASE_URL": "postgresql://keeper@vault.example/secrets",
        }
    )

    journal, keys = permit("database", "sql"), permit("database", "sql", "--keys")

    assert '"secrets"' not in journal.output
    assert "permit database sql --keys" in journal.errors
    assert 'create database "secrets"' in keys.output
    assert 'to "keeper"' in keys.output


def test_without_a_server_of_ones_own_there_is_no_sql(permit: CommandLine) -> None:  # noqa: F811
    ended = permit("database", "sql")
    assert ended.code == 2
    assert "PERMIT_DATABASE_URL is not set" in ended.errors


def test_the_login_acts_in_roles_and_never_as_itself(server: OwnServer, tmp_path: Path) -> None:
    url = server.url("permit_maker", "permit")
    use_everything(url, tmp_path / "home")
    for role in Role:
        with closing(connect(url, role)) as connection, connection.cursor() as cursor:
            cursor.execute("select current_user, session_user")
            assert cursor.fetchall() == [(role.value, "permit_maker")]
