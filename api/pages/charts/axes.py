"""The plot: the part of a drawing between its axes, the lines that help to read it, and the words along it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from markupsafe import Markup

from api.pages.charts.drawing import AXIS, GRID, SOFT_INK, TEXT_SIZE, WIDTH, element, line, text, text_width
from api.pages.charts.figures import DayAxis, ValueAxis
from api.pages.charts.scales import Scale, day_ticks, nice_ticks

HEIGHT: Final = 300

_ABOVE: Final = 30
_BELOW: Final = 44
_GAP: Final = 8
_LEAST_RIGHT: Final = 22


@dataclass(frozen=True, slots=True, kw_only=True)
class Plot:
    """The edges of the plot, and the height at which a value is drawn."""

    left: float
    right: float
    top: float
    bottom: float
    values: Scale
    ticks: tuple[float, ...]


def plot_for(low: float, high: float, axis: ValueAxis, *, beside: Sequence[str] = (), above: float = 0) -> Plot:
    """A plot for values from ``low`` to ``high``, with room for the words ``beside`` it and for a key ``above``."""
    ticks = nice_ticks(low, high, whole=axis.whole)
    left = max(text_width(axis.write(tick)) for tick in ticks) + _GAP + 4
    right = WIDTH - max([text_width(words) + 34 for words in beside] + [_LEAST_RIGHT])
    top, bottom = _ABOVE + above, HEIGHT + above - _BELOW
    return Plot(
        left=left, right=right, top=top, bottom=bottom, values=Scale(ticks[0], ticks[-1], bottom, top), ticks=ticks
    )


def height_of(plot: Plot) -> float:
    """How high a drawing with this plot is."""
    return plot.bottom + _BELOW


def value_axis(plot: Plot, axis: ValueAxis, above: float = 0) -> Markup:
    """Lines across the plot at round values, the line of zero the strongest, and above it what the values are."""
    drawn = [text(axis.label, 0, TEXT_SIZE + above, fill=SOFT_INK)]
    for tick in plot.ticks:
        y = plot.values.at(tick)
        drawn += [
            line(plot.left, y, plot.right, y, stroke=AXIS if tick == 0 else GRID),
            text(axis.write(tick), plot.left - _GAP, y + 4, anchor="end", fill=SOFT_INK),
        ]
    return element("g", *drawn)


def days_across(plot: Plot, days: Sequence[date]) -> Scale:
    """The horizontal place of a day in the plot, by its ordinal."""
    return Scale(days[0].toordinal(), days[-1].toordinal(), plot.left, plot.right)


def day_axis(plot: Plot, across: Scale, axis: DayAxis) -> Markup:
    """Days worth naming below the plot, and what they are."""
    first, last = date.fromordinal(round(across.low)), date.fromordinal(round(across.high))
    widest = text_width(axis.write(last)) + 2 * _GAP
    ticks = day_ticks(first, last, max(2, int((plot.right - plot.left) / widest)))
    return labels_below(plot, [(across.at(day.toordinal()), axis.write(day)) for day in ticks], axis.label)


def labels_below(plot: Plot, labels: Sequence[tuple[float, str]], what: str) -> Markup:
    """Words at places below the plot, kept within the drawing, and beneath them what they are."""
    drawn = []
    for x, words in labels:
        half = text_width(words) / 2
        drawn += [
            line(x, plot.bottom, x, plot.bottom + 4, stroke=AXIS),
            text(words, min(max(x, half), WIDTH - half), plot.bottom + 18, anchor="middle", fill=SOFT_INK),
        ]
    middle = (plot.left + plot.right) / 2
    return element("g", *drawn, text(what, middle, plot.bottom + 37, anchor="middle", fill=SOFT_INK))
