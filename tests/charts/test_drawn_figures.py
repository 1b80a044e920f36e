"""Every picture: what it draws, what it says in words, and what it refuses to draw."""

import re
from collections.abc import Callable
from datetime import date
from xml.etree import ElementTree

import pytest

from api.pages.charts.drawing import INK, PAPER, SOFT_INK
from api.pages.charts.figures import Caption, Figure, Series
from api.pages.charts.histograms import Bin
from api.pages.charts.marks import MARKS
from api.pages.charts.scatters import Dot
from api.pages.charts.shares import Whole
from tests.charts.samples import (
    DAYS,
    areas,
    caption,
    each_kind,
    each_kind_empty,
    flows,
    histogram,
    lines,
    scatter,
    shares,
)

SVG = "{http://www.w3.org/2000/svg}"


def parsed(figure: Figure) -> ElementTree.Element:
    return ElementTree.fromstring(figure.svg)  # noqa: S314 -- our own markup


def words(figure: Figure) -> list[str]:
    return [each.text or "" for each in parsed(figure).iter(f"{SVG}text")]


@pytest.mark.parametrize("figure", each_kind(), ids=lambda figure: figure.name)
def test_a_picture_says_what_it_is(figure: Figure) -> None:
    drawn = parsed(figure)
    title, description = drawn[0], drawn[1]
    assert (title.tag, title.text) == (f"{SVG}title", f"Of <{figure.name}>")
    assert (description.tag, description.text) == (f"{SVG}desc", 'Says "what" & why')
    assert drawn.get("role") == "img"
    assert drawn.get("aria-labelledby") == f"{title.get('id')} {description.get('id')}"
    # and scales to its place
    assert drawn.get("viewBox", "").startswith("0 0 560 ")
    assert drawn.get("width") is None


@pytest.mark.parametrize("figure", each_kind(), ids=lambda figure: figure.name)
def test_a_picture_keeps_within_the_policy_and_its_own_ids(figure: Figure) -> None:
    drawn = parsed(figure)
    assert not any("style" in each.attrib or each.tag.endswith(("style", "script")) for each in drawn.iter())
    ids = [each.get("id", "") for each in drawn.iter() if "id" in each.attrib]
    assert len(ids) == len(set(ids))
    assert all(each.startswith(f"{figure.name}-") for each in ids)
    # every pattern that is used is there
    assert set(re.findall(r"url\(#([^)]+)\)", figure.svg)) <= set(ids)


@pytest.mark.parametrize("figure", each_kind(), ids=lambda figure: figure.name)
def test_nothing_is_drawn_outside(figure: Figure) -> None:
    drawn = parsed(figure)
    width, height = (float(each) for each in drawn.get("viewBox", "").split()[2:])
    for each in drawn.iter():
        for key, most in (("x", width), ("x1", width), ("x2", width), ("y", height), ("y1", height), ("y2", height)):
            assert 0 <= float(each.get(key, "0")) <= most or each.tag == f"{SVG}rect"
        if each.get("fill", "").startswith("url") and each.tag == f"{SVG}rect" and each.get("x") != "0":
            assert float(each.get("height", "0")) >= 0
            assert float(each.get("width", "0")) > 0


def test_the_same_figures_are_the_same_bytes() -> None:
    assert [each.svg for each in each_kind()] == [each.svg for each in each_kind()]


@pytest.mark.parametrize("figure", each_kind_empty(), ids=lambda figure: figure.name)
def test_a_picture_of_nothing_is_a_sentence(figure: Figure) -> None:
    assert words(figure) == ["There are no cases."]
    assert parsed(figure).get("role") == "img"


def test_lines_are_named_where_they_end_and_broken_where_nothing_is_known() -> None:
    figure = lines(Series(name="p50", values=(1, 2, 3)), Series(name="p<80>", values=(4, None, 5)))
    assert {"p50", "p<80>", "Cases", "Day"} <= set(words(figure))
    # one line through three values; two single values are two points and no line
    dashed = [each for each in parsed(figure).iter(f"{SVG}path") if each.get("stroke-dasharray")]
    assert [each.get("d", "").count("L") for each in dashed] == [2]
    assert figure.columns == ("Day", "p50", "p<80>")
    assert figure.rows == ((DAYS[0], 1, 4), (DAYS[1], 2, None), (DAYS[2], 3, 5))


def test_series_differ_in_more_than_colour() -> None:
    assert len({mark.dash for mark in MARKS}) == len({mark.hatch for mark in MARKS}) == len(MARKS)


@pytest.mark.parametrize(
    ("colour", "least"),
    [*((mark.colour, 4.5) for mark in MARKS), (INK, 7), (SOFT_INK, 4.5)],
)
def test_marks_and_words_stand_out_from_the_paper(colour: str, least: float) -> None:
    assert contrast(colour, PAPER) >= least


@pytest.mark.parametrize("mark", MARKS, ids=lambda mark: mark.colour)
def test_the_strokes_of_a_pattern_stand_out_from_its_ground(mark: object) -> None:
    assert contrast(mark.colour, mark.tint) >= 3  # type: ignore[attr-defined]


def contrast(one: str, other: str) -> float:
    """As WCAG 2 defines it."""

    def luminance(colour: str) -> float:
        channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def test_areas_stand_upon_each_other() -> None:
    figure = areas(Series(name="Below", values=(10, 10, 10)), Series(name="Above", values=(5, 5, 5)))
    below, above = (
        each.get("d", "") for each in parsed(figure).iter(f"{SVG}path") if "pattern" in each.get("fill", "")
    )
    # the ground of the upper one, drawn back from the right, is the top of the lower one
    top_of_below = re.findall(r"[\d.]+ [\d.]+", below)[:3]
    ground_of_above = re.findall(r"[\d.]+ [\d.]+", above)[3:]
    assert top_of_below == ground_of_above[::-1]
    assert figure.rows[1] == (DAYS[1], 10, 5)


def test_one_day_is_drawn_too() -> None:
    one_day = DAYS[:1]
    assert "Submitted" in words(areas(Series(name="Submitted", values=(3,)), days=one_day))
    assert "p50" in words(lines(Series(name="p50", values=(3,)), days=one_day))
    assert "Net" in words(flows(Series(name="Filed", values=(3,)), Series(name="Closed", values=(1,)), days=one_day))
    assert "p85" not in words(scatter(Dot(day=DAYS[0], value=0)))


def test_what_came_in_less_what_went_out() -> None:
    figure = flows(Series(name="Filed", values=(5, 0, 7)), Series(name="Closed", values=(2, 6, 7)))
    assert figure.columns == ("Day", "Filed", "Closed", "Net")
    assert [row[3] for row in figure.rows] == [3, -6, 0]
    # a bar for each value that is not zero; the net goes below zero, and so does the axis
    bars = [each for each in parsed(figure).iter(f"{SVG}rect") if "pattern" in each.get("fill", "")]
    assert len(bars) == 5 + len(("swatch of Filed", "swatch of Closed"))
    assert any(each.startswith("-") for each in words(figure))


def test_counts_of_a_histogram_are_written_on_it() -> None:
    figure = histogram(Bin(label="0-13", count=8), Bin(label="14+", count=3))
    assert {"8", "3", "0-13", "14+"} <= set(words(figure))
    assert figure.rows == (("0-13", 8), ("14+", 3))


def test_shares_of_a_whole() -> None:
    figure = shares(Whole(name="Nurse", parts=(30, 10)), Whole(name="Nobody", parts=(0, 0)))
    assert {"Nurse", "75%", "25%", "Region", "Applicant"} <= set(words(figure))
    # a whole of nothing has no bar, and its row says that it has no shares
    assert "Nobody" not in words(figure)
    assert figure.rows == (
        ("Nurse", "Region", 30, "75%"), ("Nurse", "Applicant", 10, "25%"),
        ("Nobody", "Region", 0, None), ("Nobody", "Applicant", 0, None),
    )  # fmt: skip


def test_dots_in_one_place_are_drawn_once_and_counted_in_the_table() -> None:
    twice = (Dot(day=DAYS[0], value=4), Dot(day=DAYS[0], value=4), Dot(day=DAYS[2], value=9))
    figure = scatter(*twice)
    (dots,) = (each for each in parsed(figure).iter(f"{SVG}path") if each.get("stroke-linecap") == "round")
    assert dots.get("d", "").count("M") == 2
    assert len(figure.rows) == 3


@pytest.mark.parametrize(
    ("draw", "said"),
    [
        (lambda: lines(Series(name="p50", values=(1, 2))), "one value for each day"),
        (lambda: lines(Series(name="p50", values=(1, 2)), days=(DAYS[1], DAYS[0])), "follow each other"),
        (lambda: lines(*[Series(name=str(n), values=(1, 2, 3)) for n in range(9)]), "at most 8"),
        (lambda: areas(Series(name="Stage", values=(1, None, 3))), "known"),
        (lambda: areas(Series(name="Stage", values=(1, -1, 3))), "less than zero"),
        (lambda: flows(Series(name="In", values=(1, None, 3)), Series(name="Out", values=(1, 2, 3))), "known"),
        (lambda: shares(Whole(name="Nurse", parts=(1,))), "for every part"),
        (lambda: shares(Whole(name="Nurse", parts=(1, -1))), "less than zero"),
        (lambda: caption("Not an id"), "is an id"),
    ],
)
def test_what_cannot_be_drawn_is_refused(draw: Callable[[], Figure | Caption], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        draw()


def test_a_day_axis_over_years_stays_readable() -> None:
    days = tuple(date(year, 1, 1) for year in range(2000, 2026))
    named = [
        each for each in words(lines(Series(name="p50", values=tuple(range(26))), days=days)) if each.endswith("-01-01")
    ]
    assert 2 <= len(named) <= 6
