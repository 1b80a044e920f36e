"""Proof of the law data beyond its form: gaps, sources, articles, percentages, disputes, readings, kept rule sets.

What breaks the form (an overlap, a float, an unknown key) is refused when the files are read. These checks look at
what can be read and may still be wrong. They look at no clock.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Final

from domain.codes import AUTHORITIES
from domain.law.provisions.effective_dated import Provision
from domain.law.provisions.job import LabourMarketTestTerms, Requirement
from domain.law.provisions.pay import YEARLY, BaseAmount, Fee, SalaryThreshold
from domain.law.provisions.procedure import Territory
from domain.law.published.acts import wrong_reference
from domain.law.published.amounts import unpublished_soon
from domain.law.readers.entry_reader import LawDataUnusable
from domain.law.rule_sets import RuleSets
from domain.law.rulebook import Rulebook
from domain.places.municipalities import municipalities

_ADDRESS: Final = re.compile(r"https?://")
_WITHOUT_ADDRESS: Final = ("not kept", "not at hand", "project brief", "not named", "exact address")
"""How a source says that there is no address to look it up by."""

_ROUNDED_TO: Final = {YEARLY: Decimal(1)}
"""Publishers round yearly amounts to whole euros; monthly ones are printed to the cent."""

_EXACT: Final = Decimal("0.01")
_NIS_DIGITS: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class LawFinding:
    """Something in the law data that a person has to correct, or to look into; ``sentence`` says what and how."""

    check: str
    authority: str
    entry: str
    sentence: str


def check_law(rule_sets: RuleSets) -> tuple[LawFinding, ...]:
    """Everything that is wrong with the rule set in use and with those that are kept."""
    rulebook = rule_sets.current
    return (
        *_gaps(rulebook),
        *_sources(rulebook),
        *_references(rulebook),
        *_conditions_under_a_reading(rulebook),
        *_percentages(rulebook),
        *_disputes(rulebook),
        *_territories(rulebook),
        *_kept(rule_sets),
    )


def note_law(rulebook: Rulebook, day: date) -> tuple[LawFinding, ...]:
    """What a person should see to, and what is no fault of the data: amounts that nobody has published yet.

    As the law is known with all that the data hold, on the given day.
    """
    return tuple(
        LawFinding(
            check="notPublished",
            authority=each.authority,
            entry=each.last.id,
            sentence=f"no amount is published for {', '.join(each.categories)} from {each.first_day} on: "
            "look for the publication, and add it as an entry of its own",
        )
        for authority in AUTHORITIES
        for each in unpublished_soon(rulebook, authority, day)
    )


def _gaps(rulebook: Rulebook) -> Iterator[LawFinding]:
    """A gap in a series of amounts is either closed or explained in the note of the entry before it."""
    series: dict[tuple[str, str], list[SalaryThreshold]] = {}
    for each in rulebook.provisions:
        if isinstance(each, SalaryThreshold) and each.valid_from is not None:
            for category in each.scope:
                series.setdefault((each.authority, category), []).append(each)
    for (authority, category), amounts in series.items():
        amounts.sort(key=lambda each: str(each.valid_from))
        for earlier, later in pairwise(amounts):
            is_gap = (
                earlier.valid_to is not None and later.valid_from is not None and earlier.valid_to < later.valid_from
            )
            if is_gap and earlier.note is None:
                yield LawFinding(
                    check="gap",
                    authority=authority,
                    entry=earlier.id,
                    sentence=f"no amount for {category} from {earlier.valid_to} until {later.valid_from} "
                    f"({later.id}): add it, or say in note that none was found",
                )


def _sources(rulebook: Rulebook) -> Iterator[LawFinding]:
    for each in rulebook.provisions:
        for source in each.sources:
            if not _ADDRESS.search(source) and not any(words in source for words in _WITHOUT_ADDRESS):
                yield LawFinding(
                    check="source",
                    authority=each.authority,
                    entry=each.id,
                    sentence=f"the source {source!r} has no address: add it, or write that it was not kept",
                )


def _references(rulebook: Rulebook) -> Iterator[LawFinding]:
    """A provision names an act that is in force with it, and an article that concerns its categories."""
    for each in rulebook.provisions:
        wrong = wrong_reference(each)
        if wrong is not None:
            yield LawFinding(check="reference", authority=each.authority, entry=each.id, sentence=wrong)


def _conditions_under_a_reading(rulebook: Rulebook) -> Iterator[LawFinding]:
    """Which reading is selected must not switch a condition off: a condition holds in all of them."""
    for each in rulebook.provisions:
        if isinstance(each, Requirement) and each.question is not None:
            yield LawFinding(
                check="reading",
                authority=each.authority,
                entry=each.id,
                sentence=f"it is a condition under the reading {each.reading} of {each.question}, so that another "
                "reading switches it off: remove question and reading",
            )


def _percentages(rulebook: Rulebook) -> Iterator[LawFinding]:
    """A threshold that is a percentage of a base agrees with it, as far as publishers round."""
    for each in rulebook.provisions:
        if not isinstance(each, SalaryThreshold) or each.percentage is None or each.valid_from is None:
            continue
        base = rulebook.find(BaseAmount, each.authority, each.basis, each.valid_from)
        if base is None:
            yield LawFinding(
                check="percentage",
                authority=each.authority,
                entry=each.id,
                sentence=f"no base amount {each.basis} is in force on {each.valid_from}: add a [[base_amount]]",
            )
            continue
        derived = base.amount * each.percentage / 100
        if base.unit != each.unit or abs(derived - each.amount) >= _ROUNDED_TO.get(each.unit, _EXACT):
            yield LawFinding(
                check="percentage",
                authority=each.authority,
                entry=each.id,
                sentence=f"{each.percentage} per cent of {base.amount} {base.unit} ({base.id}) is {derived}, "
                f"and the amount is {each.amount} {each.unit}: correct one of them",
            )


def _disputes(rulebook: Rulebook) -> Iterator[LawFinding]:
    """What is disputed gives the other values, or says in a note what the dispute is."""
    for each in rulebook.provisions:
        if each.confidence == "disputed" and not _states_the_dispute(each):
            yield LawFinding(
                check="dispute",
                authority=each.authority,
                entry=each.id,
                sentence="it is disputed but gives neither the other values nor a note on them",
            )


def _territories(rulebook: Rulebook) -> Iterator[LawFinding]:
    """On the day on which territories begin or change, every municipality of the country lies in one of them."""
    territories = [each for each in rulebook.provisions if isinstance(each, Territory)]
    listed = municipalities()
    for day in sorted({each.valid_from for each in territories if each.valid_from is not None}):
        for place in listed.on(day):
            holders = [each for each in territories if place.code in each.scope and each.in_force_on(day)]
            if rulebook.authority_of(place.code, day) is None or len(holders) > 1:
                yield LawFinding(
                    check="territory",
                    authority="all",
                    entry=place.code,
                    sentence=f"on {day} {len(holders)} territories hold {place.name('en')}: put its code into one",
                )
        for territory in territories:
            for code in territory.scope if territory.in_force_on(day) else ():
                if len(code) == _NIS_DIGITS and not listed.holds(code, day):
                    yield LawFinding(
                        check="territory",
                        authority=territory.authority,
                        entry=territory.id,
                        sentence=f"no municipality has the code {code} on {day}: correct it, or end the entry before",
                    )


def _states_the_dispute(provision: Provision) -> bool:
    if provision.note is not None or provision.question is not None or provision.kind == "selected_reading":
        return True
    if isinstance(provision, SalaryThreshold):
        return bool(provision.other_values or provision.disputed_amounts)
    if isinstance(provision, LabourMarketTestTerms):
        return bool(provision.other_publications or provision.disputed_publications)
    return isinstance(provision, Fee) and bool(provision.other_values)


def _kept(rule_sets: RuleSets) -> Iterator[LawFinding]:
    """Each rule set that decisions rest on is, word for word, the one that its name says."""
    for name in rule_sets.earlier():
        try:
            rule_sets.recorded(name)
        except LawDataUnusable as why:
            yield LawFinding(check="earlierRuleSet", authority="all", entry=name, sentence=str(why))
