"""No import goes in a circle: neither between modules nor between the packages that hold them.

Imports within functions and for type checking count as well: a circle that only a type checker walks is still two
modules that cannot be read, moved or understood one without the other.
"""

from collections import defaultdict
from collections.abc import Mapping
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise
from pathlib import Path

import grimp
import pytest

WITHOUT_CIRCLES = ("domain", "projections", "consumers", "infra", "api")


@pytest.mark.parametrize("top_level", WITHOUT_CIRCLES)
def test_the_parts_of_every_package_have_an_order(top_level: str) -> None:
    assert circles(top_level) == []


def test_a_circle_is_found_wherever_it_hides(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # given two rooms whose modules import each other, once within a function and once for the type checker only
    for room, text in (
        ("kitchen", "def cook():\n    from house_in_circles.cellar import wine\n"),
        (
            "cellar",
            "from typing import TYPE_CHECKING\n\nif TYPE_CHECKING:\n    from house_in_circles.kitchen import stove\n",
        ),
    ):
        (tmp_path / "house_in_circles" / room).mkdir(parents=True)
        (tmp_path / "house_in_circles" / room / "__init__.py").touch()
        (tmp_path / "house_in_circles" / room / "doors.py").write_text(text)
    (tmp_path / "house_in_circles" / "__init__.py").touch()
    (tmp_path / "house_in_circles" / "kitchen" / "stove.py").touch()
    (tmp_path / "house_in_circles" / "cellar" / "wine.py").touch()
    monkeypatch.syspath_prepend(tmp_path)
    # then: no module leads back to itself, but the rooms do
    [circle] = circles("house_in_circles")
    assert "house_in_circles.kitchen.doors imports house_in_circles.cellar.wine" in circle
    assert "house_in_circles.cellar.doors imports house_in_circles.kitchen.stove" in circle


def circles(top_level: str) -> list[str]:
    """A circle of each package whose modules and packages have no order, with imports that make it.

    A circle between modules is one between the parts of the package in which they meet, so that none is overlooked.
    """
    graph = grimp.build_graph(top_level, cache_dir=None)
    # by package, by part: the parts it imports, each with an import that does
    parts: dict[str, dict[str, dict[str, str]]] = defaultdict(lambda: defaultdict(dict))
    for importer in graph.modules:
        for imported in graph.find_modules_directly_imported_by(importer):
            package, one, other = _parting(importer, imported)
            parts[package][one][other] = f"{importer} imports {imported}"
    found = (_circle(imports) for _, imports in sorted(parts.items()))
    return [circle for circle in found if circle is not None]


def _parting(importer: str, imported: str) -> tuple[str, str, str]:
    """The innermost package of both modules, and the part of it in which each is: a package may be its own part."""
    one, other = importer.split("."), imported.split(".")
    depth = next((n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    return ".".join(one[:depth]), ".".join(one[: depth + 1]), ".".join(other[: depth + 1])


def _circle(imports: Mapping[str, Mapping[str, str]]) -> str | None:
    try:
        TopologicalSorter(imports).prepare()
    except CycleError as why:
        # graphlib names what is imported before what imports it.
        return "; ".join(imports[importer][imported] for imported, importer in pairwise(why.args[1]))
    return None
