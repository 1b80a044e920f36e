"""Cases as read models are given them, made without a journal: random courses that keep the rules of the procedure."""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from projections.recorded_event import RecordedEvent

EMPLOYERS = ("0202239951", "0206731645", "0409536968")
REPRESENTATIVE = "0409536968"
HANDLERS = ("handler-1", "handler-2")
CATEGORIES = ("mediumSkilledOther", "teacher", "nurse")
FIRST_DAY = date(2026, 1, 5)


@dataclass(slots=True)
class History:
    """The events of one case so far; each happens at noon and a minute later than the one before."""

    case_id: UUID
    events: list[RecordedEvent] = field(default_factory=list)

    def happens(self, name: str, on: date, **clear: Any) -> None:
        at = datetime.combine(on, time(12, len(self.events)), UTC)
        self.events.append(
            RecordedEvent(
                position=0,
                case_id=self.case_id,
                version=len(self.events) + 1,
                name=name,
                schema=1,
                known_at=at,
                clear={"effectiveAt": at.isoformat(), **clear},
                personal={},
            )
        )

    def is_filed(self, on: date, *, authority: str = "flanders", category: str = CATEGORIES[0], **more: Any) -> None:
        filed = {
            "reference": f"FL-2026-{self.case_id.hex[:7]}",
            "authority": authority,
            "category": category,
            "kind": "fixedTerm",
            "renewal": False,
            "employer": {"enterpriseNumber": EMPLOYERS[0], "name": "Acme"},
            "representative": None,
            "workerSubject": str(self.case_id),
            "leftOpen": [],
        }
        self.happens("ApplicationSubmitted", on, **filed | more)

    def is_corrected(self, on: date, employer: dict[str, str] | None) -> None:
        corrected = [] if employer is None else ["employer"]
        self.happens("CaseCorrected", on, corrected=corrected, employer=employer, employment=None, leftOpen=[])


def some_case(number: int) -> History:
    return History(UUID(int=number + 1))


def random_history(rng: random.Random, number: int) -> History:
    """A case that goes as far as chance has it; nothing in it is recorded later than it counts."""
    case = some_case(number)
    day = FIRST_DAY + timedelta(days=rng.randrange(60))
    case.is_filed(
        day,
        category=rng.choice(CATEGORIES),
        renewal=rng.random() < 0.3,
        employer={"enterpriseNumber": rng.choice(EMPLOYERS), "name": "Acme"},
        representative={"enterpriseNumber": REPRESENTATIVE} if rng.random() < 0.3 else None,
    )
    case.happens("CrossroadsCheckRequested", day, check="employerRegister", revision=1)
    pauses = 0

    def waits(most: int) -> None:
        nonlocal day
        day += timedelta(days=rng.randrange(most))

    def is_interrupted() -> None:
        nonlocal day, pauses
        for _ in range(rng.randrange(3)):
            waits(12)
            pauses += 1
            is_request = rng.random() < 0.6
            request = {"requestId": f"{number}-{pauses}", "replyBy": str(day + timedelta(days=15))}
            if is_request:
                items = rng.sample(["diploma", "passport", "payDetails"], rng.randint(1, 2))
                case.happens("InformationRequested", day, items=items, **request)
            ground = "informationRequested" if is_request else "forceMajeure"
            case.happens("ClockPaused", day, pause=pauses, ground=ground)
            if rng.random() < 0.1:
                return
            waits(25)
            if is_request and rng.random() < 0.7:
                case.happens("InformationProvided", day, **request)
            case.happens("ClockResumed", day, pause=pauses)

    def is_still_paused() -> bool:
        return case.events[-1].name == "ClockPaused"

    if rng.random() < 0.8:
        outcome = rng.choice(["found", "noData"])
        case.happens("CrossroadsCheckAnswered", day, check="employerRegister", revision=1, outcome=outcome)
    if rng.random() < 0.7:
        case.happens("CaseAssigned", day, handler=rng.choice(HANDLERS))
    is_interrupted()
    waits(30)
    match "withdrawn" if rng.random() < 0.1 else "stuck" if is_still_paused() or rng.random() < 0.1 else "goes on":
        case "withdrawn":
            case.happens("ApplicationWithdrawn", day)
            return case
        case "stuck":
            return case
    if rng.random() < 0.1:
        case.happens("ApplicationDeclaredInadmissible", day, grounds=["other"])
        return case
    case.happens("ApplicationDeclaredAdmissible", day)
    waits(10)
    is_forwarded_early = rng.random() < 0.3
    if is_forwarded_early:
        case.happens("ApplicationForwardedToImmigrationOffice", day)
    is_interrupted()
    waits(20)
    if is_still_paused():
        return case
    granted = rng.random() < 0.8
    case.happens("WorkPartDecided", day, outcome="granted" if granted else "refused")
    if not granted:
        case.happens("ApplicationDecided", day, outcome="refused")
        return case
    if not is_forwarded_early:
        case.happens("ApplicationForwardedToImmigrationOffice", day)
    waits(25)
    if rng.random() < 0.8:
        case.happens("ApplicationDecided", day, outcome=rng.choice(["granted", "granted", "refused"]))
    return case


def log_of(histories: Iterable[History]) -> list[RecordedEvent]:
    """All events in the order in which they happened, as a log would hold them."""
    every = sorted(
        (event for history in histories for event in history.events),
        key=lambda event: (event.known_at, event.case_id.int, event.version),
    )
    return [event._replace(position=position) for position, event in enumerate(every, 1)]
