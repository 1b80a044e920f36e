"""Files into the journal: the batches of an authority, the lock of a load, and the writing of its chunks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Final
from uuid import UUID

import psycopg2

from consumers.migration.chunks import ChunkJudge
from consumers.migration.loading import BegunBatch, FileLoader, NewBatch, RunUnderWay
from consumers.migration.pieces import Crew
from domain.migration.dossiers import Dossier
from domain.migration.versions import Placement, Version
from infra.legacy_files.legacy_file import LegacyFile
from infra.migration.batch_ledgers import first_extracted_on
from infra.migration.chunk_rows import ChunkRows, rows_of
from infra.migration.chunk_writing import NothingToAdd, prepare_landing, write_chunk
from infra.migration.cutover_status import require_accepting
from infra.migration.dossiers import placements, taken_dossiers
from infra.migration.source_readings import FileReadings
from infra.postgres.journal.append_requests import AppendRequest
from infra.postgres.journal.certain_outcome import CertainConnection
from infra.postgres.server.connections import Role, connect, transaction
from infra.structured_logs import get_logger

if TYPE_CHECKING:
    from psycopg2.extensions import connection as Connection
    from psycopg2.extensions import cursor as Cursor

_RUN_LOCK: Final = 7_301_967


def file_loader(
    url: str,
    judge: ChunkJudge[AppendRequest],
    file: LegacyFile,
    now: Callable[[], datetime],
    crew: Crew[ChunkRows],
    *,
    patience: float = 10.0,
) -> FileLoader[AppendRequest, ChunkRows]:
    """Who loads files of one authority, of this form, into the journal at ``url``."""
    return FileLoader(
        judge=judge,
        lay_out=rows_of,
        sessions=PostgresLoads(url, patience),
        readings=FileReadings(judge.records, file),
        now=now,
        crew=crew,
    )


_log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class PostgresLoads:
    """Implements :class:`consumers.migration.loading.LoadSessions`; ``patience`` is that of a certain outcome."""

    url: str
    patience: float

    @contextmanager
    def alone(self, authority: str) -> Iterator[PostgresLoad]:
        """One load an authority at a time; the lock goes with the connection, so a killed load leaves none."""
        with closing(connect(self.url, Role.WRITER)) as connection:
            with connection.cursor() as cursor:
                cursor.execute("select pg_try_advisory_lock(%s, hashtext(%s))", (_RUN_LOCK, authority))
                ((got,),) = cursor.fetchall()
            if not got:
                raise RunUnderWay(f"another process loads records of {authority}: wait until it is done, or stop it")
            try:
                yield PostgresLoad(self, connection, authority)
            finally:
                # The server takes a moment to notice that a connection was closed; the next load need not meet
                # that.
                with suppress(psycopg2.Error), connection.cursor() as cursor:
                    cursor.execute("select pg_advisory_unlock(%s, hashtext(%s))", (_RUN_LOCK, authority))


@dataclass(frozen=True, slots=True)
class PostgresLoad:
    """Implements :class:`consumers.migration.loading.LoadSession`."""

    loads: PostgresLoads
    connection: Connection
    authority: str

    def accepted_epoch(self) -> int:
        """As :meth:`consumers.migration.loading.LoadSession.accepted_epoch`."""
        with self.connection.cursor() as cursor:
            return require_accepting(cursor, self.authority).retelling_epoch()

    def known(self, keys: Iterable[str]) -> dict[str, Dossier]:
        return taken_dossiers(self.connection, self.authority, keys)

    def placements(self, versions: Sequence[Version]) -> dict[int, Placement]:
        return placements(self.connection, self.authority, versions)

    def unfinished(self, sha256: bytes) -> BegunBatch | None:
        with self.connection.cursor() as cursor:
            cursor.execute(
                "select id, records + headers + blanks + waived, extracted_on from legacy_batch"
                " where authority = %s and source_digest = %s and door = 'file'"
                " and finished_at is null and ended_as is null",
                (self.authority, sha256),
            )
            found = cursor.fetchall()
        return BegunBatch(id=found[0][0], taken=found[0][1], extracted_on=found[0][2]) if found else None

    def first_extracted_on(self, sha256: bytes) -> date | None:
        return first_extracted_on(self.connection, self.authority, sha256)

    def begin(self, batch: NewBatch) -> None:
        count = batch.count
        with self.connection.cursor() as cursor:
            cursor.execute(
                "insert into legacy_batch (id, authority, door, source, source_digest, mapping_version, source_lines,"
                " source_bytes, extracted_on, columns_waived, sheets_waived)"
                " values (%s, %s, 'file', %s, %s, %s, %s, %s, %s, %s, %s)",
                (
                    batch.id, self.authority, batch.source, count.sha256, batch.mapping_version, count.lines,
                    count.size, batch.extracted_on, list(count.columns_waived), list(count.sheets_waived),
                ),
            )  # fmt: skip

    def writer(self) -> ChunkTransactions:
        connection = CertainConnection(
            lambda: connect(self.loads.url, Role.WRITER), prepare_landing, patience=self.loads.patience
        )
        return ChunkTransactions(connection)

    def finish(self, batch: UUID, seconds: float) -> None:
        with self.connection.cursor() as cursor:
            cursor.execute(
                "update legacy_batch set finished_at = now(), heard_at = now(), seconds = seconds + %s where id = %s",
                (seconds, batch),
            )


@dataclass(frozen=True, slots=True)
class ChunkTransactions:
    """A transaction a chunk. Implements :class:`consumers.migration.chunk_line.ChunkWriter`."""

    connection: CertainConnection

    @property
    def refusals(self) -> tuple[type[Exception], ...]:
        return (psycopg2.Error, ValueError)

    def write(self, chunk: ChunkRows, taken: int) -> None:
        """As :meth:`consumers.migration.chunk_line.ChunkWriter.write`."""
        attempts = 0

        def once(connection: Connection) -> None:
            nonlocal attempts
            attempts += 1
            try:
                with transaction(connection) as cursor:
                    require_accepting(cursor, chunk.authority)
                    write_chunk(cursor, chunk, taken=taken)
            except NothingToAdd:
                # The second time it is our own first attempt that was committed after all.
                if attempts == 1:
                    raise RunUnderWay("the batch was taken further by another process") from None

        self.connection.run(once)

    def note_refused(self, records: int, kind: str) -> None:
        _log.error("migration.one_by_one", records=records, why=kind)

    def close(self) -> None:
        self.connection.close()


def no_load_is_under_way(cursor: Cursor, authority: str) -> bool:
    """Keep loads of files away until the end of the transaction; False when one is under way."""
    cursor.execute("select pg_try_advisory_xact_lock_shared(%s, hashtext(%s))", (_RUN_LOCK, authority))
    ((free,),) = cursor.fetchall()
    return bool(free)
