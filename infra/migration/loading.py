"""The door of files: a batch a file, taken up again where it stopped, each chunk durable whole or not at all."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Final
from uuid import UUID, uuid4

import psycopg2

from domain.civil_time import civil_day
from domain.migration.plausible_days import Calendar
from infra.legacy_files.records import OtherLine, RawRecord, SourceLine, Waivers
from infra.migration.acceptance import require_accepting
from infra.migration.chunk_line import ChunkLine, RunUnderWay
from infra.migration.chunks import ChunkJudge, Extract, cut
from infra.migration.first_reading import FirstReading, first_reading, second_reading
from infra.migration.ledger import first_extracted_on
from infra.migration.rare_collection import rarely_collected
from infra.postgres.journal.append_requests import AuthorityEpoch
from infra.postgres.journal.bulk import prepare_staging
from infra.postgres.journal.certain_outcome import CertainConnection
from infra.postgres.server.connections import Role, connect

if TYPE_CHECKING:
    from psycopg2.extensions import connection as Connection
    from psycopg2.extensions import cursor as Cursor

CHUNK: Final = 500
"""Records judged together; also the most events for which the head of the journal is locked, and live appends wait."""

_RUN_LOCK: Final = 7_301_967

NOTHING_WAIVED: Final = Waivers()

OnProgress = Callable[[int, int], None]
"""Given how many lines of the file were taken, and how many it has."""


class BegunOtherwise(Exception):
    """The file was begun with another day of its extract; the text says how to go on."""


class AuthorityIsLive(Exception):
    """The authority has been cut over: its former system has no say any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BegunBatch:
    """A batch, how many of its lines were taken before, and the day of its extract."""

    id: UUID
    taken: int
    extracted_on: date


class FileLoader:
    """Loads files of one authority into the journal at ``url``."""

    def __init__(
        self, url: str, judge: ChunkJudge, now: Callable[[], datetime], *, patience: float = 10.0, chunk: int = CHUNK
    ) -> None:
        self._url = url
        self._judge = judge
        self._now = now
        self._patience = patience
        self._chunk = chunk
        self._authority = judge.source.mapping.authority

    def load(
        self,
        files: Sequence[Path],
        on_progress: OnProgress | None = None,
        *,
        waivers: Waivers = NOTHING_WAIVED,
        extracted_on: date | None = None,
    ) -> list[UUID]:
        """Load the files one after the other and give their batches.

        ``extracted_on`` is the day on which the source made them; without it, the day on which each was first read.

        Raises ``NotThisKind`` and ``OSError`` before anything is landed, :class:`RunUnderWay`,
        :class:`AuthorityIsLive`, ``NotAccepting`` once its report is on record, :class:`BegunOtherwise`,
        ``StaleAuthorityEpoch`` when the authority is cut over meanwhile, ``FileChanged`` when a file is written to
        meanwhile, and ``DatabaseUnavailable``: the load can be run again then, and goes on where it was.
        """
        with ExitStack() as held:
            held.enter_context(rarely_collected())
            connection = held.enter_context(closing(connect(self._url, Role.WRITER)))
            held.enter_context(_alone(connection, self._authority))
            epoch = epoch_of(connection, self._authority)
            with connection.cursor() as cursor:
                require_accepting(cursor, self._authority)
            read = [held.enter_context(first_reading(self._judge.records, each, waivers)) for each in files]
            return [self._load_file(connection, epoch, each, extracted_on, on_progress) for each in read]

    def _load_file(
        self,
        connection: Connection,
        epoch: AuthorityEpoch,
        first: FirstReading,
        said: date | None,
        on_progress: OnProgress | None,
    ) -> UUID:
        today = civil_day(self._now())
        batch = _begin(connection, self._judge, first, said=said, today=today)
        began = time.monotonic()
        extract = Extract(batch=batch.id, calendar=Calendar(batch.extracted_on), tied=first.ties)
        writing = CertainConnection(lambda: connect(self._url, Role.WRITER), prepare_staging, patience=self._patience)
        with (
            second_reading(self._judge.records, first) as lines,
            ChunkLine.opened(self._judge, extract, epoch, self._now, reading=connection, writing=writing) as line,
        ):
            taken = batch.taken
            for _ in islice(lines, taken):
                pass  # taken before the run was stopped
            while part := list(islice(lines, self._chunk)):
                taken = self._take(line, part, extract, taken)
                if on_progress is not None:
                    on_progress(taken, first.lines)
        _finish(connection, batch.id, time.monotonic() - began)
        return batch.id

    def _take(self, line: ChunkLine, part: Sequence[SourceLine], extract: Extract, taken: int) -> int:
        """Hand the lines on; how many of the batch are taken then."""
        others = Counter(each.kind.value for each in part if isinstance(each, OtherLine))
        read = [self._judge.records.read(each, extract.calendar) for each in part if isinstance(each, RawRecord)]
        for stretch in cut(read):
            line.take(stretch, others, taken)
            taken += len(stretch) + others.total()
            others = Counter()
        return taken


@contextmanager
def _alone(connection: Connection, authority: str) -> Iterator[None]:
    """One load an authority at a time; the lock goes with the connection, so a killed load leaves none."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_try_advisory_lock(%s, hashtext(%s))", (_RUN_LOCK, authority))
        ((got,),) = cursor.fetchall()
    if not got:
        raise RunUnderWay(f"another process loads records of {authority}: wait until it is done, or stop it")
    try:
        yield
    finally:
        # The server takes a moment to notice that a connection was closed; whoever loads next need not meet that.
        with suppress(psycopg2.Error), connection.cursor() as cursor:
            cursor.execute("select pg_advisory_unlock(%s, hashtext(%s))", (_RUN_LOCK, authority))


def no_load_is_under_way(cursor: Cursor, authority: str) -> bool:
    """Keep loads of files away until the end of the transaction; False when one is under way."""
    cursor.execute("select pg_try_advisory_xact_lock_shared(%s, hashtext(%s))", (_RUN_LOCK, authority))
    ((free,),) = cursor.fetchall()
    return bool(free)


def epoch_of(connection: Connection, authority: str) -> AuthorityEpoch:
    """The epoch on which retelling rests. Raises :class:`AuthorityIsLive`."""
    with connection.cursor() as cursor:
        cursor.execute("select coalesce((authority_epochs ->> %s)::int, 0) from journal_head", (authority,))
        ((epoch,),) = cursor.fetchall()
    if epoch % 2 == 1:
        raise AuthorityIsLive(f"{authority} is live here: its former system has no say any more")
    return AuthorityEpoch(authority, epoch)


def _begin(
    connection: Connection, judge: ChunkJudge, first: FirstReading, *, said: date | None, today: date
) -> BegunBatch:
    """The batch of this very file that was begun and not finished, else a new one.

    A file that was read before keeps its day unless another is said, so that a repetition comes to the same.
    """
    mapping, count = judge.source.mapping, first.count
    with connection.cursor() as cursor:
        cursor.execute(
            "select id, records + headers + blanks + waived, extracted_on from legacy_batch"
            " where authority = %s and source_digest = %s and door = 'file'"
            " and finished_at is null and ended_as is null",
            (mapping.authority, count.sha256),
        )
        for batch, taken, extracted_on in cursor.fetchall():
            if said not in (None, extracted_on):
                raise BegunOtherwise(
                    f"{first.file.name} was begun as extracted on {extracted_on}: go on with --extracted-on "
                    f"{extracted_on}, or abandon the batch {batch} first"
                )
            return BegunBatch(id=batch, taken=taken, extracted_on=extracted_on)
        batch = uuid4()
        extracted_on = said or first_extracted_on(connection, mapping.authority, count.sha256) or today
        cursor.execute(
            "insert into legacy_batch (id, authority, door, source, source_digest, mapping_version, source_lines,"
            " source_bytes, extracted_on, columns_waived, sheets_waived)"
            " values (%s, %s, 'file', %s, %s, %s, %s, %s, %s, %s, %s)",
            (
                batch, mapping.authority, first.file.name, count.sha256, mapping.version, count.lines,
                count.size, extracted_on, list(count.columns_waived), list(count.sheets_waived),
            ),
        )  # fmt: skip
    return BegunBatch(id=batch, taken=0, extracted_on=extracted_on)


def _finish(connection: Connection, batch: UUID, seconds: float) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "update legacy_batch set finished_at = now(), heard_at = now(), seconds = seconds + %s where id = %s",
            (seconds, batch),
        )
