"""Chunks on their way into the database: one is judged while the one before it is written.

A chunk that the database refuses is taken record by record, so that only the record that it cannot hold is quarantined.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, Protocol

from consumers.migration.chunks import A, Chunk, ChunkJudge, Extract
from consumers.migration.judging import ReadRecord
from domain.migration.dossiers import Dossier


class KnownDossiers(Protocol):
    """What was taken before."""

    def known(self, keys: Iterable[str]) -> dict[str, Dossier]:
        """The dossiers of these file numbers, those that are new left out."""


class ChunkWriter(Protocol[A]):
    """Writes chunks, each whole or not at all. Used by one thread at a time."""

    @property
    def refusals(self) -> tuple[type[Exception], ...]:
        """What is raised for a record that the database cannot hold; that it is away is another error."""

    def write(self, chunk: Chunk[A], taken: int) -> None:
        """Write all of a chunk; ``taken`` is how many lines the batch must have taken before.

        Raises ``NotAccepting``, ``RunUnderWay`` where the batch was taken further meanwhile, what an append raises, and
        :attr:`refusals`.
        """

    def note_refused(self, records: int, kind: str) -> None:
        """A chunk of that many records was refused, with that kind of error: they are taken one by one."""

    def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class _UnderWay:
    """What is being written; ``taken`` is how many lines of the batch were taken before."""

    read: Sequence[ReadRecord]
    others: Counter[str]
    taken: int
    written: Future[None]


class ChunkLine(Generic[A]):
    """Takes the records of one batch, in their order."""

    def __init__(
        self,
        judge: ChunkJudge[A],
        extract: Extract,
        epoch: int,
        now: Callable[[], datetime],
        *,
        before: KnownDossiers,
        writer: ChunkWriter[A],
        thread: ThreadPoolExecutor,
    ) -> None:
        self._judge = judge
        self._extract = extract
        self._epoch = epoch
        self._now = now
        self._before = before
        self._writer = writer
        self._thread = thread
        self._under_way: _UnderWay | None = None
        self._recent: dict[str, Dossier] = {}
        """The dossiers of the chunk that is being written, which may not be committed yet."""

    @classmethod
    @contextmanager
    def opened(
        cls,
        judge: ChunkJudge[A],
        extract: Extract,
        epoch: int,
        now: Callable[[], datetime],
        *,
        before: KnownDossiers,
        writer: ChunkWriter[A],
    ) -> Iterator[ChunkLine[A]]:
        """A line that has come to its end when the block ends well; ``writer`` is closed with it."""
        with ThreadPoolExecutor(max_workers=1, thread_name_prefix="landing") as thread:
            try:
                line = cls(judge, extract, epoch, now, before=before, writer=writer, thread=thread)
                yield line
                line._wait()
            finally:
                thread.submit(writer.close).result()

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
        self._under_way = _UnderWay(read, others, taken, self._thread.submit(self._writer.write, chunk, taken))

    def _judged(self, read: Sequence[ReadRecord]) -> Chunk[A]:
        keys = {each.key for each in read if each.key is not None}
        known = self._before.known(keys)
        known.update({key: self._recent[key] for key in keys & self._recent.keys()})
        return self._judge.judged(read, known, self._epoch, self._now(), self._extract)

    def _wait(self) -> bool:
        """Wait until the chunk under way is written; True when it had to be taken record by record."""
        under_way, self._under_way = self._under_way, None
        if under_way is None:
            return False
        try:
            under_way.written.result()
        except self._writer.refusals as why:
            self._writer.note_refused(len(under_way.read), type(why).__name__)
            self._recent = {}
            self._take_one_by_one(under_way)
            return True
        return False

    def _take_one_by_one(self, refused: _UnderWay) -> None:
        others, taken = refused.others, refused.taken
        for each in refused.read:
            try:
                taken += self._taken_alone(each, others, taken)
            except self._writer.refusals as why:
                taken += self._taken_alone(self._judge.records.failed(each, why), others, taken)
            others = Counter()

    def _taken_alone(self, read: ReadRecord, others: Counter[str], taken: int) -> int:
        """How many lines were taken with the record."""
        chunk = self._judged([read])
        chunk.others = others
        self._thread.submit(self._writer.write, chunk, taken).result()
        return chunk.lines
