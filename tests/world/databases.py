"""Databases for tests, quickly: each is a copy of one that was migrated once.

In memory-backed storage a pair of databases is copied in 0.05 s, and made and migrated in 0.13 s. A template holds the
schema without an origin: whoever opens the journal first names it, as in a database that is new.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from hashlib import sha256
from typing import TYPE_CHECKING, Final
from uuid import uuid4

import psycopg2
from psycopg2 import sql

from infra.postgres.read_models.schema import read_model_migrations
from infra.postgres.server.access import create_database, url_for_database
from infra.postgres.server.logins import drop_logins
from infra.postgres.server.migrate import migrate_journal, migrate_keys, shipped_migrations
from projections.registered import registered_read_models

if TYPE_CHECKING:
    from psycopg2.extensions import cursor as Cursor

_TEMPLATE_LOCK: Final = 7_301_900


@contextmanager
def fresh_database(admin_url: str) -> Iterator[str]:
    """The URL of an empty database of the test's own; dropped afterwards, whoever is still connected."""
    with _named_database(admin_url) as name:
        create_database(admin_url, name)
        yield url_for_database(admin_url, name)


def answer_of(url: str, question: str) -> object:
    """The one value that a statement gives."""
    with closing(psycopg2.connect(url)) as connection, connection.cursor() as cursor:
        cursor.execute(question)
        ((answer,),) = cursor.fetchall()
        return answer


@contextmanager
def journal_database(admin_url: str) -> Iterator[str]:
    """A database of the test's own with a journal in it, without read models; ``migrate_journal`` gives its origin."""
    with _copy(admin_url, "journal", _journal) as url:
        yield url


@contextmanager
def keys_database(admin_url: str) -> Iterator[str]:
    """A database of the test's own with a key store in it."""
    with _copy(admin_url, "keys", migrate_keys) as url:
        yield url


@contextmanager
def program_databases(admin_url: str) -> Iterator[tuple[str, str]]:
    """What the whole program works on: a journal with every read model, and the key store beside it."""
    with _copy(admin_url, "program", _program) as journal_url, keys_database(admin_url) as keys_url:
        yield journal_url, keys_url


def _journal(url: str) -> None:
    migrate_journal(url, origin="template")
    _forget_origin(url)


def _program(url: str) -> None:
    migrate_journal(url, origin="template", read_models=read_model_migrations(registered_read_models()))
    _forget_origin(url)


def _forget_origin(url: str) -> None:
    with _administering(url) as cursor:
        cursor.execute("delete from permit.journal_head")


@contextmanager
def _copy(admin_url: str, kind: str, fill: Callable[[str], object]) -> Iterator[str]:
    with _named_database(admin_url) as name, _administering(admin_url) as cursor:
        template = _template(admin_url, cursor, kind, fill)
        cursor.execute(sql.SQL("create database {} template {}").format(sql.Identifier(name), sql.Identifier(template)))
        yield url_for_database(admin_url, name)


@contextmanager
def _named_database(admin_url: str) -> Iterator[str]:
    name = f"test_{uuid4().hex}"
    try:
        yield name
    finally:
        with _administering(admin_url) as cursor:
            drop_logins(cursor, name)
            cursor.execute(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(name)))


def _template(admin_url: str, cursor: Cursor, kind: str, fill: Callable[[str], object]) -> str:
    """The template of this kind, made by the first process of a run that needs it.

    Its name tells the schema, so that a server that outlives a run serves the next one and no later version.
    """
    name = f"permit_template_{kind}_{_SCHEMA[:12]}"
    cursor.execute("select pg_advisory_lock(%s)", (_TEMPLATE_LOCK,))
    try:
        cursor.execute("select datistemplate from pg_database where datname = %s", (name,))
        if cursor.fetchall() != [(True,)]:
            # One that is there and no template yet was left half made.
            cursor.execute(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(name)))
            create_database(admin_url, name)
            fill(url_for_database(admin_url, name))
            cursor.execute(sql.SQL("alter database {} is_template true").format(sql.Identifier(name)))
    finally:
        cursor.execute("select pg_advisory_unlock(%s)", (_TEMPLATE_LOCK,))
    return name


@contextmanager
def _administering(url: str) -> Iterator[Cursor]:
    with closing(psycopg2.connect(url)) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            yield cursor


def _digest_of_the_schema() -> str:
    steps = [
        *shipped_migrations("journal"),
        *shipped_migrations("keys"),
        *read_model_migrations(registered_read_models()),
    ]
    return sha256("".join(step.digest for step in steps).encode()).hexdigest()


_SCHEMA: Final = _digest_of_the_schema()
