"""What a file holds unchanged, found at its first reading: the same as judging each record would have come to."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from api.services.migrations import loader_of
from consumers.migration.source_reading import UnchangedVersions
from domain.migration.versions import Placement, Version
from infra.migration.sources import MigratingAuthority
from tests.migration.moving import Moving, numbered, record
from tests.migration.samples import WALLONIA, wallonia_file

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


def unchanged_of(taken: Taken, *versions: Version, at_once: int = 2, most_changed: int = 100) -> list[int]:
    unchanged = UnchangedVersions(taken, most_changed=most_changed)
    parts = [(first, versions[first : first + at_once]) for first in range(0, len(versions), at_once)]
    return [first + n for first, part in parts for n in unchanged.among(part)]


def versions(*keys: str, day: int = 20) -> list[Version]:
    return [Version(key, datetime(2025, 4, day, tzinfo=UTC), "ab") for key in keys]


def test_what_is_as_it_was_taken_is_unchanged_and_nothing_else() -> None:
    taken = Taken(a=Placement.UNCHANGED, b=Placement.STALE, c=Placement.UNCHANGED)
    assert unchanged_of(taken, *versions("a", "b", "new", "c")) == [0, 3]


def test_a_number_that_a_record_before_has_changed_is_judged() -> None:
    class AsTheyCome(Taken):
        def placements(self, versions: Sequence[Version]) -> dict[int, Placement]:
            return {n: Placement.UNCHANGED for n, each in enumerate(versions) if each.modified_at.day == 20}

    assert unchanged_of(AsTheyCome(), *versions("a"), *versions("a", day=21), *versions("a", "b", "a")) == [0, 3]


def test_of_a_load_that_changes_too_much_the_rest_is_judged() -> None:
    taken = Taken(a=Placement.UNCHANGED)
    assert unchanged_of(taken, *versions("a", "1", "2", "3", "a", "a", "a"), most_changed=2) == [0]
    # and nobody is asked any more
    assert taken.questions == 2


@pytest.mark.server
def test_a_field_that_is_not_known_is_counted_of_what_is_unchanged_too(move: Moving, tmp_path: Path) -> None:
    records = [{**WALLONIA, "numeroDossier": f"WAL-2025-00000{n}", "surprise": "x"} for n in range(3)]
    file = wallonia_file(tmp_path, *records)
    loads = [move.load(MigratingAuthority.WALLONIA, file) for _ in range(2)]
    assert [(each["retold"], each["unchanged"]) for each in loads] == [(3, 0), (0, 3)]
    assert move.ask("select sum(number), count(*) from legacy_tally where what = 'unknownField'") == [(6, 2)]


@pytest.mark.server
def test_what_a_file_before_it_has_overtaken_is_not_unchanged(move: Moving) -> None:
    # given a file that was taken, and one with a newer version of one of its records
    taken = move.file(*numbered(3))
    move.load(MigratingAuthority.BRUSSELS, taken)
    newer = move.file(record(no_dossier="BXL/2025/00002", modifie_le=NEWER, fonction="other"))
    # when both are loaded by one command, the newer first
    told = move.load(MigratingAuthority.BRUSSELS, newer, taken)
    # then the record it has overtaken is stale
    assert (told["retold"], told["unchanged"], told["stale"]) == (1, 2, 1)


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
