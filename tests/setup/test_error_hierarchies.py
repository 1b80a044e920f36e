"""What may go wrong in a package is drawn in one docstring, and the drawing is what the classes are."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
from collections.abc import Iterator
from types import ModuleType

import pytest

from domain.unusable import Unusable

DRAWN = ["infra.crossroads", "infra.documents", "infra.identity", "infra.kafka", "infra.workers"]

_LINE = re.compile(r"(?P<before>(?:│   |    )*(?:[├└]── )?)(?P<name>[A-Z]\w+)(?P<text>.*)")


def drawing_of(module: ModuleType) -> Iterator[tuple[str, str | None, bool]]:
    """Each class drawn, the one it hangs from, and whether the drawing says that its text is for a person."""
    above: list[str] = []
    for line in (module.__doc__ or "").splitlines():
        found = _LINE.fullmatch(line)
        if found is None or (not above and not found["name"].endswith(("Failure", "Stopped"))):
            continue
        depth = len(found["before"]) // 4
        above[depth:] = [found["name"]]
        yield found["name"], above[depth - 1] if depth else None, "(Unusable)" in found["text"]


def errors_of(package: str) -> dict[str, type[Exception]]:
    """The public errors that are defined in a package and not in one under it."""
    found = importlib.import_module(package)
    modules = (
        [found]
        if not hasattr(found, "__path__")
        else [
            importlib.import_module(f"{package}.{each.name}")
            for each in pkgutil.iter_modules(found.__path__)
            if not each.ispkg and each.name != "__main__"
        ]
    )
    return {
        name: error
        for module in modules
        for name, error in inspect.getmembers(module, inspect.isclass)
        if issubclass(error, Exception) and error.__module__ == module.__name__ and not name.startswith("_")
    }


@pytest.mark.parametrize(
    ("package", "drawn_in"), [*((each, f"{each}.errors") for each in DRAWN), ("infra.keys", "infra.keys")]
)
def test_the_drawing_is_what_the_classes_are(package: str, drawn_in: str) -> None:
    errors = errors_of(package)
    drawn = list(drawing_of(importlib.import_module(drawn_in)))
    assert {name for name, _, _ in drawn} == set(errors)
    for name, parent, is_for_a_person in drawn:
        assert errors[name].__bases__[0] is (Exception if parent is None else errors[parent])
        assert issubclass(errors[name], Unusable) == is_for_a_person
