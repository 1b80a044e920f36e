"""What a register leaves out changes nothing; what it says against an employer leaves the decision to a person."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Final

from hypothesis import given, settings
from hypothesis import strategies as st

from domain.codes import CONTRACT_ELEMENTS
from domain.law.assessment import assess
from domain.law.facts import ApplicationFacts
from domain.law.findings import Verdict
from domain.law.rulebook import Rulebook
from tests.law.any_application import ABOUT_THE_EMPLOYER, applications, knowledge, rulebooks
from tests.world.examples import examples

SOUND: Final = {
    "employer_founded_on": date(1958, 4, 1),
    "employer_has_staff": True,
    "employer_active": True,
    "employer_has_debts": False,
}
UNSOUND: Final = {
    "employer_founded_on": date(2028, 12, 31),
    "employer_has_staff": False,
    "employer_active": False,
    "employer_has_debts": True,
}
SILENT: Final = dict.fromkeys(SOUND)


@st.composite
def sound_but_for_grounds(draw: st.DrawFn) -> ApplicationFacts:
    """An application of which pay, level and contract are beyond doubt, so that a ground is all that could tip it."""
    return replace(
        draw(applications()),
        authority="flanders",
        category="highlySkilled",
        contract="belgian",
        gross_pay=Decimal(150_000),
        pay_period="year",
        full_time_equivalent=Decimal("1.0"),
        qualification_level=7,
    )


anything_or_sound = st.one_of(applications(), sound_but_for_grounds())


@given(rulebooks, anything_or_sound, knowledge)
@settings(max_examples=examples(200))
def test_what_a_register_leaves_out_changes_no_verdict(
    law: Rulebook, facts: ApplicationFacts, known_on: date | None
) -> None:
    silent = assess(law, replace(facts, **SILENT, contract_states=None), known_on)
    sound = assess(law, replace(facts, **SOUND, contract_states=CONTRACT_ELEMENTS), known_on)

    assert silent.verdict is sound.verdict
    assert not {*silent.grounds} & {*ABOUT_THE_EMPLOYER, "contractContent"}


@given(rulebooks, anything_or_sound, knowledge)
@settings(max_examples=examples(200))
def test_an_employer_that_fails_makes_grounds_and_leaves_the_decision_to_a_person(
    law: Rulebook, facts: ApplicationFacts, known_on: date | None
) -> None:
    silent = assess(law, replace(facts, **SILENT), known_on)
    unsound = assess(law, replace(facts, **UNSOUND), known_on)
    asked = {each.rule for each in silent.judged} & ABOUT_THE_EMPLOYER

    assert {*unsound.grounds} - {*silent.grounds} == asked
    assert unsound.unmet == silent.unmet
    assert unsound.verdict is (Verdict.UNDETERMINED if asked and not silent.unmet else silent.verdict)
