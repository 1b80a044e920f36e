"""What another rule set would have said of decided cases: who wins, who loses, and that nothing is written."""

import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path
from uuid import UUID

import pytest

from domain.case.events import WorkPartDecided
from domain.law.readers.entry_reader import LawDataUnusable
from domain.law.rulebook import PACKAGED_VALUES, ReadingUnknown
from infra.audit.what_if import AT_ONCE, Choice, OtherLaw, WhatIfReport, judge_all_again
from tests.audit.case_book import CaseBook, superuser
from tests.world.stored_bodies import change_clear_text

pytestmark = pytest.mark.server

EVERYTHING = Choice()
Amend = Callable[[str, str], OtherLaw]


@pytest.fixture
def amended(tmp_path: Path) -> Amend:
    """The packaged law with one text put in the place of another."""

    def amend(old: str, new: str) -> OtherLaw:
        values = tmp_path / "values"
        shutil.copytree(PACKAGED_VALUES, values)
        (file,) = (each for each in values.rglob("*.toml") if old in each.read_text(encoding="utf-8"))
        file.write_text(file.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
        return OtherLaw(directory=values, readings={})

    return amend


def threshold_of_2025(amount: str) -> str:
    return f'id = "FL-HS-2025"\ncategories = ["highlySkilled"]\namount = "{amount}"'


THRESHOLD_OF_2025 = threshold_of_2025("48912.00")
SAME_LAW = OtherLaw(directory=PACKAGED_VALUES, readings={})


def judged(
    book: CaseBook, law: OtherLaw, choice: Choice = EVERYTHING, workers: int = 1, at_once: int = AT_ONCE
) -> WhatIfReport:
    return judge_all_again(book.log, law, choice, workers=workers, at_once=at_once)


def test_a_higher_threshold_makes_a_loser_and_names_the_rule(book: CaseBook, cases: list[UUID], amended: Amend) -> None:
    law = amended(THRESHOLD_OF_2025, threshold_of_2025("52000.01"))

    report = judged(book, law)

    (changed,) = report.tally.changed
    assert (changed.case_id, changed.was, changed.becomes) == (cases[0], "met", "notMet")
    assert changed.rules == ("salaryThreshold",)
    tally = report.tally.by_category["flanders", "highlySkilled"]
    assert (tally.cases, tally.winners, tally.losers) == (3, 0, 1)
    assert report.references == {cases[0]: "FL-2026-0000001-23"}


def test_a_lower_threshold_makes_a_winner(book: CaseBook, cases: list[UUID], amended: Amend) -> None:
    law = amended(THRESHOLD_OF_2025, threshold_of_2025("40000.00"))

    (changed,) = judged(book, law).tally.changed

    assert (changed.case_id, changed.was, changed.becomes) == (cases[1], "notMet", "met")
    assert changed.decided_on == date(2026, 1, 20)


def test_the_same_rule_set_changes_nothing(book: CaseBook) -> None:
    report = judged(book, SAME_LAW)

    assert (report.tally.decisions, report.tally.changed, report.tally.unreadable) == (4, [], 0)
    assert report.rule_set == book.law.sha256


def test_another_reading_of_an_open_question_is_another_rule_set(book: CaseBook, cases: list[UUID]) -> None:
    report = judged(book, OtherLaw(directory=PACKAGED_VALUES, readings={"mediumSkilled2026": "scaleAndTest"}))

    # No reading switches a condition off: it is the tests of pay and of recruitment that are asked otherwise.
    (changed,) = report.tally.changed
    assert (changed.case_id, changed.was, changed.becomes) == (cases[2], "undetermined", "undetermined")
    assert changed.rules == ("labourMarketTest", "salaryOrLabourMarketTest", "salaryThreshold")
    assert report.rule_set != book.law.sha256


def test_several_processes_come_to_the_same_as_one(book: CaseBook, amended: Amend) -> None:
    law = amended(THRESHOLD_OF_2025, threshold_of_2025("40000.00"))

    assert judged(book, law, workers=2, at_once=1) == judged(book, law, workers=1, at_once=1)


def test_nothing_is_written(book: CaseBook, amended: Amend) -> None:
    def fingerprint() -> object:
        with superuser(book.url) as connection, connection.cursor() as cursor:
            cursor.execute("select md5(string_agg(j::text, ',' order by position)) from journal j")
            return cursor.fetchone()

    before = fingerprint()
    judged(book, amended('amount = "43396.00"', 'amount = "90000.00"'))

    assert fingerprint() == before


@pytest.mark.parametrize(
    ("choice", "decisions"),
    [
        (Choice(from_=date(2026, 1, 20), to=date(2026, 1, 20)), 4),
        (Choice(to=date(2026, 1, 19)), 0),
        (Choice(from_=date(2026, 1, 21)), 0),
        (Choice(authority="flanders"), 4),
        (Choice(authority="wallonia"), 0),
    ],
)
def test_only_the_decisions_chosen_are_judged(book: CaseBook, choice: Choice, decisions: int) -> None:
    assert judged(book, SAME_LAW, choice).tally.decisions == decisions


def test_a_decision_whose_facts_are_erased_is_counted_and_not_judged(book: CaseBook, cases: list[UUID]) -> None:
    _, event = book.event(cases[0], WorkPartDecided)
    book.keys.destroy(event.worker_subject)

    report = judged(book, SAME_LAW)

    assert (report.tally.withheld, report.tally.changed) == (1, [])


def test_a_decision_that_cannot_be_read_is_counted_and_stops_nobody(book: CaseBook, cases: list[UUID]) -> None:
    version, _ = book.event(cases[0], WorkPartDecided)
    book.tamper("update journal set body = %s where stream = %s and version = %s", b"{}", str(cases[0]), version)

    report = judged(book, SAME_LAW)

    assert (report.tally.unreadable, report.tally.decisions) == (1, 3)


def test_a_name_that_no_table_can_hold_stops_no_report(book: CaseBook, cases: list[UUID], amended: Amend) -> None:
    # given a changed case whose filing names its employer with a NUL, as an old version let it in
    change_clear_text(
        book.url, cases[0], lambda text: text.replace(b'"name":"', rb'"name":"\u0000'), types=("ApplicationSubmitted",)
    )

    report = judged(book, amended(THRESHOLD_OF_2025, threshold_of_2025("52000.01")))

    assert report.references == {cases[0]: "FL-2026-0000001-23"}


def test_progress_ends_with_all_decisions(book: CaseBook) -> None:
    calls: list[tuple[int, int]] = []

    judge_all_again(
        book.log,
        SAME_LAW,
        EVERYTHING,
        workers=1,
        on_progress=lambda done, of: calls.append((done, of)),
    )

    assert calls[-1] == (calls[-1][1], calls[-1][1])


def test_law_that_cannot_be_used_is_refused_before_anything_is_read(book: CaseBook, amended: Amend) -> None:
    with pytest.raises(LawDataUnusable, match=r"salary_thresholds.toml, line \d+, entry FL-MED-SEED, key amount"):
        judged(book, amended('amount = "43396.00"', "amount = 43396.0"))
    with pytest.raises(ReadingUnknown, match="decidingDate has no reading 'yesterday'"):
        judged(book, OtherLaw(directory=PACKAGED_VALUES, readings={"decidingDate": "yesterday"}))
