"""Which authority is competent: the strongest link of the application to a territory that is known decides.

The finding says which link decided and, where it points to another authority, that the file should be transferred.
"""

from __future__ import annotations

from datetime import date
from types import MappingProxyType
from typing import Final, NamedTuple

from domain.law import reasons
from domain.law.applicable_law import DecidingDate
from domain.law.facts import ApplicationFacts
from domain.law.findings import Change, Judged, Step
from domain.law.provisions.procedure import CompetenceOrder
from domain.law.rule_codes import Rule
from domain.law.rulebook import Rulebook
from domain.law.rules.conditions import Condition, compared, unknown
from domain.places.municipalities import municipalities

_WORKER: Final = "worker"
_EARLIER_WORKPLACE: Final = "workplace"
_PLACE_OF_WORK: Final = "employment.workplace.municipalityCode"

_FACT_OF: Final = MappingProxyType(
    {
        "establishmentUnit": "employer.establishmentUnit.municipalityCode",
        "registeredOffice": "employer.registeredOffice.municipalityCode",
        "activity": _PLACE_OF_WORK,
        "residence": "worker.residence.municipalityCode",
    }
)
"""The fact of each link, as a path in what is stated of an application."""


class _Place(NamedTuple):
    """Where a link leads: the code of its municipality on the given day, and who is competent there."""

    authority: str
    municipality: str
    steps: tuple[Step, ...]


def judge_competence(
    rulebook: Rulebook, order: CompetenceOrder, deciding: DecidingDate, facts: ApplicationFacts, known_on: date | None
) -> Judged:
    """The authority to which the strongest link with a known fact leads, against the one that has the file."""
    if not order.by_worker:
        return _by_place_of_work(rulebook, order, deciding, facts, known_on)
    links = order.by_worker if facts.filed_by == _WORKER else order.by
    municipality_of = {
        "establishmentUnit": facts.establishment_unit_municipality,
        "registeredOffice": facts.registered_office_municipality,
        "activity": facts.municipality_code,
        "residence": facts.residence_municipality,
    }
    steps: list[Step] = []
    for link in links:
        code = municipality_of[link]
        if code is not None:
            return _by_link(rulebook, order, deciding, facts, known_on, link=link, code=code, before=tuple(steps))
        steps.append(Step(code="competenceLinkUnknown", values={"link": link}))
    missing = tuple(_FACT_OF[link] for link in links)
    condition = Condition(missing[0], facts.authority, "authority", False)
    return unknown(Rule.COMPETENT_AUTHORITY, order, deciding, facts.filed_on, condition, missing=missing)


def _by_link(
    rulebook: Rulebook,
    order: CompetenceOrder,
    deciding: DecidingDate,
    facts: ApplicationFacts,
    known_on: date | None,
    *,
    link: str,
    code: str,
    before: tuple[Step, ...],
) -> Judged:
    day = facts.filed_on
    condition = Condition(_FACT_OF[link], facts.authority, "authority", False)
    place = _place(rulebook, code, day, known_on)
    if place is None:
        # A weaker link must not decide because the stronger one was written wrongly.
        lost = Step(code="competencePlaceUnknown", values={"link": link, "municipality": code, "day": day.isoformat()})
        return unknown(
            Rule.COMPETENT_AUTHORITY, order, deciding, day, condition,
            reason=reasons.MUNICIPALITY_UNKNOWN, missing=(), steps=(*before, lost),
        )  # fmt: skip
    met = place.authority == facts.authority
    values = {"link": link, "municipality": place.municipality, "authority": place.authority}
    return compared(
        Rule.COMPETENT_AUTHORITY, order, deciding, day, condition, observed=place.authority, met=met,
        steps=(*before, *place.steps, Step(code="competent" if met else "competentElsewhere", values=values)),
        # What helps is to send the file on, and not another place of work.
        change=Change(fact="authority", threshold=place.authority, distance="", unit="authority"),
    )  # fmt: skip


def _place(rulebook: Rulebook, code: str, day: date, known_on: date | None) -> _Place | None:
    """Where a municipality lies; one whose code has ended is looked up under the code that followed, and says so."""
    found = rulebook.authority_of(code, day, known_on)
    if found is not None:
        return _Place(found[0], code, ())
    held, now = municipalities().find(code), municipalities().as_of(code, day)
    if held is None or now is None or now.code == code or held.last_day is None:
        return None
    found = rulebook.authority_of(now.code, day, known_on)
    if found is None:
        return None
    followed = {"municipality": code, "lastDay": held.last_day.isoformat(), "successor": now.code}
    return _Place(found[0], now.code, (Step(code="municipalitySucceeded", values=followed),))


def _by_place_of_work(
    rulebook: Rulebook, order: CompetenceOrder, deciding: DecidingDate, facts: ApplicationFacts, known_on: date | None
) -> Judged:
    """As orders are judged that do not say who files: decisions rest on them, and are judged again as they were.

    The place of work decides if it is the first link; the others were no facts of an application.
    """
    day, municipality = facts.filed_on, facts.municipality_code
    condition = Condition(_PLACE_OF_WORK, facts.authority, "authority", False)
    if order.by[0] != _EARLIER_WORKPLACE:
        return unknown(
            Rule.COMPETENT_AUTHORITY, order, deciding, day, condition, reason=reasons.LINK_NOT_IN_FACTS, missing=()
        )
    if municipality is None:
        return unknown(Rule.COMPETENT_AUTHORITY, order, deciding, day, condition)
    found = rulebook.authority_of(municipality, day, known_on)
    if found is None:
        return unknown(
            Rule.COMPETENT_AUTHORITY, order, deciding, day, condition, reason=reasons.MUNICIPALITY_UNKNOWN, missing=()
        )
    authority, _ = found
    return compared(
        Rule.COMPETENT_AUTHORITY, order, deciding, day, condition, observed=authority, met=authority == facts.authority
    )
