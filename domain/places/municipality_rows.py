"""Strict reading of the list of municipalities: what is not understood is refused, never skipped."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final

from domain.unusable import Unusable

LANGUAGES: Final = ("nl", "fr", "de")
REGIONS: Final = ("flanders", "brussels", "wallonia")

_FILE_KEYS: Final = {"complete_from", "edition", "sources", "municipality"}
_KEYS: Final = {"from", "last_day", "successor", "region", "name", *LANGUAGES}
_CODE: Final = re.compile(r"[0-9]{5}", re.ASCII)


class MunicipalitiesUnusable(Unusable, ValueError):
    """The list of municipalities cannot be used. Names the code, the key and the remedy."""

    def __init__(self, code: str, key: str, problem: str, remedy: str) -> None:
        self.code = code
        self.key = key
        super().__init__(f"municipalities.toml, {code}, key {key}: {problem}; {remedy}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """An entry as it is written: either ``name`` for all languages, or ``names`` by language."""

    code: str
    valid_from: date | None
    last_day: date | None
    successor: str | None
    region: str
    name: str | None
    names: Mapping[str, str] = field(default_factory=dict)


def read_rows(content: Mapping[str, object]) -> tuple[date, tuple[Row, ...]]:
    """The day from which the list is complete, and its entries. Raises MunicipalitiesUnusable."""
    if set(content) != _FILE_KEYS:
        raise MunicipalitiesUnusable(
            "the file", "complete_from", "its keys are others", f"write {', '.join(sorted(_FILE_KEYS))}"
        )
    sources, entries = content["sources"], content["municipality"]
    if not isinstance(sources, list) or not sources or not all(isinstance(each, str) and each for each in sources):
        raise MunicipalitiesUnusable("the file", "sources", "it names none", "write a list of texts")
    if not isinstance(entries, dict) or not entries:
        raise MunicipalitiesUnusable("the file", "municipality", "it holds none", "write one line a code")
    complete_from = _day("the file", content, "complete_from")
    _day("the file", content, "edition")
    return complete_from, tuple(_rows(entries))


def _rows(entries: Mapping[str, object]) -> Iterator[Row]:
    for code, entry in entries.items():
        if _CODE.fullmatch(code) is None or not isinstance(entry, dict):
            raise MunicipalitiesUnusable(code, "municipality", "it is not a five-digit code with a table", "write one")
        others = sorted(set(entry) - _KEYS)
        if others:
            raise MunicipalitiesUnusable(code, others[0], "this key is unknown", f"use {', '.join(sorted(_KEYS))}")
        yield _row(code, entry)


def _row(code: str, entry: Mapping[str, object]) -> Row:
    if ("last_day" in entry) != ("successor" in entry):
        raise MunicipalitiesUnusable(code, "successor", "an end and a successor go together", "write both, or neither")
    valid_from = _day(code, entry, "from") if "from" in entry else None
    last_day = _day(code, entry, "last_day") if "last_day" in entry else None
    if valid_from is not None and last_day is not None and last_day < valid_from:
        raise MunicipalitiesUnusable(code, "last_day", "it lies before the first day", "write a later day")
    region = _text(code, entry, "region")
    if region not in REGIONS:
        raise MunicipalitiesUnusable(code, "region", "it is unknown", f"write one of {', '.join(REGIONS)}")
    named = {language for language in LANGUAGES if language in entry}
    if "name" in entry and named:
        raise MunicipalitiesUnusable(code, "name", "there are names by language beside it", "write one or the other")
    if "name" not in entry and not {"nl", "fr"} <= named:
        raise MunicipalitiesUnusable(code, "name", "a name is missing", "write name, or nl and fr")
    return Row(
        code=code,
        valid_from=valid_from,
        last_day=last_day,
        successor=_text(code, entry, "successor") if "successor" in entry else None,
        region=region,
        name=_text(code, entry, "name") if "name" in entry else None,
        names={language: _text(code, entry, language) for language in sorted(named)},
    )


def _day(code: str, entry: Mapping[str, object], key: str) -> date:
    value = entry[key]
    if not isinstance(value, date) or isinstance(value, datetime):
        raise MunicipalitiesUnusable(code, key, "it is not a day", "write a day such as 2025-01-01, without quotes")
    return value


def _text(code: str, entry: Mapping[str, object], key: str) -> str:
    value = entry.get(key)
    if not isinstance(value, str) or not value.strip():
        raise MunicipalitiesUnusable(code, key, "it is not a text", "write a text that is not empty")
    return value
