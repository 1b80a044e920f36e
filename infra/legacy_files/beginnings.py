"""What the first bytes of a file show: that it is empty, packed, a workbook, or text of another encoding."""

from __future__ import annotations

from typing import Final

from domain.migration.source_lines import Waivers
from infra.legacy_files.legacy_file import NotThisKind

UTF_8_MARK: Final = b"\xef\xbb\xbf"
OLE: Final = b"\xd0\xcf\x11\xe0"
"""An old workbook, or one with a password."""

_WIDE_MARKS: Final = (b"\xff\xfe", b"\xfe\xff")
_NO_TEXT: Final = {
    b"PK\x03\x04": "a zip file or a workbook",
    OLE: "an Office document",
    b"\x1f\x8b": "a gzip file",
    b"%PDF": "a PDF",
}


def require_content(name: str, beginning: bytes) -> None:
    if not beginning:
        raise NotThisKind(f"{name} is empty: request it again.")


def require_text(name: str, beginning: bytes, encoding: str) -> None:
    """Raises :class:`NotThisKind` where the beginning is no text of bytes. ``encoding`` is what it should be in."""
    require_content(name, beginning)
    for magic, what in _NO_TEXT.items():
        if beginning.startswith(magic):
            raise NotThisKind(f"{name} is {what} and no text: unpack it, or export it as text in {encoding}.")
    # A zero byte in a later line is one record's fault; in the first it is every second byte of a wide encoding.
    first_line = beginning.partition(b"\n")[0]
    if beginning.startswith(_WIDE_MARKS) or b"\x00" in first_line:
        raise NotThisKind(f"{name} holds zero bytes from its start, so it is UTF-16 or no text: save it as {encoding}.")


def refuse_sheet_waivers(name: str, waivers: Waivers) -> None:
    if waivers.sheets:
        raise NotThisKind(f"{name} is no workbook and has no sheets: leave out --without-sheet.")
