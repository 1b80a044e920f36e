"""What becomes of an application in a demonstration: who does what to the case, and on which day.

The days are those of an office that keeps its terms more often than not; nothing is planned that the service would
refuse, save where the case has come to its end before by what the rules say of it.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from api.demonstration.contributions import contribution, contribution_is_known, is_exempt
from api.demonstration.filings import Filing
from api.demonstration.papers import Paper
from api.demonstration.people import HANDLERS, Party
from api.demonstration.season import FILING_FROM, office_day
from api.demonstration.steps import Answer, DecideWork, Send, Step

_FEE_MISSING_SHARE: Final = 0.03
_MANDATE_INVALID_SHARE: Final = 0.06
_CORRECTED_SHARE: Final = 0.02
_QUESTIONED_SHARE: Final = 0.15
_QUESTIONED_AGAIN_SHARE: Final = 0.2
_NEVER_ANSWERED_SHARE: Final = 0.25
_ADMITTED_ALL_THE_SAME_SHARE: Final = 0.3
_PAUSED_SHARE: Final = 0.01
_FORWARDED_EARLY_SHARE: Final = 0.3
_JUDGED_BY_HAND_SHARE: Final = 0.3
_LEFT_LYING_SHARE: Final = 0.1
_RESIDENCE_REFUSED_SHARE: Final = 0.04
_WITHDRAWN_SHARE: Final = 0.03
_BACKLOG_LEFT_SHARE: Final = 0.15

_ANSWER_DAYS: Final = 15
"""Within how many days an answer is in time; the service sets the term, the plan only stays on one side of it."""

_QUESTIONS: Final = {
    "diploma": "Graag een kopie van het diploma.",
    "jobDescription": "Graag een functiebeschrijving met de taken.",
    "experienceProof": "Graag een bewijs van de vermelde ervaring.",
    "feeProof": "Graag het bewijs van betaling van de bijdrage.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Opened:
    """What is known of a case when it is filed; ``taken_up`` is the day on which handling can begin."""

    number: int
    filing: Filing
    filed_on: date
    taken_up: date
    handler: Party
    fee_paid: bool
    mandate_valid: bool


def course_of(number: int, chance: random.Random, filing: Filing, filed_on: date, *, in_backlog: bool) -> list[Step]:
    """The steps of a case in order; the player leaves out those after the current day."""
    opened = _Opened(
        number=number,
        filing=filing,
        filed_on=filed_on,
        taken_up=FILING_FROM + timedelta(days=chance.randint(1, 25)) if in_backlog else filed_on,
        handler=chance.choice(HANDLERS),
        # A fee that is not due cannot be a ground for refusal.
        fee_paid=chance.random() >= _FEE_MISSING_SHARE or is_exempt(filing.body, filed_on),
        mandate_valid=chance.random() >= _MANDATE_INVALID_SHARE,
    )
    steps = list(_intake(opened, chance))
    if not (in_backlog and chance.random() < _BACKLOG_LEFT_SHARE):
        steps += _procedure(opened, chance, not_before=steps[-1].on)
    if chance.random() < _WITHDRAWN_SHARE:
        day = office_day(opened.taken_up + timedelta(days=chance.randint(5, 25)))
        steps = [step for step in steps if step.on < day]
        steps.append(
            Send(on=day, name="withdraw", by=filing.filer, resource="withdrawals", body={"reason": "found other work"})
        )
    return sorted(steps, key=lambda step: step.on)


def _intake(opened: _Opened, chance: random.Random) -> Iterator[Step]:
    """A handler takes the case, writes down the fee and looks the mandate up."""
    filing, handler = opened.filing, opened.handler
    day = office_day(opened.filed_on + timedelta(days=chance.randint(1, 3)))
    yield Send(on=day, name="assign", by=handler, resource="assignments", body={"handler": handler.actor})
    if opened.fee_paid and not is_exempt(filing.body, opened.filed_on):
        fee = {
            "recipient": "federal",
            "amount": contribution(filing.body, opened.filed_on),
            "paidOn": (opened.filed_on - timedelta(days=chance.randint(0, 5))).isoformat(),
            "paymentReference": f"BETALING-{opened.number:06}",
        }
        yield Send(on=day, name="fee", by=handler, resource="feePayments", body=fee)
    if filing.is_represented:
        verified = {"valid": opened.mandate_valid}
        yield Send(on=day, name="mandate", by=handler, resource="mandateVerifications", body=verified)
    if chance.random() < _CORRECTED_SHARE:
        yield Send(on=day, name="correct", by=handler, resource="corrections", body=_correction(filing, chance))
    if filing.recruitment is not None:
        day = office_day(opened.filed_on + timedelta(days=chance.randint(5, 12)))
        by = filing.filer
        yield Send(on=day, name="evidence", by=by, resource="labourMarketTests", body=filing.recruitment)


def _procedure(opened: _Opened, chance: random.Random, *, not_before: date) -> Iterator[Step]:
    """From the first question to the decision on the residence, or to the earlier end of the case."""
    day = max(opened.taken_up, not_before)
    if chance.random() < _QUESTIONED_SHARE:
        questions = list(_questions(opened, chance, day))
        yield from questions
        if not isinstance(questions[-1], Answer):
            return
        day = questions[-1].on
    day = max(not_before, office_day(day + timedelta(days=chance.randint(4, 10))))
    admission = _admission(opened, chance)
    yield Send(on=day, name="admit", by=opened.handler, resource="admissibilityDecisions", body=admission)
    if admission["outcome"] == "admissible" and chance.random() >= _LEFT_LYING_SHARE:
        yield from _decisions(opened, chance, day)


def _questions(opened: _Opened, chance: random.Random, day: date) -> Iterator[Step]:
    """One or two requests with their answers; one that is never answered ends in inadmissibility."""
    handler = opened.handler
    for number, item in enumerate(chance.sample(list(_QUESTIONS), 2), 1):
        day = office_day(day + timedelta(days=chance.randint(1, 4)))
        body = {"items": [item], "question": _QUESTIONS[item]}
        yield Send(on=day, name=f"request-{number}", by=handler, resource="informationRequests", body=body)
        if chance.random() < _NEVER_ANSWERED_SHARE:
            day = office_day(day + timedelta(days=_ANSWER_DAYS + chance.randint(1, 4)))
            lapsed = {"outcome": "inadmissible", "grounds": ["answerTermExpired"]}
            yield Send(on=day, name="admit", by=handler, resource="admissibilityDecisions", body=lapsed)
            return
        day = office_day(day + timedelta(days=chance.randint(3, 12)))
        paper = Paper(kind=item, case=opened.number)
        yield Answer(on=day, name=f"answer-{number}", by=opened.filing.filer, number=number, paper=paper)
        if chance.random() >= _QUESTIONED_AGAIN_SHARE:
            return


def _admission(opened: _Opened, chance: random.Random) -> dict[str, Any]:
    if opened.fee_paid and (opened.mandate_valid or not opened.filing.is_represented):
        return admissible(opened.filing, opened.filed_on)
    if chance.random() < _ADMITTED_ALL_THE_SAME_SHARE:
        return {"outcome": "admissible", "motivation": "Het ontbrekende stuk werd aan het loket getoond."}
    return {"outcome": "inadmissible", "grounds": ["mandateMissing" if opened.fee_paid else "feeNotPaid"]}


def admissible(filing: Filing, filed_on: date) -> dict[str, Any]:
    """Admission of a file that is in order; where the contribution is not known, with what the handler saw of it."""
    if contribution_is_known(filing.body, filed_on):
        return {"outcome": "admissible"}
    return {"outcome": "admissible", "motivation": "De betaalde bijdrage stemt overeen met het bericht van de DVZ."}


def _decisions(opened: _Opened, chance: random.Random, day: date) -> Iterator[Step]:
    """The work part, the way to the Immigration Office and its decision; one file in a hundred is first left idle."""
    handler = opened.handler
    if chance.random() < _PAUSED_SHARE:
        pause = list(_force_majeure(opened, chance, day))
        yield from pause
        day = pause[-1].on
    forwarded_on = None
    if chance.random() < _FORWARDED_EARLY_SHARE:
        forwarded_on = office_day(day + timedelta(days=1))
        yield Send(on=forwarded_on, name="forward", by=handler, resource="forwardings", body={})
    decided_on = office_day(day + timedelta(days=max(2, round(chance.gammavariate(3, 4)))))
    by_hand = chance.random() < _JUDGED_BY_HAND_SHARE
    motivation = "Nagekeken aan de hand van de stukken in het dossier." if by_hand else None
    yield DecideWork(on=decided_on, name="decide", by=handler, motivation=motivation)
    if forwarded_on is None:
        forwarded_on = office_day(decided_on + timedelta(days=chance.randint(0, 4)))
        yield Send(on=forwarded_on, name="forward", by=handler, resource="forwardings", body={}, after_grant=True)
    residence: dict[str, Any] = {"outcome": "granted"}
    if chance.random() < _RESIDENCE_REFUSED_SHARE:
        residence = {"outcome": "refused", "grounds": ["residenceConditionsNotMet"]}
    on = office_day(max(decided_on, forwarded_on) + timedelta(days=chance.randint(10, 35)))
    yield Send(on=on, name="residence", by=handler, resource="residencePartDecisions", body=residence, after_grant=True)


def _force_majeure(opened: _Opened, chance: random.Random, day: date) -> Iterator[Step]:
    """The clock is paused for some days; half of the pauses are recorded days after they began."""
    from_ = office_day(day + timedelta(days=chance.randint(1, 3)))
    written_on = office_day(from_ + timedelta(days=chance.choice((0, chance.randint(2, 6)))))
    pause = {
        "kind": "pause",
        "on": from_.isoformat(),
        "ground": "forceMajeure",
        "motivation": "Wateroverlast in het archief.",
    }
    yield Send(on=written_on, name="pause", by=opened.handler, resource="clockCorrections", body=pause)
    resumed_on = office_day(written_on + timedelta(days=chance.randint(5, 15)))
    resume = {"kind": "resume", "on": resumed_on.isoformat(), "motivation": "Het dossier is weer beschikbaar."}
    yield Send(on=resumed_on, name="resume", by=opened.handler, resource="clockCorrections", body=resume)


def _correction(filing: Filing, chance: random.Random) -> dict[str, Any]:
    """A name misspelled, or pay written down wrong."""
    if chance.random() < 0.5:
        worker = {**filing.body["worker"], "givenName": f"{filing.body['worker']['givenName']} Maria"}
        return {"reason": "Voornaam aangevuld volgens het paspoort.", "worker": worker}
    return {
        "reason": "Titel van de functie verbeterd.",
        "employment": {**filing.body["employment"], "title": "Analist"},
    }
