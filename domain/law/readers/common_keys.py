"""The keys that entries of every kind have in common: whom they concern, when, from where, and how sure."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Final, TypeAlias, TypedDict

from domain.codes import CATEGORIES
from domain.law.provisions.effective_dated import ConfidenceFrom, Provision
from domain.law.provisions.procedure import ALL
from domain.law.readers.entry_reader import EntryReader

CONFIDENCES: Final = ("confirmed", "single-source", "disputed", "project-brief", "derived")
KNOWN_FROM_BASES: Final = ("published", "assumed")
APPLICATIONS: Final = ("applied", "notTransposed")
"""Law of the Union that is not transposed is kept and shown, and never applied."""

CODE: Final = re.compile(r"[a-zA-Z][a-zA-Z0-9-]{0,49}", re.ASCII)
"""A code that is no category: of a question, a reading, a basis of work."""

NATIONALITY: Final = re.compile(r"[A-Z]{2}|all", re.ASCII)

Readers: TypeAlias = Mapping[str, Callable[[EntryReader, str], Provision]]
"""By the kind of an entry, what makes a provision of one of an authority."""


class Common(TypedDict, total=False):
    id: str
    authority: str
    scope: tuple[str, ...]
    valid_from: date | None
    valid_to: date | None
    known_from: date | None
    known_from_basis: str | None
    supersedes: tuple[str, ...]
    legal_reference: str
    sources: tuple[str, ...]
    confidence: str
    later_confidence: tuple[ConfidenceFrom, ...]
    note: str | None
    question: str | None
    reading: str | None


class Required(Common, total=False):
    required: bool


def requirement(entry: EntryReader, authority: str) -> Required:
    common = common_keys(entry, authority, entry.words("categories", CATEGORIES))
    return Required(**common, required=entry.flag("required"))


def common_keys(entry: EntryReader, authority: str, scope: tuple[str, ...], *, may_be_undated: bool = False) -> Common:
    undated = may_be_undated and not entry.has("from")
    valid_from = None if undated else entry.day("from")
    # A file says the last day in force, as publications do; from here on intervals are half-open.
    last_day = None if undated else entry.optional_day("last_day")
    if valid_from is not None and last_day is not None and last_day < valid_from:
        raise entry.unusable("last_day", f"{last_day} is before {valid_from}", "write a day on or after from")
    known_from = None if undated else entry.day("known_from")
    known_from_basis = None if undated else entry.word("known_from_basis", KNOWN_FROM_BASES)
    if known_from_basis == "assumed" and known_from != valid_from:
        raise entry.unusable(
            "known_from", f"{known_from} is assumed but is not from", "repeat from, or state it as published"
        )
    if entry.has("question") != entry.has("reading"):
        raise entry.unusable("question", "a reading answers a question", "write question and reading, or neither")
    return Common(
        id=entry.text("id"),
        authority=authority,
        scope=scope,
        valid_from=valid_from,
        valid_to=None if last_day is None else last_day + timedelta(days=1),
        known_from=known_from,
        known_from_basis=known_from_basis,
        supersedes=entry.optional_texts("supersedes"),
        legal_reference=entry.legal_reference(),
        sources=entry.texts("sources"),
        confidence=entry.word("confidence", CONFIDENCES),
        later_confidence=tuple(_later_confidence(each) for each in entry.entries("later_confidence")),
        note=entry.optional_text("note"),
        question=code_of(entry, "question") if entry.has("question") else None,
        reading=code_of(entry, "reading") if entry.has("reading") else None,
    )


def _later_confidence(entry: EntryReader) -> ConfidenceFrom:
    change = ConfidenceFrom(
        valid_from=entry.day("from"),
        confidence=entry.word("confidence", CONFIDENCES),
        because=entry.text("because"),
    )
    entry.finish()
    return change


def code_of(entry: EntryReader, key: str) -> str:
    text = entry.text(key)
    if CODE.fullmatch(text) is None:
        raise entry.unusable(key, f"{text!r} is no code", "write letters, digits and hyphens")
    return text


def categories(entry: EntryReader) -> tuple[str, ...]:
    """The categories that an entry concerns, or :data:`ALL` alone."""
    found = entry.words("categories", (*CATEGORIES, ALL))
    if ALL in found and len(found) > 1:
        raise entry.unusable("categories", f"{ALL!r} is not the only one", f'write ["{ALL}"] or name the categories')
    return found


def paired(ones: tuple[str, ...], others: tuple[str, ...]) -> tuple[str, ...]:
    """A scope in which each of the one is paired with each of the others, so that two entries may share a category."""
    return tuple(f"{one}:{other}" for one in ones for other in others)
