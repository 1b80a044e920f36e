"""Where an authority is in its cut-over: its epoch, the steps on record, and whether its records are accepted.

A report covers what had landed when it was made. What came in afterwards would go live with nobody having looked at
it, so from the step ``reconciled`` on files, records on topics and repairs are refused, until it is taken back.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from domain.migration.cutover import CutOverStep, StepTaken, in_force

Outcome = Mapping[str, object]
"""What a step leaves on record, as JSON."""


class AuthorityIsLive(Exception):
    """The authority has been cut over: its former system has no say any more."""

    def __init__(self, authority: str) -> None:
        super().__init__(f"{authority} is live here: its former system is no longer authoritative")


class NotAccepting(Exception):
    """The report of the authority is on record, and what lands now would not be covered by it."""

    def __init__(self, authority: str, reported: RecordedStep) -> None:
        super().__init__(
            f"{authority} accepts no more records: {reported.by} took the step `reconciled` on"
            f" {reported.at.astimezone(UTC):%Y-%m-%d at %H:%M} UTC, and the signed report covers what had landed by"
            f" then. To accept records again: `permit migrate cutover reopen {authority} --motive TEXT`; then take"
            " the steps `drain` and `reconcile` again"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedStep(StepTaken):
    epoch: int
    at: datetime
    outcome: Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class CutoverStatus:
    """An authority's epoch, odd while it is live here, and every step that was ever taken for it, in their order."""

    authority: str
    epoch: int
    steps: tuple[RecordedStep, ...]

    @property
    def is_live(self) -> bool:
        return self.epoch % 2 == 1

    @property
    def taken(self) -> tuple[RecordedStep, ...]:
        """The steps of this epoch: each is a conversation of its own."""
        return tuple(each for each in self.steps if each.epoch == self.epoch)

    @property
    def in_force(self) -> tuple[RecordedStep, ...]:
        """The steps of all epochs that were not taken back."""
        epochs = sorted({each.epoch for each in self.steps})
        return tuple(
            step for epoch in epochs for step in in_force([each for each in self.steps if each.epoch == epoch])
        )

    def step(self, which: CutOverStep) -> RecordedStep | None:
        """This step of the present epoch, None where it was not taken or was taken back."""
        return next((each for each in in_force(self.taken) if each.step is which), None)

    def held(self, which: CutOverStep) -> RecordedStep:
        """A step of the present epoch without which a later one would have been refused."""
        step = self.step(which)
        if step is None:
            raise AssertionError(f"{which} is not on record")
        return step

    def require_accepting(self) -> None:
        """Raise :class:`NotAccepting` once the report of the authority is on record."""
        reported = self.step(CutOverStep.RECONCILED)
        if reported is not None:
            raise NotAccepting(self.authority, reported)

    def retelling_epoch(self) -> int:
        """The epoch on which retelling rests. Raises :class:`AuthorityIsLive`."""
        if self.is_live:
            raise AuthorityIsLive(self.authority)
        return self.epoch

    def closed(self) -> NotAccepting | AuthorityIsLive | None:
        """Why nothing of this authority can be landed or repaired now; None where it can."""
        try:
            self.require_accepting()
            self.retelling_epoch()
        except (NotAccepting, AuthorityIsLive) as why:
            return why
        return None


def text_of(outcome: Outcome, name: str) -> str:
    """A text that the step has left on record. Raises ``KeyError`` where it has not."""
    value = outcome[name]
    if not isinstance(value, str):
        raise TypeError(f"{name} of a step is a text")
    return value


def number_of(outcome: Outcome, name: str) -> int:
    """A number that the step has left on record. Raises ``KeyError`` where it has not."""
    value = outcome[name]
    if not isinstance(value, int):
        raise TypeError(f"{name} of a step is a number")
    return value
