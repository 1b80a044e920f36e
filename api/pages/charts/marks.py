"""How series are distinguished: each has a colour, and also a dash, a shape and a pattern that need no colour.

Every colour has at least 4.5:1 against the paper, so lines, edges and the strokes of patterns have more than the
3:1 that marks need (WCAG 1.4.11).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from markupsafe import Markup

from api.pages.charts.drawing import PAPER, element, line, number, text, text_width


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """The look of one series; ``hatch`` is drawn in a square of ``size`` that repeats."""

    colour: str
    tint: str
    dash: str
    shape: str
    hatch: str
    size: int


MARKS: Final = (
    Mark(colour="#1b5e9e", tint="#d3e3f3", dash="none", shape="circle", hatch="", size=8),
    Mark(colour="#b4480f", tint="#fbe9df", dash="8 4", shape="square", hatch="M-2 2l4-4M0 8l8-8M6 10l4-4", size=8),
    Mark(colour="#0f6f66", tint="#dff2ef", dash="2 4", shape="triangle", hatch="M2 2h1.6M6 6h1.6", size=8),
    Mark(colour="#6d3fc0", tint="#ece5f9", dash="12 4 2 4", shape="diamond", hatch="M-2 6l4 4M0 0l8 8M6-2l4 4", size=8),
    Mark(colour="#8a5a00", tint="#f8eed8", dash="5 3 1 3 1 3", shape="circle", hatch="M0 3h8", size=6),
    Mark(colour="#b01657", tint="#fbe3ed", dash="1 3", shape="square", hatch="M3 0v8", size=6),
    Mark(colour="#46515f", tint="#e8ebef", dash="16 4", shape="triangle", hatch="M0 4h8M4 0v8", size=8),
    Mark(colour="#2f6b1c", tint="#e6f2e0", dash="4 2", shape="diamond", hatch="M0 0l8 8M0 8l8-8", size=8),
)
"""Neighbours in this order differ in hue, in lightness and in pattern."""


def require_marks_for(count: int) -> None:
    """Raises ValueError for more series than a reader can distinguish."""
    if count > len(MARKS):
        raise ValueError(f"a chart can distinguish at most {len(MARKS)} series: combine the smallest")


def fill_of(name: str, index: int) -> str:
    """The pattern of the series ``index`` in the drawing ``name``."""
    return f"url(#{name}-pattern-{index})"


def patterns(name: str, count: int) -> Markup:
    """The definitions of the first ``count`` patterns, under ids that no other drawing of the page has."""
    return element("defs", *(_pattern(name, index, MARKS[index]) for index in range(count)))


def _pattern(name: str, index: int, mark: Mark) -> Markup:
    ground = element("rect", width=mark.size, height=mark.size, fill=mark.tint)
    hatch = element("path", d=mark.hatch, stroke=mark.colour, stroke_width=1.2, fill="none") if mark.hatch else ""
    return element(
        "pattern", ground, hatch,
        id=f"{name}-pattern-{index}", width=mark.size, height=mark.size, patternUnits="userSpaceOnUse",
    )  # fmt: skip


def bar(name: str, index: int, x: float, y: float, width: float, height: float) -> Markup:
    """A rectangle in the pattern of a series, with an edge in its colour."""
    return element(
        "rect", x=x, y=y, width=width, height=height, fill=fill_of(name, index),
        stroke=MARKS[index].colour, stroke_width=1,
    )  # fmt: skip


def point(mark: Mark, x: float, y: float, size: float = 3.5) -> Markup:
    """The shape of a series at one of its values."""
    outline = {
        "square": f"M{number(x - size)} {number(y - size)}h{number(2 * size)}v{number(2 * size)}h{number(-2 * size)}z",
        "triangle": f"M{number(x)} {number(y - size)}l{number(size)} {number(2 * size)}h{number(-2 * size)}z",
        "diamond": f"M{number(x)} {number(y - size - 1)}l{number(size + 1)} {number(size + 1)}"
        f"l{number(-size - 1)} {number(size + 1)}l{number(-size - 1)} {number(-size - 1)}z",
    }
    if mark.shape in outline:
        return element("path", d=outline[mark.shape], fill=mark.colour, stroke=PAPER, stroke_width=1)
    return element("circle", cx=x, cy=y, r=size, fill=mark.colour, stroke=PAPER, stroke_width=1)


def swatch(name: str, index: int, x: float, y: float) -> Markup:
    """A small sample of a pattern, its middle at ``y``."""
    return bar(name, index, x, y - 6, 14, 12)


def key(entries: list[tuple[Markup, str]], x: float, y: float, right: float, row: float) -> tuple[Markup, float]:
    """Samples (drawn at the origin) with their words, in rows from ``x`` to ``right``; and how high the rows are."""
    drawn, at, top = [], x, y
    for sample, words in entries:
        width = 20 + text_width(words) + 14
        if at > x and at + width > right:
            at, top = x, top + row
        drawn += [
            element("g", sample, transform=f"translate({number(at)} {number(top)})"),
            text(words, at + 20, top + 4),
        ]
        at += width
    return Markup("").join(drawn), top - y + row


def dashed_sample(mark: Mark) -> Markup:
    """A small sample of a line, its middle at the origin's height."""
    return element("g", line(0, 0, 14, 0, stroke=mark.colour, width=2), point(mark, 7, 0))
