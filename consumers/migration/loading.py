"""The door of files: a batch a file, taken up again where it stopped, each chunk durable whole or not at all.

The order is that of one load: nobody else loads; the records of the authority are accepted; every file is read to its
end; then file by file its batch is begun, its chunks are taken, and it is finished.
"""

from __future__ import annotations

import time
from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import islice
from pathlib import Path
from typing import Final, Generic, Protocol
from uuid import UUID, uuid4

from consumers.migration.chunk_line import ChunkLine, ChunkWriter, W_contra
from consumers.migration.chunks import A, Chunk, ChunkJudge, Extract
from consumers.migration.pieces import Beside, Crew, KnownDossiers, Piece, PieceJudge, ThisProcessAlone, W
from consumers.migration.rare_collection import rarely_collected
from consumers.migration.source_reading import (
    FirstReading,
    LineNumbers,
    PlacedBeside,
    SourceReadings,
    UnchangedVersions,
)
from domain.civil_time import civil_day
from domain.migration.plausible_days import Calendar
from domain.migration.source_lines import OtherLine, RawRecord, SourceCount, SourceLine, Waivers

CHUNK: Final = 500
"""Records judged together; also the most events for which the head of the journal is locked, and live appends wait."""

NOTHING_WAIVED: Final = Waivers()

OnProgress = Callable[[int, int], None]
"""Given how many lines of the file were taken, and how many it has."""


class RunUnderWay(Exception):
    """Another process loads records of this authority."""


class BegunOtherwise(Exception):
    """The file was begun with another day of its extract; the text says how to go on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BegunBatch:
    """A batch, how many of its lines were taken before, and the day of its extract."""

    id: UUID
    taken: int
    extracted_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class NewBatch:
    """A file that is begun: its name, and the source's own count of it."""

    id: UUID
    source: str
    mapping_version: int
    count: SourceCount
    extracted_on: date


class LoadSession(KnownDossiers, PlacedBeside, Protocol[W_contra]):
    """The batches of one authority while nobody else loads files of it."""

    def accepted_epoch(self) -> int:
        """The epoch on which retelling rests. Raises ``AuthorityIsLive`` and ``NotAccepting``."""

    def unfinished(self, sha256: bytes) -> BegunBatch | None:
        """The batch of this very file that was begun, and neither finished nor ended."""

    def first_extracted_on(self, sha256: bytes) -> date | None:
        """The day of the extract that was kept with this very file when it was first loaded."""

    def begin(self, batch: NewBatch) -> None: ...

    def writer(self) -> ChunkWriter[W_contra]:
        """Writes the chunks of a batch."""

    def finish(self, batch: UUID, seconds: float) -> None:
        """The batch was taken to its end, in so many seconds of this run."""


class LoadSessions(Protocol[W_contra]):
    def alone(self, authority: str) -> AbstractContextManager[LoadSession[W_contra]]:
        """A session while no other process loads files of the authority. Raises :class:`RunUnderWay`."""


@dataclass(frozen=True, kw_only=True)
class FileLoader(Generic[A, W]):
    """Loads files of one authority. ``timer`` counts seconds, from whenever."""

    judge: ChunkJudge[A]
    lay_out: Callable[[Chunk[A]], W]
    sessions: LoadSessions[W]
    readings: SourceReadings
    now: Callable[[], datetime]
    crew: Crew[W] = field(default_factory=ThisProcessAlone)
    timer: Callable[[], float] = time.monotonic
    chunk_size: int = CHUNK

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

        Raises ``NotThisKind`` and ``OSError`` before anything is landed, :class:`RunUnderWay`, ``AuthorityIsLive``,
        ``NotAccepting`` once its report is on record, :class:`BegunOtherwise`, ``StaleAuthorityEpoch`` when the
        authority is cut over meanwhile, ``FileChanged`` when a file is written to meanwhile, and
        ``DatabaseUnavailable``: the load can be run again then, and continues where it was.
        """
        with ExitStack() as held:
            held.enter_context(rarely_collected())
            session = held.enter_context(self.sessions.alone(self.judge.source.mapping.authority))
            epoch = session.accepted_epoch()
            unchanged = UnchangedVersions(session)
            read = [held.enter_context(self.readings.first_reading(each, waivers, unchanged)) for each in files]
            return [self._load_file(session, epoch, each, extracted_on, on_progress) for each in read]

    def _load_file(
        self,
        session: LoadSession[W],
        epoch: int,
        first: FirstReading,
        stated: date | None,
        on_progress: OnProgress | None,
    ) -> UUID:
        batch = self._begun(session, first, stated)
        began = self.timer()
        calendar = Calendar(batch.extracted_on)
        unchanged = first.need_no_judging(calendar)
        here = PieceJudge(
            judge=self.judge,
            extract=Extract(batch=batch.id, calendar=calendar, tied=first.ties),
            epoch=epoch,
            before=session,
            lay_out=self.lay_out,
        )
        with (
            self.readings.second_reading(first) as lines,
            ChunkLine.opened(here, batch.taken, writer=session.writer()) as line,
        ):
            under_way: deque[Piece] = deque()
            pieces = self._pieces(lines, unchanged, line, under_way)
            to_judge = first.lines - max(batch.taken, len(unchanged))
            with self.crew.judging(here, pieces, to_judge) as judged:
                for each in judged:
                    line.take(under_way.popleft(), each)
                    if on_progress is not None:
                        on_progress(line.taken, first.lines)
        session.finish(batch.id, self.timer() - began)
        return batch.id

    def _pieces(
        self, lines: Iterator[SourceLine], unchanged: LineNumbers, line: ChunkLine[W], under_way: deque[Piece]
    ) -> Iterator[Piece]:
        """Cut the lines into pieces; each is kept in ``under_way`` too, where it may have to be judged again."""
        numbered = enumerate(lines)
        for _ in islice(numbered, line.taken):
            pass  # taken before the run was stopped
        while part := list(islice(numbered, self.chunk_size)):
            records = [(number, each) for number, each in part if isinstance(each, RawRecord)]
            to_judge = tuple(each for number, each in records if number not in unchanged)
            others = Counter(each.kind.value for _, each in part if isinstance(each, OtherLine))
            piece = Piece(
                records=to_judge,
                beside=Beside(others=others, unchanged=len(records) - len(to_judge)),
                now=self.now(),
                written=line.written,
            )
            under_way.append(piece)
            yield piece

    def _begun(self, session: LoadSession[W], first: FirstReading, stated: date | None) -> BegunBatch:
        """The batch of this very file that was begun and not finished, else a new one.

        A file that was read before keeps its day unless another is given, so that a repetition gives the same.
        """
        count = first.count
        begun = session.unfinished(count.sha256)
        if begun is not None:
            if stated not in (None, begun.extracted_on):
                raise BegunOtherwise(
                    f"{first.file.name} was begun as extracted on {begun.extracted_on}: go on with --extracted-on "
                    f"{begun.extracted_on}, or abandon the batch {begun.id} first"
                )
            return begun
        extracted_on = stated or session.first_extracted_on(count.sha256) or civil_day(self.now())
        batch = NewBatch(
            id=uuid4(),
            source=first.file.name,
            mapping_version=self.judge.source.mapping.version,
            count=count,
            extracted_on=extracted_on,
        )
        session.begin(batch)
        return BegunBatch(id=batch.id, taken=0, extracted_on=extracted_on)
