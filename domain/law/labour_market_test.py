"""The labour-market test: a vacancy published long enough, on every channel, shortly before filing.

Flanders, category "other" (FACTS 2.1): at least nine weeks on VDAB and on EURES, within the four months
immediately before the application.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

from domain.law import reasons
from domain.law.deciding_date import DecidingDate, deciding_date
from domain.law.findings import Finding, Verdict
from domain.law.provisions import CategoryRule, LabourMarketTestTerms
from domain.law.rulebook import Rulebook

LABOUR_MARKET_TEST: Final = "labourMarketTest"
PUBLICATIONS: Final = ("labourMarketTest.publications",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication:
    """A vacancy on a channel during ``[published_from, published_to)``: the last day is not counted.

    Raises ValueError when the dates are out of order.
    """

    channel: str
    published_from: date
    published_to: date

    def __post_init__(self) -> None:
        if self.published_to < self.published_from:
            raise ValueError("a publication cannot end before it began")


@dataclass(frozen=True, slots=True, kw_only=True)
class RecruitmentFacts:
    """What the labour-market test looks at. No publications means that no evidence was given."""

    authority: str
    category: str
    filed_on: date
    publications: tuple[Publication, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Advertised:
    """How many days within the window a vacancy counts as published on one channel."""

    channel: str
    days: int


def assess_labour_market_test(rulebook: Rulebook, facts: RecruitmentFacts, known_on: date | None = None) -> Finding:
    """Judge the publications under the terms of the deciding date.

    Without any evidence a required test is undetermined, with the evidence named as missing: it can still
    be added. Evidence that falls short, be it on one channel only, is not met.
    """
    deciding = deciding_date(rulebook, facts.authority, facts.category, facts.filed_on, known_on)
    rule = rulebook.category_rule(facts.authority, facts.category, deciding.day, known_on)
    terms = rulebook.labour_market_test(facts.authority, facts.category, deciding.day, known_on)
    test = None if rule is None else rule.labour_market_test
    if test != "required":
        return _not_judged(rule, deciding, _REASON_BY_TEST[test], required=test != "notRequired")
    required = rule is not None and rule.combination == "each"
    if terms is None:
        return _not_judged(rule, deciding, reasons.NO_TERMS_IN_FORCE, required=required)
    if not facts.publications:
        return _without_evidence(terms, deciding, required=required)
    return _counted(terms, deciding, facts, required=required)


_REASON_BY_TEST: Final[dict[str | None, str]] = {
    None: reasons.NOT_FOUND,
    "notRequired": reasons.NOT_REQUIRED,
    "underlyingCategory": reasons.UNDERLYING_CATEGORY_UNKNOWN,
}


def days_published(
    publications: tuple[Publication, ...],
    channel: str,
    window_from: date,
    window_to: date,
    *,
    interruptions: str,
) -> int:
    """Days in ``[window_from, window_to)`` on which the vacancy stood on ``channel``, none counted twice.

    ``interruptions`` ``addUp`` counts them all, ``continuous`` those of the longest unbroken run.
    """
    total = longest = run = 0
    reached = window_from
    for start, end in sorted(
        (each.published_from, min(each.published_to, window_to)) for each in publications if each.channel == channel
    ):
        if end <= start or end <= reached:
            continue
        if start > reached:
            run = 0
        days = (end - max(start, reached)).days
        reached = end
        total += days
        run += days
        longest = max(longest, run)
    return total if interruptions == "addUp" else longest


def _counted(
    terms: LabourMarketTestTerms, deciding: DecidingDate, facts: RecruitmentFacts, *, required: bool
) -> Finding:
    window_from, window_to = terms.within.before(facts.filed_on), facts.filed_on
    advertised = tuple(
        Advertised(
            channel=channel,
            days=days_published(facts.publications, channel, window_from, window_to, interruptions=terms.interruptions),
        )
        for channel in terms.channels
    )
    fewest = min(each.days for each in advertised)
    met = fewest >= terms.publication_days
    verdict = Verdict.MET if met else Verdict.NOT_MET
    observed = ", ".join(f"{each.channel} {_days(each.days)}" for each in advertised)
    relation = "reaches" if met else "does not reach"
    return Finding(
        rule=LABOUR_MARKET_TEST,
        required=required,
        verdict=verdict,
        legal_reference_date=deciding.day,
        rule_id=terms.id,
        legal_reference=terms.legal_reference,
        sources=terms.sources,
        confidence=terms.confidence_on(deciding.day),
        threshold=str(terms.publication_days),
        unit="days",
        observed=str(fewest),
        difference=str(fewest - terms.publication_days),
        counterfactual=None if met else _what_would_have_met(terms, advertised, window_from, window_to),
        trace=(
            deciding.step,
            _terms_step(terms, deciding.day),
            f"From {window_from} until the filing on {window_to} the vacancy was published: {observed} "
            f"({_INTERRUPTIONS_TEXT[terms.interruptions]}; {terms.interruptions_confidence}).",
            f"The fewest days on a channel, {fewest}, {relation} {terms.publication_days}: {verdict}.",
        ),
    )


_INTERRUPTIONS_TEXT: Final = {
    "addUp": "days before and after an interruption add up",
    "continuous": "only the longest unbroken run counts",
}


def _what_would_have_met(
    terms: LabourMarketTestTerms, advertised: tuple[Advertised, ...], window_from: date, window_to: date
) -> str:
    short = " and ".join(
        f"{_days(terms.publication_days - each.days)} more on {each.channel}"
        for each in advertised
        if each.days < terms.publication_days
    )
    return (
        f"{terms.publication_days} days of publication on each of {' and '.join(terms.channels)} from "
        f"{window_from} until the filing on {window_to} would have met the test: {short}."
    )


def _days(count: int) -> str:
    return "1 day" if count == 1 else f"{count} days"


def _terms_step(terms: LabourMarketTestTerms, day: date) -> str:
    return (
        f"The vacancy must be published for {terms.publication_days} days on each of "
        f"{' and '.join(terms.channels)} ({terms.id}: {terms.legal_reference}; {terms.confidence_on(day)})."
    )


def _without_evidence(terms: LabourMarketTestTerms, deciding: DecidingDate, *, required: bool) -> Finding:
    return Finding(
        rule=LABOUR_MARKET_TEST,
        required=required,
        verdict=Verdict.UNDETERMINED,
        legal_reference_date=deciding.day,
        rule_id=terms.id,
        legal_reference=terms.legal_reference,
        sources=terms.sources,
        confidence=terms.confidence_on(deciding.day),
        threshold=str(terms.publication_days),
        unit="days",
        reason=reasons.EVIDENCE_MISSING,
        missing=PUBLICATIONS,
        trace=(
            deciding.step,
            _terms_step(terms, deciding.day),
            "No publication was given as evidence: undetermined.",
        ),
    )


def _not_judged(rule: CategoryRule | None, deciding: DecidingDate, reason: str, *, required: bool) -> Finding:
    return Finding(
        rule=LABOUR_MARKET_TEST,
        required=required,
        verdict=Verdict.UNDETERMINED,
        legal_reference_date=deciding.day,
        rule_id=None if rule is None else rule.id,
        legal_reference=None if rule is None else rule.legal_reference,
        sources=() if rule is None else rule.sources,
        confidence=None if rule is None else rule.confidence_on(deciding.day),
        reason=reason,
        trace=(deciding.step, f"There is no labour-market test to judge ({reason}): undetermined."),
    )
