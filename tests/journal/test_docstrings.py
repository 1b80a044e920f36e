"""What the docstrings of the packages draw and list is there, and the whole of it."""

from __future__ import annotations

import inspect
import pkgutil
import re
from collections.abc import Iterator
from importlib import import_module
from types import ModuleType

import pytest

import infra.postgres.journal
import infra.postgres.journal.conflicts
import infra.postgres.server

_LINE = re.compile(r"    (?P<stem>[│├└─ ]*)(?P<name>[A-Z]\w+)( {2,}\S.*)?")


def drawn(module: ModuleType) -> set[tuple[str, str]]:
    """Each class of the drawing with the class above it."""
    found: set[tuple[str, str]] = set()
    above: list[str] = []
    for line in (module.__doc__ or "").splitlines():
        if shown := _LINE.fullmatch(line):
            depth = len(shown["stem"]) // 4
            if depth:
                found.add((shown["name"], above[depth - 1]))
            above[depth:] = [shown["name"]]
    return found


def defined(package: ModuleType) -> Iterator[tuple[str, str]]:
    """Each class of error that a module of the package defines for others, with its base."""
    for each in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
        module = import_module(each.name)
        for name, found in inspect.getmembers(module, inspect.isclass):
            if issubclass(found, Exception) and found.__module__ == module.__name__ and not name.startswith("_"):
                yield name, found.__mro__[1].__name__


@pytest.mark.parametrize(
    ("package", "drawing"),
    [
        (infra.postgres.server, infra.postgres.server),
        (infra.postgres.journal, infra.postgres.journal.conflicts),
    ],
    ids=["server", "journal"],
)
def test_the_drawing_shows_every_error_under_its_base(package: ModuleType, drawing: ModuleType) -> None:
    errors = set(defined(package))
    assert len(errors) > 5
    assert drawn(drawing) == errors


def test_the_guide_to_the_journal_names_each_of_its_modules() -> None:
    named = re.findall(r"``(\w+)``", infra.postgres.journal.__doc__ or "")
    modules = {each.name for each in pkgutil.iter_modules(infra.postgres.journal.__path__)}
    assert {name for name in named if name != "journal_append"} == modules
