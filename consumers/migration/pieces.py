"""Lines of a file that lie together, and what becomes of them: judged in this process, or in others beside it.

Who judges a piece looks up what was taken before. Pieces that come before it may not be written yet then; which those
are is for :mod:`consumers.migration.chunk_line` to know, and whether that makes a difference.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, Protocol, TypeVar

from consumers.migration.chunks import A, Chunk, ChunkJudge, Extract, cut
from consumers.migration.judging import ReadRecord
from domain.migration.dossiers import Dossier, Dossiers
from domain.migration.source_lines import RawRecord


class KnownDossiers(Protocol):
    """What was taken before."""

    def known(self, keys: Iterable[str]) -> dict[str, Dossier]:
        """The dossiers of these file numbers, those that are new left out."""


class ReadyChunk(Protocol):
    """A chunk in the form in which it is written."""

    @property
    def judged(self) -> int:
        """How many records were judged."""

    @property
    def lines(self) -> int:
        """Of all kinds."""


W = TypeVar("W", bound=ReadyChunk)


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """The lines between the records to be judged: those that hold none, by their kind, and ``unchanged`` records.

    That a record is unchanged was found when the file was first read.
    """

    others: Counter[str] = field(default_factory=Counter)
    unchanged: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """Lines of a batch: the records to be judged, and what lies ``beside`` them.

    What they make is recorded at ``now``. ``written`` is how many lines of the batch were durable when it was cut: who
    judges it sees at least those.
    """

    records: tuple[RawRecord, ...]
    beside: Beside
    now: datetime
    written: int

    def after(self, judged: int) -> Piece:
        """What is left once so many of the records are taken, and with them what lies beside."""
        return Piece(records=self.records[judged:], beside=Beside(), now=self.now, written=self.written)


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusedChunk:
    """A chunk that has no form in which it could be written, with the kind of the failure."""

    judged: int
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedPiece(Generic[W]):
    """The chunks that a piece makes, in their order; ``keys`` are the file numbers that it names.

    ``failed`` has the kind of each failure of the program at a record of it.
    """

    chunks: tuple[W | RefusedChunk, ...]
    keys: frozenset[str]
    failed: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class PieceJudge(Generic[A, W]):
    """Judges the pieces of one batch, and lays out what they make as it is written.

    ``lay_out`` raises ``ValueError`` for what nothing can be written of.
    """

    judge: ChunkJudge[A]
    extract: Extract
    epoch: int
    before: KnownDossiers
    lay_out: Callable[[Chunk[A]], W]

    def judged(self, piece: Piece) -> JudgedPiece[W]:
        """All chunks of a piece: each rests on what was taken before, and on the chunks of the piece before it."""
        read = [self.judge.records.read(each, self.extract.calendar) for each in piece.records]
        keys = frozenset(each.key for each in read if each.key is not None)
        known, beside = self.before.known(keys), piece.beside
        chunks: list[W | RefusedChunk] = []
        for stretch in cut(read):
            chunk = self._chunk(stretch, known, beside, piece.now)
            known, beside = {**known, **chunk.confirmed, **chunk.dossiers}, Beside()
            try:
                chunks.append(self.lay_out(chunk))
            except ValueError as why:
                chunks.append(RefusedChunk(judged=chunk.judged, kind=type(why).__name__))
        return JudgedPiece(chunks=tuple(chunks), keys=keys)

    def alone(self, read: ReadRecord, beside: Beside, now: datetime) -> W:
        """The chunk of one record. Raises ``ValueError`` where nothing can be written of it."""
        known = self.before.known(() if read.key is None else (read.key,))
        return self.lay_out(self._chunk([read], known, beside, now))

    def _chunk(self, read: Sequence[ReadRecord], known: Dossiers, beside: Beside, now: datetime) -> Chunk[A]:
        chunk = self.judge.judged(read, known, self.epoch, now, self.extract)
        chunk.others, chunk.unchanged = beside.others, beside.unchanged
        return chunk


class Crew(Protocol[W]):
    """Who judges the pieces of a batch: this process, or others on its behalf."""

    def judging(
        self, here: PieceJudge[Any, W], pieces: Iterator[Piece], records: int
    ) -> AbstractContextManager[Iterator[JudgedPiece[W]]]:
        """What becomes of the pieces, in their order; ``here`` judges in this process.

        At most so many ``records`` are to be judged. Pieces are taken ahead of what is given out, but never so far that
        memory grows with the file.
        """


class ThisProcessAlone(Generic[W]):
    """Judges each piece when it is its turn. Implements :class:`Crew`."""

    def judging(
        self, here: PieceJudge[Any, W], pieces: Iterator[Piece], records: int
    ) -> AbstractContextManager[Iterator[JudgedPiece[W]]]:
        return nullcontext(map(here.judged, pieces))
