"""What an administrator runs where the program's own user may make neither roles nor databases."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from getpass import getuser
from typing import Final

from psycopg2.extensions import parse_dsn

from infra.postgres.server.access import database_name, server_name
from infra.postgres.server.connections import Role
from infra.postgres.server.logins import SERVING, login_name
from infra.postgres.server.program_roles import MAY_ACT_AS


def user_of(url: str) -> str:
    """The user of a libpq URL; where it names none, as libpq has it."""
    return parse_dsn(url).get("user") or os.environ.get("PGUSER") or getuser()


def same_server(url: str, other: str) -> bool:
    """Whether one script serves both."""
    return server_name(url) == server_name(other) and user_of(url) == user_of(other)


def administrator_sql(urls: Sequence[str]) -> str:
    """A script for psql that makes roles, memberships and databases for these URLs of one server and one user.

    It may be run any number of times, and holds no secret.
    """
    login = user_of(urls[0])
    names = list(dict.fromkeys(database_name(url) for url in urls))
    roles = ", ".join(role.value for role in Role)
    return "\n".join(
        [
            f"-- For an administrator of the server at {_in_a_comment(server_name(urls[0]))}; run it with psql",
            "-- in any database of that server. It may be run again: what is there stays as it is.",
            "\\set ON_ERROR_STOP on",
            "set standard_conforming_strings = on;",
            "set client_min_messages = warning;",
            "",
            "-- The roles in which the program acts. Nobody logs in as one of them.",
            *(_role(role.value, "nologin") for role in Role),
            "",
            "-- The user of the database URL. A new one gets its password from you: \\password in psql.",
            _role(login, "login"),
            f"grant {roles} to {_identifier(login)};",
            "",
            "-- On PostgreSQL 16 and later the one who gives a database to a role must be able to act as it.",
            _ACT_AS_OWNER,
            *(line for name in names for line in _database(name, login)),
            "",
            "-- Under which the program serves. It gives them their passwords itself, as the user above.",
            *(line for name in names for line in _logins(name, login)),
            "",
        ]
    )


def _role(name: str, attribute: str) -> str:
    made = f"create role {_identifier(name)} {attribute}"
    return f"select {_literal(made)} where to_regrole({_literal(_identifier(name))}) is null \\gexec"


def _database(name: str, login: str) -> list[str]:
    made = (
        f"create database {_identifier(name)} owner {Role.OWNER.value}"
        " encoding 'UTF8' locale_provider libc locale 'C' template template0"
    )
    return [
        "",
        f"select {_literal(made)}",
        f" where not exists (select from pg_database where datname = {_literal(name)}) \\gexec",  # nosec B608 # quoted by _literal; it is printed, not run
        f"grant connect on database {_identifier(name)} to {_identifier(login)};",
        f"grant create on database {_identifier(name)} to {Role.OWNER.value};",
        f"grant temporary on database {_identifier(name)} to {Role.WRITER.value};",
    ]


def _logins(name: str, login: str) -> Iterator[str]:
    for role in SERVING:
        serving = login_name(role, name)
        yield _role(serving, "login")
        yield f"grant {role.value} to {_identifier(serving)};"
        yield f"grant {_identifier(serving)} to {_identifier(login)};"
        yield f"grant connect on database {_identifier(name)} to {_identifier(serving)};"


def _identifier(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _in_a_comment(text: str) -> str:
    return " ".join(text.split())


_ACT_AS_OWNER: Final = (
    f"select 'grant {Role.OWNER.value} to current_user'"
    f" where not pg_has_role(current_user, '{Role.OWNER.value}', {MAY_ACT_AS}) \\gexec"
)
