"""What the calculator of ``/law`` answers: the verdict on stated facts, and the finding of each rule."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

from api.http.case_representation import words as wire_words
from api.pages.law.words import LawWords, SourceShown
from api.pages.page_parts import Badge, Tone
from api.words.sentences.findings import finding_text
from api.words.sentences.readings import readings_text
from api.words.sentences.remarks import finding_remarks
from domain.law.assessment import Assessment
from domain.law.findings import Finding, Verdict
from domain.law.other_readings import Readings

_TONES: Final = {
    Verdict.MET: Tone.GOOD,
    Verdict.NOT_MET: Tone.LATE,
    Verdict.UNDETERMINED: Tone.ATTENTION,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingShown:
    """What one rule found; a ``branch`` is one of the alternatives of the finding before it."""

    rule: str
    verdict: Badge
    weight: str
    branch: bool
    text: str
    remarks: tuple[str, ...]
    sources: tuple[SourceShown, ...]
    confidence: Badge | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerShown:
    """The assessment; ``rule_set`` names the law it rests on, so that anybody can judge it again.

    ``readings`` states that the deciding day is one of several readings; empty where nothing is open.
    """

    verdict: Badge
    summary: str
    day: date | None
    known_on: date | None
    rule_set: str
    readings: str
    findings: tuple[FindingShown, ...]


def answer_shown(assessment: Assessment, readings: Readings | None, words: LawWords) -> AnswerShown:
    """The assessment in the reader's words."""
    return AnswerShown(
        verdict=verdict_badge(assessment.verdict, words),
        summary=summary_of(assessment, words),
        day=assessment.legal_reference_date,
        known_on=assessment.known_on,
        rule_set=assessment.rule_set,
        readings="" if readings is None else readings_text(readings, words.wording),
        findings=tuple(
            _finding(each, words, branch=each is not found) for found in assessment.findings for each in found.each()
        ),
    )


def summary_of(assessment: Assessment, words: LawWords) -> str:
    """What the verdict means for someone who has not filed yet."""
    _ = words.language.gettext
    decisive = [each for each in assessment.findings if each.required and each.verdict is assessment.verdict]
    rules = words.wording.all_inside("permitRules", (each.rule for each in decisive))
    match assessment.verdict:
        case Verdict.MET:
            return _("With these facts every requirement that could be tested is met.")
        case Verdict.NOT_MET:
            return _("With these facts the application would not meet: %(rules)s.", rules=rules)
        case Verdict.UNDETERMINED if rules:
            return _("The rules alone cannot decide. Still open: %(rules)s.", rules=rules)
        case Verdict.UNDETERMINED:
            return _("The law data hold no requirement for this category: a case handler judges.")


def _finding(finding: Finding, words: LawWords, *, branch: bool) -> FindingShown:
    _ = words.language.gettext
    weight = ""
    if branch:
        weight = _("One of the alternatives")
    elif not finding.required:
        weight = _("For information only: not decisive")
    confidence, wire = finding.confidence, wire_words(finding)
    return FindingShown(
        rule=words.label("permitRules", finding.rule),
        verdict=verdict_badge(finding.verdict, words),
        weight=weight,
        branch=branch,
        text=finding_text(wire, words.wording),
        remarks=finding_remarks(wire, words.wording) if words.for_officials else (),
        sources=words.sources(finding.sources),
        confidence=None if confidence is None else words.confidence_badge(confidence),
    )


def verdict_badge(verdict: Verdict, words: LawWords) -> Badge:
    """A verdict in the reader's words."""
    return Badge(text=words.label("verdicts", verdict.value), tone=_TONES[verdict])
