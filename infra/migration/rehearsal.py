"""A dry run: records judged as a load would, against what was taken before, and nothing written."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path

from domain.migration.batch import BatchCount, Judged, TakenVersion, judge
from domain.migration.reading import Fact, LegacyReading
from domain.migration.vocabulary import Vocabularies
from infra.legacy_files.records import RawRecord
from infra.migration.loading import CHUNK
from infra.migration.sources import Source

TakenBefore = Callable[[Iterable[str]], dict[str, TakenVersion]]
"""Gives what was taken of these file numbers."""


@dataclass(frozen=True, slots=True)
class Rehearsed:
    raw: RawRecord
    judged: Judged


def rehearse(
    source: Source, files: Iterable[Path], taken_before: TakenBefore, digest_key: bytes, count: BatchCount
) -> Iterator[Rehearsed]:
    """Judge every record; ``count`` is added to. Raises ``NotThisKind`` and ``OSError`` before the first."""
    vocabularies = Vocabularies.load()
    taken: dict[str, TakenVersion] = {}
    with source.opened(files) as opened:
        records = chain.from_iterable(each for _, each in opened)
        while raws := list(islice(records, CHUNK)):
            readings: list[LegacyReading] = [source.reading(raw) for raw in raws]
            keys = {key for reading in readings if (key := reading.text(Fact.KEY)) is not None}
            taken.update(taken_before(keys - taken.keys()))
            for raw, reading in zip(raws, readings, strict=True):
                judged = judge(reading, source.digest(raw.record, digest_key), taken, vocabularies)
                count.add(judged, reading)
                yield Rehearsed(raw, judged)
