"""A batch from its first line to its last, over stores in memory: in which order, and what must hold between."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from consumers.migration.loading import BegunOtherwise
from domain.migration.cutover_status import AuthorityIsLive, CutoverStatus, NotAccepting
from domain.migration.fates import Fate
from domain.migration.identities import case_id_of, placeless_record_id
from tests.migration.in_memory import (
    FILE,
    KeyStoreAway,
    Loads,
    People,
    file_of,
    judge_of_brussels,
    loader_into,
    reconciled_by,
)
from tests.migration.samples import BRUSSELS


def record(number: int, **changes: str) -> dict[str, str]:
    return {**BRUSSELS, "no_dossier": f"BXL/2025/{number:05d}", **changes}


def the_batch(loads: Loads) -> dict[Fate, int]:
    (row,) = loads.batches.values()
    assert row.finished
    return dict(row.count.fates)


def test_every_line_of_a_file_has_its_fate_and_the_batch_is_finished_last() -> None:
    # given a file with a good record, one with a wrong number, and the first one once more
    loads, lines = Loads(), file_of(record(1), record(2, bce="1"), record(1))
    # when it is loaded
    loader_into(loads, lines).load([FILE])
    # then each line has a fate
    assert the_batch(loads) == {Fate.RETOLD: 1, Fate.QUARANTINED: 1, Fate.UNCHANGED: 1}
    # and it was read to its end before it was begun, and written before it was finished
    assert lines.done == ["first reading", "second reading"]
    assert loads.done == ["alone", "begin", "write", "write", "close", "finish"]


def test_a_retold_record_is_one_append_on_the_case_of_its_file_number() -> None:
    loads = Loads()
    loader_into(loads, file_of(record(1))).load([FILE])
    (append,) = loads.appended
    assert (append.case_id, append.epoch) == (case_id_of("brussels", "BXL/2025/00001"), 0)
    assert append.event.record_id == append.lineage.record_id
    dossier = loads.dossiers["BXL/2025/00001"]
    assert (dossier.version, dossier.leaf_hash, dossier.fate) == (1, b"leaf", "retold")


def test_what_is_retold_can_be_found_by_its_names_and_what_is_quarantined_cannot() -> None:
    loads, people = Loads(), People()
    loader_into(loads, file_of(record(1), record(2, bce="1"), record(1)), people).load([FILE])
    (append,) = loads.appended
    assert people.named == [append.event]


def test_a_newer_version_goes_on_top_of_what_was_taken_even_before_that_is_written() -> None:
    newer = record(1, statut="refusée", modifie_le="21/04/2025 09:00")
    loads = Loads()
    # given two versions in two chunks, of which the first is written while the second is judged
    loader_into(loads, file_of(record(1), newer), chunk_size=2).load([FILE])
    assert [append.events[0].version for append in loads.appended] == [1, 2]
    assert len({append.event.worker_subject for append in loads.appended}) == 1


def test_a_batch_that_was_begun_goes_on_behind_the_lines_that_were_taken() -> None:
    # given a load that was stopped after its first chunk
    loads, lines = Loads(), file_of(*map(record, range(1, 6)))

    def stop(taken: int, _of: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        loader_into(loads, lines, chunk_size=3).load([FILE], stop)
    assert "finish" not in loads.done
    # when it is run again
    loader_into(loads, lines, chunk_size=3).load([FILE])
    # then it is the same batch, and nothing is told twice
    assert the_batch(loads) == {Fate.RETOLD: 5}
    assert len(loads.appended) == 5


def test_a_begun_batch_keeps_the_day_of_its_extract() -> None:
    loads, lines = Loads(), file_of(record(1))
    loader_into(loads, lines).load([FILE], extracted_on=date(2025, 5, 1))
    # a file that was read before keeps its day
    loader_into(loads, lines).load([FILE])
    assert {row.new.extracted_on for row in loads.batches.values()} == {date(2025, 5, 1)}
    # and one that is half taken cannot be given another
    for row in loads.batches.values():
        row.finished = False
    with pytest.raises(BegunOtherwise, match="was begun as extracted on 2025-05-01"):
        loader_into(loads, lines).load([FILE], extracted_on=date(2025, 6, 1))


@pytest.mark.parametrize(
    ("status", "refusal"),
    [
        (CutoverStatus(authority="brussels", epoch=1, steps=()), AuthorityIsLive),
        (reconciled_by("ann"), NotAccepting),
    ],
)
def test_a_file_of_an_authority_that_takes_no_records_is_not_even_read(
    status: CutoverStatus, refusal: type[Exception]
) -> None:
    loads, lines = Loads(status=status), file_of(record(1))
    with pytest.raises(refusal):
        loader_into(loads, lines).load([FILE])
    assert (lines.done, loads.batches) == ([], {})


def test_a_record_that_the_database_cannot_hold_is_set_aside_alone() -> None:
    # given a database that fails at one of three records
    loads = Loads(cannot_hold={"BXL/2025/00002"})
    loader_into(loads, file_of(*map(record, range(1, 4)))).load([FILE])
    # then the other two are retold, and that one waits under its line
    assert the_batch(loads) == {Fate.RETOLD: 2, Fate.QUARANTINED: 1}
    assert set(loads.dossiers) == {"BXL/2025/00001", "BXL/2025/00003"}
    # and what had been judged on top of the refused chunk was judged again
    later = record(1, modifie_le="21/04/2025 09:00", fonction="x")
    loads = Loads(cannot_hold={"BXL/2025/00002"})
    loader_into(loads, file_of(*map(record, range(1, 4)), later), chunk_size=4).load([FILE])
    assert [append.events[0].version for append in loads.appended] == [1, 1, 2]


def test_of_a_person_whose_data_were_erased_nothing_is_kept_but_that_a_record_came() -> None:
    people, loads = People(), Loads()
    loader_into(loads, file_of(record(1)), people).load([FILE])
    people.erased.add(loads.dossiers["BXL/2025/00001"].subject)
    loader_into(loads, file_of(record(1, modifie_le="21/04/2025 09:00", fonction="x")), people).load([FILE])
    assert [dict(row.count.quarantined) for row in loads.batches.values()] == [{}, {"malformed": 1}]
    assert len(loads.appended) == 1


def test_while_the_store_of_keys_is_away_no_record_is_at_fault() -> None:
    loads = Loads()
    loader = replace(loader_into(loads, file_of(record(1))), judge=judge_of_brussels(keys_away=True))
    with pytest.raises(KeyStoreAway):
        loader.load([FILE])
    assert [row.taken for row in loads.batches.values()] == [0]


def test_a_record_without_a_file_number_is_known_by_its_line() -> None:
    loads = Loads()
    (batch,) = loader_into(loads, file_of(record(1, no_dossier=""))).load([FILE])
    assert list(loads.landed) == [placeless_record_id(batch, "brussels.csv, line 2")]
    assert loads.dossiers == {}


def test_the_appends_of_a_load_rest_on_the_epoch_of_the_authority() -> None:
    loads = Loads(status=CutoverStatus(authority="brussels", epoch=2, steps=()))
    loader_into(loads, file_of(record(1))).load([FILE])
    assert [each.epoch for each in loads.appended] == [2]
