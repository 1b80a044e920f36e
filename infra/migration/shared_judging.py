"""The judging of a long file shared out over processes: each parses, judges, encrypts and seals pieces of its own.

Each reads the key-encryption key and the dossiers itself, and makes the keys of its pieces durable before anything that
needs them leaves it. It writes nothing else: chunks go back to the one process that loads, which writes them in their
order. So a process that is killed leaves keys that nobody uses, and no part of a chunk.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from consumers.migration.chunks import ChunkJudge, Extract
from consumers.migration.pieces import JudgedPiece, Piece, PieceJudge
from consumers.migration.rare_collection import rarely_collected
from domain.copies import replace
from domain.migration.dossiers import Dossier
from domain.migration.reading import LegacyMapping, LegacyReading
from domain.migration.source_lines import RawRecord
from infra.event_codec import EventCodec
from infra.keys import MasterKey
from infra.log_address import StoredLog
from infra.migration.chunk_rows import ChunkRows, rows_of
from infra.migration.dossiers import taken_dossiers
from infra.migration.record_sealing import RecordSealing
from infra.migration.sources import SOURCES, MigratingAuthority, Source
from infra.postgres.journal.case_index import CaseIndex
from infra.postgres.journal.key_store import PostgresKeyStore
from infra.postgres.server.connections import Role, connect
from infra.shared_work.sharing import available_cores, shared_out

if TYPE_CHECKING:
    from psycopg2.extensions import connection as Connection

WORTH_SHARING: Final = 10_000
"""Records. To start a process takes as long as to judge some thousands of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedJudging:
    """Implements :class:`consumers.migration.pieces.Crew`; ``workers`` None is one a core.

    Fewer records than ``worth_sharing`` are judged in this process, and with one worker all are.
    """

    authority: MigratingAuthority
    log: StoredLog
    workers: int | None = None
    worth_sharing: int = WORTH_SHARING

    @contextmanager
    def judging(
        self, here: PieceJudge[Any, ChunkRows], pieces: Iterator[Piece], records: int
    ) -> Iterator[Iterator[JudgedPiece[ChunkRows]]]:
        """As :meth:`consumers.migration.pieces.Crew.judging`. Raises ``WorkerLost`` and ``ChildDidNotStart``."""
        workers = available_cores() if self.workers is None else self.workers
        if workers == 1 or records < self.worth_sharing:
            yield map(here.judged, pieces)
            return
        work = _Judging(authority=self.authority, log=self.log, extract=here.extract, epoch=here.epoch)
        with shared_out(work, pieces, workers=workers) as judged:
            yield _noted(judged, here.judge.source.note_failure)


def _noted(judged: Iterable[JudgedPiece[ChunkRows]], note: Callable[[str], None]) -> Iterator[JudgedPiece[ChunkRows]]:
    """The same, with the failures of other processes in the log of this one."""
    for each in judged:
        for kind in each.failed:
            note(kind)
        yield each


@dataclass(frozen=True, slots=True, kw_only=True)
class _Judging:
    """What each process does. Implements :class:`infra.shared_work.sharing.Work`."""

    authority: MigratingAuthority
    log: StoredLog
    extract: Extract
    epoch: int

    @contextmanager
    def open(self) -> Iterator[Callable[[Piece], JudgedPiece[ChunkRows]]]:
        """Raises ``DatabaseUnavailable`` and ``KeyEncryptionKeyUnusable``."""
        master = MasterKey.from_file(self.log.key_file, create=False)
        with (
            rarely_collected(),
            closing(connect(self.log.journal_url, Role.READER, shows_every_row=True)) as connection,
            closing(PostgresKeyStore(self.log.keys_url, master, pool_size=1)) as keys,
        ):
            source = _NotingSource(SOURCES[self.authority])
            sealing = RecordSealing(
                authority=self.authority, codec=EventCodec(self.log.origin, keys), keys=keys, origin=self.log.origin
            )
            judge = PieceJudge(
                judge=ChunkJudge(
                    source=source,
                    subjects=keys,
                    index=CaseIndex(keys.pool, master),
                    sealing=sealing,
                    digest_key=master.legacy_digest_key,
                ),
                extract=self.extract,
                epoch=self.epoch,
                before=_Dossiers(connection, self.authority),
                lay_out=rows_of,
            )

            def judged(piece: Piece) -> JudgedPiece[ChunkRows]:
                found = judge.judged(piece)
                return replace(found, failed=source.noted()) if source.failures else found

            yield judged


@dataclass(frozen=True, slots=True)
class _Dossiers:
    """Those of an authority in the database. Implements :class:`consumers.migration.pieces.KnownDossiers`."""

    connection: Connection
    authority: str

    def known(self, keys: Iterable[str]) -> dict[str, Dossier]:
        return taken_dossiers(self.connection, self.authority, keys)


@dataclass(frozen=True, slots=True)
class _NotingSource:
    """A source whose failures are for the process that loads to log. Implements ``RecordSource``."""

    source: Source
    failures: list[str] = field(default_factory=list)

    @property
    def mapping(self) -> LegacyMapping:
        return self.source.mapping

    def reading(self, raw: RawRecord) -> LegacyReading:
        return self.source.reading(raw)

    def digest(self, record: Mapping[str, object], key: bytes) -> str:
        return self.source.digest(record, key)

    def note_failure(self, kind: str) -> None:
        self.failures.append(kind)

    def noted(self) -> tuple[str, ...]:
        """The failures since the last call."""
        failures = tuple(self.failures)
        self.failures.clear()
        return failures
