"""An authority goes live in steps, by two people, and back; until then its cases are read-only here."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from uuid import uuid4

import pytest

from domain.case.commands import AssignCase, CommandContext
from domain.case.refusals import CommandRefused
from domain.migration.authority_events import AuthorityCutOver
from domain.migration.cutover import (
    BACK,
)
from domain.migration.cutover_status import AuthorityIsLive
from domain.migration.identities import authority_stream
from infra.migration.cutover import export_native_events
from infra.postgres.journal.append_requests import AuthorityEpoch, CommandIdentity
from infra.postgres.journal.conflicts import AuthorityNotLive, StaleAuthorityEpoch
from tests.cli.conftest import CommandLine
from tests.migration.cutting_over import go_live, take
from tests.migration.moving import CASE, Moving, record

pytestmark = pytest.mark.server

OPEN = {"statut": "recevable", "date_decision": "", "valable_du": "", "valable_au": ""}


def assign(move: Moving) -> int:
    context = CommandContext(actor="caseHandler:h", command_id=str(uuid4()), now=move.program.clock.now())
    return move.program.handle(CASE, AssignCase(handler="caseHandler:h"), context).receipt.version


def test_a_case_is_read_only_until_its_authority_is_live(move: Moving) -> None:
    move.load_brussels(record(**OPEN))
    with pytest.raises(CommandRefused, match="authorityNotLive"):
        assign(move)
    standing = go_live(move)
    assert (standing.is_live, standing.epoch) == (True, 1)
    (switched,) = move.program.journal.events_of(authority_stream("brussels"))
    assert isinstance(switched, AuthorityCutOver)
    assert (switched.epoch, switched.proposed_by, switched.approved_by) == (1, "ann", "bob")
    move.program.journal.authority_epochs()
    assert assign(move) == 2
    with pytest.raises(AuthorityIsLive):
        move.load_brussels(record(**OPEN, modifie_le="21/04/2025 09:00"))


def test_a_process_that_has_not_heard_of_the_switch_is_put_right_by_the_append(move: Moving) -> None:
    # given a process that read the epochs while the authority was live
    move.load_brussels(record(**OPEN))
    go_live(move)
    move.program.journal.authority_epochs()
    # when the authority goes back behind its back
    take(move, BACK[:1], "ann", motive="the counter could not print")
    take(move, BACK[1:], "bob", events=0, sha256="")
    # then its next command is refused, and nothing was written
    with pytest.raises(CommandRefused, match="authorityNotLive"):
        assign(move)
    assert len(move.events()) == 1


@pytest.mark.parametrize(
    ("live", "rests_on", "refused"),
    [(False, 1, AuthorityNotLive), (True, 0, StaleAuthorityEpoch), (True, 3, StaleAuthorityEpoch)],
)
def test_the_append_compares_epochs_under_the_lock(
    move: Moving, live: bool, rests_on: int, refused: type[Exception]
) -> None:
    if live:
        go_live(move)
    epoch = AuthorityEpoch("brussels", rests_on)
    with pytest.raises(refused):
        move.program.recorder.insert_events([], command=_command(), rests_on=epoch)


def _command() -> CommandIdentity:
    return CommandIdentity("test", str(uuid4()), b"")


def test_the_way_back_hands_over_what_happened_here_first(move: Moving, tmp_path: Path) -> None:
    move.load_brussels(record(**OPEN))
    go_live(move)
    move.program.journal.authority_epochs()
    assign(move)
    with move.writer() as connection:
        outcome = export_native_events(connection, "brussels", tmp_path / "back.gz")
    assert outcome["events"] == 1
    (line,) = gzip.decompress((tmp_path / "back.gz").read_bytes()).splitlines()
    assert json.loads(line)["event"] == "CaseAssigned"
    take(move, BACK[:1], "ann", motive="rehearsed")
    standing = take(move, BACK[1:], "bob", **outcome)
    assert (standing.is_live, standing.epoch) == (False, 2)
    # and records come from the former system again, on top of what happened here
    assert move.load_brussels(record(**OPEN, fonction="x") | {"modifie_le": "21/04/2025 09:00"})["retold"] == 1
    assert len(move.events()) == 3


def test_two_people_switch_it_by_the_command_line_and_back(
    move: Moving, command_line: CommandLine, tmp_path: Path
) -> None:
    """By the user who sets up the database: no login that serves may."""
    move.load_brussels(record(**OPEN))

    def step(by: str, *words: str) -> None:
        name, *options = words
        ended = command_line("migrate", "cutover", name, "brussels", *options, "--by", by)
        assert ended.code == 0, ended.errors

    for words in (("rehearsed", "--seconds", "5"), ("freeze",), ("drain",), ("reconcile",), ("propose",)):
        step("ann", *words)
    step("bob", "approve")
    assert move.program.journal.authority_epochs()["brussels"] == 1
    step("ann", "propose-back", "--motive", "rehearsed")
    step("bob", "approve-back", "--export", str(tmp_path / "back.gz"))
    assert move.program.journal.authority_epochs()["brussels"] == 2
