"""The cut-over of an authority, over a store in memory: what each step proves, records and switches."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

import pytest

from consumers.migration.cutover import CutOver
from domain.migration.authority_events import AuthorityCutBack, AuthorityCutOver
from domain.migration.cutover import BACK, FORWARD, CutOverStep, StepRefused
from domain.migration.cutover_status import CutoverStatus
from domain.migration.open_work import UnfinishedFile
from tests.migration.in_memory import NOW, Cutovers

REPORT = {"agrees": True, "reportSha256": "5e" * 32}
HALF_TAKEN = UnfinishedFile(batch=UUID(int=1), source="brussels.csv", taken=3, lines=9, heard_at=NOW)


@pytest.fixture
def store() -> Cutovers:
    return Cutovers()


def take(store: Cutovers, *steps: CutOverStep, by: str = "ann", **outcome: object) -> CutoverStatus:
    cutover: CutOver[None] = CutOver(authority="brussels", store=store, now=lambda: NOW)
    told: Mapping[str, object] = REPORT | outcome
    for step in steps[:-1]:
        cutover.take(None, step, by=by, outcome=told)
    return cutover.take(None, steps[-1], by=by, outcome=told)


def test_an_authority_goes_live_by_the_approval_of_a_second_person(store: Cutovers) -> None:
    # given every step up to the proposal, by one person
    assert not take(store, *FORWARD[:-1]).is_live
    assert store.switches == []
    # when another one approves
    status = take(store, CutOverStep.APPROVED, by="bob")
    # then the switch is an event that names both, and the report on which they agreed
    assert status.is_live
    assert store.switches == [
        AuthorityCutOver(
            effective_at=NOW, authority="brussels", epoch=1, proposed_by="ann", approved_by="bob",
            report_sha256="5e" * 32,
        )
    ]  # fmt: skip
    # and the step was on record before the switch, in the same transaction
    assert store.done[-3:] == ["coverage", "record", "switch"]


def test_the_way_back_takes_the_streams_as_they_are_after_the_switch(store: Cutovers) -> None:
    take(store, *FORWARD[:-1])
    take(store, CutOverStep.APPROVED, by="bob")
    take(store, BACK[0], motive="the counter could not print")
    status = take(store, BACK[1], by="bob", events=4, sha256="ab")
    assert (status.epoch, status.is_live) == (2, False)
    assert store.done[-3:] == ["record", "switch", "heads"]
    assert store.switches[-1] == AuthorityCutBack(
        effective_at=NOW, authority="brussels", epoch=2, by="ann", approved_by="bob",
        motive="the counter could not print", exported_events=4, export_sha256="ab",
    )  # fmt: skip


def test_the_drain_names_what_is_open_and_counts_what_waits(store: Cutovers) -> None:
    take(store, *FORWARD[:2])
    store.files = (HALF_TAKEN,)
    with pytest.raises(StepRefused) as refused:
        take(store, CutOverStep.DRAINED, lag=3)
    for said in ("3 of 9 lines taken", "3 records on the topic", "2 in quarantine as fieldMissing"):
        assert said in str(refused.value)
    store.files = ()
    drained = take(store, CutOverStep.DRAINED).step(CutOverStep.DRAINED)
    assert drained is not None
    assert drained.outcome["waiting"] == {"fieldMissing": 2}


def test_a_report_that_does_not_agree_is_not_taken(store: Cutovers) -> None:
    take(store, *FORWARD[:3])
    with pytest.raises(StepRefused, match="the two sides do not agree"):
        take(store, CutOverStep.RECONCILED, agrees=False)
    assert [each.step for each in store.steps] == list(FORWARD[:3])


def test_the_report_covers_what_has_landed_by_the_step(store: Cutovers) -> None:
    take(store, *FORWARD[:3])
    before = store.coverage()
    store.landed += 1
    with pytest.raises(StepRefused, match=r"landed records, .* changed while the report was made"):
        take(store, CutOverStep.RECONCILED, covers=before)
    reported = take(store, CutOverStep.RECONCILED, covers=store.coverage()).step(CutOverStep.RECONCILED)
    assert reported is not None
    assert reported.outcome["covers"] == store.coverage()


@pytest.mark.parametrize("step", [CutOverStep.PROPOSED, CutOverStep.APPROVED])
def test_nothing_may_have_landed_since_the_report(store: Cutovers, step: CutOverStep) -> None:
    take(store, *FORWARD[: FORWARD.index(step)])
    store.landed += 1
    with pytest.raises(StepRefused, match="changed since the report of ann"):
        take(store, step, by="bob")
    assert (store.switches, store.epoch) == ([], 0)


@pytest.mark.parametrize("step", FORWARD[2:])
def test_from_the_drain_on_writers_are_kept_away_before_anything_is_looked_at(
    store: Cutovers, step: CutOverStep
) -> None:
    take(store, *FORWARD[: FORWARD.index(step)])
    store.done.clear()
    take(store, step, by="bob")
    assert store.done[0] == "close acceptance"


def test_while_files_are_loaded_no_step_is_taken_that_rests_on_what_has_landed(store: Cutovers) -> None:
    take(store, *FORWARD[:2])
    store.load_is_under_way = True
    with pytest.raises(StepRefused, match="files of brussels are being loaded"):
        take(store, CutOverStep.DRAINED)
    assert [each.step for each in store.steps] == list(FORWARD[:2])


def test_a_motive_is_asked_for_and_can_be_kept(store: Cutovers) -> None:
    take(store, *FORWARD[:4])
    with pytest.raises(StepRefused, match="reopened requires a motive"):
        take(store, CutOverStep.REOPENED, motive=" ")
    for name, motive in (("ann\x00", "m"), ("ann", "m\x00")):
        with pytest.raises(StepRefused, match="without control characters"):
            take(store, CutOverStep.REOPENED, by=name, motive=motive)
    assert take(store, CutOverStep.REOPENED, motive="a file was forgotten").step(CutOverStep.RECONCILED) is None
