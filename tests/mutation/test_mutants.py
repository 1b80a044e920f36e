"""Mutants as they are made and drawn, and the tool on a small example; the whole sample is tried by night."""

from __future__ import annotations

import csv
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.mutation.kept import EQUIVALENTS, equivalents
from tests.mutation.mutants import mutants_of
from tests.mutation.sample import SHARES, drawn, modules, mutants_in, pure_test_files, sample
from tests.mutation.seen import ROOT

TEXT = '''
"""Of 3 things."""
DAYS: Final = 90

class Terms:
    limit: int = 4  # the annotation stays

    def over(self, days: int) -> bool:
        """More than 5."""
        log.info("%s days", 6)
        if not days or days > self.limit:
            raise TooLate(f"{days + 7} days")
        return all(each for each in (days, DAYS) if each)

    def __repr__(self) -> str:
        return f"{8 - 1}"
'''


def changes_of(text: str) -> list[str]:
    return [f"{each.scope}: {each.before} -> {each.after}" for each in mutants_of("m.py", text)]


def test_what_a_test_can_see_is_changed_and_nothing_else() -> None:
    assert changes_of(TEXT) == [
        "<module>: 90 -> 91",
        "Terms: 4 -> 5",
        "Terms.over: if not days or days > self.limit -> if not (not days or days > self.limit)",
        "Terms.over: not days or days > self.limit -> not days and days > self.limit",
        "Terms.over: not days -> days",
        "Terms.over: days > self.limit -> days >= self.limit",
        "Terms.over: days > self.limit -> days <= self.limit",
        "Terms.over: raise TooLate(f'{days + 7} days') -> pass",
        "Terms.over: days + 7 -> days - 7",
        "Terms.over: 7 -> 8",
        "Terms.over: return all((each for each in (days, DAYS) if each))"
        " -> return not all((each for each in (days, DAYS) if each))",
        "Terms.over: all((each for each in (days, DAYS) if each)) -> any((each for each in (days, DAYS) if each))",
        "Terms.over: for each in (days, DAYS) if each -> for each in (days, DAYS)",
        "Terms.over: (days, DAYS) -> (days,)",
    ]


def test_a_mutant_is_the_module_with_one_change() -> None:
    for mutant in mutants_of("m.py", TEXT):
        compile(mutant.tree(TEXT), "m.py", "exec")

    twice = "a = 1\nb = 1\n"
    _, second = mutants_of("m.py", twice)
    values: dict[str, int] = {}
    exec(compile(second.tree(twice), "m.py", "exec"), values)  # noqa: S102
    assert (second.lines, second.number) == (range(2, 3), 1)
    assert (values["a"], values["b"]) == (1, 2)


def test_a_case_that_is_removed_is_seen_by_who_runs_its_body() -> None:
    text = "match x:\n    case 1:\n        a = b\n    case 2:\n        c = d\n    case _:\n        pass\n"
    assert [(each.before, each.lines) for each in mutants_of("m.py", text)] == [
        ("case 1", range(3, 4)),
        ("case 2", range(5, 6)),
    ]


def test_a_mutant_keeps_its_name_when_something_is_written_above_it() -> None:
    before = {each.name for each in mutants_of("m.py", TEXT)}
    after = {each.name for each in mutants_of("m.py", "import os\n\nNEW = 3\n" + TEXT)}
    assert after - before == {"m.py::<module> [constant] 3 -> 4 #0"}
    assert before < after


def test_a_draw_loses_only_what_is_no_longer_there() -> None:
    every = mutants_of("m.py", TEXT)
    chosen = drawn(every, 5)
    assert drawn(reversed(every), 5) == chosen
    left = [each for each in every if each != chosen[2]]
    assert [each for each in drawn(left, 5) if each not in chosen] == drawn(every, 6)[5:]


def test_the_sample_is_spread_over_all_that_is_under_trial() -> None:
    chosen = sample()
    assert len(chosen) == len({each.name for each in chosen}) == sum(SHARES.values()) >= 800
    assert all(any(each.file.startswith(area) for each in chosen) for area in SHARES)
    # Half of the modules hold types only, or little else.
    assert len({each.file for each in chosen}) > len(modules()) / 2


def test_tests_that_need_a_server_take_no_part() -> None:
    files = pure_test_files()
    assert {"tests/case/test_decision.py", "tests/law/test_salary_rule.py"} <= set(files)
    assert "tests/projections/test_sla_board.py" not in files


def test_what_is_named_as_equivalent_is_a_mutant_of_today_and_has_its_reason() -> None:
    known = equivalents()
    found = {each.name for file in modules() for each in mutants_in(file)}
    assert set(known) <= found, f"no longer there, see {EQUIVALENTS.name}: {sorted(set(known) - found)}"
    assert all(len(reason) > 20 for reason in known.values())


def tried(to: Path, *arguments: str) -> tuple[int, str, dict[str, tuple[str, str]]]:
    """How the tool ended, what it said, and what became of each change."""
    ended = subprocess.run(
        [sys.executable, "-m", "tests.mutation", "--to", str(to), *arguments],
        cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert to.exists(), ended.stderr
    with to.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    outcomes = {f"{row['before']} -> {row['after']}": (row["outcome"], row["killed by, or why not"]) for row in rows}
    return ended.returncode, ended.stderr, outcomes


def test_mutants_are_killed_survive_or_are_never_seen(tmp_path: Path) -> None:
    code, said, outcomes = tried(
        tmp_path / "mutants.csv", "--modules", "tests/mutation/example.py", "--tests", "tests/mutation/test_example.py"
    )
    late, last_day = (
        f"tests/mutation/test_example.py::{name}"
        for name in ("test_a_day_after_the_last_is_late", "test_the_last_day_is_in_time")
    )
    assert outcomes == {
        "today > due -> today >= due": ("survived", ""),
        "today > due -> today <= due": ("killed", late),
        "return today - due -> return None": ("killed", late),
        "today - due -> today + due": ("killed", late),
        "return 0 -> return None": ("killed", last_day),
        "0 -> 1": ("killed", last_day),
        "return number + 1 -> return None": ("unseen", ""),
        "number + 1 -> number - 1": ("unseen", ""),
        "1 -> 2": ("unseen", ""),
    }
    assert "55.6% of 9 mutants killed" in said
    assert "survived: line 5, tests/mutation/example.py::days_late [comparison] today > due -> today >= due #0" in said
    assert code == 1, "too few were killed"


@pytest.mark.nightly
@pytest.mark.timeout(7_200)
def test_the_whole_sample(tmp_path: Path) -> None:
    code, said, outcomes = tried(ROOT / "build" / "mutants.csv")
    assert code == 0, said
    assert outcomes
