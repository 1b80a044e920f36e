"""Chunks on their way into the database: one is judged while the one before it is written.

A chunk that the database refuses is taken record by record, so that only the record that it cannot hold is set aside.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final

import psycopg2

from infra.migration.acceptance import require_accepting
from infra.migration.chunks import Chunk, ChunkJudge, Extract
from infra.migration.dossiers import Dossier, taken_dossiers
from infra.migration.judging import ReadRecord
from infra.migration.landing import NothingToAdd, write_chunk
from infra.postgres.journal.append_requests import AuthorityEpoch
from infra.postgres.journal.certain_outcome import CertainConnection
from infra.postgres.server.connections import transaction
from infra.structured_logs import get_logger

if TYPE_CHECKING:
    from psycopg2.extensions import connection as Connection

_log = get_logger(__name__)

REFUSED_BY_THE_DATABASE: Final = (psycopg2.Error, ValueError)
"""What a record raises that the database, or its driver, cannot hold. That the database is away is another error."""


class RunUnderWay(Exception):
    """Another process loads records of this authority."""


@dataclass(frozen=True, slots=True)
class _UnderWay:
    """What is being written; ``taken`` is how many lines of the batch were taken before."""

    read: Sequence[ReadRecord]
    others: Counter[str]
    taken: int
    written: Future[None]


class ChunkLine:
    """Takes the records of one batch, in their order."""

    def __init__(
        self,
        judge: ChunkJudge,
        extract: Extract,
        epoch: AuthorityEpoch,
        now: Callable[[], datetime],
        *,
        reading: Connection,
        writing: CertainConnection,
        writer: ThreadPoolExecutor,
    ) -> None:
        self._judge = judge
        self._extract = extract
        self._epoch = epoch
        self._now = now
        self._reading = reading
        self._writing = writing
        self._writer = writer
        self._under_way: _UnderWay | None = None
        self._recent: dict[str, Dossier] = {}
        """The dossiers of the chunk that is being written, which may not be committed yet."""

    @classmethod
    @contextmanager
    def opened(
        cls,
        judge: ChunkJudge,
        extract: Extract,
        epoch: AuthorityEpoch,
        now: Callable[[], datetime],
        *,
        reading: Connection,
        writing: CertainConnection,
    ) -> Iterator[ChunkLine]:
        """A line that has come to its end when the block ends well."""
        with ThreadPoolExecutor(max_workers=1, thread_name_prefix="landing") as writer:
            try:
                line = cls(judge, extract, epoch, now, reading=reading, writing=writing, writer=writer)
                yield line
                line._wait()
            finally:
                writer.submit(writing.close).result()

    def take(self, read: Sequence[ReadRecord], others: Counter[str], taken: int) -> None:
        """Judge these records, of which no two have one file number, and hand them on; ``others`` lie between them.

        Raises what writing the chunk before raised.
        """
        chunk = self._judged(read)
        if self._wait():
            # What was judged rests on a chunk that has become another one.
            chunk = self._judged(read)
        chunk.others = others
        self._recent = chunk.confirmed | chunk.dossiers
        self._under_way = _UnderWay(read, others, taken, self._writer.submit(self._write, chunk, taken))

    def _judged(self, read: Sequence[ReadRecord]) -> Chunk:
        keys = {each.key for each in read if each.key is not None}
        known = taken_dossiers(self._reading, self._judge.source.mapping.authority, keys)
        known.update({key: self._recent[key] for key in keys & self._recent.keys()})
        return self._judge.judged(read, known, self._epoch, self._now(), self._extract)

    def _wait(self) -> bool:
        """Wait until the chunk under way is written; True when it had to be taken record by record."""
        under_way, self._under_way = self._under_way, None
        if under_way is None:
            return False
        try:
            under_way.written.result()
        except REFUSED_BY_THE_DATABASE as why:
            _log.error("migration.one_by_one", records=len(under_way.read), why=type(why).__name__)
            self._recent = {}
            self._take_one_by_one(under_way)
            return True
        return False

    def _take_one_by_one(self, refused: _UnderWay) -> None:
        others, taken = refused.others, refused.taken
        for each in refused.read:
            try:
                taken += self._taken_alone(each, others, taken)
            except REFUSED_BY_THE_DATABASE as why:
                taken += self._taken_alone(self._judge.records.failed(each, why), others, taken)
            others = Counter()

    def _taken_alone(self, read: ReadRecord, others: Counter[str], taken: int) -> int:
        """How many lines were taken with the record."""
        chunk = self._judged([read])
        chunk.others = others
        self._writer.submit(self._write, chunk, taken).result()
        return chunk.lines

    def _write(self, chunk: Chunk, taken: int) -> None:
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

        self._writing.run(once)
