"""The steps of a cut-over: which may be taken now, and by whom."""

from __future__ import annotations

import pytest

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

REOPENED = CutOverStep.REOPENED


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
    with pytest.raises(StepRefused, match="no name is given"):
        require_step(FORWARD[0], nobody, [], is_live=False)


def test_reopening_takes_back_what_rested_on_what_had_landed() -> None:
    reported = taken(*FORWARD[:5])
    assert [each.step for each in in_force([*reported, *taken(REOPENED)])] == list(FORWARD[:2])
    assert next_step([*reported, *taken(REOPENED)], is_live=False) is CutOverStep.DRAINED
    require_step(REOPENED, "bob", reported, is_live=False)
    for nothing_closed in (taken(*FORWARD[:3]), [*reported, *taken(REOPENED)]):
        with pytest.raises(StepRefused, match="nothing to undo"):
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
