"""The labour-market test: a vacancy published long enough, on every channel, shortly before filing.

Flanders, category "other" (FACTS 2.1): at least nine weeks on VDAB and on EURES, within the four months
immediately before the application. Brussels and Wallonia: five weeks with their own service (FACTS 2.3).
"""

from __future__ import annotations

from datetime import date
from typing import Final

from domain.law import reasons
from domain.law.applicable_law import ApplicableLaw, DecidingDate, DecidingDateUnknown
from domain.law.facts import ApplicationFacts, Publication
from domain.law.findings import Change, Finding, Judged, Judgement, Step, Verdict
from domain.law.provisions.job import LabourMarketTestTerms
from domain.law.rule_codes import Rule
from domain.law.rulebook import Rulebook
from domain.law.rules.deciding_date import deciding_date
from domain.law.rules.salary import undated

PUBLICATIONS: Final = ("labourMarketTest.publications",)

_DAYS: Final = "days"


def assess_labour_market_test(rulebook: Rulebook, facts: ApplicationFacts, known_on: date | None = None) -> Finding:
    """Judge the publications under the terms of the deciding date.

    Without any evidence a required test is undetermined, with the evidence named as missing: it can still
    be added. An empty list says that there was no search, where a file must be complete when it is filed. Evidence
    that falls short, be it on one channel only, is not met.
    """
    filing = rulebook.law_of_filing(facts.authority, facts.category, facts.filed_on, known_on)
    deciding = deciding_date(filing, facts, known_on)
    if isinstance(deciding, DecidingDateUnknown):
        return undated(Rule.LABOUR_MARKET_TEST, deciding)
    law = rulebook.law_on(facts.authority, facts.category, deciding.day, known_on)
    return judge_labour_market_test(law, deciding, facts).finding()


def judge_labour_market_test(law: ApplicableLaw, deciding: DecidingDate, facts: ApplicationFacts) -> Judged:
    """Judge the publications under ``law``."""
    test = None if law.category_rule is None else law.category_rule.labour_market_test
    if test != "required":
        return _not_judged(law, deciding, _REASON_BY_TEST[test], required=test != "notRequired")
    terms = law.labour_market_test
    if terms is None:
        return _not_judged(law, deciding, reasons.NO_TERMS_IN_FORCE, required=law.each_test_alone)
    published = facts.publications
    if published is None or not (published or terms.complete_when_filed):
        return _without_evidence(law, terms, deciding)
    return _counted(law, terms, deciding, facts, published)


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
    """Days in ``[window_from, window_to)`` on which the vacancy was open on ``channel``, none counted twice.

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
    law: ApplicableLaw,
    terms: LabourMarketTestTerms,
    deciding: DecidingDate,
    facts: ApplicationFacts,
    publications: tuple[Publication, ...],
) -> Judged:
    window_from = date.min if terms.within is None else terms.within.before(facts.filed_on)
    counted = {
        channel: days_published(publications, channel, window_from, facts.filed_on, interruptions=terms.interruptions)
        for channel in terms.channels
    }
    fewest = min(counted.values())
    lengths = sorted((terms.publication_days, *(each.publication_days for each in terms.disputed_publications)))
    needed = lengths[-1]
    verdict = Verdict.between(meets_every=fewest >= needed, meets_some=fewest >= lengths[0])

    def reasoned() -> Finding:
        bounds = {"threshold": str(needed)} | ({"lowest": str(lengths[0])} if terms.disputed_publications else {})
        return Finding(
            rule=Rule.LABOUR_MARKET_TEST,
            required=law.each_test_alone,
            verdict=verdict,
            legal_reference_date=deciding.day,
            rule_id=terms.id,
            legal_reference=terms.legal_reference,
            sources=terms.sources,
            confidence=terms.confidence_on(deciding.day),
            threshold=str(needed),
            unit=_DAYS,
            observed=str(fewest),
            difference=str(fewest - needed),
            counterfactual=_what_would_have_met(needed, counted) if verdict is Verdict.NOT_MET else None,
            reason=reasons.PUBLICATION_DISPUTED if verdict is Verdict.UNDETERMINED else None,
            trace=(
                *_opening(law, terms, deciding),
                *(_channel_step(terms, facts.filed_on, window_from, each, days) for each, days in counted.items()),
                Step(
                    code="publicationCompared",
                    values={"observed": str(fewest), **bounds, "verdict": verdict.value},
                ),
            ),
            provisions=_provisions(law, terms, deciding),
        )

    return Judgement(Rule.LABOUR_MARKET_TEST, law.each_test_alone, verdict, reasoned)


def _what_would_have_met(needed: int, counted: dict[str, int]) -> tuple[Change, ...]:
    return tuple(
        Change(
            fact=f"{PUBLICATIONS[0]}.{channel}",
            threshold=str(needed),
            distance=str(needed - days),
            unit=_DAYS,
        )
        for channel, days in counted.items()
        if days < needed
    )


def _channel_step(terms: LabourMarketTestTerms, filed_on: date, window_from: date, channel: str, days: int) -> Step:
    values = {
        "channel": channel,
        "days": str(days),
        "to": filed_on.isoformat(),
        "interruptions": terms.interruptions,
        "confidence": terms.interruptions_confidence,
    }
    if terms.within is None:
        return Step(code="publishedBeforeFiling", values=values)
    return Step(code="publishedInWindow", values=values | {"from": window_from.isoformat()})


def _opening(law: ApplicableLaw, terms: LabourMarketTestTerms, deciding: DecidingDate) -> tuple[Step, ...]:
    """The terms that are applied, and what other sources say of their length."""
    comparison = Step(
        code="publicationTerms",
        values={
            "days": str(terms.publication_days),
            "channels": " ".join(terms.channels),
            "provision": terms.id,
            "legalReference": terms.legal_reference,
            "confidence": terms.confidence_on(deciding.day),
            **({} if terms.within is None else {"within": str(terms.within)}),
        },
    )
    others = tuple(
        Step(code="otherPublication", values={"days": str(each.publication_days), "source": each.source})
        for each in (*terms.other_publications, *terms.disputed_publications)
    )
    return (deciding.step, comparison, *others)


def _provisions(law: ApplicableLaw, terms: LabourMarketTestTerms, deciding: DecidingDate) -> tuple[str, ...]:
    rule = () if law.category_rule is None else (law.category_rule.id,)
    return (*deciding.provisions, *rule, terms.id)


def _without_evidence(law: ApplicableLaw, terms: LabourMarketTestTerms, deciding: DecidingDate) -> Finding:
    return Finding(
        rule=Rule.LABOUR_MARKET_TEST,
        required=law.each_test_alone,
        verdict=Verdict.UNDETERMINED,
        legal_reference_date=deciding.day,
        rule_id=terms.id,
        legal_reference=terms.legal_reference,
        sources=terms.sources,
        confidence=terms.confidence_on(deciding.day),
        threshold=str(terms.publication_days),
        unit=_DAYS,
        reason=reasons.EVIDENCE_MISSING,
        missing=PUBLICATIONS,
        trace=(*_opening(law, terms, deciding), Step(code="noPublication")),
        provisions=_provisions(law, terms, deciding),
    )


def _not_judged(law: ApplicableLaw, deciding: DecidingDate, reason: str, *, required: bool) -> Finding:
    rule = law.category_rule
    return Finding(
        rule=Rule.LABOUR_MARKET_TEST,
        required=required,
        verdict=Verdict.UNDETERMINED,
        legal_reference_date=deciding.day,
        rule_id=None if rule is None else rule.id,
        legal_reference=None if rule is None else rule.legal_reference,
        sources=() if rule is None else rule.sources,
        confidence=None if rule is None else rule.confidence_on(deciding.day),
        reason=reason,
        trace=(deciding.step, Step(code="noLabourMarketTest", values={"reason": reason})),
        provisions=deciding.provisions if rule is None else (*deciding.provisions, rule.id),
    )
