"""Strict reading of one entry of a TOML file of law: what is not understood is refused, never skipped."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Mapping
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Final

from domain.law.durations import CalendarDuration
from domain.law.legal_reference import ACT, ARTICLE, NOT_FOUND, PART, LegalReference
from domain.unusable import Unusable

_AMOUNT = re.compile(r"[0-9]+\.[0-9]{2}", re.ASCII)
_AN_ACT: Final = "the code of an act, such as flemishDecision2018"
_A_PART: Final = 'its number alone, such as "1"'
_NUMBER = re.compile(r"[0-9]+(\.[0-9]+)?", re.ASCII)


class LawDataUnusable(Unusable):
    """A file of law cannot be used. Names the file, the line, the entry, the key where there is one, and the remedy."""

    def __init__(
        self, *, file: str, entry: str | None, key: str | None, problem: str, remedy: str, line: int | None = None
    ) -> None:
        self.file = file
        self.line = line
        self.entry = entry
        self.key = key
        self.problem = problem
        self.remedy = remedy
        place = file + (f", line {line}" if line else "")
        place += (f", entry {entry}" if entry else "") + (f", key {key}" if key else "")
        super().__init__(f"{place}: {problem}; {remedy}")


class EntryReader:
    """One entry, read key by key. ``finish`` refuses the keys that were not read.

    ``line`` is that of its heading, and ``key_lines`` those of its keys, counted from 1.
    """

    def __init__(
        self, file: str, entry: str, values: Mapping[str, object], line: int, key_lines: Mapping[str, int]
    ) -> None:
        self.file = file
        self.entry = entry
        self.line = line
        self._key_lines = key_lines
        self._values = values
        self._asked: set[str] = set()

    def unusable(self, key: str | None, problem: str, remedy: str) -> LawDataUnusable:
        line = self.line if key is None else self._key_lines.get(key, self.line)
        return LawDataUnusable(file=self.file, line=line, entry=self.entry, key=key, problem=problem, remedy=remedy)

    def has(self, key: str) -> bool:
        return key in self._values

    def text(self, key: str) -> str:
        value = self._required(key)
        if not isinstance(value, str) or not value.strip():
            raise self.unusable(key, f"{value!r} is no text", "write a text that is not empty")
        return value

    def optional_text(self, key: str) -> str | None:
        return self.text(key) if self.has(key) else None

    def word(self, key: str, allowed: Collection[str]) -> str:
        value = self.text(key)
        if value not in allowed:
            raise self.unusable(key, f"{value!r} is unknown", f"write one of {', '.join(allowed)}")
        return value

    def optional_word(self, key: str, allowed: Collection[str]) -> str | None:
        return self.word(key, allowed) if self.has(key) else None

    def texts(self, key: str) -> tuple[str, ...]:
        """A list with at least one text, none twice."""
        value = self._required(key)
        remedy = "write a list with at least one text, none of them twice"
        if not isinstance(value, list) or not value:
            raise self.unusable(key, f"{value!r} is no list of texts", remedy)
        found = [each for each in value if isinstance(each, str) and each.strip()]
        if len(found) != len(value) or len(set(found)) != len(found):
            raise self.unusable(key, f"{value!r} has an empty, foreign or repeated member", remedy)
        return tuple(found)

    def optional_texts(self, key: str) -> tuple[str, ...]:
        return self.texts(key) if self.has(key) else ()

    def words(self, key: str, allowed: Collection[str]) -> tuple[str, ...]:
        """A set of known words, in alphabetical order."""
        found = self.texts(key)
        for each in found:
            if each not in allowed:
                raise self.unusable(key, f"{each!r} is unknown", f"use words of {', '.join(allowed)}")
        return tuple(sorted(found))

    def matching(self, key: str, form: re.Pattern[str], what: str) -> tuple[str, ...]:
        """A set of texts of one form, in alphabetical order; ``what`` says which."""
        found = self.texts(key)
        for each in found:
            if form.fullmatch(each) is None:
                raise self.unusable(key, f"{each!r} does not have the required form", f"write {what}")
        return tuple(sorted(found))

    def amount(self, key: str) -> Decimal:
        """An amount of EUR with its two decimals, written as a string so that it is exact."""
        return self._decimal(key, _AMOUNT, 'write it as a string with two decimals, such as "48912.00"')

    def number(self, key: str) -> Decimal:
        return self._decimal(key, _NUMBER, 'write it as a string of digits, such as "13.92"')

    def optional_number(self, key: str) -> Decimal | None:
        return self.number(key) if self.has(key) else None

    def whole_number(self, key: str) -> int:
        value = self._required(key)
        if not isinstance(value, int) or isinstance(value, bool) or value < 1:
            raise self.unusable(key, f"{value!r} is no count", "write a whole number above 0, without quotes")
        return value

    def optional_whole_number(self, key: str) -> int | None:
        return self.whole_number(key) if self.has(key) else None

    def flag(self, key: str) -> bool:
        value = self._required(key)
        if not isinstance(value, bool):
            raise self.unusable(key, f"{value!r} is neither true nor false", "write true or false, without quotes")
        return value

    def day(self, key: str) -> date:
        value = self._required(key)
        if not isinstance(value, date) or isinstance(value, datetime):
            raise self.unusable(key, f"{value!r} is no day", "write a TOML date without quotes: 2025-01-01")
        return value

    def optional_day(self, key: str) -> date | None:
        return self.day(key) if self.has(key) else None

    def duration(self, key: str) -> CalendarDuration:
        text = self.text(key)
        try:
            return CalendarDuration.parse(text)
        except ValueError as why:
            raise self.unusable(key, str(why), "write a duration of one unit, such as P60D") from why

    def optional_duration(self, key: str) -> CalendarDuration | None:
        return self.duration(key) if self.has(key) else None

    def legal_reference(self) -> str:
        """Where it is written: ``act`` with ``article`` and, if need be, ``paragraph``, ``point`` and ``amended_by``.

        ``article_not_found = true`` says that it was looked for. Earlier rule sets have a sentence in its place.
        """
        if self.has("legal_reference"):
            return self.text("legal_reference")
        if self.has("article_not_found") and self.flag("article_not_found"):
            if self.has("article"):
                raise self.unusable("article", "it is present but marked as not found", "write one of the two")
            act = self._optional_code("act", ACT, _AN_ACT)
            if act is None:
                return NOT_FOUND
            return str(LegalReference(act=act, amended_by=self._optional_code("amended_by", ACT, _AN_ACT)))
        if self.has("act") and not self.has("article"):
            raise self.unusable("article", "the key is missing", "add article, or article_not_found = true")
        return str(
            LegalReference(
                act=self._code("act", ACT, _AN_ACT),
                article=self._code("article", ARTICLE, 'the article alone, such as "17" or "61/25-1"'),
                paragraph=self._optional_code("paragraph", PART, _A_PART),
                point=self._optional_code("point", PART, _A_PART),
                amended_by=self._optional_code("amended_by", ACT, _AN_ACT),
            )
        )

    def entries(self, key: str) -> tuple[EntryReader, ...]:
        """The entries nested under ``key``; none when it is absent."""
        self._asked.add(key)
        value = self._values.get(key, [])
        if not isinstance(value, list):
            raise self.unusable(key, f"{value!r} is no list of tables", "write [{ ... }, { ... }]")
        line = self._key_lines.get(key, self.line)
        return tuple(_nested_entry(self.file, f"{self.entry} / {key}", each, line, {}) for each in value)

    def finish(self) -> None:
        unknown = sorted(set(self._values) - self._asked)
        if unknown:
            raise self.unusable(unknown[0], "the key is unknown", f"use only {', '.join(sorted(self._asked))}")

    def _required(self, key: str) -> object:
        self._asked.add(key)
        if key not in self._values:
            raise self.unusable(key, "the key is missing", f"add {key}")
        return self._values[key]

    def _code(self, key: str, form: re.Pattern[str], what: str) -> str:
        value = self.text(key)
        if form.fullmatch(value) is None:
            raise self.unusable(key, f"{value!r} does not have the required form", f"write {what}")
        return value

    def _optional_code(self, key: str, form: re.Pattern[str], what: str) -> str | None:
        return self._code(key, form, what) if self.has(key) else None

    def _decimal(self, key: str, form: re.Pattern[str], remedy: str) -> Decimal:
        value = self._required(key)
        if isinstance(value, float):
            raise self.unusable(key, f"{value!r} is a binary float, which is not exact", remedy)
        if not isinstance(value, str) or form.fullmatch(value) is None:
            raise self.unusable(key, f"{value!r} is no exact decimal", remedy)
        return Decimal(value)


def _nested_entry(file: str, entry: str, value: object, line: int, key_lines: Mapping[str, int]) -> EntryReader:
    if not isinstance(value, dict):
        raise LawDataUnusable(
            file=file,
            line=line,
            entry=entry,
            key=None,
            problem=f"{value!r} is no table",
            remedy="write key = value pairs",
        )
    return EntryReader(file, entry, value, line, key_lines)


def read_entries(path: Path, file: str, kinds: Collection[str]) -> tuple[tuple[str, EntryReader], ...]:
    """Every ``[[kind]]`` table of a file, with its kind. ``file`` is how refusals name it."""
    try:
        text = path.read_text(encoding="utf-8")
        tables: dict[str, object] = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as why:
        raise LawDataUnusable(
            file=file,
            entry=None,
            key=None,
            problem=f"it is no TOML ({why})",
            remedy="correct the place named",
        ) from why
    places = _places(text)
    found: list[tuple[str, EntryReader]] = []
    for kind, entries in tables.items():
        if kind not in kinds or not isinstance(entries, list):
            raise LawDataUnusable(
                file=file,
                line=next(iter(places.get(kind, ())), (None, None))[0],
                entry=None,
                key=kind,
                problem="this is no known list of entries",
                remedy=f"use {', '.join(f'[[{each}]]' for each in kinds)}",
            )
        for number, entry in enumerate(entries, start=1):
            named = entry.get("id") if isinstance(entry, dict) else None
            name = named if isinstance(named, str) and named else f"{kind} number {number}"
            line, key_lines = places[kind][number - 1] if number <= len(places.get(kind, ())) else (1, {})
            found.append((kind, _nested_entry(file, name, entry, line, key_lines)))
    return tuple(found)


_HEADING: Final = re.compile(r"\s*\[\[\s*([A-Za-z0-9_-]+)\s*\]\]")
_KEY: Final = re.compile(r"\s*([A-Za-z0-9_-]+)\s*=")


def _places(text: str) -> dict[str, list[tuple[int, dict[str, int]]]]:
    """For each kind the lines of its entries in order: that of the heading, and that of each key.

    The parser keeps no lines, so they are looked up; they serve messages only.
    """
    found: dict[str, list[tuple[int, dict[str, int]]]] = {}
    keys: dict[str, int] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        if heading := _HEADING.match(line):
            keys = {}
            found.setdefault(heading[1], []).append((number, keys))
        elif key := _KEY.match(line):
            keys.setdefault(key[1], number)
    return found
