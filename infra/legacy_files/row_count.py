"""A workbook's own count: its bytes, and the rows with content of all its sheets, knowing nothing of records.

Whatever is a sheet by its XML is counted, also one that the workbook does not name: rows that the reader does not see
must make a difference.
"""

from __future__ import annotations

import hashlib
from typing import IO, Final
from xml.etree.ElementTree import Element  # nosec B405 # defusedxml parses; this is a type
from zipfile import ZipFile

from defusedxml.ElementTree import iterparse

_BLOCK: Final = 1 << 18


def bytes_of(content: IO[bytes]) -> tuple[int, bytes]:
    """The size and the SHA-256 of an open file. Raises ``OSError``."""
    size, digest = 0, hashlib.sha256()
    content.seek(0)
    while block := content.read(_BLOCK):
        size += len(block)
        digest.update(block)
    return size, digest.digest()


def rows_with_content(archive: ZipFile) -> int:
    """Raises what zip and XML raise for a damaged file."""
    texts = [each for each in archive.namelist() if each.lower().endswith(".xml")]
    blank: set[int] = set()
    for name in texts:
        with archive.open(name) as part:
            blank |= _blank_shared_texts(part)
    rows = 0
    for name in texts:
        with archive.open(name) as part:
            rows += _rows(part, blank)
    return rows


def _blank_shared_texts(part: IO[bytes]) -> set[int]:
    """The numbers of the shared texts that are empty; none where the part holds no shared texts."""
    blank: set[int] = set()
    number = 0
    root: Element | None = None
    for event, element in iterparse(part, events=("start", "end"), forbid_dtd=True):
        if root is None:
            root = element
            if _name(root) != "sst":
                break
        elif event == "end" and _name(element) == "si":
            if not _has_text(element):
                blank.add(number)
            number += 1
            root.clear()
    return blank


def _rows(part: IO[bytes], blank: set[int]) -> int:
    rows = 0
    root: Element | None = None
    is_inside = has_content = False
    for event, element in iterparse(part, events=("start", "end"), forbid_dtd=True):
        if root is None:
            root = element
            if _name(root) != "worksheet":
                break
        elif event == "start":
            is_inside = is_inside or _name(element) == "c"
        elif _name(element) == "c":
            has_content = has_content or _is_filled(element, blank)
            is_inside = False
            element.clear()
        elif not is_inside:
            if _name(element) == "row":
                rows += has_content
                has_content = False
            element.clear()
    return rows


def _name(element: Element) -> str:
    return element.tag.rpartition("}")[2]


def _is_filled(cell: Element, blank: set[int]) -> bool:
    if cell.find("{*}f") is not None:
        return True
    inline = cell.find("{*}is")
    if inline is not None:
        return _has_text(inline)
    value = (cell.findtext("{*}v") or "").strip()
    return value != "" and not (cell.get("t") == "s" and value.isdecimal() and int(value) in blank)


def _has_text(element: Element) -> bool:
    """Whether anything is written, but for how it is read aloud (``rPh``)."""
    written = (*element.findall("{*}t"), *element.findall("{*}r/{*}t"))
    return any((each.text or "").strip() for each in written)
