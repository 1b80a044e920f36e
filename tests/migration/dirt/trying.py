"""A damaged file rehearsed, and what came of each line beside what is right."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from consumers.migration.rehearsal import NothingTaken, Rehearsal, RehearsalCount, TakenBefore
from domain.migration.fates import Fate
from infra.migration.rehearsing import new_rehearsal
from infra.migration.sources import SOURCES
from tests.migration.dirt.files import DirtyFile
from tests.migration.dirt.people import EXTRACTED_ON

Place = tuple[str, int]
"""The sheet (empty in a text, and where a workbook has one alone), and the number of the line or row."""

Outcome = tuple[str, str]
"""The fate and the main reason, empty where there is none."""


def written(file: DirtyFile, folder: Path) -> Path:
    path = folder / f"dirt{file.suffix}"
    path.write_bytes(file.content)
    return path


def place_of(source: str, line: int) -> Place:
    return source.partition(", sheet ")[2], line


def rehearsal_of(file: DirtyFile, before: TakenBefore | None = None, digest_key: bytes = b"dirt") -> Rehearsal:
    return new_rehearsal(
        SOURCES[file.authority],
        digest_key,
        before or NothingTaken(),
        today=EXTRACTED_ON,
        extracted_on=EXTRACTED_ON,
        waivers=file.waivers,
    )


def require_right(file: DirtyFile, path: Path) -> None:
    """Rehearse a file: each line comes to what is right of it, and the sums are those of the source's own count."""
    rehearsal = rehearsal_of(file)
    found: dict[Place, Outcome] = {}
    sentences: list[str] = []
    for each in rehearsal.run([path]):
        place = place_of(each.raw.source, each.raw.line)
        assert place not in found, "a line came twice"
        found[place] = each.judged.fate.value, "" if each.judged.refused is None else each.judged.refused.main.value
        if each.judged.fate is Fate.RETOLD:
            line = file.right[place]
            assert each.judged.record == line.right.told, line.damage
        sentences += [] if each.judged.refused is None else [str(one) for one in each.judged.refused.findings]
    assert wrong(file, found) == {}
    require_sums(file, rehearsal.count)
    require_silence(file, "\n".join(sentences))


def wrong(file: DirtyFile, found: Mapping[Place, Outcome]) -> dict[Place, tuple[str, Outcome | None, Outcome | None]]:
    """Where a line came to something else: its damage, what came of it, and what is right."""
    right = {place: (line.right.fate, line.right.reason) for place, line in records_of(file).items()}
    return {
        place: (file.right[place].damage if place in file.right else "", found.get(place), right.get(place))
        for place in found.keys() | right.keys()
        if found.get(place) != right.get(place)
    }


def records_of(file: DirtyFile) -> dict[Place, Any]:
    """The lines that hold a record."""
    return {place: line for place, line in file.right.items() if line.owners}


def require_sums(file: DirtyFile, count: RehearsalCount) -> None:
    assert count.agrees
    assert (count.source_lines, count.source_bytes) == (len(file.right), len(file.content))
    fates = [line.right.fate for line in file.right.values()]
    counted = {fate.value: number for fate, number in count.records.fates.items()} | dict(count.others)
    assert counted == {fate: fates.count(fate) for fate in set(fates)}
    reasons = [line.right.reason for line in file.right.values() if line.right.reason]
    assert dict(count.records.quarantined) == {reason: reasons.count(reason) for reason in set(reasons)}


def require_silence(file: DirtyFile, text: str) -> None:
    """Nothing of anybody in the file stands in ``text``."""
    for person in {owner for line in file.right.values() for owner in line.owners}:
        for what, written_as in person.canaries().items():
            assert not any(each in text for each in written_as), f"the {what} of somebody is told"
