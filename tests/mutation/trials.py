"""Mutants meet their tests: each in a child of one process that has all libraries imported and none of our modules.

The child compiles the mutant where the module would be read; no file is changed.
"""

from __future__ import annotations

import ast
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from importlib import import_module
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, SourceFileLoader
from importlib.util import spec_from_file_location
from itertools import groupby
from types import CodeType, ModuleType
from typing import Final

import pytest

from tests.mutation.children import in_children
from tests.mutation.mutants import Mutant
from tests.mutation.seen import ROOT, Test, TestFile, Watch, chosen, run_pytest

OURS: Final = ("domain", "projections", "consumers", "infra", "api", "tests")
FIRST_FILES: Final = 2
"""So many of the cheapest test files are collected before all the others."""


class Outcome(StrEnum):
    KILLED = "killed"
    TIMED_OUT = "timed out"
    SURVIVED = "survived"
    UNSEEN = "unseen"
    """Survived, because no test of those that take part runs its lines."""


@dataclass(frozen=True, slots=True)
class Trial:
    """What became of a mutant; ``killed_by`` is the test that failed first, or the file that could not be loaded."""

    mutant: Mutant
    outcome: Outcome
    killed_by: str = ""
    seconds: float = 0.0


def test_files(names: Sequence[str], modules: Sequence[str], processes: int) -> list[TestFile]:
    """Run these test files once, each in a child, watching these modules."""
    for name in _imported_by(names):
        # Among what tests import there may be what cannot be imported first.
        try:
            import_module(name)
        except Exception:  # noqa: S112
            continue

    def watch(name: str) -> Callable[[], object]:
        def run() -> TestFile:
            began = time.monotonic()
            with Watch(modules) as seen:
                run_pytest([name], seen)
            tests = seen.tests()
            load_seconds = time.monotonic() - began - sum(each.seconds for each in tests)
            return TestFile(name, load_seconds, seen.seen_at_load, tests)

        return run

    answers = in_children(((name, watch(name), 600.0) for name in names), processes)
    return [each for _, each in answers if isinstance(each, TestFile) and each.tests]


def _imported_by(names: Sequence[str]) -> list[str]:
    """The libraries that these test files import, and none of our own modules."""

    def run() -> list[str]:
        run_pytest(["--collect-only", *names])
        return [each for each, module in sys.modules.items() if _is_library(each, module)]

    ((_, found),) = in_children([("imports", run, 600.0)], 1)
    return found if isinstance(found, list) else []


def _is_library(name: str, module: ModuleType) -> bool:
    return (
        name.partition(".")[0] not in OURS
        and not name.startswith("__")
        and getattr(module, "__spec__", None) is not None
    )


def trials(
    mutants: Iterable[Mutant], files: Sequence[TestFile], texts: Callable[[str], str], processes: int
) -> Iterator[Trial]:
    """Each mutant with what became of it, as they come; ``texts`` gives the text of a module.

    Raises RuntimeError where the tests fail without any mutant.
    """
    meetings = {mutant: chosen(files, mutant) for mutant in mutants}
    yield from (Trial(mutant, Outcome.UNSEEN) for mutant, tests in meetings.items() if not tests)
    _require_sound(max(meetings.items(), key=lambda meeting: len(meeting[1])), texts)
    tasks = (
        (mutant, _meeting(mutant.file, mutant.tree(texts(mutant.file)), tests), _patience(tests))
        for mutant, tests in meetings.items()
        if tests
    )
    for mutant, answer in in_children(tasks, processes):
        if answer is None:
            yield Trial(mutant, Outcome.TIMED_OUT)
        else:
            killed_by, seconds = answer
            yield Trial(mutant, Outcome.KILLED if killed_by else Outcome.SURVIVED, killed_by, seconds)


def _require_sound(meeting: tuple[Mutant, Sequence[Test]], texts: Callable[[str], str]) -> None:
    mutant, tests = meeting
    work = _meeting(mutant.file, ast.parse(texts(mutant.file)), tests)
    ((_, answer),) = in_children([(mutant, work, _patience(tests))], 1)
    if answer is None or answer[0]:
        raise RuntimeError(f"without any mutant fails: {answer and answer[0]}")


def _patience(tests: Sequence[Test]) -> float:
    """Seconds; the tests were timed with a trace, and the machine may be busier now."""
    return 30.0 + 3 * sum(each.seconds for each in tests)


def _meeting(file: str, tree: ast.Module, tests: Sequence[Test]) -> Callable[[], tuple[str, float]]:
    """Run tests with this module instead of the file's; gives the name of the first that fails, or an empty text."""

    def run() -> tuple[str, float]:
        began = time.monotonic()
        sys.meta_path.insert(0, _InItsPlace(file, compile(tree, str(ROOT / file), "exec")))
        by_file = [list(group) for _, group in groupby(tests, key=lambda test: test.file)]
        for some in (by_file[:FIRST_FILES], by_file[FIRST_FILES:]):
            if some:
                only = Only([test.name for group in some for test in group])
                code = run_pytest(["-x", *(group[0].file for group in some)], only)
                if code != pytest.ExitCode.OK:
                    return only.failed or "no test could be started", time.monotonic() - began
        return "", time.monotonic() - began

    return run


class _InItsPlace(MetaPathFinder):
    """Gives one module other code than its file has."""

    def __init__(self, file: str, code: CodeType) -> None:
        self._file, self._code = file, code
        self._name = file.removesuffix(".py").replace("/", ".")

    def find_spec(self, fullname: str, path: object, target: object = None) -> ModuleSpec | None:
        if fullname != self._name:
            return None
        place = str(ROOT / self._file)
        return spec_from_file_location(fullname, place, loader=_Given(fullname, place, self._code))


class _Given(SourceFileLoader):
    def __init__(self, name: str, place: str, code: CodeType) -> None:
        super().__init__(name, place)
        self._code = code

    def get_code(self, fullname: str) -> CodeType:
        return self._code


class Only:
    """A plugin: runs the tests of these names in this order, and keeps the first that fails.

    Where a mutant gives the cases of a test other names, all cases of that test are run.
    """

    def __init__(self, names: Sequence[str]) -> None:
        self._places = {name: place for place, name in enumerate(names)}
        self.failed = ""

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        gone = {_function(name) for name in self._places.keys() - {each.nodeid for each in items}}
        kept = [each for each in items if each.nodeid in self._places or _function(each.nodeid) in gone]
        items[:] = sorted(kept, key=lambda each: self._places.get(each.nodeid, len(self._places)))

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed and not self.failed:
            self.failed = report.nodeid

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed and not self.failed:
            self.failed = report.nodeid


def _function(name: str) -> str:
    return name.partition("[")[0]
