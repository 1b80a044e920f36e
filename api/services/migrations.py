"""The migration of the authorities: its status, and its parts, composed from those of the program."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from api.composition import Program
from consumers.migration.chunks import ChunkJudge
from consumers.migration.cutover import CutOver
from consumers.migration.legacy_topic import LegacyTopic
from consumers.migration.loading import FileLoader
from consumers.migration.reconciling import Reconciliation
from consumers.migration.repair import Quarantine
from consumers.migration.topic_intake import TopicIntake
from domain.migration.batch_ledger import BatchLedger
from domain.migration.cutover_status import AuthorityIsLive, CutoverStatus, NotAccepting
from domain.migration.quarantine import QuarantinedRecord, Step
from domain.migration.topic_ledger import TopicLedger
from infra.kafka.lag import records_left
from infra.kafka.topic_admin import cluster_id
from infra.migration.batch_ledgers import ledgers
from infra.migration.chunk_rows import ChunkRows
from infra.migration.cutover import PostgresCutover
from infra.migration.cutover_status import cutover_status
from infra.migration.lineage import LineageEntry, by_case, by_file_number, by_position
from infra.migration.loading import file_loader
from infra.migration.quarantine import PostgresQuarantine
from infra.migration.quarantine_trace import steps_of
from infra.migration.reconciliation import PostgresSides
from infra.migration.record_sealing import RecordSealing
from infra.migration.report_files import write_report
from infra.migration.shared_judging import SharedJudging
from infra.migration.signing import ReportSigner
from infra.migration.sources import SOURCES, MigratingAuthority
from infra.migration.topic_inbox import LegacyInbox
from infra.migration.topic_ledgers import offsets_taken, topic_ledger
from infra.migration.waiting_records import listed, reasons, samples
from infra.postgres.journal.append_requests import AppendRequest
from infra.postgres.messages.dead_letters import DeadLetters
from infra.postgres.read_models.row_scope import PartyKind, RowScope, connection_within
from infra.postgres.server.connection_pool import ConnectionPool
from infra.postgres.server.connections import Role, connect
from infra.postgres.server.deadlines import Deadlines
from infra.wire_format import wire_time
from infra.workers.consumer_loop import ConsumerLoop
from infra.workers.projection_runner import ProjectionRunner
from projections.legacy_mirror.model import LegacyMirror


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorityMigration:
    """The status of the migration of an authority: its cut-over, its batches (newest first) and its topic.

    ``reasons`` counts what waits in quarantine by reason, ``samples`` names a few records of each.
    """

    status: CutoverStatus
    batches: Sequence[BatchLedger]
    topic: TopicLedger
    reasons: Mapping[str, int]
    samples: Mapping[str, Sequence[str]]


def migrations_of(program: Program, rows: RowScope) -> tuple[AuthorityMigration, ...]:
    """Every authority that moves in, each with what of it ``rows`` show."""
    with connection_within(program.readers, rows) as connection:
        return tuple(_migration(connection, authority) for authority in MigratingAuthority)


def _migration(connection: Any, authority: str) -> AuthorityMigration:
    waiting = reasons(connection, authority)
    return AuthorityMigration(
        status=cutover_status(connection, authority),
        batches=ledgers(connection, authority),
        topic=topic_ledger(connection, authority),
        reasons=waiting,
        samples=samples(connection, authority, waiting),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingRecords:
    """Records of an authority that wait in quarantine, the oldest first, and how many there are by reason."""

    records: Sequence[QuarantinedRecord]
    by_reason: Mapping[str, int]


def waiting_records(
    program: Program, authority: MigratingAuthority, *, reason: str | None, after: UUID | None, limit: int
) -> WaitingRecords:
    """At most ``limit`` of those that wait, of one reason or of any; those that come ``after`` one of them."""
    with connection_within(program.readers, RowScope(PartyKind.AUTHORITY, authority)) as connection:
        return WaitingRecords(
            records=listed(connection, authority=authority, reason=reason, after=after, limit=limit),
            by_reason=reasons(connection, authority),
        )


def traced_record(
    program: Program, authority: MigratingAuthority, record_id: UUID
) -> tuple[QuarantinedRecord, Sequence[Step]] | None:
    """A record that was ever quarantined, and all that was done with it; None if it never was.

    Without its content, and without the motives, which may tell of it.
    """
    with connection_within(program.readers, RowScope(PartyKind.AUTHORITY, authority)) as connection:
        found = listed(connection, authority=authority, states=None, ids=[record_id])
        return (found[0], steps_of(connection, record_id, None)) if found else None


def judge_of(program: Program, authority: MigratingAuthority) -> ChunkJudge[AppendRequest]:
    """Who judges the records of an authority."""
    sealing = RecordSealing(authority=authority, codec=program.codec, keys=program.keys, origin=program.recorder.origin)
    return ChunkJudge(
        source=SOURCES[authority],
        subjects=program.keys,
        index=program.index,
        sealing=sealing,
        digest_key=program.legacy_digest_key,
    )


@contextmanager
def bulk_connection(program: Program, deadlines: Deadlines | None = None) -> Iterator[Any]:
    """A connection for what appends in bulk: of no shared pool, because what is staged belongs to a connection.

    With ``deadlines`` for somebody who waits. Raises ``DatabaseUnavailable``.
    """
    alone = ConnectionPool(program.serving.writer, Role.WRITER, size=1, deadlines=deadlines)
    with closing(alone), alone.connection() as connection:
        yield connection


@contextmanager
def operators_connection(program: Program) -> Iterator[Any]:
    """A connection on which an authority can be switched: as the user who sets up, which no login that serves is."""
    with closing(connect(program.journal_url, Role.WRITER)) as connection:
        yield connection


@contextmanager
def legacy_inbox(program: Program, authority: MigratingAuthority) -> Iterator[LegacyInbox]:
    """The intake of the records that an authority sends over Kafka."""
    letters = DeadLetters(program.writers, program.keys)
    judge = judge_of(program, authority)
    with closing(
        LegacyInbox(program.serving.writer, TopicIntake(judge=judge, now=program.clock.now), letters)
    ) as inbox:
        yield inbox


@contextmanager
def legacy_consumer(program: Program, authority: MigratingAuthority, bootstrap: str) -> Iterator[ConsumerLoop]:
    """The consumer of the records that an authority sends over Kafka."""
    with legacy_inbox(program, authority) as inbox:
        prefix = program.settings.kafka_topic_prefix
        yield ConsumerLoop(LegacyTopic(authority), inbox, program.writers, bootstrap, prefix=prefix)


def loader_of(
    program: Program, authority: MigratingAuthority, *, workers: int | None = None
) -> FileLoader[AppendRequest, ChunkRows]:
    """Who loads the files of an authority; a long one with ``workers`` processes (default: one a core)."""
    judge, crew = judge_of(program, authority), SharedJudging(authority=authority, log=program.log, workers=workers)
    return file_loader(program.serving.writer, judge, SOURCES[authority].file, program.clock.now, crew)


def quarantine_of(program: Program, authority: MigratingAuthority) -> Quarantine[Any, AppendRequest]:
    """The quarantined records of an authority."""
    store = PostgresQuarantine(authority, program.keys)
    return Quarantine(judge=judge_of(program, authority), store=store, now=program.clock.now)


def closed_to_repairs(program: Program, authority: MigratingAuthority) -> NotAccepting | AuthorityIsLive | None:
    """Why no record of an authority can be repaired now; None while they can."""
    with connection_within(program.readers, RowScope(PartyKind.AUTHORITY, authority)) as connection:
        return quarantine_of(program, authority).closed(connection)


def cutover_of(program: Program, authority: MigratingAuthority) -> CutOver[Any]:
    """The cut-over of an authority."""
    store = PostgresCutover(
        authority=authority, codec=program.codec, origin=program.recorder.origin, now=program.clock.now
    )
    return CutOver(authority=authority, store=store, now=program.clock.now)


def signed_report(program: Program, authority: MigratingAuthority) -> dict[str, Any]:
    """Reconcile an authority, write the signed report under the program's home, and give both.

    The log is read by a read model that is brought up to date first.
    """
    mirror = LegacyMirror()
    ProjectionRunner(program.recorder, mirror, program.writers).catch_up()
    sides = PostgresSides(
        authority=authority,
        connect=lambda: connect(program.serving.reader, Role.READER, shows_every_row=True),
        keys=program.keys,
        origin=program.recorder.origin,
        digest_key=program.legacy_digest_key,
    )
    reconciliation = Reconciliation(source=SOURCES[authority], sides=sides, rulebook=program.rulebook)
    report = reconciliation.report(wire_time(program.clock.now()))
    settings = program.settings
    signer = ReportSigner(settings.signing_key_path, create=settings.signing_key_file is None)
    signature, files = write_report(report, signer, settings.reports_path)
    return {"report": report, "signature": asdict(signature), "files": [str(each) for each in files]}


def lag_of_records(program: Program, authority: MigratingAuthority) -> int:
    """How many records of the authority's topic were not taken yet; none where there is no Kafka."""
    settings = program.settings
    if settings.kafka is None:
        return 0
    consumer = LegacyTopic(authority)
    (topic,) = consumer.topics
    with program.readers.connection() as connection:
        taken = offsets_taken(connection, consumer.name, cluster_id(settings.kafka), topic)
    return records_left(settings.kafka, settings.kafka_topic_prefix + topic, taken)


def lineage_of(program: Program, what: str, authority: MigratingAuthority | None) -> list[LineageEntry]:
    """What leads to a file number, a case or a position of the journal."""
    with program.unhurried_readers.connection() as connection:
        if what.isascii() and what.isdigit():
            return by_position(connection, int(what))
        try:
            # A case may be referred to by authority and id where its file number is not shown.
            return by_case(connection, UUID(what.rpartition("/")[2]))
        except ValueError:
            return by_file_number(connection, what, authority)
