"""What a rule found: the verdict with the law, the facts and the steps it rests on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Verdict(StrEnum):
    MET = "met"
    NOT_MET = "notMet"
    UNDETERMINED = "undetermined"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """The outcome of one rule. Amounts and counts are strings, exact, in ``unit``.

    ``difference`` is observed minus threshold. ``counterfactual`` says, for a test that failed, what would
    have met it. ``reason`` (a code of ``domain.law.reasons``) and ``missing`` (paths in the application)
    say why a finding is undetermined. ``trace`` holds the steps in order: it is the letter's reasoning.
    ``sources`` and ``confidence`` are those of the provision ``rule_id`` on the legal reference date.
    """

    rule: str
    required: bool
    verdict: Verdict
    legal_reference_date: date
    rule_id: str | None = None
    legal_reference: str | None = None
    sources: tuple[str, ...] = ()
    confidence: str | None = None
    threshold: str | None = None
    unit: str | None = None
    observed: str | None = None
    difference: str | None = None
    counterfactual: str | None = None
    reason: str | None = None
    missing: tuple[str, ...] = ()
    branches: tuple[Finding, ...] = ()
    trace: tuple[str, ...] = ()
