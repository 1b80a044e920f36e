"""Inflow and outflow in each period, side by side, and the net."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final

from markupsafe import Markup

from api.pages.charts.axes import height_of, labels_below, plot_for, value_axis
from api.pages.charts.drawing import LINE_HEIGHT, WIDTH, element, empty_svg, path_through, svg, text_width
from api.pages.charts.figures import Caption, DayAxis, Figure, Series, ValueAxis, require_values_for
from api.pages.charts.marks import MARKS, bar, dashed_sample, key, patterns, point, swatch
from api.pages.charts.scales import Bands, label_every

_BELOW_KEY: Final = 8
_NET: Final = MARKS[6]


def flow_figure(
    caption: Caption, *, days: Sequence[date], inflow: Series, outflow: Series, net: str, x: DayAxis, y: ValueAxis
) -> Figure:
    """A pair of bars for each period, named by the day it begins, and a line ``net`` of inflow less outflow.

    Raises ValueError where a value is missing: a period of which nothing is known is no period of the picture.
    """
    require_values_for(days, (inflow, outflow))
    flows = [(came, went) for came, went in zip(inflow.values, outflow.values, strict=True) if came is not None
             and went is not None]  # fmt: skip
    if len(flows) != len(days):
        raise ValueError("of each period both what came in and what went out is known")
    names = (inflow.name, outflow.name, net)
    return Figure(
        name=caption.name,
        title=caption.title,
        description=caption.description,
        svg=_drawn(caption, days, flows, names, x, y),
        columns=(x.label, *names),
        rows=tuple((day, came, went, came - went) for day, (came, went) in zip(days, flows, strict=True)),
    )


def _drawn(
    caption: Caption, days: Sequence[date], flows: Sequence[tuple[float, float]], names: tuple[str, str, str],
    x: DayAxis, y: ValueAxis,
) -> Markup:  # fmt: skip
    if not any(map(any, flows)):
        return empty_svg(caption)
    samples = [swatch(caption.name, 0, 0, 0), swatch(caption.name, 1, 0, 0), dashed_sample(_NET)]
    explained, height = key(list(zip(samples, names, strict=True)), 2, 10, WIDTH, LINE_HEIGHT + 3)
    height += _BELOW_KEY
    nets = [came - went for came, went in flows]
    plot = plot_for(min(nets), max(max(pair) for pair in flows), y, above=height)
    bands = Bands(len(days), plot.left, plot.right)
    zero, width = plot.values.at(0), bands.width * 0.36
    bars = [
        bar(caption.name, which, bands.middle(index) + (which - 1) * width, plot.values.at(value), width,
            zero - plot.values.at(value))
        for index, pair in enumerate(flows)
        for which, value in enumerate(pair)
        if value
    ]  # fmt: skip
    places = [(bands.middle(index), plot.values.at(value)) for index, value in enumerate(nets)]
    written = [x.write(day) for day in days]
    every = label_every(len(days), plot.right - plot.left, max(map(text_width, written)) + 10)
    labels = [(bands.middle(index), written[index]) for index in range(0, len(days), every)]
    return svg(
        caption,
        height_of(plot),
        patterns(caption.name, 2),
        explained,
        value_axis(plot, y, above=height),
        labels_below(plot, labels, x.label),
        *bars,
        element("path", d=path_through(places), fill="none", stroke=_NET.colour, stroke_width=2),
        *(point(_NET, *place) for place in places),
    )
