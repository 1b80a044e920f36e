"""How times grow with the number of cases, as an SVG that a browser shows in its light or its dark colours.

Both axes are logarithmic: a line that rises as steeply as the dashed one takes twice as long over twice the cases, a
level one does not notice them.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Any, Final

_LEFT: Final = 70
_TOP: Final = 74
_WIDTH: Final = 470
_HEIGHT: Final = 380
_LABELS: Final = 370
_BELOW: Final = 60
_LINE: Final = 19
_COLOURS: Final = (
    ("#1f6fb4", "#74b0ee"), ("#b3472f", "#f0917c"), ("#2e7d4f", "#72c998"), ("#7a4fb0", "#c0a2ee"),
    ("#9a6a00", "#e0b450"), ("#0f7f86", "#5fcbd2"), ("#b0326f", "#f08abb"), ("#55606e", "#a9b5c4"),
    ("#5c6f12", "#b7cc5f"), ("#8a3f1a", "#e39a72"),
)  # fmt: skip
"""Of the lines, in light and in dark."""

_STYLE: Final = """\
svg { color-scheme: light dark; font: 12px system-ui, "Segoe UI", "Helvetica Neue", Arial, sans-serif; }
.ground { fill: #ffffff; }
text { fill: #1b2533; }
.heading { font-size: 16px; font-weight: 600; }
.small { fill: #4a586c; }
.middle { text-anchor: middle; }
.end { text-anchor: end; }
.grid { stroke: #dfe4eb; }
.as-the-log { stroke: #5b6b82; stroke-dasharray: 6 4; fill: none; }
.leader { stroke: #aab4c2; fill: none; }
.line { fill: none; stroke-width: 2; }
"""
_DARK: Final = """\
  .ground { fill: #12161c; }
  text { fill: #e8edf4; }
  .small { fill: #b3bfce; }
  .grid { stroke: #2c3542; }
  .as-the-log { stroke: #8a99ae; }
  .leader { stroke: #55627a; }
"""


@dataclass(frozen=True, kw_only=True)
class Times:
    """One measure: what it was at each number of cases, and the time that is, the first being 1."""

    measure: str
    figures: tuple[tuple[int, float, str], ...]
    """Cases, figure and unit."""
    relative: tuple[float, ...]

    @property
    def label(self) -> str:
        (_, first, unit), (_, last, _) = self.figures[0], self.figures[-1]
        return f"{self.measure}: {_figure(first)} → {_figure(last)} {unit}, {_figure(self.relative[-1])} x"


def times_of(report: dict[str, Any]) -> list[Times]:
    """The medians of a report of ``permit bench growth``, steepest first. Percentiles are left to its table."""
    found: dict[str, list[dict[str, Any]]] = {}
    for row in report["rows"]:
        measure, _ = row["case"].rsplit(", ", 1)
        if not measure.endswith(", p95"):
            found.setdefault(measure, []).append(row)
    times = [
        Times(
            measure=measure,
            figures=tuple((_cases(row), row["ours"], row["unit"]) for row in rows),
            # A rate that halves is a time that doubles.
            relative=tuple(
                row["ours"] / row["peer"] if row["unit"] == "ms" else row["peer"] / row["ours"] for row in rows
            ),
        )
        for measure, rows in found.items()
    ]
    return sorted(times, key=lambda each: (-each.relative[-1], each.measure))


def _cases(row: dict[str, Any]) -> int:
    return int(row["case"].rsplit(", ", 1)[1].removesuffix(" cases").replace(",", ""))


def picture(times: Sequence[Times]) -> str:
    """The whole SVG. The same figures always give the same text."""
    sizes = [cases for cases, _, _ in times[0].figures]
    steepest = sizes[-1] / sizes[0]
    lowest = min(1.0, *(min(each.relative) for each in times))
    highest = max(steepest, *(max(each.relative) for each in times))
    axes = _Axes(sizes=sizes, lowest=lowest / 1.15, highest=highest * 1.15)
    width, height = _LEFT + _WIDTH + _LABELS, max(_TOP + _HEIGHT + _BELOW, _TOP + _LINE * len(times) + 20)
    return "\n".join([*_opening(times, width, height), *_grid(axes), *_lines(times, axes), "</svg>", ""])


@dataclass(frozen=True, kw_only=True)
class _Axes:
    sizes: Sequence[int]
    lowest: float
    highest: float

    def x(self, cases: float) -> float:
        span = math.log(self.sizes[-1] / self.sizes[0])
        return _LEFT + _WIDTH * math.log(cases / self.sizes[0]) / span

    def y(self, relative: float) -> float:
        return _TOP + _HEIGHT * math.log(self.highest / relative) / math.log(self.highest / self.lowest)


def _opening(times: Sequence[Times], width: int, height: int) -> list[str]:
    colours = "\n".join(f".c{n} {{ stroke: {light}; }}" for n, (light, _) in enumerate(_COLOURS))
    dark = "\n".join(f"  .c{n} {{ stroke: {dark}; }}" for n, (_, dark) in enumerate(_COLOURS))
    said = "; ".join(each.label for each in times)
    return [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        'role="img" aria-labelledby="title description">',
        '<title id="title">How times grow with the number of cases in the log</title>',
        f'<desc id="description">From the smallest number of cases to the largest: {escape(said)}.</desc>',
        f"<style>\n{_STYLE}{colours}\n@media (prefers-color-scheme: dark) {{\n{_DARK}{dark}\n}}</style>",
        f'<rect class="ground" width="{width}" height="{height}"/>',
        '<text class="heading" x="24" y="28">Time against that at the smallest number of cases</text>',
        '<text class="small" x="24" y="48">Both axes are logarithmic. Dashed: as the log grows. '
        "From docs/growth.json, made by make docs.</text>",
    ]


def _grid(axes: _Axes) -> list[str]:
    parts = []
    bottom = _TOP + _HEIGHT
    for cases in axes.sizes:
        x = axes.x(cases)
        parts.append(f'<path class="grid" d="M{x:.1f},{_TOP} V{bottom}"/>')
        parts.append(f'<text class="small middle" x="{x:.1f}" y="{bottom + 20}">{cases:,}</text>')
    parts.append(f'<text class="small middle" x="{_LEFT + _WIDTH / 2:.1f}" y="{bottom + 42}">cases</text>')
    for tick in _ticks(axes.lowest, axes.highest):
        y = axes.y(tick)
        parts.append(f'<path class="grid" d="M{_LEFT},{y:.1f} H{_LEFT + _WIDTH}"/>')
        parts.append(f'<text class="small end" x="{_LEFT - 8}" y="{y + 4:.1f}">{_figure(tick)} x</text>')
    first, last = axes.sizes[0], axes.sizes[-1]
    parts.append(
        f'<path class="as-the-log" d="M{axes.x(first):.1f},{axes.y(1):.1f} '
        f'L{axes.x(last):.1f},{axes.y(last / first):.1f}"/>'
    )
    return parts


def _ticks(lowest: float, highest: float) -> list[float]:
    """1, 2, 5 and their tens; of a wide range the tens alone."""
    steps = (1.0, 2.0, 5.0) if highest / lowest < 100 else (1.0,)
    tens = range(math.floor(math.log10(lowest)), math.ceil(math.log10(highest)) + 1)
    return [step * 10**ten for ten in tens for step in steps if lowest <= step * 10**ten <= highest]


def _lines(times: Sequence[Times], axes: _Axes) -> list[str]:
    """The lines with their labels at the right, moved apart where their ends lie close together."""
    parts = []
    ends = [axes.y(each.relative[-1]) for each in times]
    right = axes.x(axes.sizes[-1])
    for number, (each, end, at) in enumerate(zip(times, ends, _apart(ends), strict=True)):
        colour = f"c{number % len(_COLOURS)}"
        points = [
            f"{axes.x(cases):.1f},{axes.y(relative):.1f}"
            for (cases, _, _), relative in zip(each.figures, each.relative, strict=True)
        ]
        parts += [
            f"<g><title>{escape(each.label)}</title>",
            f'<polyline class="line {colour}" points="{" ".join(points)}"/>',
            f'<path class="leader" d="M{right + 3:.1f},{end:.1f} L{right + 18:.1f},{at:.1f}"/>',
            f'<path class="line {colour}" d="M{right + 20:.1f},{at:.1f} H{right + 34:.1f}"/>',
            f'<text x="{right + 40:.1f}" y="{at + 4:.1f}">{escape(each.label)}</text>',
            "</g>",
        ]
    return parts


def _apart(ends: Sequence[float]) -> list[float]:
    """As near to their ends as labels of one line can be; the ends come from top to bottom, as the labels do."""
    places: list[float] = []
    for end in ends:
        places.append(max(end, places[-1] + _LINE) if places else end)
    lowest = float(_TOP + _HEIGHT)
    for number in reversed(range(len(places))):
        places[number] = min(places[number], lowest)
        lowest = places[number] - _LINE
    return places


def _figure(value: float) -> str:
    """Three digits that count."""
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}"
