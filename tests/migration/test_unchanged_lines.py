"""What a file holds unchanged, found at its first reading: the same as judging each record would have come to."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import pytest

from api.services.migrations import loader_of
from domain.migration.plausible_days import Calendar
from domain.migration.source_lines import RawRecord
from domain.migration.versions import Placement, Version
from infra.migration.source_readings import UnchangedLines
from infra.migration.sources import MigratingAuthority
from tests.migration.in_memory import judge_of_brussels
from tests.migration.moving import Moving, numbered, record

NEWER = "21/04/2025 09:00"


class Taken:
    """What was taken of some file numbers; every other is new."""

    def __init__(self, **placements: Placement) -> None:
        self.placements_of = placements
        self.questions = 0

    def placements(self, versions: Sequence[Version]) -> dict[int, Placement]:
        self.questions += 1
        found = [(n, self.placements_of.get(each.key)) for n, each in enumerate(versions)]
        return {n: placement for n, placement in found if placement is not None}


def unchanged_of(taken: Taken, *records: dict[str, str], at_once: int = 2, most_changed: int = 100) -> list[int]:
    lines = UnchangedLines(taken, most_changed=most_changed)
    calendar = Calendar(date(2026, 11, 29))
    read = [
        judge_of_brussels().records.read(RawRecord(source="a", line=n, record=each), calendar)
        for n, each in enumerate(records)
    ]
    for first in range(0, len(read), at_once):
        lines.add(first, list(enumerate(read[first : first + at_once])))
    return [n for n in range(len(read)) if n in lines]


def keyed(*keys: str) -> list[dict[str, str]]:
    return [record(no_dossier=key) for key in keys]


def test_what_is_as_it_was_taken_is_unchanged_and_nothing_else() -> None:
    taken = Taken(a=Placement.UNCHANGED, b=Placement.STALE, c=Placement.UNCHANGED)
    assert unchanged_of(taken, *keyed("a", "b", "new", "c", "")) == [0, 3]


def test_a_number_that_a_record_before_has_changed_is_judged() -> None:
    class AsTheyCome(Taken):
        def placements(self, versions: Sequence[Version]) -> dict[int, Placement]:
            return {n: Placement.UNCHANGED for n, each in enumerate(versions) if each.modified_at.day == 20}

    overtaken = record(no_dossier="a", modifie_le=NEWER)
    assert unchanged_of(AsTheyCome(), *keyed("a"), overtaken, *keyed("a", "b", "a")) == [0, 3]


def test_a_record_with_something_else_to_be_counted_is_judged() -> None:
    assert unchanged_of(Taken(a=Placement.UNCHANGED), record(no_dossier="a", surprise="x")) == []


def test_of_a_file_that_changes_too_much_the_rest_is_judged() -> None:
    taken = Taken(a=Placement.UNCHANGED)
    assert unchanged_of(taken, *keyed("a", "1", "2", "3", "a", "a", "a"), most_changed=2) == [0]
    # and nobody is asked any more
    assert taken.questions == 2


@pytest.mark.server
def test_a_time_of_change_that_cannot_be_meant_any_more_is_judged(move: Moving) -> None:
    # given a file that was taken
    file = move.file(record(no_dossier="BXL/late", modifie_le="22/04/2025 09:00"), *numbered(3))
    loader = loader_of(move.program, MigratingAuthority.BRUSSELS)
    loader.load([file])
    # when it comes again as made before one of its records was changed
    told = move.sums(loader.load([file], extracted_on=date(2025, 4, 21)))
    # then that record is not unchanged: such a time cannot be meant
    assert (told["unchanged"], told["quarantined"]) == (3, {"dateInvalid": 1})


@pytest.mark.server
def test_a_record_that_one_before_it_has_overtaken_is_stale(move: Moving) -> None:
    records = numbered(30)
    move.load_brussels(*records)
    newer = {**records[12], "modifie_le": NEWER, "fonction": "other"}
    told = move.load_brussels(*records[:12], newer, *records[12:])
    assert (told["retold"], told["unchanged"], told["stale"]) == (1, 29, 1)


@pytest.mark.server
def test_a_load_that_goes_on_counts_what_it_took_before_it_was_stopped_once(move: Moving) -> None:
    file = move.file(*numbered(1_200))

    def stop(taken: int, _of: int) -> None:
        raise KeyboardInterrupt

    # given a file of which the first chunk was taken
    with pytest.raises(KeyboardInterrupt):
        loader_of(move.program, MigratingAuthority.BRUSSELS).load([file], stop)
    # when it goes on, then what it took then is found unchanged and was counted already
    told = move.load(MigratingAuthority.BRUSSELS, file)
    assert (told["records"], told["retold"], told["unchanged"]) == (1_200, 1_200, 0)
