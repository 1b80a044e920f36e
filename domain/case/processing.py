"""What the administration does with a file: assigns it, verifies mandates, requests information.

Only a mandate is verified after the end too: it is about who may see the file, and not about what becomes of it.
"""

from __future__ import annotations

from typing import Final

from domain.case.commands import (
    AssignCase,
    CommandContext,
    ProvideInformation,
    RequestInformation,
    VerifyMandate,
    WithdrawAssignment,
)
from domain.case.events import (
    AssignmentWithdrawn,
    CaseAssigned,
    CaseEvent,
    ClockPaused,
    ClockResumed,
    InformationProvided,
    InformationRequested,
    MandateVerified,
)
from domain.case.lifecycle import Case, InformationRequest
from domain.case.openness import require_in_hand, require_open, require_work_part_open
from domain.case.refusals import CommandRefused, Reason
from domain.law.rulebook import Rulebook

ANSWER_TERM: Final = "answer"
"""The purpose of the term within which an applicant answers a request for information (FACTS 4.3)."""

PAUSE_GROUND: Final = "informationRequested"


def assign(case: Case, command: AssignCase, context: CommandContext) -> list[CaseEvent]:
    require_open(case)
    if case.handler == command.handler:
        return []
    return [CaseAssigned(effective_at=context.now, handler=command.handler, by=context.actor)]


def withdraw_assignment(case: Case, command: WithdrawAssignment, context: CommandContext) -> list[CaseEvent]:
    """Take back an assignment that was a mistake: the case waits for a handler again."""
    require_open(case)
    if case.handler is None:
        return []
    return [
        AssignmentWithdrawn(
            effective_at=context.now,
            handler=case.handler,
            by=context.actor,
            worker_subject=case.worker_subject,
            reason=command.reason,
        )
    ]


def verify_mandate(case: Case, command: VerifyMandate, context: CommandContext) -> list[CaseEvent]:
    """Record what the register of mandates states of the representative who filed.

    Also of a case that has ended, which stays as it ended: a mandate that proves invalid later closes the file to its
    representative from then on, and a finding that was wrong has to be put right there too.
    """
    if case.representative is None:
        raise CommandRefused(Reason.MANDATE_NOT_CLAIMED, "no one acts under a mandate in this case")
    if case.mandate_valid is command.valid:
        return []
    return [
        MandateVerified(
            effective_at=context.now,
            enterprise_number=case.representative.enterprise_number,
            valid=command.valid,
            by=context.actor,
            worker_subject=case.worker_subject,
            mandate_reference=case.facts.mandate_reference,
        )
    ]


def request_information(
    case: Case, command: RequestInformation, context: CommandContext, rulebook: Rulebook
) -> list[CaseEvent]:
    """Ask the applicant, who has the file from now on; the service target is paused."""
    require_work_part_open(case)
    if case.request(command.request_id) is not None:
        return []
    lapsed = require_in_hand(case, context)
    facts = case.facts
    term = rulebook.terms.in_force(ANSWER_TERM, facts.authority, facts.category, context.today)
    if term is None:
        raise CommandRefused(
            Reason.TERM_UNKNOWN,
            f"no term for answering a request is known for {facts.authority} on {context.today}: none can be set",
        )
    return [
        *lapsed,
        InformationRequested(
            effective_at=context.now,
            request_id=command.request_id,
            items=command.items,
            reply_by=term.ends_on(context.today),
            term_id=term.id,
            legal_reference=term.legal_reference,
            by=context.actor,
            worker_subject=case.worker_subject,
            question=command.question,
        ),
        ClockPaused(
            effective_at=context.now,
            pause=case.next_pause,
            ground=PAUSE_GROUND,
            legal_reference=term.legal_reference,
            by=context.actor,
            worker_subject=case.worker_subject,
            motivation=None,
        ),
    ]


def provide_information(case: Case, command: ProvideInformation, context: CommandContext) -> list[CaseEvent]:
    """Take the answer to the open request; the region has the file again."""
    require_open(case)
    request = case.request(command.request_id)
    if request is None:
        raise CommandRefused(Reason.REQUEST_UNKNOWN, "no such request for information was made in this case")
    _require_awaited(case, request, context)
    held = {document.sha256 for document in case.documents}
    missing = [number for number, digest in enumerate(command.documents) if digest not in held]
    if missing:
        places = ", ".join(f"documents[{number}]" for number in missing)
        raise CommandRefused(
            Reason.DOCUMENT_NOT_ATTACHED, f"{places}: attach the document to the case first, then name its digest"
        )
    return [
        InformationProvided(
            effective_at=context.now,
            request_id=command.request_id,
            documents=command.documents,
            by=context.actor,
            worker_subject=case.worker_subject,
            answer=command.answer,
        ),
        ClockResumed(
            effective_at=context.now,
            pause=request.pause,
            by=context.actor,
            worker_subject=case.worker_subject,
            motivation=None,
        ),
    ]


def _require_awaited(case: Case, request: InformationRequest, context: CommandContext) -> None:
    if request.answered:
        raise CommandRefused(
            Reason.REQUEST_ANSWERED, "this request has been answered: send what is new as a document of the case"
        )
    if request is not case.open_request or context.today > request.reply_by:
        raise CommandRefused(
            Reason.ANSWER_TERM_EXPIRED,
            f"the answer was due by {request.reply_by}: ask the case handler for a new request, or file again",
        )
