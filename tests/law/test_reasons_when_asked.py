"""The reasons of a verdict are written when they are first read, from the comparison that gave the verdict."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from types import FrameType

from domain.law.assessment import assess
from domain.law.facts import ApplicationFacts
from domain.law.findings import Step
from domain.law.rulebook import Rulebook

FACTS = ApplicationFacts(
    authority="flanders",
    category="highlySkilled",
    filed_on=date(2026, 2, 2),
    contract="belgian",
    gross_pay=Decimal("48911.99"),
    pay_period="year",
)


@contextmanager
def steps_made() -> Iterator[list[str]]:
    """The codes of the steps that are made in the block."""
    made: list[str] = []

    def watch(frame: FrameType, event: str, _: object) -> None:
        if event == "call" and frame.f_code is Step.__init__.__code__:
            made.append(frame.f_locals["code"])

    sys.setprofile(watch)
    try:
        yield made
    finally:
        sys.setprofile(None)


def test_who_asks_for_the_verdict_alone_pays_for_no_step(law: Rulebook) -> None:
    law = Rulebook(law.provisions, law.terms)
    assess(law, FACTS).findings  # noqa: B018  # the law of the day is looked up and kept

    with steps_made() as made:
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
