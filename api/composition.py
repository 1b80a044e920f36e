"""The whole program put together in one place; everything else is handed what it needs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from domain.case.commands import CaseCommand, CommandContext
from domain.case.handling import Receipt, handle
from domain.law.rulebook import Rulebook
from infra.clock import Clock, DemonstrationClock, SystemClock
from infra.event_codec import EventCodec
from infra.keys import MasterKey
from infra.postgres.connections import ConnectionPool, Role, connect
from infra.postgres.durability import DurabilityReport, require_durable
from infra.postgres.journal import PostgresJournal
from infra.postgres.key_store import PostgresKeyStore
from infra.postgres.mapper import EventMapper
from infra.postgres.migrate import migrate_journal, migrate_keys
from infra.postgres.recorder import JournalRecorder
from infra.postgres.reference_numbers import ReferenceNumbers
from infra.postgres.server_access import create_database, database_server, url_for_database
from infra.settings import Settings

DEMONSTRATION_ORIGIN: Final = "single-permit/demonstration"
PRODUCT_ORIGIN: Final = "single-permit"


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """The parts that commands, pages, workers and the command line share; all are safe between threads."""

    settings: Settings
    clock: Clock
    rulebook: Rulebook
    durability: DurabilityReport
    journal_url: str
    recorder: JournalRecorder
    journal: PostgresJournal
    keys: PostgresKeyStore
    codec: EventCodec
    readers: ConnectionPool
    writers: ConnectionPool
    references: ReferenceNumbers

    def handle(self, case_id: UUID, command: CaseCommand, context: CommandContext) -> Receipt:
        """Carry out a command; see :func:`domain.case.handling.handle`."""
        return handle(self.journal, self.rulebook, case_id, command, context)


@contextmanager
def open_program(settings: Settings) -> Iterator[Program]:
    """Find or start the database, bring it up to date, check that it is durable, and open everything.

    Raises ``EmbeddedPostgresUnusable``, ``DatabaseUnavailable``, ``ServerNotDurable``, ``SchemaUnusable``,
    ``LawDataUnusable`` and ``KeyEncryptionKeyUnusable``: each with a sentence a person understands.
    """
    demonstration = settings.demo_clock_file is not None
    rulebook = Rulebook.load()
    with ExitStack() as opened:
        admin_url = opened.enter_context(database_server(settings))
        journal_url, keys_url = _databases(settings, admin_url, demonstration)
        origin = DEMONSTRATION_ORIGIN if demonstration else PRODUCT_ORIGIN
        with closing(connect(journal_url, None)) as connection:
            durability = require_durable(connection)
        migrate_journal(journal_url, origin=origin)
        migrate_keys(keys_url)
        master = MasterKey.from_file(
            settings.key_encryption_key_path, create=settings.key_encryption_key_file is None
        )
        keys = opened.enter_context(closing(PostgresKeyStore(keys_url, master)))
        recorder = opened.enter_context(closing(JournalRecorder(journal_url)))
        codec = EventCodec(origin, keys)
        journal = PostgresJournal(recorder, EventMapper(codec), digest_key=master.command_digest_key)
        readers = opened.enter_context(closing(ConnectionPool(journal_url, Role.READER, size=32)))
        writers = opened.enter_context(closing(ConnectionPool(journal_url, Role.WRITER, size=8)))
        yield Program(
            settings=settings,
            clock=SystemClock() if settings.demo_clock_file is None else DemonstrationClock(settings.demo_clock_file),
            rulebook=rulebook,
            durability=durability,
            journal_url=journal_url,
            recorder=recorder,
            journal=journal,
            keys=keys,
            codec=codec,
            readers=readers,
            writers=writers,
            references=ReferenceNumbers(writers),
        )


def _databases(settings: Settings, admin_url: str, demonstration: bool) -> tuple[str, str]:
    """The URLs of the journal and of the key store; a demonstration never shares the real ones.

    A server that was given keeps its journal in the database its URL names; the embedded one has its own.
    """
    if settings.database_url is None or demonstration:
        journal_name = "permit_demo" if demonstration else "permit"
        create_database(admin_url, journal_name)
        journal_url = url_for_database(admin_url, journal_name)
    else:
        journal_url = settings.database_url
    if settings.key_database_url is not None and not demonstration:
        return journal_url, settings.key_database_url
    keys_name = "permit_demo_keys" if demonstration else "permit_keys"
    create_database(admin_url, keys_name)
    return journal_url, url_for_database(admin_url, keys_name)
