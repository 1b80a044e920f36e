"""Which tests run which lines: a run of the pure tests with a trace that looks at the modules under trial only."""

from __future__ import annotations

import os
import sys
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any, Final

import pytest
from hypothesis import Phase, settings

from tests.mutation.mutants import Mutant
from tests.world.examples import GATE

ROOT: Final = Path(__file__).parents[2]

EXAMPLES: Final = 15
"""Of each property test: the same ones each time, and none is made smaller when it fails."""

SLOWEST: Final = 3.0
"""Seconds with the trace; a test that takes longer takes no part."""

LONGEST: Final = 30.0
"""Seconds with the trace of all the tests that one mutant may meet."""


@dataclass(frozen=True, slots=True)
class Test:
    """A test that takes part. ``seen`` has a bit for each line that it ran, by file."""

    name: str
    seconds: float
    seen: Mapping[str, int]

    @property
    def file(self) -> str:
        return self.name.partition("::")[0]


@dataclass(frozen=True, slots=True)
class TestFile:
    """The tests of one file, and what was run when they were only collected."""

    name: str
    load_seconds: float
    seen_at_load: Mapping[str, int]
    tests: Sequence[Test] = field(repr=False)

    def that_can_see(self, mutant: Mutant) -> list[Test]:
        """The quickest first.

        What one test alone ran may have been kept for the others (a law that is loaded once): then they follow.
        """
        bits = _bits(mutant.lines)
        saw = [each for each in self.tests if each.seen.get(mutant.file, 0) & bits]
        at_load = self.seen_at_load.get(mutant.file, 0) & bits
        if len(saw) == 1 or (at_load and not saw):
            others = (each for each in self.tests if each not in saw and (not at_load or mutant.file in each.seen))
            return [*saw, *sorted(others, key=_seconds)]
        return sorted(saw, key=_seconds)


def chosen(files: Iterable[TestFile], mutant: Mutant) -> list[Test]:
    """What a mutant has to meet: file by file, the cheapest file first, within :data:`LONGEST` seconds."""
    by_file = [(each.load_seconds, tests) for each in files if (tests := each.that_can_see(mutant))]
    found: list[Test] = []
    left = LONGEST
    for _, tests in sorted(by_file, key=lambda one: one[0] + sum(map(_seconds, one[1]))):
        for test in tests:
            left -= test.seconds
            if left > 0:
                found.append(test)
    return found


def _seconds(test: Test) -> float:
    return test.seconds


def _bits(lines: range) -> int:
    return (1 << lines.stop) - (1 << lines.start)


class FewExamples:
    """A plugin: property tests try few examples, the same each time."""

    def pytest_configure(self) -> None:
        settings.register_profile("mutation", settings.get_profile(GATE), derandomize=True, database=None,
                                  max_examples=EXAMPLES, phases=(Phase.explicit, Phase.generate))  # fmt: skip
        settings.load_profile("mutation")

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        for item in items:
            test: Any = getattr(item, "obj", None)
            own = getattr(test, "_hypothesis_internal_use_settings", None)
            if own is not None and own.max_examples > EXAMPLES:
                function = getattr(test, "__func__", test)
                function._hypothesis_internal_use_settings = settings(own, max_examples=EXAMPLES)


class Watch:
    """A plugin: notes the lines that each test runs in the modules under trial, and how long it takes."""

    def __init__(self, files: Iterable[str]) -> None:
        self._files = {str(ROOT / each): each for each in files}
        self._at_load: dict[str, int] = defaultdict(int)
        self._by_test: dict[str, dict[str, int]] = {}
        self._seconds: dict[str, float] = defaultdict(float)
        self._now = self._at_load
        self._unsuitable: set[str] = set()

    def tests(self) -> list[Test]:
        return [
            Test(name, self._seconds[name], dict(seen))
            for name, seen in self._by_test.items()
            if name not in self._unsuitable and self._seconds[name] < SLOWEST
        ]

    @property
    def seen_at_load(self) -> dict[str, int]:
        return dict(self._at_load)

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        self._now = self._by_test.setdefault(nodeid, defaultdict(int))

    def pytest_runtest_logfinish(self) -> None:
        self._now = self._at_load

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self._seconds[report.nodeid] += report.duration
        if not report.passed:
            self._unsuitable.add(report.nodeid)

    def __enter__(self) -> Watch:
        sys.settrace(self._entered)
        return self

    def __exit__(self, *_: object) -> None:
        sys.settrace(None)

    def _entered(self, frame: FrameType, event: str, arg: object) -> Any:
        file = self._files.get(frame.f_code.co_filename)
        if file is None:
            return None
        self._now[file] |= 1 << frame.f_lineno

        def line(frame: FrameType, event: str, arg: object) -> Any:
            self._now[file] |= 1 << frame.f_lineno
            return line

        return line


def run_pytest(files: Sequence[str], *plugins: object) -> int:
    """Run tests of this repository in this process, quietly."""
    os.chdir(ROOT)
    arguments = [
        "-q",
        "--assert=plain",
        "-p",
        "no:cacheprovider",
        "-m",
        "not server and not nightly and not benchmark and not tutorial",
    ]
    return int(pytest.main([*arguments, *files], plugins=[FewExamples(), *plugins]))
