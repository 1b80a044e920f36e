"""The assessment of facts by the law before filing. Nothing is stored."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from api.composition import Program
from domain.case.stated_assessment import assess_stated, checklist_for, readings_of_stated
from domain.case.stated_facts import StatedFacts
from domain.law.assessment import Assessment
from domain.law.checklist import Checklist
from domain.law.other_readings import Readings
from domain.law.rulebook import Rulebook


@dataclass(frozen=True, slots=True, kw_only=True)
class StatedVerdict:
    """The assessment of stated facts, and what other readings of the deciding date would give."""

    assessment: Assessment
    readings: Readings | None


class LawService:
    """The law as it is known today; safe between threads."""

    def __init__(self, program: Program) -> None:
        self._program = program

    @property
    def rulebook(self) -> Rulebook:
        return self._program.rulebook

    @property
    def today(self) -> date:
        return self._program.today

    def assess(self, stated: StatedFacts) -> StatedVerdict:
        """The assessment of facts that :func:`check_stated_facts` finds nothing wrong with."""
        return assess_facts(self.rulebook, stated, self.today)

    def checklist(self, stated: StatedFacts) -> Checklist:
        """The papers and fees that an application of these facts needs."""
        return checklist_for(self.rulebook, stated, self.today)


def assess_facts(rulebook: Rulebook, stated: StatedFacts, known_on: date) -> StatedVerdict:
    """The assessment of stated facts by a rulebook, by the law known on a day."""
    assessment = assess_stated(rulebook, stated, known_on)
    return StatedVerdict(assessment=assessment, readings=readings_of_stated(rulebook, stated, assessment))
