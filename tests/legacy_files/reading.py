"""Reading a file to its end in a test, with what must hold of every file that is read."""

from __future__ import annotations

import hashlib
import json
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pytest

from domain.migration.source_lines import LineKind, OtherLine, RawRecord, SourceCount, SourceLine, Waivers
from infra.legacy_files.legacy_file import LegacyFile, NotThisKind
from infra.migration.sources import SOURCES, MigratingAuthority

TRIALS: Final = Path(__file__).parent / "trials"
CSV: Final = SOURCES[MigratingAuthority.BRUSSELS].file
JSON: Final = SOURCES[MigratingAuthority.WALLONIA].file
XLSX: Final = SOURCES[MigratingAuthority.GERMAN_COMMUNITY].file


@dataclass(frozen=True)
class Read:
    lines: list[SourceLine]
    count: SourceCount

    @property
    def records(self) -> list[RawRecord]:
        return [each for each in self.lines if isinstance(each, RawRecord)]

    @property
    def kinds(self) -> list[LineKind]:
        return [each.kind for each in self.lines if isinstance(each, OtherLine)]

    @property
    def found(self) -> dict[int, list[tuple[str, str]]]:
        """Reason and field of what was found, by line."""
        return {each.line: [(f.reason.value, f.field) for f in each.findings] for each in self.records if each.findings}

    def record(self, line: int) -> Any:
        """The only record of the line."""
        (found,) = [each.record for each in self.records if each.line == line]
        return found


def read(reader: LegacyFile, file: Path, waivers: Waivers | None = None) -> Read:
    """Everything that the file gives: as much as was counted, and nothing that could not be stored or sent."""
    count = SourceCount()
    with closing(reader.read(file, waivers or Waivers(), count)) as lines:
        given = list(lines)
    content = file.read_bytes()
    assert (count.size, count.sha256) == (len(content), hashlib.sha256(content).digest())
    assert len(given) == count.lines
    for each in given:
        if isinstance(each, RawRecord):
            require_storable(each)
    return Read(given, count)


def require_storable(raw: RawRecord) -> None:
    written = json.dumps([raw.source, raw.record], ensure_ascii=False, default=str)
    assert "\x00" not in written
    written.encode("utf-8")
    json.dumps([(each.field, each.sentence) for each in raw.findings], ensure_ascii=False).encode("utf-8")


def refusal(reader: LegacyFile, file: Path, waivers: Waivers | None = None) -> str:
    """Why the file is refused whole; the sentence names it."""
    with pytest.raises(NotThisKind) as refused:
        read(reader, file, waivers)
    assert file.name in str(refused.value)
    return str(refused.value)
