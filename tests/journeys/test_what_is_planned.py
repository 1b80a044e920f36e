"""What a demonstration will play and how it says how far it has come, before anything is started."""

from __future__ import annotations

from pathlib import Path

import pytest

from api.demonstration.legacy import write_extracts
from api.demonstration.people import HANDLERS
from api.demonstration.plan import PlannedCase, plan
from api.demonstration.progress import Course, Stage
from api.demonstration.season import FILING_FROM, TODAY
from api.demonstration.showcases import Showcase
from consumers.migration.rehearsal import NothingTaken
from domain.codes import CATEGORIES, KINDS
from domain.law.rule_sets import RuleSets
from domain.migration.fates import Fate
from infra.migration.rehearsing import new_rehearsal
from infra.migration.sources import SOURCES, MigratingAuthority

CASES, SEED = 120, 2026


@pytest.fixture(scope="module")
def planned() -> list[PlannedCase]:
    return plan(CASES, SEED, RuleSets.load().current)


def test_every_category_and_kind_is_filed_in_a_plan_of_any_usual_size(planned: list[PlannedCase]) -> None:
    for cases in (planned, plan(40, SEED, RuleSets.load().current)):
        assert {each.filing.body["category"] for each in cases} == set(CATEGORIES)
        assert {each.filing.body["kind"] for each in cases} == set(KINDS)
        assert {each.filing.body["filedBy"] for each in cases} == {"employer", "representative", "worker"}


def test_a_fifth_is_the_backlog_of_the_first_of_january(planned: list[PlannedCase]) -> None:
    assert sum(each.filed_at.date() < FILING_FROM for each in planned) == CASES // 5


def test_the_same_plan_says_the_same(planned: list[PlannedCase]) -> None:
    again = plan(CASES, SEED, RuleSets.load().current)
    assert [(each.number, each.filed_at, each.filing.body, each.steps) for each in again] == [
        (each.number, each.filed_at, each.filing.body, each.steps) for each in planned
    ]


def test_the_cases_to_look_at_are_open_and_with_whom_they_should_be(planned: list[PlannedCase]) -> None:
    by_number = {each.number: each for each in planned}
    to_decide = by_number[Showcase.TO_DECIDE]
    assert to_decide.steps[-1].name == "admit"
    assert {step.by for step in to_decide.steps} >= {HANDLERS[0], to_decide.filing.filer}
    for number in (Showcase.EMPLOYER_TO_ANSWER, Showcase.REPRESENTATIVE_TO_ANSWER, Showcase.WORKER_TO_ANSWER):
        last = by_number[number].steps[-1]
        assert (last.name, (TODAY - last.on).days < 5) == ("request-1", True)
    employer = to_decide.filing.filer
    assert by_number[Showcase.EMPLOYER_TO_ANSWER].filing.filer == employer
    # And of nobody else's: the tour counts the questions to this employer.
    assert [each.number for each in planned if each.filing.employer == employer] == sorted(
        (Showcase.TO_DECIDE, Showcase.EMPLOYER_TO_ANSWER), key=lambda number: by_number[number].filed_at
    )


@pytest.mark.parametrize("authority", list(MigratingAuthority))
def test_the_records_of_an_authority_are_retold_but_for_a_few(tmp_path: Path, authority: MigratingAuthority) -> None:
    file = write_extracts(tmp_path, SEED)[authority]
    rehearsal = new_rehearsal(SOURCES[authority], b"key", NothingTaken(), today=TODAY)
    list(rehearsal.run([file]))
    fates = rehearsal.count.records.fates
    assert 0 < fates[Fate.QUARANTINED] < fates[Fate.RETOLD] // 9
    written = file.read_bytes()
    assert write_extracts(tmp_path, SEED)[authority].read_bytes() == written, "a load must know the file again"


def test_progress_is_told_from_the_first_second_and_by_the_pace_that_is_seen() -> None:
    now = [100.0]
    course = Course(now=lambda: now[0], steps=1_000)
    assert (course.sentence, course.elapsed) == ("loading the program", 0)
    assert 15 < course.remaining < 30
    now[0] += 10
    course.begin(Stage.PLAYING)
    now[0] += 10
    course.done, course.detail = 250, "5 January 2026"
    assert course.sentence == "filing, checking, deciding (5 January 2026), 250 of 1,000 steps"
    assert course.remaining == pytest.approx(30 + Stage.RETELLING.seconds + Stage.COUNTING.seconds)
    assert course.share == pytest.approx(20 / (20 + course.remaining))
    # A stage that takes longer than usual never says that nothing is left.
    course.begin(Stage.COUNTING)
    now[0] += 60
    assert course.left == "about 1 s left"
