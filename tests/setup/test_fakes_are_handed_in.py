"""A test hands a fake to what it tests, as an argument. It changes no module and no private attribute of anything.

What can only be tested by changing the program from outside lacks an argument. The environment is outside the program:
``monkeypatch.setenv`` is fine.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]

PROGRAMS = ("audit/moved_clock.py", "mutation/__main__.py", "mutation/seen.py")
"""Programs around the tests, which set up the process in which others run: its clock, what it compiles, its examples.
Python and Hypothesis have no argument for that.
"""

_PATCHING = {"setattr", "delattr", "setitem", "delitem"}


def patches_of(source: str) -> Iterator[int]:
    """The lines that change what is somebody else's."""
    tree = ast.parse(source)
    modules = {
        alias.asname or alias.name.split(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.Import)
        for alias in node.names
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            names = [alias.name for alias in node.names] + [getattr(node, "module", None) or ""]
            if any(each.split(".")[0] == "mock" or each.startswith("unittest") for each in names):
                yield node.lineno
        elif (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _PATCHING) or (
            isinstance(node, ast.arg) and node.arg == "mocker"
        ):
            yield node.lineno
        elif isinstance(node, ast.Attribute) and not isinstance(node.ctx, ast.Load):
            owner = node.value.id if isinstance(node.value, ast.Name) else ""
            if owner in modules or (node.attr.startswith("_") and owner not in ("self", "cls")):
                yield node.lineno


def test_no_test_changes_a_module_or_a_private_attribute() -> None:
    found = [
        f"{path.relative_to(TESTS)}:{line}"
        for path in sorted(TESTS.rglob("*.py"))
        if path.relative_to(TESTS).as_posix() not in PROGRAMS
        for line in patches_of(path.read_text(encoding="utf-8"))
    ]
    assert found == []


@pytest.mark.parametrize(
    "line",
    [
        "monkeypatch.setattr(loading, 'CHUNK', 2)",
        "patch.setitem(settings, 'look_again', 0.02)",
        "from unittest.mock import patch",
        "program.case_files._clock = clock",
        "del program.keys._cache",
        "keys._asked += 1",
        "import sys\nsys.stdin = facts",
        "def test(mocker): ...",
    ],
)
def test_each_way_of_it_is_found(line: str) -> None:
    assert list(patches_of(line)) != []


@pytest.mark.parametrize("line", ["monkeypatch.setenv('TZ', 'UTC')", "self._next = 1", "clock.moment = noon"])
def test_what_is_the_tests_own_is_left_alone(line: str) -> None:
    assert list(patches_of(line)) == []
