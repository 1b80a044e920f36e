"""Whether content that streams in is whole, short enough, of the type it is announced to be, and nothing besides."""

from __future__ import annotations

from domain.case.document_rules import DocumentRefusal, DocumentRefused, DocumentType
from infra.documents.foreign_content import TAIL_BYTES, is_archive
from infra.documents.structure import FORMS, HEAD_BYTES


class ContentCheck:
    """Looks at content as it comes; raises DocumentRefused as soon as it is clear that it cannot be taken."""

    def __init__(self, rule: DocumentType, expected_size: int | None) -> None:
        self._rule = rule
        self._form = FORMS[rule.media_type]
        self._expected_size = expected_size
        self._head = b""
        self._walk = self._form.walk()
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
        if len(self._head) < HEAD_BYTES:
            self._head += chunk[: HEAD_BYTES - len(self._head)]
            if len(self._head) == HEAD_BYTES:
                self._require_type()
        self._tail = (self._tail + chunk)[-TAIL_BYTES:]
        self._walk.take(chunk)

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
        if not self._walk.reached_the_end:
            raise self._cut_off("its end is missing")
        self._require_no_danger(self._walk.danger)
        self._require_no_danger("an archive" if is_archive(self._tail, self.size) else None)

    def _require_type(self) -> None:
        if not self._form.begins(self._head):
            raise DocumentRefused(
                DocumentRefusal.NOT_OF_ITS_TYPE,
                f"the content is not that of a {self._rule.name} file: announce the type that it has, or open it in "
                f"the program that made it and save or export it as {self._rule.name}",
            )

    def _require_no_danger(self, what: str | None) -> None:
        if what is not None:
            raise DocumentRefused(
                DocumentRefusal.UNSAFE,
                f"the {self._rule.name} file has {what} in it: print it to a new PDF, or scan it or take a picture of "
                "it, and send that",
            )

    def _cut_off(self, how: str) -> DocumentRefused:
        return DocumentRefused(
            DocumentRefusal.CUT_OFF,
            f"the {self._rule.name} file did not arrive as it was sent, {how}: check that it opens on your own "
            "computer and send it again",
        )
