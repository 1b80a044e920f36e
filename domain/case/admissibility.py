"""Declaring an application admissible or inadmissible: the file is complete and may be judged, or it may not."""

from __future__ import annotations

from datetime import date
from typing import Final

from domain.case.commands import CommandContext, DecideAdmissibility
from domain.case.events import ApplicationDeclaredAdmissible, ApplicationDeclaredInadmissible, CaseEvent
from domain.case.fees import FeeStatus, fee_statuses, is_short
from domain.case.grounds import (
    FEE_NOT_PAID,
    MANDATE_MISSING,
    SHOWN_BY_THE_FILE,
    mandate_missing,
    supported_inadmissibility_grounds,
)
from domain.case.lifecycle import Case
from domain.case.openness import require_in_hand, require_open
from domain.case.refusals import CommandRefused, Reason
from domain.law.findings import Verdict
from domain.law.rulebook import Rulebook

ADMISSIBLE: Final = "admissible"
INADMISSIBLE: Final = "inadmissible"
ADMISSIBILITY_OUTCOMES: Final = (ADMISSIBLE, INADMISSIBLE)

FEE_AMOUNT_UNKNOWN: Final = "feeAmountUnknown"
"""Whether enough was paid is not known, because the amount or whether it is owed is not known: the one who admits says
why that is no obstacle."""

OPEN_POINTS: Final = (FEE_NOT_PAID, FEE_AMOUNT_UNKNOWN, MANDATE_MISSING)
"""Every point that admission may wait for."""


def decide_admissibility(
    case: Case, command: DecideAdmissibility, context: CommandContext, rulebook: Rulebook
) -> list[CaseEvent]:
    """Declare the application admissible or not.

    Raises :class:`CommandRefused` for a second declaration, while the applicant has the file, for open points
    without a motivation, and for a ground that the file does not bear.
    """
    require_open(case)
    if case.admissible is not None:
        raise CommandRefused(Reason.ALREADY_ADMISSIBLE, f"that has been settled: {case.admissible}")
    lapsed = require_in_hand(case, context)
    if command.outcome == ADMISSIBLE:
        return [*lapsed, _admissible(case, command, context, rulebook)]
    return [*lapsed, _inadmissible(case, command, context, rulebook)]


def open_points(case: Case, rulebook: Rulebook, today: date) -> tuple[str, ...]:
    """The conditions of admission that the file does not show to be met (FACTS 4.2, 4.9), by the law known today."""
    return _open_with(case, fee_statuses(case, rulebook, today))


def _open_with(case: Case, fees: tuple[FeeStatus, ...]) -> tuple[str, ...]:
    is_open = {
        FEE_NOT_PAID: is_short(fees),
        FEE_AMOUNT_UNKNOWN: any(each.verdict is Verdict.UNDETERMINED for each in fees),
        MANDATE_MISSING: mandate_missing(case),
    }
    return tuple(point for point in OPEN_POINTS if is_open[point])


def _admissible(
    case: Case, command: DecideAdmissibility, context: CommandContext, rulebook: Rulebook
) -> ApplicationDeclaredAdmissible:
    if command.grounds:
        raise CommandRefused(
            Reason.GROUND_NOT_APPLICABLE, "grounds belong to inadmissibility: leave them out when admitting"
        )
    fees = fee_statuses(case, rulebook, context.today)
    points = _open_with(case, fees)
    if points and not command.motivation:
        unsettled = "; ".join(str(each) for each in fees if each.verdict is not Verdict.MET)
        fees_due = f" ({unsettled})" if unsettled else ""
        raise CommandRefused(
            Reason.MOTIVATION_REQUIRED,
            f"these points are open: {', '.join(points)}{fees_due}. Have them corrected, or state in the motivation "
            "why the application is admitted",
        )
    return ApplicationDeclaredAdmissible(
        effective_at=context.now,
        open_points=points,
        by=context.actor,
        worker_subject=case.worker_subject,
        motivation=command.motivation,
    )


def _inadmissible(
    case: Case, command: DecideAdmissibility, context: CommandContext, rulebook: Rulebook
) -> ApplicationDeclaredInadmissible:
    if not command.grounds:
        raise CommandRefused(Reason.GROUND_REQUIRED, "inadmissibility requires at least one ground")
    supported = supported_inadmissibility_grounds(case, rulebook, context.today)
    unsupported = [ground for ground in command.grounds if ground not in supported]
    if unsupported:
        raise CommandRefused(
            Reason.GROUND_NOT_SUPPORTED,
            f"the file does not support {', '.join(unsupported)}; it supports {', '.join(supported)}",
        )
    if not command.motivation and not SHOWN_BY_THE_FILE.keys() >= set(command.grounds):
        raise CommandRefused(
            Reason.MOTIVATION_REQUIRED, "state in the motivation what makes the application inadmissible"
        )
    return ApplicationDeclaredInadmissible(
        effective_at=context.now,
        grounds=command.grounds,
        by=context.actor,
        worker_subject=case.worker_subject,
        motivation=command.motivation,
    )
