"""The errors of a package are drawn once, where they are read, and the drawing is what the classes are."""

from __future__ import annotations

import pkgutil
import re
from collections.abc import Iterable, Iterator
from importlib import import_module
from inspect import cleandoc
from textwrap import dedent
from typing import Final

import pytest

from domain.unusable import Unusable

DRAWINGS: Final = {
    "domain.case": "domain.case.refusals",
    "infra.crossroads": "infra.crossroads.errors",
    "infra.documents": "infra.documents.errors",
    "infra.identity": "infra.identity.errors",
    "infra.kafka": "infra.kafka.errors",
    "infra.keys": "infra.keys",
    "infra.postgres.journal": "infra.postgres.journal.conflicts",
    "infra.postgres.server": "infra.postgres.server",
    "infra.workers": "infra.workers.errors",
    "api.services": "api.services.refusals",
}
_LINE: Final = re.compile(r"(?P<branch>(?:│   |    )*(?:[├└]── )?)(?P<name>[A-Z]\w+)(?P<text>| {2,}\S.*)")

_ELSEWHERE: Final = {"Exception", "IntegrityError", "OperationalError", "OSError", "Unusable"}
"""Bases that are drawn for what hangs from them."""

Tree = set[tuple[str, str]]
"""Each error with its base; an error of nobody else's kind stands under ``Exception``."""


@pytest.mark.parametrize(("package", "module"), DRAWINGS.items(), ids=list(DRAWINGS))
def test_the_errors_of_a_package_are_drawn(package: str, module: str) -> None:
    tree, marked = drawn(import_module(module).__doc__)
    errors = list(errors_of(package))
    assert tree == tree_of(errors)
    # then the drawing says as well whose text is a sentence for a person
    assert marked == {each.__name__ for each in errors if Unusable in each.__bases__[1:]}


def test_the_errors_of_the_domain_that_a_person_can_correct_are_drawn() -> None:
    correctable = [error for error in errors_of("domain", deep=True) if issubclass(error, Unusable)]

    assert drawn(import_module("domain.unusable").__doc__)[0] == tree_of(correctable)


def test_a_drawing_is_read_with_what_each_error_stands_under() -> None:
    text = """Errors.

    Broken
    ├── Cracked   (Unusable) a little
    │   └── Split
    └── Shattered
    OSError
    └── Lost      gone

    No more.
    """
    assert drawn(text) == (
        {
            ("Broken", "Exception"),
            ("Cracked", "Broken"),
            ("Split", "Cracked"),
            ("Shattered", "Broken"),
            ("Lost", "OSError"),
        },
        {"Cracked"},
    )


def drawn(text: str | None) -> tuple[Tree, set[str]]:
    """The drawing in a docstring: the errors with their bases, and those marked as ``(Unusable)``."""
    tree, marked, above = set(), set(), list[str]()
    paragraphs = (dedent(each) for each in cleandoc(text or "").split("\n\n"))
    for line in "\n".join(paragraphs).splitlines():
        if shown := _LINE.fullmatch(line):
            depth, name = len(shown["branch"]) // 4, shown["name"]
            above[depth:] = [name]
            if depth:
                tree.add((name, above[depth - 1]))
            elif name not in _ELSEWHERE:
                tree.add((name, "Exception"))
            if shown["text"].strip().startswith("(Unusable)"):
                marked.add(name)
    return tree, marked


def tree_of(errors: Iterable[type[Exception]]) -> Tree:
    return {(error.__name__, error.__bases__[0].__name__) for error in errors}


def errors_of(package: str, *, deep: bool = False) -> Iterator[type[Exception]]:
    """The public errors that a package defines; ``deep`` takes the packages under it as well."""
    root = import_module(package)
    modules = [root]
    if hasattr(root, "__path__"):
        below = pkgutil.walk_packages(root.__path__, f"{package}.") if deep else _modules_in(root.__path__, package)
        modules += [import_module(each.name) for each in below if not each.name.endswith("__main__")]
    for module in modules:
        for name, value in vars(module).items():
            is_error = isinstance(value, type) and issubclass(value, Exception) and not name.startswith("_")
            if is_error and value.__module__ == module.__name__:
                yield value


def _modules_in(path: Iterable[str], package: str) -> Iterator[pkgutil.ModuleInfo]:
    return (each for each in pkgutil.iter_modules(path, f"{package}.") if not each.ispkg)
