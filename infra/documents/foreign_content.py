"""What hangs on a file and is no part of it: before its beginning, behind its end. A file must not be two.

What scanners, printers and phones are known to hang on is let through: padding, a printer's commands, a second picture
and the video of a "live" photograph. An archive is never among it, wherever it begins: it is found by its end.
"""

from __future__ import annotations

import re
import struct
from typing import Final

TAIL_BYTES: Final = 22 + 65_535
"""Within so many bytes of the end a ZIP archive has its directory's end record (APPNOTE.TXT, 4.3.16)."""

_END_RECORD: Final = b"PK\x05\x06"
_SIZE_AND_PLACE: Final = struct.Struct("<8xII")
_IN_ANOTHER_RECORD: Final = 0xFFFFFFFF

_PADDING: Final = b"\0\t\n\x0c\r \x1a"
_RUN_OF_PADDING: Final = re.compile(rb"[\0\t\n\x0c\r \x1a]{2,}")
_PRINTER: Final = rb"(?:\x1b%-12345X(?:@PJL[ -~]*\r?\n|[\0\t\n\x0c\r ])*)*"
_BEFORE_A_PDF: Final = re.compile(rb"(?:\xef\xbb\xbf)?[\0\t\n\x0c\r ]*" + _PRINTER)
_BEHIND_A_PDF: Final = re.compile(rb"[\0\t\n\x0c\r \x1a]*" + _PRINTER)
_BEHIND_A_PHOTOGRAPH: Final = re.compile(rb"\xff\xd8\xff|.{0,4}ftyp", re.DOTALL)
_LONGEST_COMMANDS: Final = 4_096


def is_archive(tail: bytes, size: int) -> bool:
    """Whether a file of ``size`` bytes ends as a ZIP archive does; ``tail`` is its last :data:`TAIL_BYTES`."""
    at = tail.rfind(_END_RECORD)
    while at >= 0:
        record = tail[at + 4 : at + 20]
        if len(record) == _SIZE_AND_PLACE.size:
            directory, place = _SIZE_AND_PLACE.unpack(record)
            # Places are counted from where the archive begins, which need not be the beginning of the file. Of a large
            # archive (ZIP64) they are in another record, and here stands that they are not.
            if _IN_ANOTHER_RECORD in (directory, place) or directory + place <= size - len(tail) + at:
                return True
        at = tail.rfind(_END_RECORD, 0, at)
    return False


def without_long_padding(content: bytes) -> bytes:
    """The same with one line end in place of each run of padding, so that little of it has to be kept."""
    return _RUN_OF_PADDING.sub(b"\n", content)


def may_stand_before_a_pdf(before: bytes) -> bool:
    return _BEFORE_A_PDF.fullmatch(before) is not None


def may_stand_behind_a_pdf(behind: bytes) -> bool:
    rest = behind.strip(_PADDING)
    return len(rest) <= _LONGEST_COMMANDS and _BEHIND_A_PDF.fullmatch(rest) is not None


class BehindThePicture:
    """The first bytes behind the end of a picture that are no padding."""

    _ENOUGH: Final = 12

    def __init__(self) -> None:
        self._first = b""

    def take(self, behind: bytes) -> None:
        if not self._first:
            behind = behind.lstrip(_PADDING)
        if len(self._first) < self._ENOUGH:
            self._first += behind[: self._ENOUGH - len(self._first)]

    @property
    def is_nothing(self) -> bool:
        return not self._first

    @property
    def may_stand_behind_a_photograph(self) -> bool:
        """Nothing, a second picture, or a video."""
        return not self._first or _BEHIND_A_PHOTOGRAPH.match(self._first) is not None
