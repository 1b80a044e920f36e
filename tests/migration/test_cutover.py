"""An authority goes live in steps, by two people, and back; until then its cases are read-only here."""

from __future__ import annotations

import gzip
import json
from collections.abc import Sequence
from pathlib import Path
from uuid import uuid4

import pytest

from api.migration import cutover_of
from domain.case.commands import AssignCase, CommandContext
from domain.case.refusals import CommandRefused
from domain.migration.authority_events import AuthorityCutOver, stream_of
from domain.migration.cutover import BACK, FORWARD, CutOverStep, StepRefused, StepTaken, next_step, require_step
from infra.migration.cutover import Standing, export_native_events
from infra.migration.loading import AuthorityIsLive
from infra.migration.sources import MigratingAuthority
from infra.postgres.append_requests import AuthorityEpoch, CommandIdentity
from infra.postgres.conflicts import AuthorityNotLive, StaleAuthorityEpoch
from tests.migration.moving import CASE, Moving, record

OPEN = {"statut": "recevable", "date_decision": "", "valable_du": "", "valable_au": ""}


def taken(*steps: CutOverStep, by: str = "ann") -> list[StepTaken]:
    return [StepTaken(step=each, by=by) for each in steps]


def test_the_steps_come_in_their_order() -> None:
    for number, step in enumerate(FORWARD):
        require_step(step, "bob", taken(*FORWARD[:number]), is_live=False)
        for skipped in FORWARD[number + 1 :]:
            with pytest.raises(StepRefused, match=f"comes after {step}"):
                require_step(skipped, "bob", taken(*FORWARD[:number]), is_live=False)
    assert next_step(taken(*FORWARD), is_live=False) is None


def test_who_proposed_does_not_approve() -> None:
    with pytest.raises(StepRefused, match="four eyes"):
        require_step(CutOverStep.APPROVED, "ann", taken(*FORWARD[:-1]), is_live=False)
    with pytest.raises(StepRefused, match="four eyes"):
        require_step(CutOverStep.BACK_APPROVED, "ann", taken(BACK[0]), is_live=True)


@pytest.mark.parametrize(("step", "is_live"), [(FORWARD[0], True), (BACK[0], False)])
def test_each_way_has_its_own_steps(step: CutOverStep, is_live: bool) -> None:
    with pytest.raises(StepRefused, match="the steps are now"):
        require_step(step, "ann", [], is_live=is_live)


def take(move: Moving, steps: Sequence[CutOverStep], by: str, **outcome: object) -> Standing:
    cutover = cutover_of(move.program, MigratingAuthority.BRUSSELS)
    with move.writer() as connection:
        for step in steps:
            standing = cutover.take(connection, step, by=by, outcome=dict(outcome))
    return standing


def go_live(move: Moving) -> Standing:
    take(move, FORWARD[:-1], "ann", agrees=True, reportSha256="5e" * 32)
    return take(move, FORWARD[-1:], "bob")


def assign(move: Moving) -> int:
    context = CommandContext(actor="caseHandler:h", command_id=str(uuid4()), now=move.program.clock.now())
    return move.program.handle(CASE, AssignCase(handler="caseHandler:h"), context).version


@pytest.mark.server
def test_a_case_is_read_only_until_its_authority_is_live(move: Moving) -> None:
    move.load_brussels(record(**OPEN))
    with pytest.raises(CommandRefused, match="authorityNotLive"):
        assign(move)
    standing = go_live(move)
    assert (standing.is_live, standing.epoch) == (True, 1)
    (switched,) = move.program.journal.read(stream_of("brussels")).events
    assert isinstance(switched, AuthorityCutOver)
    assert (switched.epoch, switched.proposed_by, switched.approved_by) == (1, "ann", "bob")
    move.program.journal.authority_epochs()
    assert assign(move) == 2
    with pytest.raises(AuthorityIsLive):
        move.load_brussels(record(**OPEN, modifie_le="21/04/2025 09:00"))


@pytest.mark.server
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


@pytest.mark.server
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


@pytest.mark.server
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


@pytest.mark.server
def test_nothing_is_drained_while_a_file_is_half_taken(move: Moving) -> None:
    move.ask(
        "insert into legacy_batch (id, authority, door, source, mapping_version, extracted_on)"
        " values (%s, 'brussels', 'file', 'half', 1, '2026-11-29')",
        uuid4(),
    )
    take(move, FORWARD[:2], "ann")
    with pytest.raises(StepRefused, match="half"):
        take(move, FORWARD[2:3], "ann")
