"""Windows-1252 as it is found: cells that are doubtful, and files that are UTF-8 throughout."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

ENCODING: Final = "cp1252"

# Well-formed UTF-8 of two to four bytes, or one of the five bytes that windows-1252 does not define. In capitals before
# a closing sign such a pair may be what was meant ("CAFÉ»"); only a person can decide, so it is doubtful as well.
_DOUBTFUL: Final = re.compile(
    rb"[\xc2-\xdf][\x80-\xbf]"
    rb"|\xe0[\xa0-\xbf][\x80-\xbf]|[\xe1-\xec\xee\xef][\x80-\xbf]{2}|\xed[\x80-\x9f][\x80-\xbf]"
    rb"|\xf0[\x90-\xbf][\x80-\xbf]{2}|[\xf1-\xf3][\x80-\xbf]{3}|\xf4[\x80-\x8f][\x80-\xbf]{2}"
    rb"|[\x81\x8d\x8f\x90\x9d]"
)


def decoded(cell: bytes) -> tuple[str, bool]:
    """The text, and whether its encoding is certain: doubtful bytes are shown as such (``M\\xc3\\xbcller``)."""
    if cell.isascii():
        return cell.decode("ascii"), True
    shown, doubtful = _DOUBTFUL.subn(_bytes_shown, cell)
    return shown.decode(ENCODING), not doubtful


@dataclass(slots=True)
class EncodingSeen:
    """What the lines that are not ASCII are in, over the whole file."""

    utf_8_lines: int = 0
    other_lines: bool = False
    utf_8_header: bool = False

    def add(self, line: bytes, *, header: bool = False) -> None:
        """Add a line that is not ASCII."""
        try:
            line.decode("utf-8")
        except UnicodeDecodeError:
            self.other_lines = True
        else:
            self.utf_8_lines += 1
            self.utf_8_header = self.utf_8_header or header

    @property
    def is_utf_8(self) -> bool:
        """Whether the file is UTF-8 throughout.

        One line alone does not make it so: a record that was pasted in looks the same, and is quarantined with its
        bytes shown, while the others, plain ASCII, read alike in both encodings.
        """
        return not self.other_lines and (self.utf_8_lines > 1 or self.utf_8_header)


def _bytes_shown(found: re.Match[bytes]) -> bytes:
    return b"".join(b"\\x%02x" % each for each in found[0])
