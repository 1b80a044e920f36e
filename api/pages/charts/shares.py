"""What a whole consists of: bars of equal length, so that shares can be compared and totals cannot be mistaken."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Final

from markupsafe import Markup

from api.pages.charts.drawing import LINE_HEIGHT, WIDTH, empty_svg, svg, text, text_over_marks, text_width
from api.pages.charts.figures import Caption, Figure
from api.pages.charts.marks import bar, key, patterns, require_marks_for, swatch

_BAR_HEIGHT: Final = 26
_ROW_HEIGHT: Final = 56


@dataclass(frozen=True, slots=True, kw_only=True)
class Whole:
    """One bar: its name and the value of each part."""

    name: str
    parts: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareWords:
    """The heads of the table, and how a share (1 being all) is written."""

    whole: str
    part: str
    value: str
    share: str
    write: Callable[[float], str]


def share_figure(caption: Caption, *, parts: Sequence[str], wholes: Sequence[Whole], words: ShareWords) -> Figure:
    """A bar for each whole, its ``parts`` in the same order in all. In the table a share is a text as it is drawn.

    Raises ValueError where a whole has another number of parts, or one below zero.
    """
    require_marks_for(len(parts))
    for each in wholes:
        if len(each.parts) != len(parts) or min(each.parts, default=0) < 0:
            raise ValueError("each whole has a value no less than zero for every part")
    return Figure(
        name=caption.name,
        title=caption.title,
        description=caption.description,
        svg=_drawn(caption, parts, wholes, words),
        columns=(words.whole, words.part, words.value, words.share),
        rows=tuple(
            (each.name, part, value, words.write(value / sum(each.parts)) if any(each.parts) else None)
            for each in wholes
            for part, value in zip(parts, each.parts, strict=True)
        ),
    )


def _drawn(caption: Caption, parts: Sequence[str], wholes: Sequence[Whole], words: ShareWords) -> Markup:
    drawn = [each for each in wholes if any(each.parts)]
    if not drawn:
        return empty_svg(caption)
    samples = [(swatch(caption.name, index, 0, 0), part) for index, part in enumerate(parts)]
    explained, top = key(samples, 2, 10, WIDTH, LINE_HEIGHT + 4)
    rows = [
        mark
        for index, each in enumerate(drawn)
        for mark in _row(caption.name, each, top + 10 + index * _ROW_HEIGHT, words)
    ]
    return svg(caption, top + 10 + len(drawn) * _ROW_HEIGHT, patterns(caption.name, len(parts)), explained, *rows)


def _row(name: str, whole: Whole, top: float, words: ShareWords) -> list[Markup]:
    """The name of a whole, and below it its bar with the shares that have room for their words."""
    shares = [value / sum(whole.parts) for value in whole.parts]
    begins = list(accumulate(shares, initial=0.0))
    breadth = WIDTH - 4
    marks = [text(whole.name, 2, top + 12, bold=True)]
    for index, share in enumerate(shares):
        if share:
            marks.append(bar(name, index, 2 + begins[index] * breadth, top + 20, share * breadth, _BAR_HEIGHT))
            if text_width(words.write(share)) + 8 < share * breadth:
                middle = 2 + (begins[index] + share / 2) * breadth
                marks.append(text_over_marks(words.write(share), middle, top + 20 + _BAR_HEIGHT / 2 + 4.5))
    return marks
