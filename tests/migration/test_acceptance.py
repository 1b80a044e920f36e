"""After the reconciling report nothing is accepted: the switch rests on a report that covers all that has landed."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as StillWaiting
from contextlib import suppress
from pathlib import Path
from threading import Event
from typing import Any
from uuid import UUID

import pytest

from api.services.migrations import quarantine_of, signed_report
from consumers.migration.loading import RunUnderWay
from domain.migration.cutover import FORWARD, CutOverStep, StepRefused
from domain.migration.cutover_status import NotAccepting
from infra.migration.coverage import coverage_of
from infra.migration.cutover_status import require_accepting
from infra.migration.sources import MigratingAuthority
from infra.migration.waiting_records import listed
from infra.postgres.messages.in_order import AnotherWasQuicker
from infra.postgres.server.connections import DatabaseUnavailable
from tests.cli.conftest import CommandLine
from tests.migration.cutting_over import REPORT, go_live, reconcile, take
from tests.migration.envelopes import message, receive
from tests.migration.moving import Moving, loader, numbered, record
from tests.migration.samples import WALLONIA, wallonia_file

pytestmark = pytest.mark.server

BRUSSELS = MigratingAuthority.BRUSSELS
RECONCILED, PROPOSED, APPROVED = CutOverStep.RECONCILED, CutOverStep.PROPOSED, CutOverStep.APPROVED


def landed(move: Moving) -> int:
    ((number,),) = move.ask("select count(*) from legacy_record")
    return int(number)


def covered(move: Moving) -> Any:
    with move.program.unhurried_readers.connection() as connection, connection.cursor() as cursor:
        return coverage_of(cursor, "brussels")


def the_one_that_waits(move: Moving) -> UUID:
    with move.program.unhurried_readers.connection() as connection:
        (waiting,) = listed(connection, authority="brussels")
    return waiting.record_id


def test_after_the_report_no_file_and_no_repair_is_accepted_until_it_is_taken_back(move: Moving) -> None:
    # given a report of one record that was retold and one that waits
    move.load_brussels(record(), record(no_dossier="BXL/2", bce="1"))
    waiting, quarantine = the_one_that_waits(move), quarantine_of(move.program, BRUSSELS)
    reconcile(move)
    # then a file is refused with who, when and how to go on, and so are a correction and a repair
    with pytest.raises(NotAccepting, match=r"ann took the step `reconciled` on 20\d\d-.* UTC.*cutover reopen brussels"):
        move.load_brussels(record(no_dossier="BXL/3"))
    with move.writer() as connection:
        with pytest.raises(NotAccepting):
            quarantine.correct(connection, waiting, "bce", "BE0202239951", by="bob", motive="on paper")
        with pytest.raises(NotAccepting):
            quarantine.replay(connection, waiting, by="bob", motive="again")
    assert landed(move) == 2
    assert move.ask("select count(*) from legacy_batch") == [(1,)]
    # when it is taken back, with a motive
    with pytest.raises(StepRefused, match="requires a motive"):
        take(move, [CutOverStep.REOPENED], "bob", motive=" ")
    assert take(move, [CutOverStep.REOPENED], "bob", motive="a file was forgotten").step(RECONCILED) is None
    # then records are accepted, and the way to the switch begins again at the drain
    assert move.load_brussels(record(no_dossier="BXL/3"))["retold"] == 1
    with pytest.raises(StepRefused, match="reconciled comes after drained"):
        take(move, [RECONCILED], "ann", **REPORT)
    go_live(move)


def test_another_authority_goes_on(move: Moving, tmp_path: Path) -> None:
    reconcile(move)
    assert move.load(MigratingAuthority.WALLONIA, wallonia_file(tmp_path, WALLONIA))["retold"] == 1


def test_the_switch_names_the_report_that_covers_the_last_record(move: Moving) -> None:
    move.load_brussels(*numbered(3))
    told = signed_report(move.program, BRUSSELS)
    assert told["report"]["covers"] == covered(move)
    assert told["report"]["covers"]["landed"]["records"] == 3
    outcome = {"agrees": True, "reportSha256": told["signature"]["sha256"], "covers": told["report"]["covers"]}
    take(move, FORWARD[:5], "ann", **outcome)
    (*_, switch) = take(move, [APPROVED], "bob").steps
    assert (switch.outcome["reportSha256"], switch.outcome["proposedBy"]) == (told["signature"]["sha256"], "ann")


def test_what_lands_while_the_report_is_made_refuses_the_step(move: Moving) -> None:
    before = covered(move)
    move.load_brussels(record())
    take(move, FORWARD[:3], "ann")
    with pytest.raises(StepRefused, match="batches and their ledgers, landed records, retold cases changed while"):
        take(move, [RECONCILED], "ann", **REPORT, covers=before)


@pytest.mark.parametrize("step", [PROPOSED, APPROVED])
def test_what_slipped_in_after_the_report_refuses_the_switch(move: Moving, step: CutOverStep) -> None:
    # given a record that landed after the report, by a way that nobody thought of
    move.load_brussels(record())
    take(move, FORWARD[: FORWARD.index(step)], "ann", **REPORT)
    move.ask("update legacy_batch set records = records + 1, unchanged = unchanged + 1")
    # then neither of the two who switch gets further, and nothing was switched
    with pytest.raises(StepRefused, match="batches and their ledgers changed since the report of ann"):
        take(move, [step], "bob")
    assert move.ask("select authority_epochs -> 'brussels' from journal_head") == [(None,)]


def test_a_record_of_the_topic_is_set_aside_after_the_report_and_replayed_once_it_is_taken_back(
    move: Moving, command_line: CommandLine
) -> None:
    move.load_brussels(record())
    reconcile(move)
    # when a record comes over the topic, it is kept, and the consumer goes on
    receive(move, message(record(no_dossier="BXL/LATE")))
    assert move.ask("select reason, state from dead_letter") == [("authorityReconciled", "open")]
    assert landed(move) == 1
    # then the switch is refused, because nobody has looked at that record
    with pytest.raises(StepRefused, match="dead-lettered records of the topic changed since the report"):
        take(move, [PROPOSED], "ann")
    # and it cannot be replayed behind the report, nor is it lost by trying
    refused = command_line("dead-letters", "replay", "1", "--reason", "came late")
    assert (refused.code, "still refused: authorityReconciled" in refused.output) == (1, True)
    assert move.ask("select state from dead_letter") == [("open",)]
    # when the report is taken back
    assert command_line("migrate", "cutover", "reopen", "brussels", "--motive", "a late record").code == 0
    # then the drain names it, it is replayed, and the whole can be proven again
    with pytest.raises(StepRefused, match="dead-letters list --consumer legacy-brussels"):
        take(move, [CutOverStep.DRAINED], "ann")
    assert command_line("dead-letters", "replay", "1", "--reason", "came late").code == 0
    assert (landed(move), move.ask("select state from dead_letter")) == (2, [("replayed",)])
    assert "settled already" in command_line("dead-letters", "replay", "1", "--reason", "twice").output
    go_live_again(move)


def test_whoever_looks_at_a_record_after_the_report_changes_nothing_that_it_covers(move: Moving) -> None:
    move.load_brussels(record(niss="85.07.30-033.29"))
    reconcile(move)
    with move.writer() as connection:
        (waiting,) = listed(connection, authority="brussels")
        quarantine_of(move.program, MigratingAuthority.BRUSSELS).shown(connection, waiting.record_id, by="ann")
    take(move, [PROPOSED], "ann")
    assert take(move, [APPROVED], "bob").is_live


def go_live_again(move: Moving) -> None:
    take(move, FORWARD[2:5], "ann", **REPORT)
    assert take(move, [APPROVED], "bob").is_live


def test_a_letter_is_given_up_with_a_reason(move: Moving, command_line: CommandLine) -> None:
    reconcile(move)
    receive(move, message(record()))
    assert command_line("dead-letters", "discard", "1", "--reason", "sent twice").code == 0
    assert move.ask("select state, settled_why from dead_letter") == [("discarded", "sent twice")]


def test_a_load_that_began_before_the_step_is_finished_first(move: Moving) -> None:
    take(move, FORWARD[:3], "ann")
    half_way, go_on = Event(), Event()

    def pause(taken: int, _of: int | None) -> None:
        half_way.set()
        assert go_on.wait(20)

    file = move.file(*numbered(7))
    with ThreadPoolExecutor(1) as other:
        load = other.submit(loader(move, chunk_size=2).load, [file], pause)
        assert half_way.wait(20)
        with pytest.raises(StepRefused, match="files of brussels are being loaded"):
            take(move, [RECONCILED], "ann", **REPORT)
        go_on.set()
        load.result(20)
    (*_, reported) = take(move, [RECONCILED], "ann", **REPORT).steps
    assert reported.outcome["covers"]["landed"]["records"] == 7


def test_a_load_that_lost_its_lock_is_refused_by_its_next_chunk(move: Moving) -> None:

    def somebody_reconciles(taken: int, _of: int | None) -> None:
        if taken == 4:
            move.ask(
                "insert into legacy_cutover_step (authority, epoch, step, by)"
                " values ('brussels', 0, 'reconciled', 'ann')"
            )

    with pytest.raises(NotAccepting):
        loader(move, chunk_size=2).load([move.file(*numbered(40))], somebody_reconciles)
    assert landed(move) < 10
    assert move.ask("select records from legacy_batch") == [(landed(move),)]


def test_a_transaction_that_lands_records_is_waited_for(move: Moving) -> None:
    # given a topic's transaction under way
    take(move, FORWARD[:3], "ann")
    with ThreadPoolExecutor(1) as other, move.writer() as landing, landing.cursor() as cursor:
        cursor.execute("begin")
        require_accepting(cursor, "brussels")
        # when the step is taken, it waits for it
        step = other.submit(take, move, [RECONCILED], "ann", **REPORT)
        with pytest.raises(StillWaiting):
            step.result(0.5)
        cursor.execute("commit")
        assert step.result(20).step(RECONCILED) is not None
        # and the next one is refused
        with pytest.raises(NotAccepting):
            require_accepting(cursor, "brussels")


@pytest.mark.parametrize("attempt", range(3))
def test_between_loads_topics_and_the_report_nothing_slips_in(move: Moving, attempt: int) -> None:
    # given files and a topic that go on landing records
    take(move, FORWARD[:3], "ann")
    stop = Event()
    files = [
        move.file(*numbered(15, fonction=f"{attempt}/{n}", modifie_le=f"{n + 1:02d}/05/2025 09:00")) for n in range(12)
    ]

    def load_on() -> None:
        left = list(files)
        while left:
            try:
                loader(move, chunk_size=5).load(left[:1])
                left.pop(0)
            except RunUnderWay:
                continue  # a record of the topic was being taken
            except NotAccepting:
                return

    def send_on() -> None:
        number = 0
        while not stop.is_set() and number < 40:
            number += 1
            try:
                receive(move, message(record(no_dossier=f"BXL/T/{number}")))
            except (DatabaseUnavailable, AnotherWasQuicker):
                continue  # as the consumer does

    with ThreadPoolExecutor(2) as others:
        loading_on, sending_on = others.submit(load_on), others.submit(send_on)
        reported = None
        # when somebody tries to reconcile all the while
        while reported is None:
            with suppress(StepRefused):
                reported = take(move, [RECONCILED], "ann", **REPORT).step(RECONCILED)
        loading_on.result(60)
        stop.set()
        sending_on.result(60)
    # then nothing has landed but what the report covers
    now = covered(move)
    assert {what: now[what] for what in ("batches", "landed", "journal")} == {
        what: reported.outcome["covers"][what] for what in ("batches", "landed", "journal")
    }
