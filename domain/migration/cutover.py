"""The cut-over of an authority as a conversation in steps: which may be taken now, and by whom.

Rehearsal, freeze, drain, balanced ledger with its signed report, proposal, approval by somebody else: the switch.
From the report on nothing is accepted of the authority, so that the switch rests on exactly what the report covers;
reopening takes the report back, with a motive.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, TypeVar

from domain.names import acting_name
from domain.plain_text import is_plain


class CutOverStep(StrEnum):
    REHEARSED = "rehearsed"
    FROZEN = "frozen"
    DRAINED = "drained"
    RECONCILED = "reconciled"
    PROPOSED = "proposed"
    APPROVED = "approved"
    """The switch itself: the authority is live here."""
    REOPENED = "reopened"
    """Records are accepted again: drain, report and proposal are taken back."""
    BACK_PROPOSED = "backProposed"
    BACK_APPROVED = "backApproved"
    """The way back: the former system is authoritative again."""


FORWARD: Final = (
    CutOverStep.REHEARSED, CutOverStep.FROZEN, CutOverStep.DRAINED, CutOverStep.RECONCILED, CutOverStep.PROPOSED,
    CutOverStep.APPROVED,
)  # fmt: skip
BACK: Final = (CutOverStep.BACK_PROPOSED, CutOverStep.BACK_APPROVED)
MOTIVATED: Final = frozenset({CutOverStep.REOPENED, CutOverStep.BACK_PROPOSED})
"""The steps that require a motive."""

_BY_ANOTHER: Final = {CutOverStep.APPROVED: CutOverStep.PROPOSED, CutOverStep.BACK_APPROVED: CutOverStep.BACK_PROPOSED}
_TAKES_BACK: Final = {
    CutOverStep.REOPENED: frozenset({CutOverStep.DRAINED, CutOverStep.RECONCILED, CutOverStep.PROPOSED}),
    # Who proposed the switch looked at the report before.
    CutOverStep.RECONCILED: frozenset({CutOverStep.PROPOSED}),
}
RESTS_ON_THE_REPORT: Final = frozenset({CutOverStep.RECONCILED, CutOverStep.PROPOSED, CutOverStep.APPROVED})
"""The steps at which nothing may have landed but what the report covers."""

PROVES_ALL_TAKEN: Final = frozenset({CutOverStep.DRAINED, CutOverStep.RECONCILED})
"""The steps at which nothing may have been sent and not been taken."""

_BEFORE_THE_REPORT: Final = frozenset(FORWARD[: FORWARD.index(CutOverStep.RECONCILED)])


class StepRefused(Exception):
    """The step cannot be taken now; the text says what comes first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StepTaken:
    step: CutOverStep
    by: str


Taken = TypeVar("Taken", bound=StepTaken)


def in_force(taken: Sequence[Taken]) -> tuple[Taken, ...]:
    """The steps of an epoch that count: each as it was taken last, without those that were taken back since."""
    held: list[Taken] = []
    for each in taken:
        gone = _TAKES_BACK.get(each.step, frozenset()) | {each.step}
        held = [one for one in held if one.step not in gone]
        if each.step is not CutOverStep.REOPENED:
            held.append(each)
    return tuple(held)


def require_step(step: CutOverStep, by: str, taken: Sequence[StepTaken], *, is_live: bool) -> None:
    """Raise :class:`StepRefused` unless ``step`` may be taken by ``by`` after the steps of this epoch."""
    if not acting_name(by):
        raise StepRefused("no name is given: state who does it, with --by NAME")
    way = BACK if is_live else FORWARD
    held = {each.step: each for each in in_force(taken)}
    if step not in way and (is_live or step is not CutOverStep.REOPENED):
        where = "live here" if is_live else "not live here"
        raise StepRefused(f"the authority is {where}: the steps are now {', '.join(way)}")
    reported = held.get(CutOverStep.RECONCILED)
    if step is CutOverStep.REOPENED:
        if reported is None:
            raise StepRefused("there is nothing to undo: no report is on record, and records are accepted")
        return
    if reported is not None and step in _BEFORE_THE_REPORT:
        raise StepRefused(f"{step} comes before the report of {reported.by}: undo that first, with `reopen`")
    missing = [each for each in way[: way.index(step)] if each not in held]
    if missing:
        raise StepRefused(f"{step} comes after {missing[0]}: take that step first")
    if (before := _BY_ANOTHER.get(step)) is not None and acting_name(held[before].by) == acting_name(by):
        raise StepRefused(f"{held[before].by} proposed it: someone else has to approve it (four eyes)")


def require_plain_words(by: str, motive: str) -> None:
    """Raise :class:`StepRefused` for a name or a motive that cannot be kept.

    At each step, and not at the switch: a motive that was proposed cannot be corrected any more.
    """
    if not is_plain(by) or not is_plain(motive):
        raise StepRefused("name and motive are one line without control characters: remove what cannot be printed")


def require_motive(step: CutOverStep, motive: str) -> None:
    """Raise :class:`StepRefused` where the step needs a motive and has none."""
    if step in MOTIVATED and not motive.strip():
        raise StepRefused(f"{step} requires a motive: give it with --motive TEXT")


def next_step(taken: Sequence[StepTaken], *, is_live: bool) -> CutOverStep | None:
    """The first step that has not been taken, None after the last."""
    done = {each.step for each in in_force(taken)}
    return next((each for each in (BACK if is_live else FORWARD) if each not in done), None)
