"""Questions of admission and warnings: competence, mandate, the window of a renewal.

They never make a work authorisation refused: an authority that is not competent transfers, and a renewal outside its
window stays a renewal. So none of these findings is required; each is shown.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Final

from domain.law import reasons
from domain.law.applicable_law import ApplicableLaw, DecidingDate, LawOfFiling
from domain.law.facts import ApplicationFacts
from domain.law.findings import Change, Finding, Judged, Step, Verdict
from domain.law.procedural_terms import ProceduralTerm
from domain.law.provisions.procedure import ALL, RequiredDocument
from domain.law.rule_codes import Rule
from domain.law.rulebook import Rulebook
from domain.law.rules.competence import judge_competence
from domain.law.rules.conditions import Condition, compared, unknown

_REPRESENTATIVE: Final = "representative"
_RENEWAL: Final = "renewal"
_MANDATE: Final = "mandate"
"""The kind of document."""


def judge_admission(
    rulebook: Rulebook,
    filing: LawOfFiling,
    law: ApplicableLaw,
    deciding: DecidingDate,
    facts: ApplicationFacts,
    known_on: date | None,
) -> Iterator[Judged]:
    """Judge what can be judged of admission; silence where the law data has no such rule."""
    if filing.competence_order is not None:
        yield judge_competence(rulebook, filing.competence_order, deciding, facts, known_on)
    if facts.filed_by == _REPRESENTATIVE:
        mandate = _mandate_rule(rulebook, law, facts, known_on)
        if mandate is not None:
            yield _mandate(mandate, deciding, facts)
    if facts.renewal:
        window = rulebook.terms.in_force(
            _RENEWAL, facts.authority, facts.category, facts.filed_on, rule_set=rulebook.sha256
        )
        if window is not None:
            yield _renewal_window(window, deciding, facts)


def _mandate_rule(
    rulebook: Rulebook, law: ApplicableLaw, facts: ApplicationFacts, known_on: date | None
) -> RequiredDocument | None:
    for category in (law.category, ALL):
        found = rulebook.find(RequiredDocument, law.authority, f"{category}:{_MANDATE}", facts.filed_on, known_on)
        if found is not None:
            return found
    return None


def _mandate(rule: RequiredDocument, deciding: DecidingDate, facts: ApplicationFacts) -> Judged:
    condition = Condition("representative.mandateReference", _MANDATE, "document", False)
    if facts.mandate_reference is None:
        return unknown(Rule.MANDATE, rule, deciding, facts.filed_on, condition)
    return compared(Rule.MANDATE, rule, deciding, facts.filed_on, condition, observed=_MANDATE, met=True)


def _renewal_window(window: ProceduralTerm, deciding: DecidingDate, facts: ApplicationFacts) -> Finding:
    """A renewal is applied for within a window before the permit expires; where its first day was not found, until its
    last.

    It is warned of, and nothing follows from it here: the Court of Appeal of Brussels censured (22 April 2025) that a
    late renewal was treated as filed by somebody abroad.
    """
    expires, filed = facts.permit_expires_on, facts.filed_on
    first = None if expires is None else window.opens_on(expires)
    last = None if expires is None else window.ends_on(expires)
    met = last is not None and filed <= last and (first is None or first <= filed)
    threshold = " ".join(day.isoformat() for day in (first, last) if day is not None) or None
    verdict = Verdict.UNDETERMINED if threshold is None else Verdict.MET if met else Verdict.NOT_MET
    counterfactual = None
    nearest = first if first is not None and filed < first else last
    if verdict is Verdict.NOT_MET and nearest is not None:
        days = abs((filed - nearest).days)
        counterfactual = (Change(fact="filedOn", threshold=nearest.isoformat(), distance=str(days), unit="days"),)
    values = {"provision": window.id, "legalReference": window.legal_reference, "confidence": window.confidence}
    return Finding(
        rule=Rule.RENEWAL_WINDOW,
        required=False,
        verdict=verdict,
        legal_reference_date=filed,
        rule_id=window.id,
        legal_reference=window.legal_reference,
        sources=window.sources,
        confidence=window.confidence,
        threshold=threshold,
        unit="dates",
        observed=filed.isoformat(),
        counterfactual=counterfactual,
        reason=reasons.FACT_MISSING if expires is None else None,
        missing=("permitExpiresOn",) if expires is None else (),
        trace=(
            deciding.step,
            Step(
                code=Rule.RENEWAL_WINDOW.value,
                values=values if threshold is None else values | {"threshold": threshold},
            ),
            Step(
                code=f"{Rule.RENEWAL_WINDOW}Compared", values={"observed": filed.isoformat(), "verdict": verdict.value}
            ),
        ),
        provisions=(*deciding.provisions, window.id),
    )
