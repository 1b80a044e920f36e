"""Where to look around in a demonstration that has been played: as whom, with which token, at which case."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from api.demonstration.callers import Callers
from api.demonstration.counter import FiledCase
from api.demonstration.people import HANDLERS, LEAD, OPERATIONS, REGULATOR, Party
from api.demonstration.steps import Answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """Somebody to look around as; ``case`` is one within reach of a party that has cases of its own."""

    who: str
    party: Party
    case: FiledCase | None


def visits(cases: Sequence[FiledCase]) -> list[Visit]:
    """One for each role, with the cases that have most to show."""
    represented = [each for each in cases if each.planned.filing.is_represented]
    workers = [each for each in cases if each.planned.filing.body["filedBy"] == "worker"]
    return [
        *(
            visit
            for example in _best(represented)
            for visit in (
                Visit(who="employer", party=example.planned.filing.employer, case=example),
                Visit(who="its representative", party=example.planned.filing.filer, case=example),
            )
        ),
        *(Visit(who="worker", party=example.planned.filing.filer, case=example) for example in _best(workers)),
        *(Visit(who="case handler", party=HANDLERS[0], case=example) for example in _best(_of_first_handler(cases))),
        Visit(who="lead of the case handlers", party=LEAD, case=None),
        Visit(who="operations", party=OPERATIONS, case=None),
        Visit(who="regulator", party=REGULATOR, case=None),
    ]


def guide(address: str, cases: Sequence[FiledCase], callers: Callers) -> str:
    """The addresses, and for each role its token and the case to look at, for a terminal."""
    lines = ["", f"the pages of this demonstration:  {address}/", ""]
    for visit in visits(cases):
        seen = "" if visit.case is None else f"  see {visit.case.reference} ({visit.case.stage})"
        lines += [f"{visit.who:26} {visit.party.subject:20}{seen}".rstrip(), f"  {callers.token_of(visit.party)}"]
        if visit.case is not None:
            lines.append(f"  {address}/cases/{visit.case.href.rpartition('/')[2]}")
    return "\n".join(lines)


def _best(cases: Sequence[FiledCase]) -> Iterator[FiledCase]:
    """The case in which most was done, preferably with an answered request and a permit in the end, if there is any."""
    if cases:
        yield max(cases, key=_worth)


def _worth(case: FiledCase) -> tuple[bool, bool, int, int]:
    answered = any(isinstance(step, Answer) for step in case.planned.steps)
    return case.status == "decidedGranted", answered, len(case.planned.steps), -case.planned.number


def _of_first_handler(cases: Sequence[FiledCase]) -> list[FiledCase]:
    return [each for each in cases if HANDLERS[0] in {step.by for step in each.planned.steps}]
