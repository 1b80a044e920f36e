"""Where the databases are, whether they can be used, and how they are set up: before the program is opened."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from domain.unusable import Unusable
from infra.postgres.read_models.schema import read_model_migrations
from infra.postgres.server.access import database_name, make_database, url_for_database
from infra.postgres.server.migrate import SchemaOfAnotherVersion, migrate_journal, migrate_keys, origin_of
from infra.postgres.server.requirements import require_suitable
from infra.settings import Settings
from projections.read_model import ReadModel

DEMONSTRATION_ORIGIN: Final = "single-permit/demonstration"
PRODUCT_ORIGIN: Final = "single-permit"


class NoDataHere(Unusable):
    """There is nothing to read: no service and no demonstration ever ran in this home."""


def require_data(settings: Settings) -> None:
    """Before a server is started: starting one would make the directory that a mistyped home names."""
    if settings.database_url is None and not (settings.home / "postgres").exists():
        raise NoDataHere(
            f"there is no permit data in {settings.home}: `permit serve` or `permit demo` makes it; or set PERMIT_HOME "
            "to the directory where it is"
        )


def log_of_the_server(settings: Settings) -> str:
    if settings.database_url is not None:
        return "The log of the server of PERMIT_DATABASE_URL says why"
    return f"{settings.home / 'postgres' / 'server.log'} says why"


@contextmanager
def starting_over_in_words(settings: Settings) -> Iterator[None]:
    """Add to the refusal of a database of another version where it is, and how to do without it."""
    try:
        yield
    except SchemaOfAnotherVersion as why:
        if settings.database_url is not None:
            remedy = "name another database in PERMIT_DATABASE_URL, or drop this one together with its key database"
        else:
            remedy = (
                f"set PERMIT_HOME to another directory than {settings.home}, where it is, or move that one away "
                "(`permit demo` replaces a demonstration by itself)"
            )
        raise SchemaOfAnotherVersion(f"{why}. To start over, {remedy}") from None


def databases(settings: Settings, admin_url: str) -> tuple[str, str]:
    """The URLs of the journal and of the key store.

    A server that was given keeps its journal in the database its URL names, the embedded one in ``permit``; the
    keys are in a separate database on the same server unless the settings name another place.
    """
    journal_url = settings.database_url or url_for_database(admin_url, "permit")
    return journal_url, settings.key_database_url or url_for_database(admin_url, f"{database_name(journal_url)}_keys")


def require_suitable_servers(settings: Settings, journal_url: str, keys_url: str, *, set_up: bool) -> None:
    """Check what was given before anything is made on either server; the embedded one is as it should be.

    Raises ``ServerUnsuitable`` with a sentence for each thing that is missing, and ``DatabaseUnavailable``.
    """
    if settings.database_url is not None:
        require_suitable(journal_url, set_up=set_up)
    if settings.key_database_url is not None or settings.database_url is not None:
        require_suitable(keys_url, set_up=set_up)


def make_databases(journal_url: str, keys_url: str) -> None:
    """Make the databases that do not exist yet."""
    for url in (journal_url, keys_url):
        make_database(url)


def set_up_databases(journal_url: str, keys_url: str, read_models: tuple[ReadModel, ...]) -> None:
    """Make and migrate both databases; a journal that exists keeps its origin."""
    make_databases(journal_url, keys_url)
    origin = origin_of(journal_url) or PRODUCT_ORIGIN
    migrate_journal(journal_url, origin=origin, read_models=read_model_migrations(read_models))
    migrate_keys(keys_url)
