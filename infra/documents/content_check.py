"""Whether content that streams in is whole, short enough, and of the type it is announced to be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import puremagic

from domain.case.document_rules import DocumentRefusal, DocumentRefused, DocumentType

_HEAD_BYTES: Final = 1024
_TAIL_BYTES: Final = 1024
"""How near the end the mark of the end must stand. Writers add line ends, padding and small trailers after it; for
PDF this is the distance that readers tolerate."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ContentForm:
    """Bytes that whole content of a type begins with, beyond what its signature asks, and a mark near its end."""

    end: bytes
    beginning: bytes = b""


FORMS: Final = {
    # The signature alone is also satisfied by `%PDF` without a version (ISO 32000-2, 7.5.2 and 7.5.5).
    "application/pdf": ContentForm(beginning=b"%PDF-", end=b"%%EOF"),
    # The marker EOI; entropy-coded data never holds these two bytes (ITU-T T.81, B.1.1.5).
    "image/jpeg": ContentForm(end=b"\xff\xd9"),
    # The chunk IEND with its checksum, which is always the same.
    "image/png": ContentForm(end=b"IEND\xae\x42\x60\x82"),
}
"""The types whose content can be checked, by media type."""


class ContentCheck:
    """Looks at content as it comes; raises DocumentRefused as soon as it is clear that it cannot be taken."""

    def __init__(self, rule: DocumentType, expected_size: int | None) -> None:
        self._rule = rule
        self._form = FORMS[rule.media_type]
        self._expected_size = expected_size
        self._head = b""
        self._tail = b""
        self.size = 0
        if expected_size is not None:
            rule.require_at_most(expected_size)

    def take(self, chunk: bytes) -> None:
        """Look at the next bytes, however many."""
        self.size += len(chunk)
        self._rule.require_at_most(self.size)
        if self._expected_size is not None and self.size > self._expected_size:
            raise self._cut_off(f"more came than the {self._expected_size} bytes that were announced")
        if len(self._head) < _HEAD_BYTES:
            self._head += chunk[: _HEAD_BYTES - len(self._head)]
            if len(self._head) == _HEAD_BYTES:
                self._require_type()
        self._tail = (self._tail + chunk[-_TAIL_BYTES:])[-_TAIL_BYTES:]

    def finish(self) -> None:
        """There is no more: judge the content as a whole."""
        if self._expected_size is not None and self.size < self._expected_size:
            raise self._cut_off(f"{self.size} of the {self._expected_size} announced bytes came")
        if self.size == 0:
            raise DocumentRefused(
                DocumentRefusal.EMPTY,
                f"the {self._rule.name} file is empty: check that it opens on your own computer and send it again",
            )
        self._require_type()
        if self._form.end not in self._tail:
            raise self._cut_off("its end is missing")

    def _require_type(self) -> None:
        if self._rule.media_type not in _types_of(self._head) or not self._head.startswith(self._form.beginning):
            raise DocumentRefused(
                DocumentRefusal.NOT_OF_ITS_TYPE,
                f"the content is not that of a {self._rule.name} file: announce the type that it has, or open it in "
                f"the program that made it and save or export it as {self._rule.name}",
            )

    def _cut_off(self, how: str) -> DocumentRefused:
        return DocumentRefused(
            DocumentRefusal.CUT_OFF,
            f"the {self._rule.name} file did not arrive as it was sent, {how}: check that it opens on your own "
            "computer and send it again",
        )


def _types_of(head: bytes) -> frozenset[str]:
    """The media types whose signature these first bytes have."""
    try:
        return frozenset(each.mime_type for each in puremagic.magic_string(head))
    except puremagic.PureError:  # how it says that it knows no such signature
        return frozenset()
