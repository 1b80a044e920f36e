"""Areas upon each other over days: the cumulative flow of cases through their stages."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import accumulate

from markupsafe import Markup

from api.pages.charts.axes import Plot, day_axis, days_across, height_of, plot_for, value_axis
from api.pages.charts.drawing import GRID, LINE_HEIGHT, element, empty_svg, line, path_through, svg, text
from api.pages.charts.figures import Caption, DayAxis, Figure, Series, ValueAxis, require_values_for
from api.pages.charts.marks import MARKS, fill_of, patterns, require_marks_for, swatch
from api.pages.charts.scales import spread


def stacked_area_figure(
    caption: Caption, *, days: Sequence[date], series: Sequence[Series], x: DayAxis, y: ValueAxis
) -> Figure:
    """The series upon each other over ``days``, the first one lowest. Raises ValueError where a value is missing
    or below zero, because nothing can be stacked on it."""
    require_values_for(days, series)
    require_marks_for(len(series))
    values = [_stackable(each) for each in series]
    return Figure(
        name=caption.name,
        title=caption.title,
        description=caption.description,
        svg=_drawn(caption, days, [each.name for each in series], values, x, y),
        columns=(x.label, *(each.name for each in series)),
        rows=tuple((day, *(each[index] for each in values)) for index, day in enumerate(days)),
    )


def _stackable(series: Series) -> list[float]:
    known = [value for value in series.values if value is not None and value >= 0]
    if len(known) != len(series.values):
        raise ValueError("areas are stacked: each value must be known and no less than zero")
    return known


def _drawn(
    caption: Caption, days: Sequence[date], names: Sequence[str], values: Sequence[Sequence[float]],
    x: DayAxis, y: ValueAxis,
) -> Markup:  # fmt: skip
    if not any(map(any, values)):
        return empty_svg(caption)
    # For each day the height of every border: the ground, then the top of each area.
    borders = [list(accumulate(of_day, initial=0.0)) for of_day in zip(*values, strict=True)]
    plot = plot_for(0, max(of_day[-1] for of_day in borders), y, beside=names)
    across = days_across(plot, days)
    places = [across.at(day.toordinal()) for day in days]
    if len(places) == 1:
        # One day has no breadth of its own: it is drawn over the whole plot.
        places, borders = [plot.left, plot.right], borders * 2
    areas = [_area(caption.name, index, plot, places, borders) for index in range(len(names))]
    return svg(
        caption,
        height_of(plot),
        patterns(caption.name, len(names)),
        value_axis(plot, y),
        day_axis(plot, across, x),
        *areas,
        *_names(caption.name, plot, names, borders[-1]),
    )


def _area(name: str, index: int, plot: Plot, places: Sequence[float], borders: Sequence[Sequence[float]]) -> Markup:
    top = [(place, plot.values.at(of_day[index + 1])) for place, of_day in zip(places, borders, strict=True)]
    bottom = [(place, plot.values.at(of_day[index])) for place, of_day in zip(places, borders, strict=True)]
    area = element("path", d=path_through([*top, *reversed(bottom)]) + "z", fill=fill_of(name, index))
    edge = element("path", d=path_through(top), fill="none", stroke=MARKS[index].colour, stroke_width=1.6)
    return element("g", area, edge)


def _names(name: str, plot: Plot, names: Sequence[str], last: Sequence[float]) -> Iterator[Markup]:
    """Next to the last day the name of each area, with its pattern, as near to it as the others allow."""
    middles = [plot.values.at((last[index] + last[index + 1]) / 2) for index in range(len(names))]
    # From the top down, so that areas of no height keep their order.
    places = spread(middles[::-1], LINE_HEIGHT, plot.top, plot.bottom)[::-1]
    for index, each in enumerate(names):
        yield line(plot.right, middles[index], plot.right + 10, places[index], stroke=GRID)
        yield swatch(name, index, plot.right + 11, places[index])
        yield text(each, plot.right + 30, places[index] + 4)
