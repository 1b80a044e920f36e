"""docs/growth.svg shows docs/growth.json, and so that it can be read."""

import importlib
import json
import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from types import ModuleType
from typing import Any
from xml.etree import ElementTree

import pytest

ROOT = Path(__file__).parents[2]
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def chart(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(ROOT / ".ci" / "growth"))
    return importlib.import_module("chart")


def row(case: str, ours: float, peer: float, unit: str) -> dict[str, Any]:
    return {"case": case, "ours": ours, "peer": peer, "ratio": round(ours / peer, 2), "unit": unit}


REPORT = {
    "rows": [
        row("case read, 10,000 cases", 8.0, 8.0, "ms"),
        row("case read, 1,000,000 cases", 8.4, 8.0, "ms"),
        row("case read, p95, 10,000 cases", 18.0, 18.0, "ms"),
        row("case read, p95, 1,000,000 cases", 19.0, 18.0, "ms"),
        row("replay, 10,000 cases", 9_000.0, 9_000.0, "events/s"),
        row("replay, 1,000,000 cases", 4_500.0, 9_000.0, "events/s"),
    ]
}


def test_the_picture_is_current() -> None:
    checked = subprocess.run(
        [sys.executable, ".ci/growth", "--check"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert checked.returncode == 0, checked.stderr


def test_a_rate_that_halves_is_a_time_that_doubles_and_the_steepest_comes_first(chart: ModuleType) -> None:
    times = chart.times_of(REPORT)

    assert [(each.measure, each.relative) for each in times] == [("replay", (1.0, 2.0)), ("case read", (1.0, 1.05))]
    assert times[1].label == "case read: 8 → 8.4 ms, 1.05 x"


def test_labels_stand_apart_also_where_all_lines_end_together(chart: ModuleType) -> None:
    report = {
        "rows": [
            row(f"measure {number}, {cases} cases", 2.0, 2.0, "ms") for number in range(12) for cases in (10, 1_000)
        ]
    }
    drawn = ElementTree.fromstring(chart.picture(chart.times_of(report)))  # noqa: S314 (drawn here)
    heights = sorted(
        float(text.attrib["y"]) for text in drawn.iter(f"{SVG}text") if (text.text or "").startswith("measure")
    )

    assert len(heights) == 12
    assert min(after - before for before, after in pairwise(heights)) > 15
    assert heights[-1] < float(drawn.attrib["height"])


def test_it_says_in_words_what_it_shows_and_has_colours_for_a_dark_screen(chart: ModuleType) -> None:
    text = chart.picture(chart.times_of(REPORT))
    drawn = ElementTree.fromstring(text)  # noqa: S314 (drawn here)
    labels = drawn.attrib["aria-labelledby"].split()

    assert "replay: 9,000 → 4,500 events/s, 2 x" in drawn.findtext(f"{SVG}desc", "")
    assert [drawn.findtext(f"{SVG}*[@id='{each}']", "") != "" for each in labels] == [True, True]
    assert "prefers-color-scheme: dark" in text


def test_the_figures_are_a_report_of_the_benchmark() -> None:
    report = json.loads((ROOT / "docs" / "growth.json").read_text(encoding="utf-8"))

    assert report["benchmark"] == "growth"
    assert len({each["case"] for each in report["rows"]}) == len(report["rows"])
    assert set(report["machine"]["slope"]) == {each["case"].rsplit(", ", 1)[0] for each in report["rows"]}
