"""Why a clock ends on its day: the steps, as codes and values that a catalogue renders in any language."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from domain.deadlines.pauses import Pause, paused_days
from domain.deadlines.service_levels import ServiceTarget
from domain.law.durations import CalendarDuration
from domain.law.procedural_terms import ProceduralTerm
from domain.law.working_days import WorkingDays

STEP_CODES: Final[Mapping[str, tuple[str, ...]]] = {
    "startsOn": ("starts", "day"),
    "term": ("id", "term", "day", "legalReference", "confidence"),
    "alternative": ("id", "term", "day"),
    "rolled": ("from", "day"),
    "paused": ("number", "from", "to", "days", "ground"),
    "movesWhilePaused": ("number", "from", "days", "ground"),
    "pausedDays": ("days",),
    "notMovedByPauses": ("days",),
    "atRiskFrom": ("warning", "day"),
    "dueOn": ("day",),
    "onExpiry": ("outcome",),
}
"""Every code with the names of its values, for the catalogues.

``day`` is always the outcome of the step. ``paused`` is a pause that is over, ``movesWhilePaused`` one that still
moves the due day; ``pausedDays`` is all of them together, each day once. ``notMovedByPauses`` says that the case
was paused and that no legal text was found by which a pause suspends this term. ``onExpiry`` is what the law makes
of the end of the term.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class DerivationStep:
    """One step, in the order in which a reader follows them."""

    code: str
    values: Mapping[str, str | int | date]


def derived_from_target(
    target: ServiceTarget, filed_on: date, pauses: Iterable[Pause], on: date
) -> tuple[DerivationStep, ...]:
    """How the due day of the service target is derived, as of the day ``on``."""
    begun = tuple(each for each in pauses if each.from_ <= on and each.from_ != each.to)
    steps = [
        DerivationStep(code="startsOn", values={"starts": "filedOn", "day": filed_on}),
        _term_step(target.id, target.term, target.term.after(filed_on), target.legal_reference, target.confidence),
        *(_pause_step(each, filed_on, on) for each in begun),
    ]
    if begun:
        days = paused_days(begun, on, since=filed_on)
        steps.append(DerivationStep(code="pausedDays", values={"days": days}))
    at_risk_from = target.at_risk_from(filed_on, begun, on)
    return (
        *steps,
        DerivationStep(code="atRiskFrom", values={"warning": written(target.warning), "day": at_risk_from}),
        DerivationStep(code="dueOn", values={"day": target.due_on(filed_on, begun, on)}),
    )


def derived_from_term(
    term: ProceduralTerm, starts_on: date, pauses: Iterable[Pause], on: date, working_days: WorkingDays
) -> tuple[DerivationStep, ...]:
    """How the last day of a procedural term is derived. No pause moves it; where the case was paused a step says so."""
    unrolled, due_on = term.last_day(starts_on), term.ends_on(starts_on, working_days)
    steps = [
        DerivationStep(code="startsOn", values={"starts": term.starts, "day": starts_on}),
        _term_step(term.id, term.term, term.term.after(starts_on), term.legal_reference, term.confidence),
    ]
    if term.alternative is not None:
        day = term.alternative.after(starts_on)
        steps.append(
            DerivationStep(code="alternative", values={"id": term.id, "term": written(term.alternative), "day": day})
        )
    if due_on != unrolled:
        steps.append(DerivationStep(code="rolled", values={"from": unrolled, "day": due_on}))
    paused = paused_days(pauses, on, since=starts_on)
    if paused:
        steps.append(DerivationStep(code="notMovedByPauses", values={"days": paused}))
    at_risk_from = term.at_risk_from(due_on)
    if term.warning is not None and at_risk_from is not None:
        steps.append(DerivationStep(code="atRiskFrom", values={"warning": written(term.warning), "day": at_risk_from}))
    steps.append(DerivationStep(code="dueOn", values={"day": due_on}))
    if term.on_expiry != "none":
        steps.append(DerivationStep(code="onExpiry", values={"outcome": term.on_expiry}))
    return tuple(steps)


def written(duration: CalendarDuration) -> str:
    """The duration as ISO 8601 has it: ``P4M`` or ``P60D``."""
    return f"P{duration.months}M" if duration.months else f"P{duration.days}D"


def _term_step(
    term_id: str, term: CalendarDuration, day: date, legal_reference: str, confidence: str
) -> DerivationStep:
    return DerivationStep(
        code="term",
        values={
            "id": term_id,
            "term": written(term),
            "day": day,
            "legalReference": legal_reference,
            "confidence": confidence,
        },
    )


def _pause_step(pause: Pause, filed_on: date, on: date) -> DerivationStep:
    days = paused_days((pause,), on, since=filed_on)
    if pause.to is None or pause.covers(on):
        return DerivationStep(
            code="movesWhilePaused",
            values={"number": pause.number, "from": pause.from_, "days": days, "ground": pause.ground},
        )
    return DerivationStep(
        code="paused",
        values={"number": pause.number, "from": pause.from_, "to": pause.to, "days": days, "ground": pause.ground},
    )
