"""Which files a case takes: types, sizes and numbers, as data, and why a file is refused.

The limits are the service's own, not law. A refusal names the type, the limit and the remedy, and never the name or
the content of the file. Upload errors without a reason are a known complaint of applicants (FACTS 9).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Final

from domain.case.application import Document
from domain.law.readers.entry_reader import EntryReader, LawDataUnusable, read_entries

PACKAGED_RULES: Final = Path(__file__).parent / "document_rules.toml"
_TYPE: Final = "document_type"
_CASE_LIMIT: Final = "case_limit"
_MEGABYTE: Final = 1024 * 1024


class DocumentRefusal(StrEnum):
    """Stable codes of refusal; clients match on them."""

    TYPE_UNKNOWN = "documentTypeUnknown"
    NOT_OF_ITS_TYPE = "documentNotOfItsType"
    TOO_LARGE = "documentTooLarge"
    CUT_OFF = "documentCutOff"
    EMPTY = "documentEmpty"
    UNSAFE = "documentUnsafe"
    INFECTED = "documentInfected"
    CASE_HOLDS_TOO_MANY = "caseHoldsTooMany"


class DocumentRefused(Exception):
    """The file is not taken and nothing of it is kept.

    ``limit`` is the limit that was passed, where there is one: in bytes, or a number of documents.
    """

    def __init__(self, code: DocumentRefusal, sentence: str, *, limit: int | None = None) -> None:
        super().__init__(f"{code.value}: {sentence}")
        self.code = code
        self.sentence = sentence
        self.limit = limit


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentType:
    """A type of file that is taken. ``name`` is what people call it."""

    media_type: str
    name: str
    largest_bytes: int

    def require_at_most(self, size: int) -> None:
        """Raises DocumentRefused when a file of ``size`` bytes is too large."""
        if size > self.largest_bytes:
            raise DocumentRefused(
                DocumentRefusal.TOO_LARGE,
                f"a {self.name} file may have at most {_in_words(self.largest_bytes)}: save or scan it at a lower "
                "resolution, or send it as several documents",
                limit=self.largest_bytes,
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentRules:
    """The types that are taken, and how much one case holds."""

    types: tuple[DocumentType, ...]
    most_documents: int
    most_bytes: int

    @staticmethod
    def load(path: Path | None = None) -> DocumentRules:
        """The rules from ``path`` or from the packaged file. Raises LawDataUnusable when it cannot be used."""
        file = PACKAGED_RULES if path is None else path
        types: list[DocumentType] = []
        case_limits: list[tuple[int, int]] = []
        for kind, entry in read_entries(file, file.name, (_TYPE, _CASE_LIMIT)):
            if kind == _TYPE:
                types.append(_type(entry, types))
            else:
                case_limits.append((_whole_number(entry, "most_documents"), _whole_number(entry, "most_bytes")))
            entry.finish()
        if not types:
            raise _unusable(file, "no type of file is accepted", f"write at least one [[{_TYPE}]]")
        if len(case_limits) != 1:
            raise _unusable(file, f"a case has {len(case_limits)} limits", f"write exactly one [[{_CASE_LIMIT}]]")
        most_documents, most_bytes = case_limits[0]
        return DocumentRules(types=tuple(types), most_documents=most_documents, most_bytes=most_bytes)

    def type_of(self, media_type: str) -> DocumentType:
        """The rule for ``media_type``. Raises DocumentRefused when such files are not taken."""
        for each in self.types:
            if each.media_type == media_type:
                return each
        raise DocumentRefused(
            DocumentRefusal.TYPE_UNKNOWN,
            "files of this type are not accepted: send one of "
            + ", ".join(f"{each.name} ({each.media_type})" for each in self.types),
        )

    def require_room(self, documents: Collection[Document]) -> None:
        """Raises DocumentRefused when these, the new one among them, are more than one case holds."""
        if len(documents) > self.most_documents:
            raise DocumentRefused(
                DocumentRefusal.CASE_HOLDS_TOO_MANY,
                f"a case holds at most {self.most_documents} documents: join what belongs together in one file",
                limit=self.most_documents,
            )
        if sum(each.size for each in documents) > self.most_bytes:
            raise DocumentRefused(
                DocumentRefusal.CASE_HOLDS_TOO_MANY,
                f"the documents of a case may have at most {_in_words(self.most_bytes)} together: save or scan them "
                "at a lower resolution, and send only what is required",
                limit=self.most_bytes,
            )


@cache
def accepted_media_types() -> tuple[str, ...]:
    """The types of file that the packaged rules take."""
    return tuple(each.media_type for each in DocumentRules.load().types)


def _type(entry: EntryReader, earlier: Collection[DocumentType]) -> DocumentType:
    media_type = entry.text("media_type")
    if any(each.media_type == media_type for each in earlier):
        raise entry.unusable("media_type", f"{media_type!r} has two entries", "keep one of them")
    return DocumentType(
        media_type=media_type, name=entry.text("name"), largest_bytes=_whole_number(entry, "largest_bytes")
    )


def _whole_number(entry: EntryReader, key: str) -> int:
    number = entry.number(key)
    if number != int(number) or number < 1:
        raise entry.unusable(key, f"'{number}' is not a whole number from 1", 'write it like "10485760"')
    return int(number)


def _unusable(file: Path, problem: str, remedy: str) -> LawDataUnusable:
    return LawDataUnusable(file=file.name, entry=None, key=None, problem=problem, remedy=remedy)


def _in_words(size: int) -> str:
    return f"{size // _MEGABYTE} MB" if size % _MEGABYTE == 0 else f"{size} bytes"
