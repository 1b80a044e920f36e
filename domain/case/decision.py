"""The region decides on the work: what must be known before, and what each outcome must rest on."""

from __future__ import annotations

from datetime import date
from typing import Final

from domain.case.commands import CommandContext, DecideWorkPart
from domain.case.events import ApplicationDecided, CaseEvent, WorkPartDecided
from domain.case.grounds import EMPLOYER_INACTIVE, OTHER, supported_grounds
from domain.case.lifecycle import Case
from domain.case.openness import require_admitted, require_in_hand, require_work_part_open
from domain.case.refusals import CommandRefused, Reason
from domain.case.verification import ENGINE_VERSION, facts_at_decision, rule_applied
from domain.law.assessment import Assessment, assess
from domain.law.findings import Verdict
from domain.law.rulebook import Rulebook

GRANTED: Final = "granted"
REFUSED: Final = "refused"
OUTCOMES: Final = (GRANTED, REFUSED)

WORK_PART: Final = "work"
RESIDENCE_PART: Final = "residence"


def decide_work_part(
    case: Case, command: DecideWorkPart, context: CommandContext, rulebook: Rulebook
) -> list[CaseEvent]:
    """The decision, with the law and the facts it rests on (law of 29 July 1991 on the reasons of acts).

    A refusal ends the case. Raises :class:`CommandRefused` before admission, while the file is with the applicant or
    a check is out, for a grant against a requirement that is not met, and for a refusal on a ground that the file
    does not support. Where the engine could not decide, a person decides and says why.
    """
    require_work_part_open(case)
    require_admitted(case)
    lapsed = require_in_hand(case, context)
    today = context.today
    assessment = assessment_at_decision(case, today, rulebook)
    require_allowed(case, command, assessment)
    decided = WorkPartDecided(
        effective_at=context.now,
        outcome=command.outcome,
        grounds=command.grounds,
        verdict=assessment.verdict.value,
        legal_reference_date=assessment.legal_reference_date,
        known_on=today,
        rule_set=assessment.rule_set,
        engine_version=ENGINE_VERSION,
        results=tuple(rule_applied(finding) for finding in assessment.findings),
        by=context.actor,
        worker_subject=case.worker_subject,
        facts=facts_at_decision(case, today),
        findings=assessment.findings,
        motivation=command.motivation,
    )
    if command.outcome == GRANTED:
        return [*lapsed, decided]
    refused = ApplicationDecided(effective_at=context.now, outcome=REFUSED, refused_part=WORK_PART)
    return [*lapsed, decided, refused]


def assessment_at_decision(case: Case, decided_on: date, rulebook: Rulebook) -> Assessment:
    """The assessment on which a decision of that day would rest, by what is known of the law then."""
    return assess(rulebook, facts_at_decision(case, decided_on), decided_on)


def require_allowed(case: Case, command: DecideWorkPart, assessment: Assessment) -> None:
    """Refuse an outcome that the case and the assessment do not bear. Raises :class:`CommandRefused`.

    An audit checks this again for every decision that was recorded.
    """
    if case.pending_checks:
        raise CommandRefused(
            Reason.CHECK_PENDING,
            f"the Crossroads Bank has not answered yet ({', '.join(case.pending_checks)}): "
            "wait for the answer, or for the check to become a manual task",
        )
    if command.outcome == GRANTED:
        _require_grantable(case, command, assessment)
    else:
        _require_grounds(case, command, assessment)


def _require_grantable(case: Case, command: DecideWorkPart, assessment: Assessment) -> None:
    if command.grounds:
        raise CommandRefused(Reason.GROUND_NOT_APPLICABLE, "grounds belong to a refusal: leave them out of a grant")
    if assessment.verdict is Verdict.NOT_MET:
        raise CommandRefused(
            Reason.REQUIREMENT_NOT_MET, f"the application cannot be granted: {', '.join(assessment.unmet)} is not met"
        )
    judged_by_hand = assessment.verdict is Verdict.UNDETERMINED or case.manual_tasks or case.employer_active is False
    if judged_by_hand and not command.motivation:
        tasks = [f"{task.subject} ({task.reason})" for task in case.manual_tasks]
        tasks += assessment.left_to_a_person
        tasks += [EMPLOYER_INACTIVE] if case.employer_active is False else []
        raise CommandRefused(
            Reason.MOTIVATION_REQUIRED,
            f"a person has to judge {', '.join(tasks)}: state in the motivation why the permit is granted",
        )


def _require_grounds(case: Case, command: DecideWorkPart, assessment: Assessment) -> None:
    if not command.grounds:
        raise CommandRefused(Reason.GROUND_REQUIRED, "a refusal requires at least one ground")
    supported = supported_grounds(case, assessment)
    unsupported = [ground for ground in command.grounds if ground not in supported]
    if unsupported:
        raise CommandRefused(
            Reason.GROUND_NOT_SUPPORTED,
            f"the file does not support {', '.join(unsupported)}; it supports {', '.join(supported)}",
        )
    if OTHER in command.grounds and not command.motivation:
        raise CommandRefused(Reason.MOTIVATION_REQUIRED, "the ground 'other' needs a motivation")
