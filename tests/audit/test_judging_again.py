"""One decision under another rule set, compared with what its own rule set says today of the same facts."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from uuid import UUID

import pytest

from domain.audit.what_if import Direction, JudgedAgain, Tally, judge_again
from domain.case.events import WorkPartDecided
from domain.case.personal_data import Withheld
from domain.law.facts import ApplicationFacts
from domain.law.rule_sets import EARLIER, RuleSets
from domain.law.rulebook import PACKAGED_VALUES, Rulebook
from tests.audit.test_replay_of_engine_1 import REFUSED, read
from tests.case.vocabulary import grant, happened, judged, law, refuse
from tests.world.applications import application

CASE = UUID("00000000-0000-4000-8000-00000000000c")
OWN = RuleSets(law())

LOWERED_LATER = """
[[salary_threshold]]
id = "FL-HS-2025-LOWERED"
categories = ["highlySkilled"]
amount = "39000.00"
unit = "EUR/year"
basis = "unknown"
from = 2025-01-01
last_day = 2026-02-28
known_from = 2026-09-01
known_from_basis = "published"
legal_reference = "a correction"
supersedes = ["FL-HS-2025"]
sources = ["a test"]
confidence = "confirmed"
"""


def decision(pay: str) -> WorkPartDecided:
    """A decision on the work part by today's law: refused where the pay is too low."""
    answer = refuse("salaryThreshold") if pay == "40000.00" else grant()
    (decided,) = (each for each in happened(judged(application(pay=pay)), answer) if isinstance(each, WorkPartDecided))
    return decided


def again(decided: WorkPartDecided, other: Rulebook, rule_sets: RuleSets = OWN) -> JudgedAgain:
    return judge_again(CASE, 9, decided, other, rule_sets)


@pytest.fixture
def lowered(tmp_path: Path) -> Rulebook:
    """Today's law with a threshold that is made known, lower, months after the decisions."""
    values = tmp_path / "values"
    shutil.copytree(PACKAGED_VALUES, values)
    (values / "flanders" / "lowered_later.toml").write_text(LOWERED_LATER.lstrip(), encoding="utf-8")
    return Rulebook.load(values)


def test_the_same_rule_set_changes_nothing() -> None:
    judged_again = again(decision("40000.00"), law())

    assert (judged_again.was, judged_again.becomes, judged_again.direction) == ("notMet", "notMet", Direction.SAME)
    assert not judged_again.is_changed


def test_another_rule_set_is_asked_with_all_that_it_knows(lowered: Rulebook) -> None:
    judged_again = again(decision("40000.00"), lowered)

    assert (judged_again.was, judged_again.becomes, judged_again.direction) == ("notMet", "met", Direction.WINS)
    assert judged_again.rules == ("salaryThreshold",)


def test_a_rule_set_that_learnt_of_a_correction_after_the_decision_still_changes_nothing_against_itself(
    lowered: Rulebook,
) -> None:
    # given a decision taken under the very rule set, on a day on which it did not know the correction yet
    decided = replace(decision("40000.00"), rule_set=lowered.sha256)
    assert decided.known_on < date(2026, 9, 1)

    judged_again = again(decided, lowered, RuleSets(lowered))

    assert not judged_again.is_changed
    assert (decided.verdict, judged_again.was) == ("notMet", "met"), "the base is the rule set and not the decision"


def test_a_decision_of_the_first_engine_is_compared_with_its_own_rule_set_as_read_today() -> None:
    decided = next(each for each in read(REFUSED) if isinstance(each, WorkPartDecided))
    kept = Rulebook.load(EARLIER / decided.rule_set)

    same = again(decided, kept, RuleSets.load())
    today = again(decided, law(), RuleSets.load())

    assert not same.is_changed
    assert (today.baseline, today.was, today.becomes) == (kept.sha256, "notMet", "notMet")
    # the law of today asks for a level of the function, which was not among the facts of then
    assert "qualificationLevel" in today.rules


def test_a_decision_under_a_rule_set_that_is_kept_nowhere_is_compared_with_the_one_in_use() -> None:
    judged_again = again(replace(decision("60000.00"), rule_set="5e" * 32), law())

    assert (judged_again.baseline, judged_again.is_changed) == ("5e" * 32, False)


def test_erased_facts_are_counted_and_belong_to_no_category(lowered: Rulebook) -> None:
    decided = decision("60000.00")
    tally = Tally()
    tally.add(again(replace(decided, facts=Withheld(), findings=Withheld()), lowered))
    tally.add(again(decided, lowered))

    assert (tally.decisions, tally.withheld, tally.changed) == (2, 1, [])
    assert tally.baselines == {law().sha256: 1}
    assert [(key, each.cases) for key, each in tally.by_category.items()] == [(("flanders", "highlySkilled"), 1)]


def test_a_decision_that_loses_its_verdict_is_counted_as_a_loser_without_one() -> None:
    # given a fact that the file never held, under a law that now needs it
    decided = decision("60000.00")
    assert isinstance(decided.facts, ApplicationFacts)
    bare = replace(decided, facts=replace(decided.facts, category="euBlueCard", qualification_level=None))
    bare = replace(bare, facts=replace(bare.facts, gross_pay=Decimal("70000.00")))
    level = next(each for each in law().provisions if each.id == "FL-LEVEL-HS-2026")
    asking = replace(level, id="FL-LEVEL-BLUE-CARD", scope=("euBlueCard",))
    tally = Tally()

    tally.add(again(bare, Rulebook((*law().provisions, asking), law().terms)))

    (of_category,) = tally.by_category.values()
    (changed,) = tally.changed
    assert (changed.was, changed.becomes) == ("met", "undetermined")
    assert (of_category.losers, of_category.winners, of_category.undetermined) == (1, 0, 1)
