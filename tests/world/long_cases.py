"""Cases of thousands of events, decided by the product's own rules and appended some hundred events at a time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from functools import reduce
from itertools import cycle, islice, repeat
from uuid import UUID, uuid4

from api.composition import Program
from domain.case.application import LabourMarketEvidence, VacancyPublication, Worker
from domain.case.commands import (
    AddLabourMarketEvidence,
    AssignCase,
    CaseCommand,
    CommandContext,
    CorrectCase,
    PauseClock,
    ProvideInformation,
    RecordFeePayment,
    RequestInformation,
    ResumeClock,
)
from domain.case.decider import decide
from domain.case.events import CaseEvent
from domain.case.folding import evolve, fold

_AT_ONCE = 400
_OF_EACH_KIND = 100
_SEARCHES = 20
_BORN = date(1985, 7, 30)


def lengthen(program: Program, case_id: UUID, to: int) -> None:
    """Add events to a case that is open until it has exactly ``to``: some of each kind, the rest assignments."""
    stream = program.journal.read(case_id)
    case, version, batch = fold(stream.events), stream.version, list[CaseEvent]()
    for command in _commands(program.today, rounds=min(_OF_EACH_KIND, to // 16), searches=min(_SEARCHES, to // 20)):
        context = CommandContext(actor="caseHandler:handler-12", command_id=str(uuid4()), now=program.clock.now())
        if isinstance(command, ProvideInformation) and case is not None:
            command = ProvideInformation(request_id=case.requests[-1].request_id, answer=command.answer)
        events = decide(case, command, context, program.rulebook)
        case, version = reduce(evolve, events, case), version + len(events)
        batch += events
        if len(batch) >= _AT_ONCE or version == to:
            program.journal.append(program.journal.read(case_id), batch, command, context, "0" * 64, None)
            batch.clear()
        if version == to:
            return


def _commands(today: date, *, rounds: int, searches: int) -> Iterator[CaseCommand]:
    yield from islice(_evidence(today), searches)
    for n in range(rounds):
        yield RequestInformation(request_id=uuid4(), items=("diploma",), question=f"which diploma is it, please? {n}")
        yield ProvideInformation(request_id=uuid4(), answer="the diploma of Ghent " * 10)
        yield PauseClock(on=today, ground="forceMajeure", motivation="the counter was flooded")
        yield ResumeClock(on=today, motivation="the counter is dry")
        yield RecordFeePayment(
            recipient="federal", amount=Decimal("138.00"), paid_on=today, payment_reference=f"+++{n:03}+++"
        )
        yield CorrectCase(
            reason="a name was misspelt",
            worker=Worker(
                family_name=f"Okafor {n}", birth_date=date(1985, 7, 30), nationality="NG", ssin="85073003328"
            ),
        )
    yield from (AssignCase(handler=f"caseHandler:h-{n}") for n in cycle((12, 13)))


def _evidence(today: date) -> Iterator[CaseCommand]:
    published = VacancyPublication(channel="VDAB", from_=today - timedelta(days=60), to=today - timedelta(days=10))
    candidate = "Candidate Xanthippe had no diploma that the profession asks for. "
    return (
        AddLabourMarketEvidence(
            evidence=LabourMarketEvidence(publications=(published,), candidates=tuple(repeat(candidate * 10, 20)))
        )
        for _ in repeat(None)
    )
