"""The errors of a package are drawn once, where they are read, and the drawing is what the code has."""

import importlib
import inspect
import pkgutil
import re
from types import ModuleType
from typing import Final

import domain.case
import domain.case.refusals
import domain.unusable
from domain.unusable import Unusable

_DRAWN: Final = re.compile(r"    ( *)([A-Z]\w+)(?:  .*)?")


def test_the_errors_of_a_case_are_drawn() -> None:
    assert drawn_in(domain.case.refusals) == tree(errors_of(domain.case))


def test_the_errors_of_the_domain_that_a_person_can_correct_are_drawn() -> None:
    correctable = {error for error in errors_of(domain) if issubclass(error, Unusable)}

    assert drawn_in(domain.unusable) == tree(correctable)


def test_a_drawing_is_read_with_what_each_error_stands_under() -> None:
    # given
    module = ModuleType("errors", "Errors.\n\n    Broken\n      Cracked   a little\n    Lost    gone\n\nNo more.\n")
    # then
    assert drawn_in(module) == {"Broken": None, "Cracked": "Broken", "Lost": None}


def drawn_in(module: ModuleType) -> dict[str, str | None]:
    """Each error of the drawing in the module's docstring, with the one that it stands under."""
    parents: dict[str, str | None] = {}
    above: list[str] = []
    for line in inspect.getdoc(module).splitlines():
        if found := _DRAWN.fullmatch(line):
            del above[len(found[1]) // 2 :]
            parents[found[2]] = above[-1] if above else None
            above.append(found[2])
    return parents


def tree(errors: set[type[BaseException]]) -> dict[str, str | None]:
    return {
        error.__name__: next((base.__name__ for base in error.__bases__ if base in errors), None) for error in errors
    }


def errors_of(package: ModuleType) -> set[type[BaseException]]:
    """Every error that a module of the package defines."""
    names = [each.name for each in pkgutil.walk_packages(package.__path__, f"{package.__name__}.")]
    return {
        value
        for module in map(importlib.import_module, names)
        for value in vars(module).values()
        if isinstance(value, type) and issubclass(value, BaseException) and value.__module__ == module.__name__
    }
