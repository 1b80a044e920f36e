"""Chunks on their way into the database: the next are judged while one is written, here or in other processes.

What was judged may rest on a dossier that a piece before it has changed meanwhile: such a piece is judged again when
all before it is written. A chunk that the database refuses is taken record by record, so that only the record that it
cannot hold is quarantined.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, Protocol, TypeVar

from consumers.migration.pieces import Beside, JudgedPiece, Piece, PieceJudge, ReadyChunk, RefusedChunk, W
from domain.migration.source_lines import RawRecord

W_contra = TypeVar("W_contra", bound=ReadyChunk, contravariant=True)


class ChunkWriter(Protocol[W_contra]):
    """Writes chunks, each whole or not at all. Used by one thread at a time."""

    @property
    def refusals(self) -> tuple[type[Exception], ...]:
        """What is raised for a record that the database cannot hold; that it is away is another error."""

    def write(self, chunk: W_contra, taken: int) -> None:
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

    records: Sequence[RawRecord]
    beside: Beside
    now: datetime
    taken: int
    written: Future[None]


class ChunkLine(Generic[W]):
    """Takes the pieces of one batch, in their order; ``here`` judges what has to be judged again."""

    def __init__(
        self, here: PieceJudge[Any, W], taken: int, *, writer: ChunkWriter[W], thread: ThreadPoolExecutor
    ) -> None:
        self._here = here
        self._taken = taken
        self._writer = writer
        self._thread = thread
        self._under_way: _UnderWay | None = None
        self._handed_on: deque[tuple[int, frozenset[str]]] = deque()
        """Of pieces that a later one may not have seen: the lines taken with it, and the file numbers it names."""

    @classmethod
    @contextmanager
    def opened(cls, here: PieceJudge[Any, W], taken: int, *, writer: ChunkWriter[W]) -> Iterator[ChunkLine[W]]:
        """A line that has come to its end when the block ends well; ``writer`` is closed with it.

        ``taken`` is how many lines of the batch were taken before.
        """
        with ThreadPoolExecutor(max_workers=1, thread_name_prefix="landing") as thread:
            try:
                line = cls(here, taken, writer=writer, thread=thread)
                yield line
                line._wait()
            finally:
                thread.submit(writer.close).result()

    @property
    def taken(self) -> int:
        """How many lines of the batch were handed on to be written, all in all."""
        return self._taken

    @property
    def written(self) -> int:
        """How many of them are surely durable."""
        return self._taken if self._under_way is None else self._under_way.taken

    def take(self, piece: Piece, judged: JudgedPiece[W]) -> None:
        """Write what became of the next piece; that it was judged on what has changed since is made good.

        Raises what writing the chunk before raised.
        """
        if self._has_changed_since(piece, judged.keys):
            self._wait()
            judged = self._here.judged(piece)
        chunks, rest = deque(judged.chunks), piece
        while chunks:
            if self._wait():
                # What was judged rests on a chunk that has become another one.
                chunks = deque(self._here.judged(rest).chunks)
            chunk = chunks.popleft()
            records, beside = rest.records[: chunk.judged], rest.beside
            rest = rest.after(chunk.judged)
            if isinstance(chunk, RefusedChunk):
                self._take_one_by_one(chunk.kind, records, beside, piece.now)
                chunks = deque(self._here.judged(rest).chunks if chunks else ())
            else:
                writing = self._thread.submit(self._writer.write, chunk, self._taken)
                self._under_way = _UnderWay(records, beside, piece.now, self._taken, writing)
                self._taken += chunk.lines
        self._handed_on.append((self._taken, judged.keys))

    def _has_changed_since(self, piece: Piece, keys: frozenset[str]) -> bool:
        """Whether a dossier of these file numbers may be another one now than who judged the piece has seen."""
        while self._handed_on and self._handed_on[0][0] <= piece.written:
            self._handed_on.popleft()
        return not all(keys.isdisjoint(before) for _, before in self._handed_on)

    def _wait(self) -> bool:
        """Wait until the chunk under way is written; True when it had to be taken record by record."""
        under_way, self._under_way = self._under_way, None
        if under_way is None:
            return False
        try:
            under_way.written.result()
        except self._writer.refusals as why:
            self._taken = under_way.taken
            self._take_one_by_one(type(why).__name__, under_way.records, under_way.beside, under_way.now)
            return True
        return False

    def _take_one_by_one(self, kind: str, records: Sequence[RawRecord], beside: Beside, now: datetime) -> None:
        self._writer.note_refused(len(records), kind)
        judge, calendar = self._here.judge.records, self._here.extract.calendar
        for raw in records:
            read = judge.read(raw, calendar)
            try:
                self._write(self._here.alone(read, beside, now))
            except self._writer.refusals as why:
                self._write(self._here.alone(judge.failed(read, why), beside, now))
            beside = Beside()

    def _write(self, chunk: W) -> None:
        """Write a chunk now."""
        self._thread.submit(self._writer.write, chunk, self._taken).result()
        self._taken += chunk.lines
