"""``permit migrate``: bring the records of the authorities that move in. A dry run judges and writes nothing."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from consumers.migration.brussels import BRUSSELS
from consumers.migration.columns import ColumnMapping
from consumers.migration.german_community import GERMAN_COMMUNITY
from consumers.migration.wallonia import WALLONIA
from domain.migration.batch import BatchCount, Fate, TakenVersion, judge
from domain.migration.precheck import REQUIRED
from domain.migration.reading import Fact, LegacyMapping, LegacyReading
from domain.migration.vocabulary import Vocabularies
from infra.legacy_files.csv_file import CsvFile
from infra.legacy_files.json_lines import JsonLinesFile
from infra.legacy_files.records import LegacyFile, NotThisKind, RawRecord
from infra.legacy_files.workbook import Workbook
from infra.wire_format import canonical_json

app = typer.Typer(help="Records of the authorities that move in.", no_args_is_help=True)

_REFUSED: Final = 2


class Authority(StrEnum):
    BRUSSELS = "brussels"
    WALLONIA = "wallonia"
    GERMAN_COMMUNITY = "german-community"


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """How an authority hands over. ``modified`` is the field that says when, which is no part of the content."""

    mapping: LegacyMapping
    file: LegacyFile
    modified: str


def _required_columns(mapping: ColumnMapping) -> frozenset[str]:
    """A file without one of these could not hold a single good record."""
    return frozenset(mapping.columns[fact] for fact in REQUIRED)


SOURCES: Final = {
    Authority.BRUSSELS: Source(
        mapping=BRUSSELS,
        file=CsvFile(_required_columns(BRUSSELS)),
        modified=BRUSSELS.columns[Fact.MODIFIED],
    ),
    Authority.WALLONIA: Source(
        mapping=WALLONIA,
        file=JsonLinesFile(frozenset({"numeroDossier", "historique", "modifieLe"})),
        modified="modifieLe",
    ),
    Authority.GERMAN_COMMUNITY: Source(
        mapping=GERMAN_COMMUNITY,
        file=Workbook(_required_columns(GERMAN_COMMUNITY), GERMAN_COMMUNITY.columns[Fact.KEY]),
        modified=GERMAN_COMMUNITY.columns[Fact.MODIFIED],
    ),
}


@app.callback()
def migrate() -> None:
    """Records of the authorities that move in."""


@app.command("dry-run")
def dry_run(
    authority: Annotated[Authority, typer.Argument(help="whose records")],
    sources: Annotated[list[Path], typer.Argument(help="files, in the order in which they were handed over")],
    as_json: Annotated[bool, typer.Option("--json", help="one JSON object on standard output")] = False,
) -> None:
    """Judge the records of files as a migration would, and write nothing. Exit code 2 for a file of another kind."""
    began = time.monotonic()
    count = BatchCount()
    taken: dict[str, TakenVersion] = {}
    source = SOURCES[authority]
    vocabularies = Vocabularies.load()
    try:
        for raw in _records(source, sources):
            reading = _reading(source, raw)
            judged = judge(reading, _digest(source, raw), taken, vocabularies)
            count.add(judged, reading)
            if not as_json and judged.refused is not None:
                found = "; ".join(f"{each.field}: {each.sentence}" for each in judged.refused.findings)
                typer.echo(f"{raw.place}: {judged.refused.main.value}. {raw.problem or found}")
    except (NotThisKind, OSError) as why:
        typer.echo(str(why), err=True)
        raise typer.Exit(_REFUSED) from None
    told = _told(count, time.monotonic() - began)
    typer.echo(json.dumps(told) if as_json else json.dumps(told, indent=2, ensure_ascii=False))


def _records(source: Source, files: list[Path]) -> Iterator[RawRecord]:
    for file in files:
        yield from source.file.read(file)


def _reading(source: Source, raw: RawRecord) -> LegacyReading:
    return source.mapping.read({} if raw.problem is not None else raw.record)


def _digest(source: Source, raw: RawRecord) -> str:
    """Of what the record says, whenever it was modified."""
    content = {name: value for name, value in raw.record.items() if name != source.modified}
    return hashlib.sha256(canonical_json(content)).hexdigest()


def _told(count: BatchCount, seconds: float) -> dict[str, Any]:
    return {
        "records": count.records,
        "retold": count.fates[Fate.RETOLD],
        "unchanged": count.fates[Fate.UNCHANGED],
        "stale": count.fates[Fate.STALE],
        "quarantined": dict(count.quarantined),
        "byStatus": dict(count.by_status),
        "byCategory": dict(count.by_category),
        "seconds": round(seconds, 3),
    }
