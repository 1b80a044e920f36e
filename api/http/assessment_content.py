"""The assessment of stated facts, as callers and the command line see it.

Other than elsewhere every member is always there, and null where it has no value: a reader of a verdict sees what
was not stated. The members are in the order in which people read them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from typing import Any

from api.http.case_representation import words
from api.words.code_lists import CodeLists
from api.words.languages import Languages
from api.words.sentences.fees import fee_text
from api.words.sentences.findings import finding_text
from api.words.sentences.legal_references import cited
from api.words.sentences.wording import Wording
from domain.law.assessment import Assessment
from domain.law.checklist import Checklist, ChecklistEntry
from domain.law.exact_pay import euro_text
from domain.law.fees_owed import FeeOwed
from domain.law.findings import Change, Finding, Verdict
from domain.law.other_readings import OtherReading, Readings

Tellers = Mapping[str, Wording]
"""The words of each language, by its code."""


def tellers_of(languages: Languages, code_lists: CodeLists) -> Tellers:
    return {each.code: Wording(each, code_lists) for each in languages}


def assessment_answer(assessment: Assessment, readings: Readings | None, tellers: Tellers) -> dict[str, Any]:
    """The verdict with its findings; the branches of a finding follow it as separate findings.

    ``alternatives`` are the readings of the deciding date that are not selected, with what each would give.
    """
    return {
        "verdict": assessment.verdict.value,
        "legalReferenceDate": _day(assessment.legal_reference_date),
        "knownOn": _day(assessment.known_on),
        "ruleSet": assessment.rule_set,
        "alternatives": [_alternative(each) for each in (() if readings is None else readings.others)],
        "findings": [_finding(each, tellers) for found in assessment.findings for each in found.each()],
    }


def checklist_answer(checklist: Checklist, tellers: Tellers) -> dict[str, Any]:
    """The papers, each with its own verdict, and the fees."""
    return {
        "verdict": checklist.verdict.value,
        "legalReferenceDate": _day(checklist.legal_reference_date),
        "knownOn": _day(checklist.known_on),
        "ruleSet": checklist.rule_set,
        "documents": [_entry(each, tellers) for each in checklist.entries],
        "fees": [_fee(each, tellers) for each in checklist.fees],
        "reason": checklist.reason,
        "missing": list(checklist.missing),
    }


def ordered_json(answer: Mapping[str, Any]) -> bytes:
    """The JSON with its members in the order of ``answer``."""
    return json.dumps(answer, ensure_ascii=False, separators=(",", ":")).encode()


def _alternative(reading: OtherReading) -> dict[str, Any]:
    return {
        "decidingDate": reading.basis.value,
        "legalReferenceDate": _day(reading.legal_reference_date),
        "verdict": reading.verdict.value,
        "provision": reading.provision,
        "missing": list(reading.missing),
    }


def _finding(finding: Finding, tellers: Tellers) -> dict[str, Any]:
    wire_form = words(finding)
    return {
        "rule": finding.rule,
        "article": finding.legal_reference,
        "legalBasis": _legal_basis(finding.legal_reference, tellers),
        "required": finding.required,
        "verdict": finding.verdict.value,
        "threshold": finding.threshold,
        "unit": finding.unit,
        "observed": finding.observed,
        "difference": finding.difference,
        "counterfactual": _counterfactual(finding),
        "reason": finding.reason,
        "sources": list(finding.sources),
        "confidence": finding.confidence,
        "provisions": list(finding.provisions),
        "missing": list(finding.missing),
        "text": {code: finding_text(wire_form, wording) for code, wording in tellers.items()},
    }


def _counterfactual(finding: Finding) -> dict[str, Any] | None:
    """What would have met it: any of the ways, each of them as a whole; of alternatives, the way of each branch."""
    if finding.verdict is not Verdict.NOT_MET:
        return None
    ways = [each.counterfactual for each in (finding, *finding.branches)]
    changes = [{"allOf": [_change(each) for each in way]} for way in ways if isinstance(way, tuple) and way]
    return {"anyOf": changes} if changes else None


def _change(change: Change) -> dict[str, Any]:
    # Codes have no distance from each other.
    return {
        "fact": change.fact,
        "threshold": change.threshold,
        "distance": change.distance or None,
        "unit": change.unit,
    }


def _entry(entry: ChecklistEntry, tellers: Tellers) -> dict[str, Any]:
    return {
        "document": entry.document,
        "part": entry.part,
        "required": True,
        "verdict": entry.verdict.value,
        "condition": entry.condition,
        "provision": entry.provision,
        "article": entry.legal_reference,
        "legalBasis": _legal_basis(entry.legal_reference, tellers),
        "sources": list(entry.sources),
        "confidence": entry.confidence,
        "missing": list(entry.missing),
        "text": {code: wording.label("documentKinds", entry.document) for code, wording in tellers.items()},
    }


def _fee(fee: FeeOwed, tellers: Tellers) -> dict[str, Any]:
    return {
        "recipient": fee.recipient,
        "amount": None if fee.amount is None else euro_text(fee.amount),
        "otherAmounts": [euro_text(each) for each in fee.other_amounts],
        "since": _day(fee.since),
        "exemption": fee.exemption,
        "provision": fee.rule_id,
        "article": fee.legal_reference,
        "legalBasis": _legal_basis(fee.legal_reference, tellers),
        "sources": list(fee.sources),
        "confidence": fee.confidence,
        "reason": fee.reason,
        "missing": list(fee.missing),
        "text": {code: fee_text(fee, wording) for code, wording in tellers.items()},
    }


def _legal_basis(reference: str | None, tellers: Tellers) -> dict[str, str] | None:
    """The place in the act as each language cites it; null where none was found."""
    places = {code: cited(reference, wording) for code, wording in tellers.items()}
    return {code: place for code, place in places.items() if place is not None} or None


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
