"""docs/architecture.svg is drawn so that it can be read; that it is current is asked by `make check`."""

import importlib
from pathlib import Path
from types import ModuleType
from xml.etree import ElementTree

import pytest

ROOT = Path(__file__).parents[2]
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def import_graph(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(ROOT / ".ci" / "architecture"))
    return importlib.import_module("import_graph")


def test_it_says_in_words_what_it_shows() -> None:
    # S314: it is a file of this repository.
    picture = ElementTree.parse(ROOT / "docs" / "architecture.svg").getroot()  # noqa: S314
    labels = picture.attrib["aria-labelledby"].split()
    assert [picture.findtext(f"{SVG}*[@id='{each}']", "") != "" for each in labels] == [True, True]
    assert picture.attrib["role"] == "img"
    for box in picture.iter(f"{SVG}g"):
        assert " imports: " in box.findtext(f"{SVG}title", "")


def test_it_has_a_panel_for_each_top_level_package_and_colours_for_a_dark_screen() -> None:
    text = (ROOT / "docs" / "architecture.svg").read_text(encoding="utf-8")
    for top in ("api", "infra", "projections", "consumers", "domain"):
        assert f'<tspan class="heading">{top}</tspan>' in text
    assert "prefers-color-scheme: dark" in text


def test_packages_that_import_stand_before_those_that_are_imported(import_graph: ModuleType) -> None:
    imports = {("a", "c"): 1, ("b", "a"): 1, ("b", "d"): 5, ("d", "c"): 2}
    order = import_graph.importing_first(["a", "b", "c", "d"], imports)
    assert all(order.index(importing) < order.index(imported) for importing, imported in imports)


def test_in_a_circle_the_fewest_imports_go_back(import_graph: ModuleType) -> None:
    imports = {("http", "pages"): 14, ("pages", "http"): 31, ("http", "services"): 22, ("services", "http"): 8}
    assert import_graph.importing_first(["http", "pages", "services"], imports) == ["pages", "http", "services"]


def test_finer_layers_within_a_package_leave_its_panel_one(import_graph: ModuleType) -> None:
    contracts = [
        {"type": "layers", "layers": ["case", "law"], "containers": ["domain"]},
        {
            "type": "layers",
            "layers": ["api.http | api.pages", "api.services", "infra", "projections | consumers", "domain"],
        },
    ]
    tops = ["domain", "projections", "consumers", "infra", "api"]
    assert import_graph.layers_of(contracts, tops) == [["api"], ["infra"], ["projections", "consumers"], ["domain"]]
