"""The physical lines of a file, and beside them a count of the very bytes that pass, which knows nothing of records."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from domain.migration.source_lines import LONGEST_LINE, SourceCount

BLOCK: Final = 1 << 18
"""Bytes that are read and counted at a time."""

SHOWN: Final = 200
"""Bytes that are kept of a line that is too long."""

TOO_LONG: Final = f"the line is longer than {LONGEST_LINE:,} bytes; its beginning is kept"


@contextmanager
def counted(file: Path, count: SourceCount) -> Iterator[io.BufferedReader[_Counted]]:
    """The file, open for reading, while ``count`` is taken; complete when the end was read. Raises ``OSError``."""
    with file.open("rb", buffering=0) as raw, io.BufferedReader(_Counted(raw, count), BLOCK) as content:
        yield content


def lines_of(content: io.BufferedReader[_Counted]) -> Iterator[bytes]:
    """The lines with their ends; of one that is longer than ``LONGEST_LINE`` the beginning, one byte longer than that.

    Only ``\\n`` ends a line.
    """
    while line := content.readline(LONGEST_LINE + 1):
        yield line
        while len(line) > LONGEST_LINE and not line.endswith(b"\n"):
            line = content.readline(LONGEST_LINE + 1) or b"\n"


class _Counted(io.RawIOBase):
    def __init__(self, raw: io.FileIO, count: SourceCount) -> None:
        self._raw = raw
        self._count = count
        self._digest = hashlib.sha256()
        self._last = b"\n"

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # typeshed names a wider buffer
        size = self._raw.readinto(buffer)
        passed = bytes(buffer[:size])
        if passed:
            self._count.size += size
            self._count.lines += passed.count(b"\n")
            self._digest.update(passed)
            self._last = passed[-1:]
        elif not self._count.sha256:
            self._count.lines += self._last != b"\n"
            self._count.sha256 = self._digest.digest()
        return size
