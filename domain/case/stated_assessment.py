"""What the law says of facts that somebody states, be they ever so few; nothing is filed and nothing is stored."""

from __future__ import annotations

from datetime import date

from domain.case.stated_facts import StatedFacts
from domain.law import reasons
from domain.law.assessment import Assessment, assess
from domain.law.checklist import Checklist, checklist, no_checklist
from domain.law.findings import Finding, Verdict
from domain.law.other_readings import Readings, readings_of
from domain.law.rule_codes import Rule
from domain.law.rulebook import Rulebook


def assess_stated(rulebook: Rulebook, stated: StatedFacts, known_on: date | None) -> Assessment:
    """Judge the facts; without authority or category the law cannot be queried, and they are named as missing.

    ``stated`` holds nothing that :func:`domain.case.stated_checks.check_stated_facts` finds wrong.
    """
    facts = stated.facts()
    if facts is not None:
        return assess(rulebook, facts, known_on)
    unknown = Finding(
        rule=Rule.SALARY_THRESHOLD,
        required=True,
        verdict=Verdict.UNDETERMINED,
        legal_reference_date=None,
        reason=reasons.FACT_MISSING,
        missing=stated.missing,
    )
    return Assessment(
        rule_set=rulebook.sha256,
        verdict=Verdict.UNDETERMINED,
        legal_reference_date=None,
        known_on=known_on,
        weighed=(unknown,),
    )


def readings_of_stated(rulebook: Rulebook, stated: StatedFacts, assessment: Assessment) -> Readings | None:
    """What the other readings of the deciding date give for the facts; None where the law cannot be queried."""
    facts = stated.facts()
    return None if facts is None else readings_of(rulebook, facts, assessment)


def checklist_for(rulebook: Rulebook, stated: StatedFacts, known_on: date | None) -> Checklist:
    """The papers that the stated category needs, against those that are stated to be there."""
    facts = stated.facts()
    if facts is None:
        return no_checklist(rulebook, stated.filed_on, known_on, missing=stated.missing)
    return checklist(rulebook, facts, stated.document_kinds, known_on)
