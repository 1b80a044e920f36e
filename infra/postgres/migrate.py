"""Bring a database to the schema of this program: once, under a lock, as the owner, never from a worker."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Final

from psycopg2 import sql

from domain.unusable import Unusable
from infra.postgres.connections import Role, connect
from infra.postgres.server_access import database_exists

if TYPE_CHECKING:
    from psycopg2.extensions import cursor as Cursor

# An arbitrary number that all versions of this program agree on.
_MIGRATION_LOCK: Final = 7_301_966

_ROLES: Final = """
do $$
declare wanted text;
begin
    foreach wanted in array array['permit_owner', 'permit_writer', 'permit_reader'] loop
        if not exists (select from pg_roles where rolname = wanted) then
            execute format('create role %I nologin', wanted);
        end if;
        if not pg_has_role(current_user, wanted, 'SET') then
            execute format('grant %I to current_user', wanted);
        end if;
    end loop;
exception when duplicate_object or unique_violation then
    null;  -- another database of this server was being set up at the same moment
end $$;
"""


class SchemaUnusable(Unusable):
    """The database was set up by another version of this program, or under another name."""


class SchemaMissing(SchemaUnusable):
    """The database has not been set up, or lacks the latest migrations."""


@dataclass(frozen=True, slots=True)
class Migration:
    """One step of the schema. Its text never changes once it has been applied anywhere."""

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
    Raises :class:`SchemaUnusable` when an applied migration differs from the shipped one or the origin does.
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

    Raises :class:`SchemaMissing` or :class:`SchemaUnusable`.
    """
    applied: dict[str, str] = {}
    if database_exists(url):
        with closing(connect(url, None)) as connection, connection.cursor() as cursor:
            applied = _applied(cursor)
    missing = _missing(applied, [*shipped_migrations(store), *read_models])
    if missing:
        raise SchemaMissing(
            "the database has not been set up for this version of the program: `permit serve` or `permit demo` does it"
        )


def origin_of(url: str) -> str | None:
    """The origin of the journal in this database, or None when there is no journal yet."""
    with closing(connect(url, None)) as connection, connection.cursor() as cursor:
        if not _applied(cursor):
            return None
        cursor.execute("select origin from permit.journal_head")
        row = cursor.fetchone()
    return None if row is None else str(row[0])


@contextmanager
def _migrating(admin_url: str) -> Iterator[Cursor]:
    """One transaction as the owner, under the lock that keeps a second migration waiting."""
    connection = connect(admin_url, None)
    try:
        with connection.cursor() as cursor:
            cursor.execute(_ROLES)
        connection.autocommit = False
        with connection, connection.cursor() as cursor:
            cursor.execute("select pg_advisory_xact_lock(%s)", (_MIGRATION_LOCK,))
            cursor.execute("create schema if not exists permit authorization permit_owner")
            cursor.execute(sql.SQL("set local role {}").format(sql.Identifier(Role.OWNER.value)))
            yield cursor
    finally:
        connection.close()


def _apply_missing(cursor: Cursor, migrations: Sequence[Migration]) -> list[str]:
    cursor.execute(
        "create table if not exists schema_migration"
        " (name text primary key, digest text not null, applied_at timestamptz not null default now())"
    )
    missing = _missing(_applied(cursor), migrations)
    for migration in missing:
        cursor.execute(migration.text)
        cursor.execute(
            "insert into schema_migration (name, digest) values (%s, %s)", (migration.name, migration.digest)
        )
    return [migration.name for migration in missing]


def _applied(cursor: Cursor) -> dict[str, str]:
    cursor.execute("select to_regclass('permit.schema_migration') is not null")
    (exists,) = cursor.fetchone() or (False,)
    if not exists:
        return {}
    cursor.execute("select name, digest from permit.schema_migration")
    return dict(cursor.fetchall())


def _missing(applied: Mapping[str, str], migrations: Sequence[Migration]) -> list[Migration]:
    for migration in migrations:
        if applied.get(migration.name, migration.digest) != migration.digest:
            raise SchemaUnusable(
                f"migration {migration.name} was applied to this database with another text: "
                "the database belongs to another version of the program; use that version or another database"
            )
    return [migration for migration in migrations if migration.name not in applied]


def _require_origin(cursor: Cursor, origin: str) -> None:
    cursor.execute("insert into journal_head (origin) values (%s) on conflict do nothing", (origin,))
    cursor.execute("select origin from journal_head")
    (existing,) = cursor.fetchone() or ("",)
    if existing != origin:
        raise SchemaUnusable(f"this database holds the journal {existing!r}, not {origin!r}: choose another database")
