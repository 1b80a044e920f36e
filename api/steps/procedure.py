"""Every step of the procedure, in the order in which a case reaches them; those only sometimes needed come last.

The one list of them: the routes are made from it, and so are the pages.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import Final

from api.services.access import Access
from api.steps import (
    admissibility_decisions,
    answers,
    assignment_withdrawals,
    assignments,
    clock_corrections,
    corrections,
    documents,
    fee_payments,
    forwardings,
    information_requests,
    labour_market_tests,
    mandate_verifications,
    residence_part_decisions,
    voided_fee_payments,
    withdrawals,
    withdrawn_documents,
    work_part_decisions,
)
from api.steps.step import Step
from domain.case.lifecycle import Case
from infra.identity.caller import Caller

STEPS: Final[tuple[Step, ...]] = (
    answers.STEP,
    assignments.STEP,
    mandate_verifications.STEP,
    admissibility_decisions.STEP,
    work_part_decisions.STEP,
    forwardings.STEP,
    residence_part_decisions.STEP,
    information_requests.STEP,
    fee_payments.STEP,
    voided_fee_payments.STEP,
    documents.STEP,
    withdrawn_documents.STEP,
    labour_market_tests.STEP,
    corrections.STEP,
    clock_corrections.STEP,
    assignment_withdrawals.STEP,
    withdrawals.STEP,
)

STEP_OF: Final[Mapping[str, Step]] = MappingProxyType({each.resource: each for each in STEPS})
"""The steps by their resource."""


def is_possible(step: Step, case: Case, today: date) -> bool:
    """Whether the case has reached this step, and not left it behind, for any caller."""
    return step.possible(case, today) if case.is_open else step.possible_after_the_end(case, today)


def is_main(step: Step, caller: Caller, case: Case, today: date) -> bool:
    """Whether it is this caller's step that the case waits for."""
    return case.is_open and step.awaited_from(caller) and step.awaited(case, today)


def possible_steps(access: Access, caller: Caller, case: Case, today: date) -> tuple[Step, ...]:
    """What this caller can do by a form now, what the case waits for first."""
    found = [
        each
        for each in STEPS
        if each.form is not None and is_possible(each, case, today) and access.may_with(caller, each.action, case)
    ]
    return tuple(sorted(found, key=lambda each: not is_main(each, caller, case, today)))
