"""SVG markup: the one place where text and numbers become markup, and what every drawing has.

Colours are in attributes of the elements, never in a style: the pages' policy forbids that, and a drawing that is
saved keeps them. Every text and attribute is escaped here.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from markupsafe import Markup, escape

from api.pages.charts.figures import Caption

WIDTH: Final = 560
TEXT_SIZE: Final = 13
LINE_HEIGHT: Final = 17
INK: Final = "#1b2430"
SOFT_INK: Final = "#4d5866"
AXIS: Final = "#7b8694"
GRID: Final = "#dfe3e8"
PAPER: Final = "#ffffff"

_WIDTH_OF_A_CHARACTER: Final = 0.58


def element(name: str, /, *children: str | Markup, **attributes: str | float) -> Markup:
    """An element; ``stroke_width=2`` becomes ``stroke-width="2"``, and children that are no markup are escaped."""
    written = "".join(f' {_attribute(key)}="{_value(value)}"' for key, value in attributes.items())
    content = "".join(str(escape(child)) for child in children)
    # Everything that was not markup has been escaped just above.
    return Markup(f"<{name}{written}>{content}</{name}>" if children else f"<{name}{written}/>")  # noqa: S704  # nosec B704 # attributes and texts are escaped above


def text(words: str, x: float, y: float, *, anchor: str = "start", fill: str = INK, bold: bool = False) -> Markup:
    """Words at a place; ``anchor`` says which end of them is there."""
    weight = {"font_weight": "600"} if bold else {}
    return element("text", words, x=x, y=y, text_anchor=anchor, fill=fill, **weight)


def text_over_marks(words: str, x: float, y: float, *, anchor: str = "middle") -> Markup:
    """Words that can be read on any pattern, because they carry their own ground."""
    return element(
        "text", words, x=x, y=y, text_anchor=anchor, fill=INK,
        stroke=PAPER, stroke_width=4, stroke_linejoin="round", paint_order="stroke",
    )  # fmt: skip


def text_width(words: str) -> float:
    """About how wide words are: the fonts are those of the reader's machine."""
    return len(words) * TEXT_SIZE * _WIDTH_OF_A_CHARACTER


def line(x1: float, y1: float, x2: float, y2: float, *, stroke: str = GRID, width: float = 1) -> Markup:
    return element("line", x1=x1, y1=y1, x2=x2, y2=y2, stroke=stroke, stroke_width=width)


def path_through(points: Iterable[tuple[float, float]]) -> str:
    """The ``d`` of straight lines from point to point."""
    return "M" + "L".join(f"{number(x)} {number(y)}" for x, y in points)


def svg(caption: Caption, height: float, *children: Markup) -> Markup:
    """The drawing with its title and description, for readers who do not see it."""
    title, description = f"{caption.name}-title", f"{caption.name}-description"
    return element(
        "svg",
        element("title", caption.title, id=title),
        element("desc", caption.description, id=description),
        element("rect", width=WIDTH, height=height, fill=PAPER),
        *children,
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {WIDTH} {number(height)}",
        role="img",
        aria_labelledby=f"{title} {description}",
        class_="chart",
        font_family="system-ui, sans-serif",
        font_size=TEXT_SIZE,
        focusable="false",
    )


def empty_svg(caption: Caption) -> Markup:
    """A sentence in the place of a picture, where there is nothing to draw."""
    return svg(caption, 60, text(caption.empty, 2, 35, fill=SOFT_INK))


def number(value: float) -> str:
    """A coordinate with at most one decimal: finer than any screen, and the same on every machine."""
    written = f"{value:.1f}".removesuffix(".0")
    return "0" if written == "-0" else written


def _attribute(key: str) -> str:
    return key.removesuffix("_").replace("_", "-")


def _value(value: str | float) -> str:
    return str(escape(value)) if isinstance(value, str) else number(value)
