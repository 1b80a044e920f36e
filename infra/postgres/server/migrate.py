"""Bring a database to the schema of this program: once, under a lock, as the owner, never from a worker."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Final

import psycopg2.errors

from domain.unusable import Unusable
from infra.postgres.server.access import database_name, session_beside
from infra.postgres.server.connections import Role, ServerUnsuitable, act_as, connect, transaction
from infra.postgres.server.owned_schemas import own_schema
from infra.postgres.server.program_roles import ensure_roles

if TYPE_CHECKING:
    from psycopg2.extensions import connection as Connection
    from psycopg2.extensions import cursor as Cursor

# An arbitrary number that all versions of this program agree on.
_MIGRATION_LOCK: Final = 7_301_966

_NUMBERED: Final = re.compile(r"\d{4}_.*")
_OF_A_READ_MODEL: Final = re.compile(r"(?P<model>read_model_.+)_(?P<version>\d+)")

_STORES: Final = ("journal", "keys")
"""Both may be kept in one database."""


class SchemaUnusable(Unusable):
    """The tables in the database are not those that this program needs; the text says what to do."""


class SchemaMissing(SchemaUnusable):
    """The database has not been set up, or lacks the latest migrations."""


class SchemaOfAnotherVersion(SchemaUnusable):
    """The database was set up by another version of this program; nothing was changed in it."""


@dataclass(frozen=True, slots=True)
class Migration:
    """One step of the schema. Its text never changes once a version of the program was released with it."""

    name: str
    text: str

    @property
    def digest(self) -> str:
        return sha256(self.text.encode()).hexdigest()


def shipped_migrations(store: str) -> list[Migration]:
    """The migrations of ``journal`` or ``keys`` that ship beside this module, in the order of their numbers."""
    directory = Path(__file__).parent / "migrations" / store
    return [Migration(path.stem, path.read_text(encoding="utf-8")) for path in sorted(directory.glob("*.sql"))]


def migrate_journal(admin_url: str, *, origin: str, read_models: Sequence[Migration] = ()) -> list[str]:
    """Bring the journal's database up to date and return the names of the migrations applied.

    ``origin`` names this log in every leaf; a database keeps the origin it was first given.
    Raises :class:`SchemaOfAnotherVersion` when a migration was applied that is not one of those shipped, and
    :class:`SchemaUnusable` when the origin is another one.
    """
    with _migrating(admin_url) as cursor:
        applied = _apply_missing(cursor, [*shipped_migrations("journal"), *read_models])
        _require_origin(cursor, origin)
        return applied


def migrate_keys(admin_url: str) -> list[str]:
    """Bring the key store's database up to date; as :func:`migrate_journal`."""
    with _migrating(admin_url) as cursor:
        return _apply_missing(cursor, shipped_migrations("keys"))


def require_migrated(url: str, store: str, read_models: Sequence[Migration] = ()) -> None:
    """For those who never migrate (workers, readers): check that the database of ``store`` is up to date.

    Raises :class:`SchemaMissing` or :class:`SchemaOfAnotherVersion`.
    """
    connection, exists = session_beside(url)
    with closing(connection), _rights_in(connection), connection.cursor() as cursor:
        applied = _applied(cursor) if exists else {}
    missing = _missing(database_name(url), applied, [*shipped_migrations(store), *read_models])
    if missing:
        raise SchemaMissing(
            "the database has not been set up for this version of the program: `permit serve` or `permit demo` does it"
        )


def origin_of(url: str) -> str | None:
    """The origin of the journal in this database, or None when there is no journal yet."""
    with closing(connect(url, None)) as connection, _rights_in(connection), connection.cursor() as cursor:
        if not _applied(cursor):
            return None
        cursor.execute("select origin from permit.journal_head")
        row = cursor.fetchone()
    return None if row is None else str(row[0])


@contextmanager
def _migrating(admin_url: str) -> Iterator[Cursor]:
    """One transaction as the owner, under the lock that keeps a second migration waiting."""
    with closing(connect(admin_url, None)) as connection, _rights_in(connection):
        with connection.cursor() as cursor:
            ensure_roles(cursor)
        with transaction(connection) as cursor:
            cursor.execute("select pg_advisory_xact_lock(%s)", (_MIGRATION_LOCK,))
            own_schema(cursor, "permit")
            yield cursor


@contextmanager
def _rights_in(connection: Connection) -> Iterator[None]:
    """What the owner's role may not do in its own schema, as a sentence."""
    try:
        yield
    except psycopg2.errors.InsufficientPrivilege as why:
        raise ServerUnsuitable(
            f"the role {Role.OWNER.value!r} may not do its work in the database {connection.info.dbname!r} "
            f"({why.diag.message_primary}): let an administrator give it what is in the schema permit, or name another "
            "database"
        ) from why


def _apply_missing(cursor: Cursor, migrations: Sequence[Migration]) -> list[str]:
    cursor.execute(
        "create table if not exists schema_migration"
        " (name text primary key, digest text not null, applied_at timestamptz not null default now())"
    )
    missing = _missing(cursor.connection.info.dbname, _applied(cursor), migrations)
    for migration in missing:
        cursor.execute(migration.text)
        cursor.execute(
            "insert into schema_migration (name, digest) values (%s, %s)", (migration.name, migration.digest)
        )
    return [migration.name for migration in missing]


def _applied(cursor: Cursor) -> dict[str, str]:
    """The names and digests of what was applied; where there is any, the session acts as the owner from here on."""
    # Asked of the catalogue, which everybody may read: whether the login may look into the schema is not known.
    cursor.execute(
        "select from pg_class c join pg_namespace n on n.oid = c.relnamespace"
        " where n.nspname = 'permit' and c.relname = 'schema_migration'"
    )
    if cursor.rowcount == 0:
        return {}
    act_as(cursor, Role.OWNER)
    cursor.execute("select name, digest from permit.schema_migration")
    return dict(cursor.fetchall())


def _missing(database: str, applied: Mapping[str, str], migrations: Sequence[Migration]) -> list[Migration]:
    """What is still to be applied, in order. Raises :class:`SchemaOfAnotherVersion`."""
    # Before what is unknown here: where one text is another, the unknown ones need not be of a later version.
    for migration in migrations:
        if applied.get(migration.name, migration.digest) != migration.digest:
            raise SchemaOfAnotherVersion(
                f"the database {database!r} was set up by another version of this program (migration "
                f"{migration.name} was applied with another text). Nothing was changed in it; the version that set it "
                "up can still use it"
            )
    newer = _newer(applied, migrations)
    if newer:
        raise SchemaOfAnotherVersion(
            f"the database {database!r} was set up by a newer version of this program (it has {', '.join(newer)}). "
            "Nothing was changed in it; that version or a later one can use it"
        )
    return [migration for migration in migrations if migration.name not in applied]


def _newer(applied: Mapping[str, str], migrations: Sequence[Migration]) -> list[str]:
    """What was applied and is not known here.

    Once released, a number is never taken out of the program again, so an unknown one is of a later version. Of read
    models the earlier versions stay on the list.
    """
    known = {each.name for each in (*migrations, *(each for store in _STORES for each in shipped_migrations(store)))}
    versions = {named["model"]: int(named["version"]) for name in known if (named := _OF_A_READ_MODEL.fullmatch(name))}
    return sorted(
        name
        for name in set(applied) - known
        if _NUMBERED.fullmatch(name)
        or ((named := _OF_A_READ_MODEL.fullmatch(name)) and int(named["version"]) > versions.get(named["model"], 10**9))
    )


def _require_origin(cursor: Cursor, origin: str) -> None:
    cursor.execute("insert into journal_head (origin) values (%s) on conflict do nothing", (origin,))
    cursor.execute("select origin from journal_head")
    (existing,) = cursor.fetchone() or ("",)
    if existing != origin:
        raise SchemaUnusable(f"this database holds the journal {existing!r}, not {origin!r}: choose another database")
