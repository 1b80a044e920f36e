"""A batch that was not taken to its end is given up with a motive, or superseded; what has landed of it is named."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID, uuid4

import pytest

from api.services.migrations import lag_of_records, signed_report
from domain.migration.batch_ending import BatchRefused
from domain.migration.cutover import FORWARD, CutOverStep, StepRefused
from domain.migration.cutover_status import NotAccepting
from infra.migration.batches import abandon, held_by, landed_with, supersede
from infra.migration.sources import MigratingAuthority
from tests.cli.conftest import CommandLine
from tests.migration.cutting_over import reconcile, take
from tests.migration.envelopes import message, receive
from tests.migration.moving import Moving, loader, numbered, record

pytestmark = pytest.mark.server

BRUSSELS = MigratingAuthority.BRUSSELS


class PowerCut(Exception):
    """The load ends here."""


def stopped_load(move: Moving, file: Path) -> UUID:
    """The batch of a file of which the first few records were taken before the load was stopped."""

    def stop(taken: int, _of: int | None) -> None:
        if taken >= 4:
            raise PowerCut

    with pytest.raises(PowerCut):
        loader(move, chunk_size=2).load([file], stop)
    return the_newest(move)


def the_newest(move: Moving) -> UUID:
    ((batch,),) = move.ask("select id from legacy_batch order by started_at desc limit 1")
    return UUID(str(batch))


def loaded(move: Moving, *records: dict[str, str]) -> UUID:
    move.load_brussels(*records)
    return the_newest(move)


def test_an_abandoned_file_is_out_of_the_way_of_the_drain_and_begins_anew(move: Moving) -> None:
    # given a load that was stopped half way, with one record of its first four in quarantine
    records = [record(no_dossier="BXL/0", bce="1"), *numbered(9)]
    file = move.file(*records)
    batch = stopped_load(move, file)
    take(move, FORWARD[:2], "ann")
    # then the drain names file and batch, how far it came, and both ways to go on
    with pytest.raises(StepRefused) as refused:
        take(move, [CutOverStep.DRAINED], "ann")
    for said in (
        "brussels.csv", str(batch), "of 11 lines taken", "`permit migrate run brussels brussels.csv`",
        f"`permit migrate batch abandon {batch} --motive TEXT`",
        "1 in quarantine as identifierInvalid", "`permit migrate quarantine list brussels --reason identifierInvalid`",
    ):  # fmt: skip
        assert said in str(refused.value)
    # when somebody gives it up
    with move.writer() as connection:
        ended = abandon(connection, batch, by="ann", motive="sent again tomorrow")
        held = held_by(connection, [batch])[batch]
        landed = landed_with(connection, batch)
    # then who and why is on record, and what has landed stays and is named
    assert (ended.ended_as, ended.ended_by, ended.ended_why) == ("abandoned", "ann", "sent again tomorrow")
    assert held.waiting == {"identifierInvalid": 1}
    assert held.landed == {"quarantined": 1, "retold": held.cases}
    assert [each.key for each in landed][:2] == ["BXL/0", "BXL/2025/00001"]
    assert ended.records == len(landed) == len(move.ask("select 1 from legacy_record"))
    # and the drain goes by
    take(move, [CutOverStep.DRAINED], "ann")
    # and the same file again is a new batch, which finds unchanged what has landed
    again = move.load(BRUSSELS, file)
    assert the_newest(move) != batch
    assert (again["records"], again["unchanged"]) == (10, ended.records)
    # and the report names the one that was given up, and agrees
    told = signed_report(move.program, BRUSSELS)["report"]
    assert told["agrees"] is True
    (given_up,) = [each for each in told["files"] if each["batch"] == str(batch)]
    assert (given_up["endedAs"], given_up["endedBy"], given_up["finished"]) == ("abandoned", "ann", False)


def test_what_cannot_be_given_up(move: Moving) -> None:
    finished = loaded(move, record())
    receive(move, message(record(no_dossier="BXL/T")))
    ((topic,),) = move.ask("select id from legacy_batch where door = 'kafka'")
    stopped = stopped_load(move, move.file(*numbered(9)))
    with move.writer() as connection:
        for batch, by, motive, why in (
            (finished, "ann", "m", "taken to its end"), (topic, "ann", "m", "came over a topic"),
            (uuid4(), "ann", "m", "there is no batch"), (stopped, "ann", " ", "give it with --motive"),
            (stopped, "\u200b", "m", "no name is given"), (stopped, "ann", "m\x00", "without control characters"),
        ):  # fmt: skip
            with pytest.raises(BatchRefused, match=why):
                abandon(connection, batch, by=by, motive=motive)
        abandon(connection, stopped, by="ann", motive="m")
        with pytest.raises(BatchRefused, match="was abandoned by ann before"):
            abandon(connection, stopped, by="bob", motive="m")


def test_a_mended_file_takes_the_place_of_a_batch(move: Moving) -> None:
    old = loaded(move, record(bce="1"), record(no_dossier="BXL/2"))
    new = loaded(move, record(modifie_le="21/04/2025 09:00"), record(no_dossier="BXL/2"))
    with move.writer() as connection:
        ended = supersede(connection, old, new, by="ann", motive="numbers asked again")
        assert (ended.ended_as, ended.superseded_by, ended.ended_by) == ("superseded", new, "ann")
        for one, other, why in (
            (old, new, "superseded by ann before"), (new, new, "itself"),
            (new, old, "no file that was taken to its end"), (new, uuid4(), "there is no batch"),
        ):  # fmt: skip
            with pytest.raises(BatchRefused, match=why):
                supersede(connection, one, other, by="ann")
    # and what has landed of either stays in the ledger
    assert move.ask("select sum(records) from legacy_batch") == [(4,)]


def test_after_the_report_no_batch_is_ended(move: Moving) -> None:
    old, new = loaded(move, record()), loaded(move, record(no_dossier="BXL/2"))
    reconcile(move)
    with move.writer() as connection, pytest.raises(NotAccepting):
        supersede(connection, old, new, by="ann")


def test_quarantine_holds_up_no_drain_and_is_named_by_it(move: Moving) -> None:
    move.load_brussels(record(bce="1"), record(no_dossier="BXL/2", bce="1"), record(no_dossier="BXL/3"))
    (*_, drained) = take(move, FORWARD[:3], "ann").steps
    assert drained.outcome["waiting"] == {"identifierInvalid": 2}
    assert lag_of_records(move.program, BRUSSELS) == 0


def test_conflicting_versions_are_named_first(move: Moving) -> None:
    one, other = record(no_dossier="BXL/2"), record(no_dossier="BXL/2", fonction="other")
    move.load_brussels(record(no_dossier="BXL/1", bce="1"), one, other)
    stopped_load(move, move.file(*numbered(9)))
    take(move, FORWARD[:2], "ann")
    with pytest.raises(StepRefused) as refused:
        take(move, [CutOverStep.DRAINED], "ann", lag=3)
    said = str(refused.value)
    assert "3 records on the topic: `permit work migration` loads them" in said
    assert 0 < said.index("2 in quarantine as versionConflict") < said.index("1 in quarantine as identifierInvalid")


def test_the_command_line_lists_shows_gives_up_and_supersedes(move: Moving, command_line: CommandLine) -> None:
    batch = stopped_load(move, move.file(record(no_dossier="BXL/0", bce="1"), *numbered(9)))
    (listed,) = command_line("migrate", "batch", "list", "brussels", "--json").json["batches"]
    assert (listed["batch"], listed["waiting"]) == (str(batch), {"identifierInvalid": 1})
    assert "unfinished" in command_line("migrate", "batch", "list", "brussels").output
    # when a mended file is loaded in its place
    mended = move.file(*numbered(9))
    done = command_line("migrate", "run", "brussels", str(mended), "--supersedes", str(batch), "--json")
    assert (done.code, done.json["records"]) == (0, 9)
    shown = command_line("migrate", "batch", "show", str(batch), "--json").json
    assert (shown["endedAs"], shown["supersededBy"]) == ("superseded", str(the_newest(move)))
    assert shown["landedRecords"][0]["fileNumber"] == "BXL/0"
    assert "Lambert" not in command_line("migrate", "batch", "show", str(batch)).output
    # then it is not ended again, neither before nor after anything landed
    refused = command_line("migrate", "batch", "abandon", str(batch), "--motive", "m")
    assert (refused.code, "was superseded by" in refused.errors) == (2, True)
    before = move.ask("select count(*) from legacy_record")
    another = move.file(record(no_dossier="BXL/NEW"))
    assert command_line("migrate", "run", "brussels", str(another), "--supersedes", str(batch)).code == 2
    assert move.ask("select count(*) from legacy_record") == before
