"""The days of a case from which its clocks are derived."""

from __future__ import annotations

from datetime import date

from domain.case.lifecycle import Act, Case
from domain.civil_time import civil_day
from domain.deadlines.clocks import CaseTimes


def times_of(case: Case) -> CaseTimes:
    """The days of ``case`` as it is."""
    request = case.open_request
    pauses = {pause.number: pause for pause in case.pauses}
    return CaseTimes(
        authority=case.facts.authority,
        category=case.facts.category,
        filed_on=case.filed_on,
        pauses=case.pauses,
        admissible_on=_day(case.admissible),
        information_requested_on=None if request is None else pauses[request.pause].from_,
        work_part_decided_on=_day(case.work_part),
        forwarded_on=_day(case.forwarded),
        closed_on=None if case.is_open else _day(case.ended),
    )


def _day(act: Act | None) -> date | None:
    return None if act is None else civil_day(act.at)
