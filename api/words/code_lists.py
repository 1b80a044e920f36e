"""The codes of the interfaces in four languages: a TOML file a list, read whole and strictly, or refused.

Pages and API take their words from here, so that one code never has two names.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Final

from domain.codes import LANGUAGES
from domain.law.readers.entry_reader import EntryReader, LawDataUnusable, read_entries

PACKAGED_LISTS: Final = Path(__file__).parent / "code_lists"

_LIST: Final = "list"
_CODE: Final = "code"
_LIST_NAME: Final = re.compile(r"[a-z][A-Za-z0-9]*", re.ASCII)
_CODE_FORM: Final = re.compile(r"[A-Za-z][A-Za-z0-9]*(-[A-Za-z0-9]+)*", re.ASCII)


class CodeUnknown(LookupError):
    """A word was requested that no list has: the program and its code lists do not match."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalizedText:
    """One text in every language of the service."""

    nl: str
    fr: str
    de: str
    en: str

    def by_language(self) -> dict[str, str]:
        return {"nl": self.nl, "fr": self.fr, "de": self.de, "en": self.en}

    def written_in(self, language: str) -> str:
        """Raises :class:`CodeUnknown` for a language that is not one of the service's."""
        try:
            return self.by_language()[language]
        except KeyError:
            raise CodeUnknown(f"there is no language {language!r}: use one of {', '.join(LANGUAGES)}") from None


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """A code and what people call it. In use on ``[since, until)``; None is without beginning or end."""

    value: str
    label: LocalizedText
    description: LocalizedText | None
    since: date | None
    until: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeList:
    """The codes of one kind, in the order of the file: the order in which a form offers them."""

    name: str
    title: LocalizedText
    codes: Mapping[str, Code]


class CodeLists:
    """Every code list, by name."""

    __slots__ = ("_lists",)

    def __init__(self, lists: Mapping[str, CodeList]) -> None:
        self._lists = MappingProxyType(dict(sorted(lists.items())))

    @classmethod
    def load(cls, directory: Path | None = None) -> CodeLists:
        """Read every list of ``directory``, or the packaged ones, which are read once a process.

        Raises LawDataUnusable for the first mistake.
        """
        return _packaged() if directory is None else _read_lists(directory)

    @property
    def list_names(self) -> tuple[str, ...]:
        """In alphabetical order."""
        return tuple(self._lists)

    def code_list(self, name: str) -> CodeList | None:
        return self._lists.get(name)

    def label(self, list_name: str, code: str, language: str) -> str:
        """What a reader of ``language`` calls ``code``. Raises :class:`CodeUnknown`."""
        return self._code(list_name, code).label.written_in(language)

    def description(self, list_name: str, code: str, language: str) -> str | None:
        """What there is to explain of ``code``, if anything. Raises :class:`CodeUnknown`."""
        described = self._code(list_name, code).description
        return None if described is None else described.written_in(language)

    def _code(self, list_name: str, code: str) -> Code:
        known = self._lists.get(list_name)
        if known is None:
            raise CodeUnknown(f"there is no code list {list_name!r}")
        if code not in known.codes:
            raise CodeUnknown(f"the code list {list_name} has no code {code!r}")
        return known.codes[code]


def _read_lists(directory: Path) -> CodeLists:
    lists: dict[str, CodeList] = {}
    for path in sorted(directory.glob("*.toml")):
        found = _read_list(path)
        if found.name in lists:
            raise _unusable(path, _LIST, f"there is a list {found.name} in another file", "keep one of the two")
        lists[found.name] = found
    if not lists:
        raise LawDataUnusable(
            file=str(directory),
            entry=None,
            key=None,
            problem="there is no code list in this directory",
            remedy="name a directory that holds *.toml",
        )
    return CodeLists(lists)


@cache
def _packaged() -> CodeLists:
    return _read_lists(PACKAGED_LISTS)


def _read_list(path: Path) -> CodeList:
    entries = read_entries(path, path.name, (_LIST, _CODE))
    heads = [entry for kind, entry in entries if kind == _LIST]
    if len(heads) != 1:
        raise _unusable(path, _LIST, f"it has {len(heads)} heads", f"write exactly one [[{_LIST}]]")
    head = heads[0]
    name = _form(head, _LIST_NAME, "write it in lowerCamelCase")
    title = _localized(head, "")
    head.finish()
    codes: dict[str, Code] = {}
    for code in (_read_code(entry) for kind, entry in entries if kind == _CODE):
        if code.value in codes:
            raise _unusable(path, _CODE, f"the code {code.value} is there twice", "keep one of the two")
        codes[code.value] = code
    if not codes:
        raise _unusable(path, _CODE, "the list is empty", f"write at least one [[{_CODE}]]")
    return CodeList(name=name, title=title, codes=MappingProxyType(codes))


def _read_code(entry: EntryReader) -> Code:
    described = any(entry.has(f"description_{language}") for language in LANGUAGES)
    code = Code(
        value=_form(entry, _CODE_FORM, "write letters and digits, with hyphens only between words"),
        label=_localized(entry, ""),
        description=_localized(entry, "description_") if described else None,
        since=entry.optional_day("since"),
        until=entry.optional_day("until"),
    )
    if code.since is not None and code.until is not None and code.until <= code.since:
        raise entry.unusable("until", f"{code.until} is not after {code.since}", "write the first day out of use")
    entry.finish()
    return code


def _form(entry: EntryReader, form: re.Pattern[str], remedy: str) -> str:
    text = entry.text("id")
    if form.fullmatch(text) is None:
        raise entry.unusable("id", f"{text!r} has not the form of a name on the wire", remedy)
    return text


def _localized(entry: EntryReader, prefix: str) -> LocalizedText:
    nl, fr, de, en = (_line(entry, prefix + language) for language in LANGUAGES)
    return LocalizedText(nl=nl, fr=fr, de=de, en=en)


def _line(entry: EntryReader, key: str) -> str:
    """A text on one line; the only white space is single spaces, and the no-break spaces of French."""
    text = entry.text(key)
    if text != text.strip() or re.search(r"[\t\r\n]|  ", text):
        raise entry.unusable(key, f"{text!r} has stray white space", "write one line, with single spaces")
    return text


def _unusable(path: Path, key: str, problem: str, remedy: str) -> LawDataUnusable:
    return LawDataUnusable(file=path.name, entry=None, key=key, problem=problem, remedy=remedy)
