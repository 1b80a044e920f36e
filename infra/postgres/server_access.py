"""The PostgreSQL server the program works on: the one it is given, else its own."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

import psycopg2.errors
from psycopg2 import sql

from infra.postgres.connections import connect
from infra.postgres.embedded import EmbeddedPostgres
from infra.postgres.embedded_watch import kept_running
from infra.settings import Settings


@contextmanager
def database_server(settings: Settings) -> Iterator[str]:
    """The libpq URL of a user who may make databases and roles, valid inside the `with`.

    A server of our own that dies meanwhile is brought back.
    Raises EmbeddedPostgresUnusable where no server is given and none can be run. A given server is not
    touched here: whether it answers shows at the first connection.
    """
    if settings.database_url is not None:
        yield settings.database_url
    else:
        with EmbeddedPostgres(settings.home) as embedded, kept_running(embedded):
            yield embedded.url


def create_database(admin_url: str, name: str) -> None:
    """Make the database `name`, empty and in UTF-8, unless it exists; safe to call from several processes."""
    with closing(connect(admin_url, None)) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT FROM pg_database WHERE datname = %s", (name,))
        if cursor.rowcount:
            return
        statement = sql.SQL("CREATE DATABASE {} ENCODING 'UTF8' TEMPLATE template0")
        try:
            cursor.execute(statement.format(sql.Identifier(name)))
        except (psycopg2.errors.DuplicateDatabase, psycopg2.errors.UniqueViolation):
            return  # another process made it between the two statements


def database_exists(url: str) -> bool:
    """Whether the database that ``url`` names is there."""
    with closing(connect(url_for_database(url, "postgres"), None)) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT FROM pg_database WHERE datname = %s", (database_name(url),))
        return bool(cursor.rowcount)


def url_for_database(url: str, name: str) -> str:
    """The same server, user and options, another database."""
    parts = urlsplit(url)
    options = [(key, value) for key, value in parse_qsl(parts.query, keep_blank_values=True) if key != "dbname"]
    query = urlencode(options, quote_via=quote, safe="/")
    # Not `geturl`, which forgets the two slashes where neither user nor host is named.
    return f"{parts.scheme}://{parts.netloc}/{quote(name, safe='')}" + (f"?{query}" if query else "")


def database_name(url: str) -> str:
    """The database a libpq URL names."""
    parts = urlsplit(url)
    named = dict(parse_qsl(parts.query)).get("dbname")
    return named or unquote(parts.path.lstrip("/")) or (parts.username or "postgres")
