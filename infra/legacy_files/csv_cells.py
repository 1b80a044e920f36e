"""A physical line of CSV by itself: its cells, strictly quoted. No value holds a line break: no line needs another."""

from __future__ import annotations

from typing import Final

SEPARATOR: Final = b";"
_QUOTE: Final = b'"'


class LineMalformed(Exception):
    """The line cannot be cut into cells; the text says why and quotes nothing of it."""


def plain_cells(line: str) -> list[str] | None:
    """The cells of a line that has no quotation marks, or has them around every cell and nowhere else; quickly."""
    if '"' not in line:
        return line.split(";")
    cells = line[1:-1].split('";"')
    has_no_others = line.count('"') == 2 * len(cells) and line[0] == line[-1] == '"'
    return cells if has_no_others else None


def cells_of(line: bytes) -> list[bytes]:
    """The cells of a line without its end. Raises :class:`LineMalformed`.

    Within a cell that does not begin with a quotation mark, marks in pairs are text (``SA "De Zwaan"``); a single one
    belongs to a cell that was torn apart.
    """
    if _QUOTE not in line:
        return line.split(SEPARATOR)
    cells: list[bytes] = []
    at = 0
    while True:
        if line.startswith(_QUOTE, at):
            cell, end = _quoted(line, at + 1)
        else:
            end = line.find(SEPARATOR, at)
            end = len(line) if end < 0 else end
            cell = line[at:end]
            if cell.count(_QUOTE) % 2:
                raise LineMalformed("a quotation mark inside a cell has no counterpart")
        cells.append(cell)
        if end == len(line):
            return cells
        at = end + 1


def _quoted(line: bytes, start: int) -> tuple[bytes, int]:
    """The cell whose opening mark is before ``start``, and where the separator or the end of the line is."""
    at = start
    while True:
        at = line.find(_QUOTE, at)
        if at < 0:
            raise LineMalformed("a quotation mark is opened and never closed")
        if not line.startswith(_QUOTE, at + 1):
            break
        at += 2
    end = line.find(SEPARATOR, at)
    end = len(line) if end < 0 else end
    if line[at + 1 : end].strip(b" "):
        raise LineMalformed("text follows a closing quotation mark")
    return line[start:at].replace(b'""', _QUOTE), end
