"""How content of each type begins and where it ends, judged by its own structure as the bytes come.

A reader of such files repairs what it can: it opens a file that was cut off and shows half of it. So no reader is
asked whether a file is whole. The structure is walked instead, a piece at a time, which needs no memory for the file
and leaves nothing of it unencrypted. What follows the end is no part of the file, and is judged as that: see
:mod:`infra.documents.foreign_content`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Protocol

import puremagic

from infra.documents.active_content import PdfActivity
from infra.documents.foreign_content import (
    BehindThePicture,
    may_stand_before_a_pdf,
    may_stand_behind_a_pdf,
    without_long_padding,
)

HEAD_BYTES: Final = 1024
"""Within so many bytes a PDF has its header (ISO 32000-1, annex H.3, note 13); other types begin at once."""


class Walk(Protocol):
    """Follows the structure of one file."""

    def take(self, chunk: bytes) -> None:
        """The next bytes, however many."""

    @property
    def reached_the_end(self) -> bool:
        """Whether the file is whole, after all the bytes that were taken."""

    @property
    def danger(self) -> str | None:
        """What the file is or does besides being read, in words; None where nothing of the kind was seen so far."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ContentForm:
    """``begins`` judges the first bytes, at most :data:`HEAD_BYTES`; ``walk`` starts a walk through a file."""

    begins: Callable[[bytes], bool]
    walk: Callable[[], Walk]


_PDF_HEADER: Final = b"%PDF-"
_NO_TEXT: Final = re.compile(rb"[\x01-\x08\x0e-\x1a\x1c-\x1f\x7f]")
"""What no byte order mark, line end, padding or printer's command has, and files of other types soon have."""


def _begins_as_pdf(head: bytes) -> bool:
    """Readers look for the header in the first bytes; what is before it is text, or it is a file in another."""
    before, header, _ = head.partition(_PDF_HEADER)
    return bool(header) and _NO_TEXT.search(before) is None


class PdfWalk:
    """A PDF ends with its last ``%%EOF``: behind it no object may have begun.

    An update that was cut off leaves objects behind the mark of the file before it. So does a file for fast web view,
    which has a mark of the end near its beginning; it also says how long it is.
    """

    _MARK: Final = b"%%EOF"
    _OBJECT: Final = re.compile(rb"[0-9]\s+[0-9]+\s+obj\b|\bendobj\b|\bendstream\b")
    _LENGTH: Final = re.compile(rb"/Linearized\b.*?/L\s+([0-9]{1,12})\b", re.DOTALL)
    _OVERLAP: Final = 64
    """Bytes kept so that what is looked for is found across two pieces."""
    _KEPT_BEHIND: Final = 16_384

    def __init__(self) -> None:
        self._head = b""
        self._rest = b""
        self._size = 0
        self._ended = False
        self._activity = PdfActivity()
        self._behind = b""

    def take(self, chunk: bytes) -> None:
        self._size += len(chunk)
        if len(self._head) < HEAD_BYTES:
            self._head += chunk[: HEAD_BYTES - len(self._head)]
        seen = self._rest + chunk
        behind = seen.rfind(self._MARK)
        if behind >= 0:
            self._ended = True
            self._behind = b""
            seen = seen[behind + len(self._MARK) :]
        if self._ended and self._OBJECT.search(seen):
            self._ended = False
        if self._ended:
            self._behind = without_long_padding(self._behind + (seen if behind >= 0 else chunk))[: self._KEPT_BEHIND]
        self._rest = seen[-self._OVERLAP :]
        self._activity.take(chunk)

    @property
    def danger(self) -> str | None:
        before, _, _ = self._head.partition(_PDF_HEADER)
        if not may_stand_before_a_pdf(before):
            return "something before its beginning"
        if self._activity.found is None and self._ended and not may_stand_behind_a_pdf(self._behind):
            return "something behind its end"
        return self._activity.found

    @property
    def reached_the_end(self) -> bool:
        stated = self._LENGTH.search(self._head)
        begun = max(self._head.find(_PDF_HEADER), 0)
        return self._ended and (stated is None or begun + int(stated[1]) <= self._size)


class JpegWalk:
    """A JPEG ends with the marker EOI of its own image (ITU-T T.81, annex B).

    Segments are stepped over by their lengths, so the end of a thumbnail within one does not count. Between segments,
    in the coded data of scans, no byte but 00 and the restarts follows FF. What does not belong there is passed over,
    as decoders do.
    """

    _MARKER: Final = re.compile(rb"\xff([^\x00\x01\xff\xd0-\xd8])")
    _END: Final = 0xD9

    def __init__(self) -> None:
        self._to_skip = 0
        self._rest = b""
        self._ended = False
        self._behind = BehindThePicture()

    def take(self, chunk: bytes) -> None:
        seen = self._rest + chunk
        at = 0
        while not self._ended:
            if self._to_skip:
                skipped = min(self._to_skip, len(seen) - at)
                self._to_skip -= skipped
                at += skipped
                if self._to_skip:
                    break
            marker = self._MARKER.search(seen, at)
            if marker is None:
                # The first half of a marker may have come.
                at = len(seen) - seen.endswith(b"\xff")
                break
            if marker[1][0] == self._END:
                self._ended = True
                at = marker.end()
            elif marker.end() + 2 > len(seen):
                at = marker.start()
                break
            else:
                at = marker.end()
                self._to_skip = int.from_bytes(seen[at : at + 2])
        if self._ended:
            self._behind.take(seen[at:])
        self._rest = b"" if self._ended else seen[at:]

    @property
    def reached_the_end(self) -> bool:
        return self._ended

    @property
    def danger(self) -> str | None:
        return None if self._behind.may_stand_behind_a_photograph else "something behind its end"


class PngWalk:
    """A PNG ends with its chunk IEND; each chunk says how long it is (ISO/IEC 15948, 5.3)."""

    _SIGNATURE: Final = 8
    _BEFORE_DATA: Final = 8
    _CHECKSUM: Final = 4

    def __init__(self) -> None:
        self._to_skip = self._SIGNATURE
        self._rest = b""
        self._last = False
        self._behind = BehindThePicture()

    def take(self, chunk: bytes) -> None:
        seen = self._rest + chunk
        at = 0
        while True:
            skipped = min(self._to_skip, len(seen) - at)
            self._to_skip -= skipped
            at += skipped
            if self._to_skip or self._last or len(seen) - at < self._BEFORE_DATA:
                break
            length, name = int.from_bytes(seen[at : at + 4]), seen[at + 4 : at + 8]
            self._last = name == b"IEND"
            self._to_skip = self._BEFORE_DATA + length + self._CHECKSUM
        if self.reached_the_end:
            self._behind.take(seen[at:])
        self._rest = b"" if self._last else seen[at:]

    @property
    def reached_the_end(self) -> bool:
        return self._last and not self._to_skip

    @property
    def danger(self) -> str | None:
        return None if self._behind.is_nothing else "something behind its end"


def _has_signature(media_type: str) -> Callable[[bytes], bool]:
    def begins(head: bytes) -> bool:
        try:
            return any(each.mime_type == media_type for each in puremagic.magic_string(head))
        except puremagic.PureError:  # how it says that it knows no such signature
            return False

    return begins


FORMS: Final = {
    "application/pdf": ContentForm(begins=_begins_as_pdf, walk=PdfWalk),
    "image/jpeg": ContentForm(begins=_has_signature("image/jpeg"), walk=JpegWalk),
    "image/png": ContentForm(begins=_has_signature("image/png"), walk=PngWalk),
}
"""The types whose content can be checked, by media type."""
