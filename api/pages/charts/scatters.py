"""A dot for each case over days, and lines under which so many of them lie."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from markupsafe import Markup

from api.pages.charts.axes import Plot, day_axis, days_across, height_of, plot_for, value_axis
from api.pages.charts.drawing import LINE_HEIGHT, element, empty_svg, number, svg, text
from api.pages.charts.figures import Caption, DayAxis, Figure, ValueAxis
from api.pages.charts.marks import MARKS, require_marks_for
from api.pages.charts.scales import Scale, spread

_DOTS: Final = MARKS[0]
_LEVELS: Final = MARKS[1:]


@dataclass(frozen=True, slots=True, kw_only=True)
class Dot:
    """One case: the day it was done and how long it took."""

    day: date
    value: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """A value worth a line across the picture, such as a percentile, with its name."""

    name: str
    value: float


def scatter_figure(
    caption: Caption, *, dots: Sequence[Dot], levels: Sequence[Level], x: DayAxis, y: ValueAxis
) -> Figure:
    """The dots and the levels; the levels come last in the table, with their name in the place of a day.

    Dots in the same place are drawn once. The table has a row for each, so the caller keeps their number readable.
    """
    require_marks_for(len(levels) + 1)
    ordered = sorted(dots, key=lambda dot: (dot.day, dot.value))
    return Figure(
        name=caption.name,
        title=caption.title,
        description=caption.description,
        svg=_drawn(caption, ordered, levels, x, y),
        columns=(x.label, y.label),
        rows=(*((dot.day, dot.value) for dot in ordered), *((level.name, level.value) for level in levels)),
    )


def _drawn(caption: Caption, dots: Sequence[Dot], levels: Sequence[Level], x: DayAxis, y: ValueAxis) -> Markup:
    if not dots:
        return empty_svg(caption)
    values = [dot.value for dot in dots] + [level.value for level in levels]
    plot = plot_for(min(values), max(values), y, beside=[_words(level, y) for level in levels])
    across = days_across(plot, [dot.day for dot in dots])
    return svg(
        caption,
        height_of(plot),
        value_axis(plot, y),
        day_axis(plot, across, x),
        _dots(plot, across, dots),
        *_levels(plot, levels, y),
    )


def _dots(plot: Plot, across: Scale, dots: Sequence[Dot]) -> Markup:
    """All dots as one path of round ends: a tenth of the bytes of as many circles."""
    places = dict.fromkeys(
        f"M{number(across.at(dot.day.toordinal()))} {number(plot.values.at(dot.value))}h0" for dot in dots
    )
    return element(
        "path", d="".join(places), fill="none", stroke=_DOTS.colour, stroke_width=5, stroke_linecap="round",
        stroke_opacity="0.75",
    )  # fmt: skip


def _levels(plot: Plot, levels: Sequence[Level], y: ValueAxis) -> Iterator[Markup]:
    heights = [plot.values.at(level.value) for level in levels]
    places = spread(heights, LINE_HEIGHT, plot.top, plot.bottom)
    for level, mark, height, place in zip(levels, _LEVELS, heights, places, strict=False):
        yield element(
            "path", d=f"M{number(plot.left)} {number(height)}H{number(plot.right)}L{number(plot.right + 8)} "
            f"{number(place)}", fill="none", stroke=mark.colour, stroke_width=2, stroke_dasharray=mark.dash,
        )  # fmt: skip
        yield text(_words(level, y), plot.right + 12, place + 4)


def _words(level: Level, y: ValueAxis) -> str:
    return f"{level.name}: {y.write(level.value)}"
