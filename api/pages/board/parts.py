"""Parts that the figures of the board share."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from api.pages.board.words import BoardWords
from api.pages.charts.figures import Cell, Figure
from api.pages.charts.shares import ShareWords


def share_words(whole: str, part: str, words: BoardWords) -> ShareWords:
    """The words of a figure that shares out cases: what is shared out, and into what."""
    language = words.language
    return ShareWords(
        whole=whole,
        part=part,
        value=language.gettext("Cases"),
        share=language.gettext("Share"),
        write=language.percent,
    )


def table_figure(
    name: str, title: str, description: str, columns: tuple[str, ...], rows: Sequence[tuple[Cell, ...]]
) -> Figure:
    """A figure that is best read as a table, and has no picture."""
    return Figure(name=name, title=title, description=description, svg=Markup(), columns=columns, rows=tuple(rows))
