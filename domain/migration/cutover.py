"""The cut-over of an authority as a conversation in steps: which may be taken now, and by whom.

Rehearsal, freeze, drain, balanced ledger with its signed report, proposal, approval by somebody else: the switch.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class CutOverStep(StrEnum):
    REHEARSED = "rehearsed"
    FROZEN = "frozen"
    DRAINED = "drained"
    RECONCILED = "reconciled"
    PROPOSED = "proposed"
    APPROVED = "approved"
    """The switch itself: the authority is live here."""
    BACK_PROPOSED = "backProposed"
    BACK_APPROVED = "backApproved"
    """The way back: the former system is authoritative again."""


FORWARD: Final = (
    CutOverStep.REHEARSED, CutOverStep.FROZEN, CutOverStep.DRAINED, CutOverStep.RECONCILED, CutOverStep.PROPOSED,
    CutOverStep.APPROVED,
)  # fmt: skip
BACK: Final = (CutOverStep.BACK_PROPOSED, CutOverStep.BACK_APPROVED)

_BY_ANOTHER: Final = {CutOverStep.APPROVED: CutOverStep.PROPOSED, CutOverStep.BACK_APPROVED: CutOverStep.BACK_PROPOSED}


class StepRefused(Exception):
    """The step cannot be taken now; the text says what comes first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StepTaken:
    step: CutOverStep
    by: str


def require_step(step: CutOverStep, by: str, taken: Sequence[StepTaken], *, is_live: bool) -> None:
    """Raise :class:`StepRefused` unless ``step`` may be taken by ``by`` after the steps of this epoch."""
    way = BACK if is_live else FORWARD
    if step not in way:
        where = "live here" if is_live else "not live here"
        raise StepRefused(f"the authority is {where}: the steps are now {', '.join(way)}")
    done = {each.step for each in taken}
    missing = [each for each in way[: way.index(step)] if each not in done]
    if missing:
        raise StepRefused(f"{step} comes after {missing[0]}: take that step first")
    if (before := _BY_ANOTHER.get(step)) is not None:
        proposer = next(each.by for each in reversed(taken) if each.step is before)
        if proposer == by:
            raise StepRefused(f"{by} proposed it: somebody else has to approve it (four eyes)")


def next_step(taken: Sequence[StepTaken], *, is_live: bool) -> CutOverStep | None:
    """The first step that has not been taken, None after the last."""
    done = {each.step for each in taken}
    return next((each for each in (BACK if is_live else FORWARD) if each not in done), None)
