"""Lines of a file that lie together, and what becomes of them: judged in this process, or in others beside it.

Who judges a piece looks up what was taken before. Pieces that come before it may not be written yet then; which those
are is for :mod:`consumers.migration.chunk_line` to know, and whether that makes a difference.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, Protocol, TypeVar

from consumers.migration.chunks import A, Chunk, ChunkJudge, Extract, cut
from consumers.migration.judging import ReadRecord
from domain.migration.dossiers import Dossier
from domain.migration.source_lines import RawRecord
from domain.migration.versions import Version


class KnownDossiers(Protocol):
    """What was taken before."""

    def known(self, keys: Iterable[str]) -> dict[str, Dossier]:
        """The dossiers of these file numbers, those that are new left out."""


class DossiersInBulk(KnownDossiers, Protocol):
    """What was taken before, also for those who only want to know whether it is what they hold."""

    def taken_so(self, versions: Collection[Version]) -> set[str]:
        """The file numbers of which exactly this version was taken last, of those given."""


class ReadyChunk(Protocol):
    """A chunk in the form in which it is written."""

    @property
    def records(self) -> int: ...

    @property
    def lines(self) -> int:
        """Of all kinds."""


W = TypeVar("W", bound=ReadyChunk)


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """Lines of a batch; ``others`` counts those between the records that hold none, by their kind.

    What they make is recorded at ``now``. ``written`` is how many lines of the batch were durable when it was cut: who
    judges it sees at least those.
    """

    records: tuple[RawRecord, ...]
    others: Counter[str]
    now: datetime
    written: int

    def after(self, records: int) -> Piece:
        """What is left once so many of the records are taken, and with them the other lines."""
        return Piece(records=self.records[records:], others=Counter(), now=self.now, written=self.written)


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusedChunk:
    """A chunk of so many records that has no form in which it could be written, with the kind of the failure."""

    records: int
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
    before: DossiersInBulk
    lay_out: Callable[[Chunk[A]], W]

    def judged(self, piece: Piece) -> JudgedPiece[W]:
        """All chunks of a piece: each rests on what was taken before, and on the chunks of the piece before it."""
        read = [self.judge.records.read(each, self.extract.calendar) for each in piece.records]
        keys = frozenset(each.key for each in read if each.key is not None)
        stretches, others = cut(read), piece.others
        if len(stretches) == 1:
            return JudgedPiece(chunks=(self._laid_out(self._first(read, others, piece.now)),), keys=keys)
        known = self.before.known(keys)
        chunks: list[W | RefusedChunk] = []
        for stretch in stretches:
            chunk = self.judge.judged(stretch, known, self.epoch, piece.now, self.extract)
            chunk.others, others = others, Counter()
            known |= chunk.confirmed | chunk.dossiers
            chunks.append(self._laid_out(chunk))
        return JudgedPiece(chunks=tuple(chunks), keys=keys)

    def alone(self, read: ReadRecord, others: Counter[str], now: datetime) -> W:
        """The chunk of one record. Raises ``ValueError`` where nothing can be written of it."""
        return self.lay_out(self._first([read], others, now))

    def _laid_out(self, chunk: Chunk[A]) -> W | RefusedChunk:
        try:
            return self.lay_out(chunk)
        except ValueError as why:
            return RefusedChunk(records=chunk.records, kind=type(why).__name__)

    def _first(self, read: list[ReadRecord], others: Counter[str], now: datetime) -> Chunk[A]:
        """A chunk that rests on nothing but what was taken before: what came unchanged is not even fetched."""
        versions = [each.version for each in read if each.version is not None]
        same = self.before.taken_so(versions)
        known = self.before.known({each.key for each in versions} - same)
        chunk = self.judge.judged(read, known, self.epoch, now, self.extract, same=same)
        chunk.others = others
        return chunk


class Crew(Protocol[W]):
    """Who judges the pieces of a batch: this process, or others on its behalf."""

    def judging(
        self, here: PieceJudge[Any, W], pieces: Iterator[Piece], lines: int
    ) -> AbstractContextManager[Iterator[JudgedPiece[W]]]:
        """What becomes of the pieces, in their order; ``here`` judges in this process, ``lines`` are still to come.

        Pieces are taken ahead of what is given out, but never so far that memory grows with the file.
        """


class ThisProcessAlone(Generic[W]):
    """Judges each piece when it is its turn. Implements :class:`Crew`."""

    def judging(
        self, here: PieceJudge[Any, W], pieces: Iterator[Piece], lines: int
    ) -> AbstractContextManager[Iterator[JudgedPiece[W]]]:
        return nullcontext(map(here.judged, pieces))
