"""An authority goes live in steps, by two people, and back; until then its cases are read-only here."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from uuid import uuid4

import pytest

from domain.case.commands import AssignCase, CommandContext
from domain.case.refusals import CommandRefused
from domain.migration.authority_events import AuthorityCutOver, stream_of
from domain.migration.cutover import (
    BACK,
    FORWARD,
    CutOverStep,
    StepRefused,
    StepTaken,
    in_force,
    next_step,
    require_step,
)
from infra.migration.cutover import export_native_events
from infra.migration.loading import AuthorityIsLive
from infra.postgres.journal.append_requests import AuthorityEpoch, CommandIdentity
from infra.postgres.journal.conflicts import AuthorityNotLive, StaleAuthorityEpoch
from tests.migration.cutting_over import go_live, take
from tests.migration.moving import CASE, Moving, record

REOPENED = CutOverStep.REOPENED
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


@pytest.mark.parametrize("approver", ["Ann", "ANN", " ann ", "\uff21\uff2e\uff2e", "a\u200bnn", "ann\n"])
def test_who_proposed_does_not_approve_in_another_spelling(approver: str) -> None:
    with pytest.raises(StepRefused, match="ann proposed it"):
        require_step(CutOverStep.APPROVED, approver, taken(*FORWARD[:-1]), is_live=False)
    require_step(CutOverStep.APPROVED, "anna", taken(*FORWARD[:-1]), is_live=False)


@pytest.mark.parametrize("nobody", ["", "  ", "\u200b", "\u3164"])
def test_nobody_takes_no_step(nobody: str) -> None:
    with pytest.raises(StepRefused, match="nobody is named"):
        require_step(FORWARD[0], nobody, [], is_live=False)


def test_reopening_takes_back_what_rested_on_what_had_landed() -> None:
    reported = taken(*FORWARD[:5])
    assert [each.step for each in in_force([*reported, *taken(REOPENED)])] == list(FORWARD[:2])
    assert next_step([*reported, *taken(REOPENED)], is_live=False) is CutOverStep.DRAINED
    require_step(REOPENED, "bob", reported, is_live=False)
    for nothing_closed in (taken(*FORWARD[:3]), [*reported, *taken(REOPENED)]):
        with pytest.raises(StepRefused, match="nothing to take back"):
            require_step(REOPENED, "bob", nothing_closed, is_live=False)


def test_a_report_that_is_renewed_takes_back_the_proposal_that_rested_on_the_one_before() -> None:
    renewed = [*taken(*FORWARD[:5]), *taken(CutOverStep.RECONCILED)]
    with pytest.raises(StepRefused, match="comes after proposed"):
        require_step(CutOverStep.APPROVED, "bob", renewed, is_live=False)


@pytest.mark.parametrize("step", FORWARD[:3])
def test_what_comes_before_the_report_is_not_taken_again_behind_it(step: CutOverStep) -> None:
    with pytest.raises(StepRefused, match="comes before the report of ann"):
        require_step(step, "bob", taken(*FORWARD[:4]), is_live=False)


@pytest.mark.parametrize(("step", "is_live"), [(FORWARD[0], True), (REOPENED, True), (BACK[0], False)])
def test_each_way_has_its_own_steps(step: CutOverStep, is_live: bool) -> None:
    with pytest.raises(StepRefused, match="the steps are now"):
        require_step(step, "ann", [], is_live=is_live)


def assign(move: Moving) -> int:
    context = CommandContext(actor="caseHandler:h", command_id=str(uuid4()), now=move.program.clock.now())
    return move.program.handle(CASE, AssignCase(handler="caseHandler:h"), context).receipt.version


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
