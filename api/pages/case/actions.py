"""What somebody can do with a case now: by his role, by whose case it is, and by how far it has come.

A page offers what will most likely be taken; whether it is, the decider says when it is sent.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from api.pages.session import Readers
from api.permissions import Action
from domain.case.lifecycle import Case
from infra.identity.caller import Caller, Role

ANSWER: Final = "answers"
DOCUMENT: Final = "documents"


@dataclass(frozen=True, slots=True, kw_only=True)
class PossibleAction:
    """``resource`` is the last part of the path of its form; ``main`` is the step that the case waits for."""

    resource: str
    action: Action
    main: bool


_Condition = Callable[[Case, date], bool]


def _in_hand(case: Case, today: date) -> bool:
    """Whether the region may act: nobody else has the file, or its term of answering is over."""
    asked = case.open_request
    return case.open_pause is None if asked is None else today > asked.reply_by


def _waits_for_assignment(case: Case, _today: date) -> bool:
    return case.handler is None


def _waits_for_mandate(case: Case, _today: date) -> bool:
    return case.representative is not None and case.mandate_valid is None


def _admissibility_open(case: Case, today: date) -> bool:
    return case.admissible is None and _in_hand(case, today)


def _work_part_open(case: Case, today: date) -> bool:
    decidable = case.admissible is not None and case.work_part is None and not case.pending_checks
    return decidable and _in_hand(case, today)


def _residence_part_open(case: Case, today: date) -> bool:
    return case.forwarded is not None and case.work_part is not None and _in_hand(case, today)


def _answerable(case: Case, today: date) -> bool:
    return case.open_request is not None and today <= case.open_request.reply_by


@dataclass(frozen=True, slots=True, kw_only=True)
class _Step:
    """``possible`` is when it can be done in an open case, ``awaited`` when it is what the case waits for."""

    action: Action
    possible: _Condition
    awaited: _Condition


def _always(_case: Case, _today: date) -> bool:
    return True


def _never(_case: Case, _today: date) -> bool:
    return False


_STEPS: Final[Mapping[str, _Step]] = {
    ANSWER: _Step(action=Action.PROVIDE_INFORMATION, possible=_answerable, awaited=_answerable),
    "assignments": _Step(action=Action.ASSIGN_CASE, possible=_always, awaited=_waits_for_assignment),
    "mandateVerifications": _Step(
        action=Action.VERIFY_MANDATE,
        possible=lambda case, _today: case.representative is not None,
        awaited=_waits_for_mandate,
    ),
    "admissibilityDecisions": _Step(
        action=Action.DECIDE_ADMISSIBILITY, possible=_admissibility_open, awaited=_admissibility_open
    ),
    "workPartDecisions": _Step(action=Action.DECIDE_WORK_PART, possible=_work_part_open, awaited=_work_part_open),
    "forwardings": _Step(
        action=Action.FORWARD_TO_IMMIGRATION_OFFICE,
        possible=lambda case, _today: case.admissible is not None and case.forwarded is None,
        awaited=lambda case, _today: case.work_part is not None and case.forwarded is None,
    ),
    "residencePartDecisions": _Step(
        action=Action.DECIDE_RESIDENCE_PART, possible=_residence_part_open, awaited=_residence_part_open
    ),
    "informationRequests": _Step(
        action=Action.REQUEST_INFORMATION,
        possible=lambda case, today: case.work_part is None and _in_hand(case, today),
        awaited=_never,
    ),
    "feePayments": _Step(
        action=Action.RECORD_FEE_PAYMENT, possible=_always, awaited=lambda case, _today: not case.payments
    ),
    DOCUMENT: _Step(action=Action.ATTACH_DOCUMENT, possible=_always, awaited=_never),
    "corrections": _Step(action=Action.CORRECT_CASE, possible=_always, awaited=_never),
    "clockCorrections": _Step(action=Action.CORRECT_CLOCK, possible=_always, awaited=_never),
    "withdrawals": _Step(action=Action.WITHDRAW_APPLICATION, possible=_always, awaited=_never),
}
"""In the order in which a case comes to them; what is only sometimes needed stands last."""


def possible_actions(readers: Readers, caller: Caller, case: Case, today: date) -> tuple[PossibleAction, ...]:
    """What this reader can do now, what the case waits for first."""
    found = [
        PossibleAction(
            resource=resource, action=step.action, main=_is_his(caller, resource) and step.awaited(case, today)
        )
        for resource, step in _STEPS.items()
        if is_possible(resource, case, today) and readers.may_with(caller, step.action, case)
    ]
    return tuple(sorted(found, key=lambda each: not each.main))


def is_possible(resource: str, case: Case, today: date) -> bool:
    """Whether the case has come to this step, whoever takes it."""
    return case.is_open and _STEPS[resource].possible(case, today)


def _is_his(caller: Caller, resource: str) -> bool:
    """Whether the case waits for this reader: a handler only writes down an answer that came on paper."""
    return resource != ANSWER or caller.role is not Role.CASE_HANDLER


def action_of(resource: str) -> Action | None:
    """What sending that form asks of the service; None where there is no such form."""
    step = _STEPS.get(resource)
    return None if step is None else step.action
