"""How many there are of each size: the age of open work, mostly."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from markupsafe import Markup

from api.pages.charts.axes import height_of, labels_below, plot_for, value_axis
from api.pages.charts.drawing import empty_svg, svg, text_over_marks, text_width
from api.pages.charts.figures import Caption, Figure, ValueAxis
from api.pages.charts.marks import bar, patterns
from api.pages.charts.scales import Bands, label_every

_MOST_COUNTS_WRITTEN: Final = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Bin:
    """A range of sizes in words, such as "0 to 14 days", and how many are in it."""

    label: str
    count: int


def histogram_figure(caption: Caption, *, bins: Sequence[Bin], x_label: str, y: ValueAxis) -> Figure:
    """A bar for each bin, in the order given, with its count written on it where there are few."""
    return Figure(
        name=caption.name,
        title=caption.title,
        description=caption.description,
        svg=_drawn(caption, bins, x_label, y),
        columns=(x_label, y.label),
        rows=tuple((each.label, each.count) for each in bins),
    )


def _drawn(caption: Caption, bins: Sequence[Bin], x_label: str, y: ValueAxis) -> Markup:
    most = max((each.count for each in bins), default=0)
    if not most:
        return empty_svg(caption)
    plot = plot_for(0, most, y)
    bands = Bands(len(bins), plot.left, plot.right)
    width = bands.width * 0.82
    tops = [plot.values.at(each.count) for each in bins]
    bars = [
        bar(caption.name, 0, bands.middle(index) - width / 2, top, width, plot.bottom - top)
        for index, top in enumerate(tops)
        if bins[index].count
    ]
    counts = [
        text_over_marks(y.write(each.count), bands.middle(index), tops[index] - 5)
        for index, each in enumerate(bins)
        if each.count and len(bins) <= _MOST_COUNTS_WRITTEN
    ]
    every = label_every(len(bins), plot.right - plot.left, max(text_width(each.label) for each in bins) + 8)
    labels = [(bands.middle(index), bins[index].label) for index in range(0, len(bins), every)]
    return svg(
        caption,
        height_of(plot),
        patterns(caption.name, 1),
        value_axis(plot, y),
        *bars,
        *counts,
        labels_below(plot, labels, x_label),
    )
