"""Pieces that are judged ahead of those before them: what was judged too early is judged again, and nothing is lost."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from consumers.migration.chunks import Chunk
from consumers.migration.pieces import JudgedPiece, Piece, PieceJudge
from domain.migration.fates import Fate
from tests.migration.in_memory import FILE, Loads, PlainAppend, file_of, loader_into
from tests.migration.samples import BRUSSELS

NEWER = "21/04/2025 09:00"
NEWEST = "22/04/2025 09:00"


def record(number: int, **changes: str) -> dict[str, str]:
    return {**BRUSSELS, "no_dossier": f"BXL/2025/{number:05d}", **changes}


class JudgesAllFirst:
    """A crew that has judged the last piece before the first is written."""

    def __init__(self) -> None:
        self.judged: list[JudgedPiece[Any]] = []

    @contextmanager
    def judging(
        self, here: PieceJudge[Any, Any], pieces: Iterator[Piece], records: int
    ) -> Iterator[Iterator[JudgedPiece[Any]]]:
        self.judged = [here.judged(each) for each in pieces]
        yield iter(self.judged)


def load(loads: Loads, *records: dict[str, str], **more: Any) -> dict[Fate, int]:
    before = set(loads.batches)
    loader_into(loads, file_of(*records), crew=JudgesAllFirst(), chunk_size=2, **more).load([FILE])
    (row,) = (row for id_, row in loads.batches.items() if id_ not in before)
    assert (row.finished, row.taken) == (True, len(records) + 1)
    return dict(row.count.fates)


def test_a_version_judged_before_the_one_under_it_was_written_goes_on_top_of_it_all_the_same() -> None:
    # given three versions of a number, each in a piece of its own, and others between them
    loads = Loads()
    fates = load(
        loads, record(1), record(2), record(1, modifie_le=NEWER, fonction="b"), record(3), record(4),
        record(1, modifie_le=NEWEST, fonction="c"),
    )  # fmt: skip
    # then they are one stream of one person, in their order
    assert fates == {Fate.RETOLD: 6}
    of_one = [each for each in loads.appended if each.event.reference == "BXL/2025/00001"]
    assert [(each.events[0].version, each.event.title) for each in of_one] == [(1, "infirmière"), (2, "b"), (3, "c")]
    assert len({each.event.worker_subject for each in of_one}) == 1


def test_what_was_judged_too_early_may_be_stale_or_unchanged_by_then() -> None:
    loads = Loads()
    newer = record(1, modifie_le=NEWER, fonction="b")
    assert load(loads, newer, record(2), record(1), record(3), newer) == {
        Fate.RETOLD: 3, Fate.STALE: 1, Fate.UNCHANGED: 1,
    }  # fmt: skip


def test_a_record_that_the_database_refuses_takes_none_of_those_that_were_judged_with_it() -> None:
    # given a database that fails at a record, and later pieces that rest on what was refused with it
    loads = Loads(cannot_hold={"BXL/2025/00002"})
    fates = load(
        loads, record(1), record(2), record(3), record(1, modifie_le=NEWER, fonction="b"), record(2, modifie_le=NEWER),
    )  # fmt: skip
    assert fates == {Fate.RETOLD: 3, Fate.QUARANTINED: 2}
    assert sorted(loads.dossiers) == ["BXL/2025/00001", "BXL/2025/00003"]


def test_a_record_of_which_no_row_can_be_made_is_set_aside_alone() -> None:
    # given a chunk that cannot even be laid out, for one of its records
    def lay_out(chunk: Chunk[PlainAppend]) -> Chunk[PlainAppend]:
        if any(each.key == "BXL/2025/00002" for each in chunk.landed.values()):
            raise UnicodeEncodeError("utf-8", "\ud800", 0, 1, "a half character")
        return chunk

    loads = Loads()
    loader = loader_into(loads, file_of(*map(record, range(1, 5))), crew=JudgesAllFirst(), chunk_size=5)
    replace(loader, lay_out=lay_out, sessions=_RefusesValues(loads)).load([FILE])
    (row,) = loads.batches.values()
    assert dict(row.count.fates) == {Fate.RETOLD: 3, Fate.QUARANTINED: 1}
    assert "refused UnicodeEncodeError" in loads.done


class _RefusesValues:
    """The same database, to which a value without a row is one that it cannot hold."""

    def __init__(self, loads: Loads) -> None:
        self._loads = loads

    def alone(self, authority: str) -> Any:
        self._loads.refusals = (ValueError,)  # type: ignore[misc,assignment]
        return self._loads.alone(authority)
