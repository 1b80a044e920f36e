"""One condition against one fact: how it is judged, and the finding on it, whichever rule it is."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import Final, NamedTuple

from domain.law import reasons
from domain.law.applicable_law import DecidingDate
from domain.law.findings import Change, Finding, Judged, Judgement, Step, Verdict
from domain.law.provisions.effective_dated import Provision
from domain.law.rule_codes import Rule

_NOTHING: Final[Mapping[str, str]] = MappingProxyType({})


class Condition(NamedTuple):
    """What a condition requires of a fact: its path in the application, the bound as text, and the bound's unit.

    ``details`` are what a sentence on it needs beside the bound, such as the term of which the bound is the last day.
    """

    fact: str
    threshold: str
    unit: str
    required: bool
    details: Mapping[str, str] = _NOTHING


def compared(
    rule: Rule,
    provision: Provision,
    deciding: DecidingDate,
    day: date,
    condition: Condition,
    *,
    observed: str,
    met: bool,
    difference: str | None = None,
    steps: tuple[Step, ...] | None = None,
    change: Change | None = None,
    reason: str | None = None,
) -> Judged:
    """The judgement on a fact that is known. ``difference`` is observed minus threshold, where both are numbers.

    ``steps`` are what the rule itself says of the comparison, in place of the one sentence that all rules share;
    ``change`` is what would have met it, where that is another fact than the one that is compared; ``reason`` says that
    it is left to the authority.
    """
    verdict = Verdict.MET if met else Verdict.NOT_MET

    def finding() -> Finding:
        fact, threshold, unit, required, details = condition
        values = {"observed": observed, "threshold": threshold, "unit": unit, **details, "verdict": verdict.value}
        confidence = provision.confidence_on(day)
        lacking = None
        if not met:
            distance = (difference or "").removeprefix("-")
            lacking = (change or Change(fact=fact, threshold=threshold, distance=distance, unit=unit),)
        return Finding(
            rule=rule,
            required=required,
            verdict=verdict,
            legal_reference_date=day,
            rule_id=provision.id,
            legal_reference=provision.legal_reference,
            sources=provision.sources,
            confidence=confidence,
            threshold=threshold,
            unit=unit,
            observed=observed,
            difference=difference,
            counterfactual=lacking,
            reason=reason,
            trace=(
                deciding.step,
                _condition(rule, provision, condition, confidence),
                *((Step(code=f"{rule}Compared", values=values),) if steps is None else steps),
            ),
            provisions=(*deciding.provisions, provision.id),
        )

    return Judgement(rule, condition.required, verdict, finding, reason == reasons.LEFT_TO_THE_AUTHORITY)


def unknown(
    rule: Rule,
    provision: Provision,
    deciding: DecidingDate,
    day: date,
    condition: Condition,
    *,
    reason: str = reasons.FACT_MISSING,
    missing: tuple[str, ...] | None = None,
    steps: tuple[Step, ...] = (),
) -> Judged:
    """The judgement on a fact that is not known; ``missing`` is the fact itself unless others are named."""

    def finding() -> Finding:
        fact, threshold, unit, required, _ = condition
        confidence = provision.confidence_on(day)
        return Finding(
            rule=rule,
            required=required,
            verdict=Verdict.UNDETERMINED,
            legal_reference_date=day,
            rule_id=provision.id,
            legal_reference=provision.legal_reference,
            sources=provision.sources,
            confidence=confidence,
            threshold=threshold,
            unit=unit,
            reason=reason,
            missing=(fact,) if missing is None else missing,
            trace=(deciding.step, _condition(rule, provision, condition, confidence), *steps),
            provisions=(*deciding.provisions, provision.id),
        )

    return Judgement(rule, condition.required, Verdict.UNDETERMINED, finding)


def _condition(rule: Rule, provision: Provision, condition: Condition, confidence: str) -> Step:
    _, threshold, unit, _, details = condition
    return Step(
        code=rule.value,
        values={
            "threshold": threshold,
            "unit": unit,
            **details,
            "provision": provision.id,
            "legalReference": provision.legal_reference,
            "confidence": confidence,
        },
    )
