"""A file that several processes judge: what is written is the same, whatever their number and whatever ends them.

Keys, subjects, salts and nonces are random, and each process has its own from the operating system. So not the
encrypted bytes are compared but all that they hold, opened, and every column beside them: a source of randomness that
a test could rule would have to be in the program, where nobody may be able to rule it.
"""

from __future__ import annotations

import os
import signal
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from api.services.migrations import loader_of
from consumers.migration.loading import FileLoader
from infra.migration.sealed_records import open_record
from infra.migration.shared_judging import SharedJudging
from infra.migration.sources import MigratingAuthority
from infra.shared_work.sharing import WorkerLost
from tests.cli.conftest import CommandLine
from tests.migration.in_memory import NOW
from tests.migration.moving import Moving, moving, numbered, record
from tests.world.processes import children_of

pytestmark = pytest.mark.server

NEWER = "21/04/2025 09:00"


def shared_loader(move: Moving, workers: int, chunk_size: int = 10) -> FileLoader[Any, Any]:
    """Who loads the files of Brussels with so many processes, however few records they have."""
    loader = loader_of(move.program, MigratingAuthority.BRUSSELS)
    assert isinstance(loader.crew, SharedJudging)
    crew = replace(loader.crew, workers=workers, worth_sharing=0)
    return replace(loader, crew=crew, now=lambda: NOW, chunk_size=chunk_size)


def load(move: Moving, file: Path, workers: int) -> dict[str, Any]:
    return move.sums(shared_loader(move, workers).load([file]))


def of_every_kind() -> list[dict[str, str]]:
    """Records of every fate, and those that rest on others: near them, far from them, in their own piece."""
    good = numbered(60)
    return [
        *good[:20],
        record(no_dossier="", nom="Nobody"),  # without a place
        {**good[3], "modifie_le": NEWER, "statut": "refusée"},  # newer, in a piece that is judged beside the first
        {**good[21], "fonction": "first"}, {**good[21], "modifie_le": NEWER},  # both in one piece
        {**good[22], "bce": "1"},  # quarantined
        *good[23:40],
        {**good[30], "modifie_le": "19/04/2025 09:00"}, good[31],  # stale, and unchanged
        record(no_dossier="BXL/tied", fonction="one"), *good[40:], record(no_dossier="BXL/tied", fonction="other"),
        {**good[22], "modifie_le": NEWER},  # takes the place of the quarantined one
        {**good[45], "niss": "85073003300"}, {**good[46], "modifie_le": "22/04/2025 10:00", "langue": "NL"},
    ]  # fmt: skip


def contents(move: Moving) -> dict[str, list[Any]]:
    """All that a load has written: clear columns as they are, encrypted ones opened, subjects by their case."""
    keys = move.program.keys
    landed = [
        (*clear, open_record(keys.key_to_encrypt(subject), record_id, bytes(sealed)))
        for record_id, subject, sealed, *clear in move.ask(
            "select id, subject, sealed, id, authority, key, source, line, sequence, encode(digest, 'hex'), fate,"
            " mapping_version, extracted_on from legacy_record"
            " order by line, id"
        )
    ]
    events = [
        (stream, version, type_, schema, known_at, _without_subject(move, type_, schema, body, stream, version))
        for stream, version, type_, schema, known_at, body in move.ask(
            "select stream, version, type, schema, known_at, body from journal order by position"
        )
    ]
    counted = "records, retold, unchanged, stale, quarantined, headers, blanks, waived, source_lines, source_bytes"
    return {
        "landed": landed,
        "events": events,
        "commands": move.ask("select position, actor, id, encode(digest, 'hex') from command order by position, id"),
        "dossiers": move.ask(
            "select key, case_id, sequence, encode(digest, 'hex'), record_id, fate, version, others,"
            " encode(person, 'hex'), encode(name_birth, 'hex'), employer, category, filed_on, valid_from, valid_to"
            " from legacy_dossier order by key"
        ),
        "quarantine": move.ask(
            "select record_id, reason, findings, mapping_version, state from legacy_quarantine"
            " where record_id in (select id from legacy_record where key is not null) order by 1"
        ),
        "trace": move.ask("select record_id, what, by, motive from legacy_quarantine_step order by id"),
        "batches": move.ask(f"select source, {counted}, extracted_on from legacy_batch order by started_at"),
        "tallies": move.ask("select what, name, number from legacy_tally order by 1, 2"),
    }


def _without_subject(move: Moving, type_: str, schema: int, body: Any, stream: UUID, version: int) -> Any:
    event = move.program.codec.decode(type_, schema, bytes(body), stream, version)
    return replace(event, worker_subject=UUID(int=0))  # type: ignore[call-arg]


def without_the_batch(found: dict[str, list[Any]]) -> dict[str, list[Any]]:
    """The id of a record without a place follows from its batch, whose id is random: it is known by its line."""
    placeless = {row[0] for row in found["landed"] if row[2] is None}
    found["landed"] = [("", *row[1:]) if row[0] in placeless else row for row in found["landed"]]
    found["trace"] = [("", *row[1:]) if row[0] in placeless else row for row in found["trace"]]
    return found


def test_one_two_and_four_processes_write_the_same(admin_url: str, tmp_path: Path) -> None:
    found: dict[int, dict[str, list[Any]]] = {}
    again: dict[int, dict[str, Any]] = {}
    key_file: Path | None = None
    for workers in (1, 2, 4):
        folder = tmp_path / str(workers)
        folder.mkdir()
        with moving(admin_url, folder, key_file) as move:
            # given one key-encryption key, so that digests of equal records are equal
            key_file = move.program.settings.key_encryption_key_path
            file = move.file(*of_every_kind())
            load(move, file, workers)
            found[workers] = without_the_batch(contents(move))
            again[workers] = load(move, file, workers)
    # then all that is written is the same, in the same order of the log
    assert found[1] == found[2] == found[4]
    # and so is what the same file comes to a second time
    assert again[1] == again[2] == again[4]
    # and there was something of every kind
    (batch,) = found[1]["batches"]
    assert all(count > 0 for count in batch[1:6])
    assert len(found[1]["events"]) > 60


def test_what_several_processes_have_written_verifies_and_agrees_with_its_report(
    move: Moving, command_line: CommandLine
) -> None:
    load(move, move.file(*of_every_kind()), workers=3)
    assert command_line("audit", "verify").code == 0
    assert command_line("migrate", "report", "brussels", "--json").json["report"]["agrees"]


def test_a_worker_that_is_killed_leaves_whole_chunks_and_the_same_command_goes_on(move: Moving) -> None:
    file = move.file(*numbered(400))
    others = set(children_of(os.getpid()))

    def kill_one(taken: int, _of: int) -> None:
        if taken >= 100:
            for worker in set(children_of(os.getpid())) - others:
                os.kill(worker, signal.SIGKILL)

    # when the workers are killed in the middle
    with pytest.raises(WorkerLost, match="Run the command again"):
        shared_loader(move, 2).load([file], kill_one)
    # then what is there is whole chunks: as many records as events, keys, and lines in the ledger
    ((taken, landed, events),) = move.ask(
        "select records, (select count(*) from legacy_record), (select count(*) from journal) from legacy_batch"
    )
    assert 0 < taken < 400
    assert taken == landed == events
    # and the same command comes to the end, and tells nothing twice
    assert load(move, file, workers=2)["retold"] == 400
    assert move.ask("select count(*), count(finished_at) from legacy_batch") == [(1, 1)]
    assert move.ask("select count(*), count(distinct stream) from journal") == [(400, 400)]


def test_with_few_records_no_process_is_started_and_none_for_what_is_unchanged(move: Moving) -> None:
    before, seen = children_of(os.getpid()), []
    file = move.file(*numbered(60))

    def look(_taken: int, _of: int) -> None:
        seen.append([each for each in children_of(os.getpid()) if each not in before])

    # given the crew of every load
    loader = loader_of(move.program, MigratingAuthority.BRUSSELS, workers=4)
    loader.load([file], look)
    assert seen == [[]]
    # and one for which sixty records are many, and one is not
    crew = replace(loader.crew, worth_sharing=2)  # type: ignore[type-var]
    seen.clear()
    replace(loader, crew=crew, chunk_size=10).load([file], look)
    assert not any(seen)
    # which does start some for a file of new ones
    replace(loader, crew=crew, chunk_size=10).load([move.file(*numbered(90))], look)
    assert len(seen[-1]) == 4
    assert children_of(os.getpid()) == before


@pytest.mark.parametrize("workers", ["1", "2"])
def test_the_command_line_says_how_many(move: Moving, command_line: CommandLine, workers: str) -> None:
    file = str(move.file(*numbered(3)))
    ran = command_line("migrate", "run", "brussels", file, "--workers", workers, "--json")
    assert (ran.code, ran.json["retold"]) == (0, 3)
    assert command_line("migrate", "run", "brussels", file, "--workers", "0").code == 2
