"""A line for each series over days, named where it ends."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from markupsafe import Markup

from api.pages.charts.axes import Plot, day_axis, days_across, height_of, plot_for, value_axis
from api.pages.charts.drawing import LINE_HEIGHT, element, empty_svg, line, path_through, svg, text
from api.pages.charts.figures import Caption, DayAxis, Figure, Series, ValueAxis, require_values_for
from api.pages.charts.marks import MARKS, Mark, point, require_marks_for
from api.pages.charts.scales import Scale, spread


def line_figure(
    caption: Caption, *, days: Sequence[date], series: Sequence[Series], x: DayAxis, y: ValueAxis
) -> Figure:
    """The series over ``days``; a line is broken where a value is not known, never drawn through it."""
    require_values_for(days, series)
    require_marks_for(len(series))
    return Figure(
        name=caption.name,
        title=caption.title,
        description=caption.description,
        svg=_drawn(caption, days, series, x, y),
        columns=(x.label, *(each.name for each in series)),
        rows=tuple((day, *(each.values[index] for each in series)) for index, day in enumerate(days)),
    )


def _drawn(caption: Caption, days: Sequence[date], series: Sequence[Series], x: DayAxis, y: ValueAxis) -> Markup:
    known = [value for each in series for value in each.values if value is not None]
    if not known:
        return empty_svg(caption)
    named = [(each, mark) for each, mark in zip(series, MARKS, strict=False) if _last(each) is not None]
    plot = plot_for(min(known), max(known), y, beside=[each.name for each, _ in named])
    across = days_across(plot, days)
    lines = [_line(mark, run) for each, mark in named for run in _runs(plot, across, days, each)]
    return svg(
        caption,
        height_of(plot),
        value_axis(plot, y),
        day_axis(plot, across, x),
        *lines,
        *_names(plot, across, days, named),
    )


def _runs(plot: Plot, across: Scale, days: Sequence[date], series: Series) -> Iterator[list[tuple[float, float]]]:
    """The places of the values that follow each other without a gap."""
    run: list[tuple[float, float]] = []
    for day, value in zip(days, series.values, strict=True):
        if value is not None:
            run.append((across.at(day.toordinal()), plot.values.at(value)))
        elif run:
            yield run
            run = []
    if run:
        yield run


def _line(mark: Mark, run: list[tuple[float, float]]) -> Markup:
    if len(run) == 1:
        return point(mark, *run[0])
    return element(
        "path", d=path_through(run), fill="none", stroke=mark.colour, stroke_width=2.2,
        stroke_dasharray=mark.dash, stroke_linejoin="round",
    )  # fmt: skip


def _names(plot: Plot, across: Scale, days: Sequence[date], named: Sequence[tuple[Series, Mark]]) -> Iterator[Markup]:
    """At the last value of each series its shape, and next to the plot its name, without overlaps."""
    ends = []
    for each, _ in named:
        index, value = _last(each) or (0, 0.0)
        ends.append((across.at(days[index].toordinal()), plot.values.at(value)))
    places = spread([y for _, y in ends], LINE_HEIGHT, plot.top, plot.bottom)
    for (each, mark), (x, y), place in zip(named, ends, places, strict=True):
        yield line(x, y, plot.right + 14, place, stroke=mark.colour)
        yield point(mark, x, y)
        yield point(mark, plot.right + 20, place)
        yield text(each.name, plot.right + 30, place + 4)


def _last(series: Series) -> tuple[int, float] | None:
    """The last value that is known, and which one it is."""
    for index in range(len(series.values) - 1, -1, -1):
        value = series.values[index]
        if value is not None:
            return index, value
    return None
