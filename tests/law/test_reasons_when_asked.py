"""The reasons of a verdict are written when they are first read, from the comparison that gave the verdict."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from domain.law import findings as of_findings
from domain.law.assessment import assess
from domain.law.facts import ApplicationFacts
from domain.law.rulebook import Rulebook
from domain.law.rules import salary as salary_rules

FACTS = ApplicationFacts(
    authority="flanders",
    category="highlySkilled",
    filed_on=date(2026, 2, 2),
    contract="belgian",
    gross_pay=Decimal("48911.99"),
    pay_period="year",
)


def test_who_asks_for_the_verdict_alone_pays_for_no_step(monkeypatch: pytest.MonkeyPatch, law: Rulebook) -> None:
    law = Rulebook(law.provisions, law.terms)
    assess(law, FACTS).findings  # noqa: B018  # the law of the day is looked up and kept
    made: list[str] = []

    def counted(**values: object) -> of_findings.Step:
        made.append(str(values["code"]))
        return of_findings.Step(**values)  # type: ignore[arg-type]

    monkeypatch.setattr(salary_rules, "Step", counted)

    assessment = assess(law, FACTS)

    assert assessment.unmet == ("salaryThreshold",)
    assert made == []
    assert assessment.findings[0].verdict is assessment.weighed[0].verdict
    assert made, "the reasons are written now"


def test_they_are_written_once(law: Rulebook) -> None:
    assessment = assess(law, FACTS)

    assert assessment.findings is assessment.findings


def test_two_assessments_are_equal_by_what_they_say(law: Rulebook) -> None:
    assert assess(law, FACTS) == assess(law, FACTS)
    assert assess(law, FACTS) != "an assessment"
