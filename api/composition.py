"""The whole program put together in one place; everything else is handed what it needs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlsplit
from uuid import UUID

from api.databases import (
    DEMONSTRATION_ORIGIN,
    databases,
    log_of_the_server,
    require_data,
    require_suitable_servers,
    set_up_databases,
    starting_over_in_words,
)
from consumers.deadline_watch import CaseUnreadable
from domain.case.case_limits import CaseLimits
from domain.case.commands import CaseCommand, CommandContext
from domain.case.document_rules import DocumentRules
from domain.case.events import CaseEvent
from domain.case.handling import Admission, CaseStream, Handled, Receipt, handle, require_possible
from domain.case.refusals import CommandRefused, Reason
from domain.civil_time import civil_day
from domain.deadlines.clocks import ClockRules
from domain.law.rule_sets import RuleSets
from domain.law.rulebook import Rulebook
from infra.clock import Clock, DemonstrationClock, SystemClock
from infra.crossroads.policy import CrossroadsPolicy
from infra.documents.document_store import DocumentStore
from infra.documents.scanning import Clamd, Scanner
from infra.documents.storage import STORAGE_SECONDS, ContentStorage
from infra.event_codec import EventCodec, UnreadableEvent
from infra.keys import KeyMissing, MasterKey
from infra.limit_counts import Limit, LimitCounts
from infra.limits import Limits
from infra.log_address import StoredLog
from infra.postgres.drafts.batch_store import BatchStore
from infra.postgres.drafts.draft_files import DraftFiles
from infra.postgres.drafts.draft_keys import DraftKeys
from infra.postgres.drafts.draft_store import DraftStore
from infra.postgres.journal.case_index import CaseIndex
from infra.postgres.journal.document_locks import DocumentLocks
from infra.postgres.journal.folded_cases import FoldedCases
from infra.postgres.journal.journal import PostgresJournal
from infra.postgres.journal.key_store import PostgresKeyStore, holds_keys
from infra.postgres.journal.mapper import EventMapper
from infra.postgres.journal.recorder import JournalRecorder
from infra.postgres.journal.reference_numbers import ReferenceNumbers
from infra.postgres.read_models.case_files import CaseFiles
from infra.postgres.read_models.case_snapshots import CaseSnapshots
from infra.postgres.read_models.schema import read_model_migrations
from infra.postgres.read_models.timelines import Timelines
from infra.postgres.server.access import database_server
from infra.postgres.server.connection_pool import ConnectionPool
from infra.postgres.server.connections import Role, connect, losses_in_words
from infra.postgres.server.deadlines import Deadlines, Watchdog
from infra.postgres.server.durability import DurabilityReport, require_durable
from infra.postgres.server.logins import ServingUrls, serving_url, serving_urls
from infra.postgres.server.migrate import (
    require_migrated,
)
from infra.postgres.signs_of_life import SignsOfLife
from infra.postgres.webhooks.deliveries import Deliveries
from infra.postgres.webhooks.subscriptions import Subscriptions
from infra.postgres.webhooks.webhook_keys import WebhookKeys
from infra.sealed_notes import SealedNotes
from infra.sealed_places import SealedPlaces
from infra.settings import Settings
from infra.webhooks.addresses import AddressBook
from infra.workers.database_watch import DatabaseWatch
from infra.workers.pace import DEMONSTRATION_PACE, USUAL_PACE, Pace
from infra.workers.projection_runner import ProjectionRunner
from projections.read_model import ReadModel
from projections.registered import registered_read_models


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """The parts that commands, pages, workers and the command line share; all are safe between threads.

    ``readers`` and ``request_writers`` are for what somebody waits for: they give up within seconds when the database
    does not answer, as every connection does that is opened with ``deadlines``, and ``look_readers``, for who looks
    again soon, before them. ``unhurried_readers`` and ``writers``, those of workers and long reports, wait.
    """

    settings: Settings
    limits: Limits
    limit_counts: LimitCounts
    clock: Clock
    pace: Pace
    rule_sets: RuleSets
    durability: DurabilityReport
    journal_url: str
    """Of the user who was given, who owns the tables: to rebuild a read model, and for nothing that serves."""
    serving: ServingUrls
    log: StoredLog
    recorder: JournalRecorder
    journal: PostgresJournal
    keys: PostgresKeyStore
    index: CaseIndex
    codec: EventCodec
    exchange_digest_key: bytes
    legacy_digest_key: bytes
    tenant_key: bytes
    filing_key: bytes
    signs: SignsOfLife
    database_watch: DatabaseWatch
    deadlines: Deadlines
    readers: ConnectionPool
    look_readers: ConnectionPool
    request_writers: ConnectionPool
    unhurried_readers: ConnectionPool
    writers: ConnectionPool
    references: ReferenceNumbers
    read_models: tuple[ReadModel, ...]
    case_files: CaseFiles
    case_snapshots: CaseSnapshots
    clock_rules: ClockRules
    documents: DocumentStore
    document_rules: DocumentRules
    document_locks: DocumentLocks
    drafts: DraftStore
    batches: BatchStore
    draft_keys: DraftKeys
    subscriptions: Subscriptions
    deliveries: Deliveries
    address_book: AddressBook
    draft_documents: DocumentStore
    draft_files: DraftFiles
    places: SealedPlaces
    notes: SealedNotes

    def projection_runners(self) -> dict[str, ProjectionRunner]:
        """A runner for each read model, by its name."""
        return {each.name: ProjectionRunner(self.recorder, each, self.writers) for each in self.read_models}

    @property
    def today(self) -> date:
        """The civil day of the procedure."""
        return civil_day(self.clock.now())

    @property
    def rulebook(self) -> Rulebook:
        """The rule set in use."""
        return self.rule_sets.current

    @property
    def case_limits(self) -> CaseLimits:
        """How large a case may become."""
        return self.limits.cases.of_the_domain()

    @property
    def crossroads_policy(self) -> CrossroadsPolicy:
        """How the bank is queried: by the pace, else by the settings. Raises ``PolicyUnusable``."""
        if self.pace.crossroads is not None:
            return self.pace.crossroads
        file = self.settings.crossroads_policy_file
        return CrossroadsPolicy() if file is None else CrossroadsPolicy.read(file)

    def handle(
        self,
        case_id: UUID,
        command: CaseCommand,
        context: CommandContext,
        admission: Admission | None = None,
        *,
        known: CaseStream | None = None,
    ) -> Handled:
        """Carry out a command; see :func:`domain.case.handling.handle`."""
        with self._counting_full_cases():
            return handle(
                self.journal, self.rulebook, case_id, command, context, admission, limits=self.case_limits, known=known
            )

    def require_possible(self, stream: CaseStream, command: CaseCommand, context: CommandContext) -> None:
        """Judge a command without an effect; see :func:`domain.case.handling.require_possible`."""
        with self._counting_full_cases():
            require_possible(self.journal, self.rulebook, stream, command, context, limits=self.case_limits)

    @contextmanager
    def _counting_full_cases(self) -> Iterator[None]:
        try:
            yield
        except CommandRefused as why:
            if why.reason is Reason.CASE_IS_FULL:
                self.limit_counts.reached(Limit.SIZE_OF_A_CASE)
            raise


class WorkerCases:
    """The cases as consumers read and change them."""

    def __init__(self, program: Program) -> None:
        self._program = program

    def events_of(self, case_id: UUID) -> Sequence[CaseEvent]:
        """Raises :class:`CaseUnreadable`."""
        try:
            return self._program.journal.events_of(case_id)
        except (UnreadableEvent, KeyMissing) as why:
            raise CaseUnreadable(f"case {case_id} cannot be read ({type(why).__name__})") from None

    def handle(self, case_id: UUID, command: CaseCommand, context: CommandContext) -> Receipt:
        return self._program.handle(case_id, command, context).receipt


@contextmanager
def open_program(
    settings: Settings,
    *,
    set_up: bool = False,
    clock: Clock | None = None,
    pace: Pace | None = None,
    law: Callable[[], RuleSets] = RuleSets.load,
) -> Iterator[Program]:
    """Find or start the database, check that it is durable and up to date, and open everything.

    With ``set_up`` the databases are made and migrated where needed; workers and readers never do that, and make
    no file or directory either. Clock and pace are those of the journal's kind unless others are given.

    Raises ``NoDataHere``, ``EmbeddedPostgresUnusable``, ``DatabaseUnavailable``, ``ServerUnsuitable``,
    ``ServerNotDurable``, ``SchemaUnusable``, ``LawDataUnusable``, ``LimitsUnusable`` and
    ``KeyEncryptionKeyUnusable``: each with a sentence.
    """
    if not set_up:
        require_data(settings)
    limits = Limits.load(settings.limits_file)
    rule_sets = law()
    read_models = registered_read_models()
    clock_rules = ClockRules.load()
    document_rules = limits.cases.applied_to(DocumentRules.load())
    with losses_in_words(log_of_the_server(settings)), starting_over_in_words(settings), ExitStack() as opened:
        admin_url = opened.enter_context(database_server(settings))
        journal_url, keys_url = databases(settings, admin_url)
        require_suitable_servers(settings, journal_url, keys_url, set_up=set_up)
        if set_up:
            set_up_databases(journal_url, keys_url, read_models)
        require_migrated(journal_url, "journal", read_model_migrations(read_models))
        require_migrated(keys_url, "keys")
        # The keys too: a key is durable before the event that needs it.
        with closing(connect(keys_url, None)) as connection:
            require_durable(connection)
        with closing(connect(journal_url, None)) as connection:
            durability = require_durable(connection)
        # Where keys are wrapped already, another key-encryption key would only lose them.
        first_key = set_up and settings.key_encryption_key_file is None and not holds_keys(keys_url)
        master = MasterKey.from_file(settings.key_encryption_key_path, create=first_key)
        with closing(PostgresKeyStore(keys_url, master)) as found:
            # Before a login gets the password that goes with this key.
            found.require_own_keys()
        serving = serving_urls(journal_url, master.login_key, set_up=set_up)
        keeper_url = serving_url(keys_url, Role.WRITER, master.login_key, set_up=set_up)
        # From here on nobody is the user of the URL that was given, but who rebuilds a read model.
        counts = LimitCounts()
        deadlines = Deadlines(limits.database, opened.enter_context(Watchdog()), counts)
        keys = opened.enter_context(closing(PostgresKeyStore(keeper_url, master, deadlines=deadlines)))
        recorder = opened.enter_context(closing(JournalRecorder(serving.writer, deadlines=deadlines)))
        clock = clock_of(recorder.origin, settings) if clock is None else clock
        codec = EventCodec(recorder.origin, keys)
        index = CaseIndex(keys.pool, master)
        journal = PostgresJournal(
            recorder,
            EventMapper(codec),
            digest_key=master.command_digest_key,
            folds=FoldedCases(recorder.connections, keys, origin=recorder.origin),
            index=index,
        )
        readers = opened.enter_context(
            closing(ConnectionPool(serving.reader, Role.READER, size=32, deadlines=deadlines))
        )
        for_a_look = deadlines.for_a_look()
        look_readers = opened.enter_context(
            closing(ConnectionPool(serving.reader, Role.READER, size=2, deadlines=for_a_look))
        )
        request_writers = opened.enter_context(
            closing(ConnectionPool(serving.writer, Role.WRITER, size=8, deadlines=deadlines))
        )
        unhurried_readers = opened.enter_context(
            closing(ConnectionPool(serving.reader, Role.READER, size=8, shows_every_row=True))
        )
        case_files = CaseFiles(readers, keys, origin=recorder.origin, clock=clock, rules=clock_rules)
        timelines = Timelines(readers, keys, origin=recorder.origin)
        writers = opened.enter_context(closing(ConnectionPool(serving.writer, Role.WRITER, size=16)))
        # A thread of the uploads holds one at a time, and so does the worker that collects what they leave.
        document_locks = DocumentLocks(
            serving.writer, size=limits.uploads.threads + 1, deadlines=deadlines, held_seconds=2 * STORAGE_SECONDS
        )
        opened.enter_context(closing(document_locks))
        signs = opened.enter_context(closing(SignsOfLife(serving.writer, keeper_url, deadlines)))
        looks = opened.enter_context(closing(SignsOfLife(serving.writer, keeper_url, for_a_look)))
        database_watch = opened.enter_context(closing(DatabaseWatch(looks, recorder, limits.database)))
        draft_keys = DraftKeys(keys.pool, master)
        storage, scanner = storage_of(settings), scanner_of(settings, limits)
        # Under the key of the draft: a file of another directory or bucket would not open here.
        draft_documents = DocumentStore(
            settings.draft_documents_path,
            draft_keys,
            document_rules,
            f"drafts of {recorder.origin}",
            storage=storage,
            scanner=scanner,
        )
        yield Program(
            settings=settings,
            limits=limits,
            limit_counts=counts,
            clock=clock,
            pace=pace_of(recorder.origin) if pace is None else pace,
            rule_sets=rule_sets,
            durability=durability,
            journal_url=journal_url,
            serving=serving,
            log=StoredLog(
                journal_url=serving.reader,
                keys_url=keeper_url,
                key_file=settings.key_encryption_key_path,
                origin=recorder.origin,
            ),
            recorder=recorder,
            journal=journal,
            keys=keys,
            index=index,
            codec=codec,
            exchange_digest_key=master.exchange_digest_key,
            legacy_digest_key=master.legacy_digest_key,
            tenant_key=master.tenant_key,
            filing_key=master.filing_key,
            signs=signs,
            database_watch=database_watch,
            deadlines=deadlines,
            readers=readers,
            look_readers=look_readers,
            request_writers=request_writers,
            unhurried_readers=unhurried_readers,
            writers=writers,
            references=ReferenceNumbers(request_writers),
            read_models=read_models,
            case_files=case_files,
            case_snapshots=CaseSnapshots(journal, case_files, timelines),
            clock_rules=clock_rules,
            documents=DocumentStore(
                settings.documents_path,
                keys,
                document_rules,
                recorder.origin,
                storage=storage,
                scanner=scanner,
            ),
            document_rules=document_rules,
            document_locks=document_locks,
            drafts=DraftStore(
                readers, request_writers, draft_keys, owner_key=master.draft_owner_key, origin=recorder.origin
            ),
            batches=BatchStore(readers, request_writers, draft_keys, origin=recorder.origin),
            draft_keys=draft_keys,
            subscriptions=Subscriptions(
                readers, request_writers, WebhookKeys(keys.pool, master), origin=recorder.origin
            ),
            deliveries=Deliveries(readers, request_writers, lease=limits.webhooks.lease),
            address_book=AddressBook(settings.permitted_webhook_hosts),
            draft_documents=draft_documents,
            draft_files=DraftFiles(request_writers, draft_documents, document_locks),
            places=SealedPlaces(master.place_key),
            notes=SealedNotes(master.note_key),
        )


def storage_of(settings: Settings) -> ContentStorage | None:
    """The object store that the settings name; None where documents are kept in files."""
    if settings.documents_s3 is None:
        return None
    # Only here: who keeps documents in files need not have what speaks to a bucket.
    from infra.documents.stored_objects import Bucket, StoredObjects

    parts = urlsplit(settings.documents_s3)
    return StoredObjects(Bucket(endpoint=parts.netloc, name=parts.path.strip("/"), secure=parts.scheme == "https"))


def scanner_of(settings: Settings, limits: Limits) -> Scanner | None:
    """The virus scanner that the settings name; None where they name none."""
    address = settings.clamd_address
    return None if address is None else Clamd(address, patience=limits.uploads.scanner_seconds)


def clock_of(origin: str, settings: Settings) -> Clock:
    """A demonstration's journal lives in a time of its own; every other one in the machine's."""
    if origin == DEMONSTRATION_ORIGIN:
        return DemonstrationClock(settings.demonstration_clock_path)
    return SystemClock()


def pace_of(origin: str) -> Pace:
    """A demonstration has a pace of its own."""
    return DEMONSTRATION_PACE if origin == DEMONSTRATION_ORIGIN else USUAL_PACE
