"""The federal half: the file goes to the Immigration Office, which decides on the residence and so on the whole."""

from __future__ import annotations

from domain.case.commands import CommandContext, DecideResidencePart, ForwardToImmigrationOffice
from domain.case.decision import GRANTED, REFUSED, RESIDENCE_PART
from domain.case.events import (
    ApplicationDecided,
    ApplicationForwardedToImmigrationOffice,
    CaseEvent,
    ResidencePartDecided,
)
from domain.case.lifecycle import Case
from domain.case.openness import require_admitted, require_in_hand, require_open
from domain.case.refusals import CommandRefused, Reason
from domain.civil_time import beginning_of, civil_day


def forward(case: Case, _command: ForwardToImmigrationOffice, context: CommandContext) -> list[CaseEvent]:
    """Send an admissible file to the Immigration Office, before or after the work part is decided."""
    require_open(case)
    require_admitted(case)
    if case.forwarded is not None:
        raise CommandRefused(Reason.ALREADY_FORWARDED, f"the Immigration Office already has the file: {case.forwarded}")
    return [ApplicationForwardedToImmigrationOffice(effective_at=context.now, by=context.actor)]


def decide_residence_part(case: Case, command: DecideResidencePart, context: CommandContext) -> list[CaseEvent]:
    """Record what the Immigration Office decided; the case ends.

    Raises :class:`CommandRefused` unless the work part was granted and the file forwarded before, for a refusal
    without a ground, and for a ground beside a grant.
    """
    require_open(case)
    if case.forwarded is None:
        raise CommandRefused(Reason.NOT_FORWARDED, "the Immigration Office has not received the file yet")
    if case.work_part is None:
        raise CommandRefused(Reason.WORK_PART_NOT_GRANTED, "the work part has not been decided: decide it first")
    lapsed = require_in_hand(case, context)
    if command.outcome == GRANTED and command.grounds:
        raise CommandRefused(Reason.GROUND_NOT_APPLICABLE, "grounds belong to a refusal: leave them out of a grant")
    if command.outcome == REFUSED and not command.grounds:
        raise CommandRefused(Reason.GROUND_REQUIRED, "a refusal requires at least one ground")
    decided_on = command.decided_on or context.today
    forwarded_on = civil_day(case.forwarded.at)
    if not forwarded_on <= decided_on <= context.today:
        raise CommandRefused(
            Reason.DAY_NOT_POSSIBLE,
            f"the decision must lie between the day of forwarding ({forwarded_on}) and today ({context.today})",
        )
    # A day gone by counts from its beginning, yet not from before the file was there.
    decided_at = context.now if decided_on == context.today else max(beginning_of(decided_on), case.forwarded.at)
    return [
        *lapsed,
        ResidencePartDecided(
            effective_at=decided_at,
            outcome=command.outcome,
            grounds=command.grounds,
            by=context.actor,
            worker_subject=case.worker_subject,
            motivation=command.motivation,
        ),
        ApplicationDecided(
            # The whole is decided when the later of its parts is.
            effective_at=max(decided_at, case.work_part.at),
            outcome=command.outcome,
            refused_part=RESIDENCE_PART if command.outcome == REFUSED else None,
        ),
    ]
