"""Rules about lists of functions: the shortage list that exempts from a search, and the list of the employment service.

The two are never mixed: each has entries of its own. A list is that of the day of filing, whatever day decides the
rest: so both changes of it were made.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Final

from domain.law import reasons
from domain.law.applicable_law import DecidingDate, LawOfFiling
from domain.law.facts import ApplicationFacts
from domain.law.findings import Judged
from domain.law.provisions.job import (
    BottleneckOccupation,
    ListedOccupation,
    OccupationList,
    ShortageList,
    ShortageOccupation,
)
from domain.law.rule_codes import Rule
from domain.law.rulebook import Rulebook
from domain.law.rules.conditions import Condition, compared, unknown

_OCCUPATION: Final = "employment.occupationCode"


def judge_lists(
    rulebook: Rulebook, filing: LawOfFiling, deciding: DecidingDate, facts: ApplicationFacts, known_on: date | None
) -> Iterator[Judged]:
    """Judge the function by each list that the category is judged by."""
    for rule, terms, kind in (
        (Rule.SHORTAGE_OCCUPATION, filing.shortage_list, ShortageOccupation),
        (Rule.BOTTLENECK_OCCUPATION, filing.bottleneck_list, BottleneckOccupation),
    ):
        if terms is not None:
            yield _listed(rulebook, rule, terms, kind, deciding, facts, known_on)


def _listed(
    rulebook: Rulebook,
    rule: Rule,
    terms: OccupationList,
    kind: type[ListedOccupation],
    deciding: DecidingDate,
    facts: ApplicationFacts,
    known_on: date | None,
) -> Judged:
    """Whether the function was on the list when the application was filed.

    A function that left the list keeps its permits renewable for the same work with the same employer, where the list
    says so. A list that we do not hold whole proves nothing against a function that is not among the entries we hold.
    """
    day, code = facts.filed_on, facts.occupation_code
    condition = Condition(_OCCUPATION, terms.id, "list", True)

    def open_(reason: str) -> Judged:
        return unknown(rule, terms, deciding, day, condition, reason=reason, missing=())

    if terms.complete is None:
        return open_(reasons.OCCUPATION_LIST_NOT_FOUND)
    if code is None:
        return unknown(rule, terms, deciding, day, condition)
    entry = rulebook.find(kind, terms.authority, code, day, known_on)
    if entry is not None and (entry.held_until is None or day <= entry.held_until):
        if _serves_others(terms):
            return open_(reasons.LONG_TERM_RESIDENCE_NOT_IN_FACTS)
        return compared(rule, entry, deciding, day, condition, observed=code, met=True)
    earlier = [
        each
        for each in rulebook.every(kind, terms.authority, code)
        if each.known_by(known_on) and each.valid_to is not None and each.valid_to <= day
    ]
    keeps = isinstance(terms, ShortageList) and terms.renewal_keeps
    if earlier and keeps:
        missing = _facts_of_renewal_missing(facts)
        if missing:
            return unknown(rule, terms, deciding, day, condition, missing=missing)
    if earlier:
        kept = bool(keeps and facts.renewal and not facts.change_of_employer)
        left = condition._replace(details={"left": str(earlier[-1].valid_to)})
        return compared(rule, earlier[-1], deciding, day, left, observed=code, met=kept)
    if entry is not None or not terms.complete:
        return open_(reasons.SHORTAGE_LIST_INCOMPLETE)
    return compared(rule, terms, deciding, day, condition, observed=code, met=False)


def _serves_others(terms: OccupationList) -> bool:
    return isinstance(terms, ShortageList) and bool(terms.long_term_residents_only)


def _facts_of_renewal_missing(facts: ApplicationFacts) -> tuple[str, ...]:
    """Whether a function that left the list is protected depends on these; a first application needs no more."""
    if facts.renewal is None:
        return ("renewal",)
    return ("changeOfEmployer",) if facts.renewal and facts.change_of_employer is None else ()
