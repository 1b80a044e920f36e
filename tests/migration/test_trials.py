"""Files that broke a migration, with what is right of each: rehearsed, loaded, and loaded once more.

Made after what people report who migrate such records; everybody in them is invented.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from consumers.migration.rehearsal import NothingTaken, Rehearsal
from domain.migration.fates import Fate
from infra.legacy_files.legacy_file import NotThisKind
from infra.migration.rehearsing import new_rehearsal
from infra.migration.sources import SOURCES, MigratingAuthority
from tests.migration.moving import Moving

TRIALS = Path(__file__).parents[1] / "legacy_files" / "trials"
AUTHORITY_OF = {
    ".csv": MigratingAuthority.BRUSSELS,
    ".jsonl": MigratingAuthority.WALLONIA,
    ".xlsx": MigratingAuthority.GERMAN_COMMUNITY,
}

Right = tuple[int, int, int, dict[str, int]]
"""How many are retold, unchanged and stale, and how many are quarantined by reason."""

RIGHT: dict[tuple[str, ...], Right] = {
    ("b4_open_quote.csv",): (7, 0, 0, {"malformed": 1}),
    ("b4_long_key.csv",): (2, 0, 0, {"fieldTooLong": 1}),
    ("b5_mixed.csv",): (4, 0, 0, {"encodingDoubtful": 2}),
    ("b7_year_one.csv",): (2, 0, 0, {"dateInvalid": 1}),
    ("b8_placeholders.csv",): (2, 0, 0, {"dateInvalid": 9}),
    ("b9_nul.csv",): (420, 0, 0, {"textUnreadable": 1}),
    ("b12_tie.csv",): (0, 0, 0, {"versionConflict": 2}),
    ("b12d.csv",): (8, 0, 0, {"malformed": 2}),
    ("b29.csv",): (2, 1, 0, {"fieldMissing": 3}),
    ("b32.csv",): (5, 0, 0, {"dateInvalid": 3}),
    ("b33_names.csv",): (5, 0, 0, {}),
    ("b41a.csv", "b41b.csv", "b41c.csv"): (1, 1, 1, {}),
    ("w03.jsonl",): (2, 0, 0, {"fieldMalformed": 4, "amountInvalid": 1}),
    ("w04.jsonl",): (4, 0, 0, {"fieldMissing": 3, "fieldMalformed": 1, "statusAmbiguous": 1}),
    ("w07b.jsonl",): (2, 0, 0, {"textUnreadable": 1}),
    ("w07c.jsonl",): (2, 0, 0, {"textUnreadable": 1}),
    ("w9_nul_employer.jsonl",): (2, 0, 0, {"textUnreadable": 1}),
    ("w9_surrogate_name.jsonl",): (2, 0, 0, {"textUnreadable": 1}),
    ("w10.jsonl",): (2, 0, 0, {"fieldMissing": 1, "fieldMalformed": 2, "datesOutOfOrder": 1, "malformed": 4}),
    ("w10_numbers.jsonl",): (7, 0, 0, {"amountInvalid": 8, "fieldMalformed": 2, "malformed": 1}),
    ("w11_history.jsonl",): (4, 0, 0, {"datesOutOfOrder": 1}),
    ("w13_numbers.jsonl",): (9, 0, 0, {}),
    ("g02.xlsx",): (1, 0, 0, {"cellUnreadable": 5}),
    ("g04.xlsx",): (5, 0, 0, {}),
    ("g07.xlsx",): (30, 0, 0, {}),
    ("g17.xlsx",): (6, 0, 0, {}),
    ("g1_rows_short.xlsx",): (6, 0, 0, {}),
    ("g2_two_sheets.xlsx",): (5, 0, 0, {}),
    ("g3_errors.xlsx",): (1, 0, 0, {"cellUnreadable": 6}),
}
TODAY = date(2026, 11, 29)


def files_of(names: tuple[str, ...]) -> tuple[MigratingAuthority, list[Path]]:
    return AUTHORITY_OF[Path(names[0]).suffix], [TRIALS / name for name in names]


def rehearsal_of(authority: MigratingAuthority) -> Rehearsal:
    return new_rehearsal(SOURCES[authority], b"trials", NothingTaken(), today=TODAY)


@pytest.mark.parametrize(("names", "right"), RIGHT.items(), ids=lambda each: each[0] if each else "")
def test_a_rehearsal_concludes_what_is_right(names: tuple[str, ...], right: Right) -> None:
    authority, files = files_of(names)
    rehearsal = rehearsal_of(authority)
    list(rehearsal.run(files))
    counted = rehearsal.count.records
    assert (
        counted.fates[Fate.RETOLD],
        counted.fates[Fate.UNCHANGED],
        counted.fates[Fate.STALE],
        dict(counted.quarantined),
    ) == right
    assert rehearsal.count.agrees


@pytest.mark.parametrize(
    ("name", "told"),
    [("b6_column_twice.csv", "has the column nom twice"), ("b15b.csv", "lacks periodicite")],
)
def test_a_file_of_which_columns_cannot_be_told_apart_is_refused_whole(name: str, told: str) -> None:
    authority, files = files_of((name,))
    with pytest.raises(NotThisKind, match=told):
        list(rehearsal_of(authority).run(files))


def test_a_load_concludes_the_same_lists_what_it_sets_aside_and_once_more_tells_nothing(move: Moving) -> None:
    for names, right in RIGHT.items():
        # given a file of people nobody has heard of: each trial has file numbers of its own
        authority, files = files_of(names)
        # when it is loaded
        told = move.load(authority, *files)
        # then it comes to what the rehearsal says, and each line has a fate
        assert summed(told) == right, names
        assert told["lines"]["agrees"], names
    # and what was counted as set aside is listed, each with its line
    listed, counted = (
        "select count(*) from legacy_quarantine", "select coalesce(sum(quarantined), 0)::bigint from legacy_batch",
    )  # fmt: skip
    assert move.ask(listed) == move.ask(counted)
    events = move.ask("select count(*) from journal")
    # and loaded once more it makes no event, and never an error
    for names in RIGHT:
        authority, files = files_of(names)
        assert move.load(authority, *files)["retold"] == 0, names
    assert move.ask("select count(*) from journal") == events
    assert move.ask(listed) == move.ask(counted)


def summed(told: dict[str, Any]) -> Right:
    return told["retold"], told["unchanged"], told["stale"], told["quarantined"]
