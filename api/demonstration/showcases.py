"""The cases of a demonstration that are there to be looked at: open at its end, in a state that is planned.

They are filed and handled as all the others, over HTTP; only chance has no part in what becomes of them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import IntEnum
from typing import Any, Final

from api.demonstration.contributions import contribution, is_exempt
from api.demonstration.course import admissible
from api.demonstration.filings import Filing, Occasion
from api.demonstration.papers import Paper
from api.demonstration.people import HANDLERS, Party, employer_of
from api.demonstration.steps import Answer, Send, Step
from infra.identity.caller import Role

_HANDLER: Final = HANDLERS[0]
_EMPLOYER: Final = 1_000
"""A number beyond those of a plan's usual size, so that the employer to look around as has few applications."""


class Showcase(IntEnum):
    """The number of each in a plan."""

    TO_DECIDE = 0
    """With its handler, who may ask for more or decide on the work; the employer answered a request before."""
    EMPLOYER_TO_ANSWER = 1
    """The same employer has a document to provide."""
    REPRESENTATIVE_TO_ANSWER = 2
    WORKER_TO_ANSWER = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    occasion: Occasion
    filed_on: date
    course: Callable[[int, Filing], list[Step]]


def showcases(seed: int) -> tuple[Planned, ...]:
    """In the order of :class:`Showcase`."""
    company = employer_of(_EMPLOYER, seed)
    return (
        Planned(
            occasion=Occasion(category="highlySkilled", filed_by=Role.EMPLOYER, company=company),
            filed_on=date(2026, 1, 19),
            course=_admitted,
        ),
        Planned(
            occasion=Occasion(category="highlySkilled", filed_by=Role.EMPLOYER, company=company),
            filed_on=date(2026, 2, 9),
            course=_information_requested("diploma", "Graag een kopie van het diploma.", date(2026, 3, 3)),
        ),
        Planned(
            occasion=Occasion(category="euBlueCard", filed_by=Role.REPRESENTATIVE, company=employer_of(0, seed)),
            filed_on=date(2026, 2, 12),
            course=_information_requested(
                "jobDescription", "Graag een functiebeschrijving met de taken.", date(2026, 3, 4)
            ),
        ),
        Planned(
            occasion=Occasion(category="unlimited", filed_by=Role.WORKER, company=employer_of(0, seed)),
            filed_on=date(2026, 2, 16),
            course=_information_requested(
                "experienceProof", "Graag een bewijs van de vermelde ervaring.", date(2026, 3, 4)
            ),
        ),
    )


def _intake(number: int, filing: Filing, day: date) -> list[Step]:
    steps: list[Step] = [_sent(day, "assign", _HANDLER, "assignments", handler=_HANDLER.actor)]
    if not is_exempt(filing.body, day):
        steps.append(
            _sent(
                day,
                "fee",
                _HANDLER,
                "feePayments",
                recipient="federal",
                amount=contribution(filing.body, day),
                paidOn=(day - timedelta(days=2)).isoformat(),
                paymentReference=f"BETALING-{number:06}",
            )
        )
    if filing.is_represented:
        steps.append(_sent(day, "mandate", _HANDLER, "mandateVerifications", valid=True))
    return steps


def _admitted(number: int, filing: Filing) -> list[Step]:
    """Information requested, provided and admitted; the work part is open."""
    question = "Graag een functiebeschrijving met de taken."
    paper = Paper(kind="jobDescription", case=number)
    return [
        *_intake(number, filing, date(2026, 1, 20)),
        _sent(date(2026, 1, 22), "request-1", _HANDLER, "informationRequests", items=[paper.kind], question=question),
        Answer(on=date(2026, 1, 29), name="answer-1", by=filing.filer, number=1, paper=paper),
        _sent(date(2026, 2, 3), "admit", _HANDLER, "admissibilityDecisions", **admissible(filing, date(2026, 1, 20))),
    ]


def _information_requested(item: str, question: str, on: date) -> Callable[[int, Filing], list[Step]]:
    """``item`` was requested shortly before the demonstration's last day, and not provided yet."""

    def course(number: int, filing: Filing) -> list[Step]:
        return [
            *_intake(number, filing, on - timedelta(days=14)),
            _sent(on, "request-1", _HANDLER, "informationRequests", items=[item], question=question),
        ]

    return course


def _sent(on: date, name: str, by: Party, resource: str, **body: Any) -> Send:
    return Send(on=on, name=name, by=by, resource=resource, body=body)
