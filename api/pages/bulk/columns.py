"""The columns of a file of applications: a question of the drafts each, under its technical name or its label.

A label may be written in any of the languages, whatever the language of the reader: colleagues share files.
"""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from api.pages.drafts.groups import GROUPS, Asked
from api.pages.rendering import Pages
from api.steps.forms import Field, FieldKind, Form, FormWords
from api.words.code_lists import CodeLists
from api.words.languages import Language
from domain.codes import CATEGORIES, kind_of_category
from domain.law.rulebook import Rulebook

_OF_WORKERS = "workHistory"
"""The group of questions that only the worker's own application has."""
_TRANSFER = "transfer."
"""What only a transfer within a group has to say."""
_REMEMBERED = 32
"""Sets of columns: a day has eight."""
_MORE_TRUTHS = {"true": ("true", "1"), "false": ("false", "0")}


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """The columns in one language, as they are ``on`` a day.

    ``by_name`` finds one by what a header may call it, ``codes`` the code of an answer.
    """

    on: date
    fields: tuple[Field, ...]
    by_name: Mapping[str, str]
    codes: Mapping[str, Mapping[str, str]]

    @property
    def form(self) -> Form:
        """The questions as one form, as pages have them."""
        return Form(lead="", send="", fields=self.fields)

    @property
    def required(self) -> tuple[str, ...]:
        """The columns that no file can do without, whatever it applies for."""
        return tuple(each.name for each in self.fields if each.required and not each.name.startswith(_TRANSFER))

    def is_needed(self, field: Field, category: str) -> bool:
        """Whether an application of this category has to say it."""
        if not field.required:
            return False
        is_transfer = category in CATEGORIES and kind_of_category(category) == "intraCorporateTransfer"
        return is_transfer or not field.name.startswith(_TRANSFER)

    def label(self, name: str) -> str:
        """What the reader calls a column."""
        return next((each.label for each in self.fields if each.name == name), name)

    def named(self, header: str) -> str | None:
        """The technical name of a column, however it is written; None for one that is unknown."""
        return self.by_name.get(plain(header))

    def like(self, header: str) -> str | None:
        """The technical name of the column that was probably meant."""
        found = difflib.get_close_matches(plain(header), self.by_name, n=1, cutoff=0.75)
        return self.by_name[found[0]] if found else None

    def is_header(self, cells: Sequence[str]) -> bool:
        """Whether a row names columns: two at least, for one word may stand anywhere."""
        return len({name for each in cells if (name := self.named(each)) is not None}) > 1

    def code(self, name: str, answer: str) -> str:
        """The code of an answer that was written as a code or as its label; any other answer as it is."""
        return self.codes.get(name, {}).get(plain(answer), answer)


class ColumnWords:
    """Makes the columns, for people of one role."""

    def __init__(self, pages: Pages, code_lists: CodeLists) -> None:
        self._pages = pages
        self._code_lists = code_lists
        self._made: dict[tuple[str, str, str, date], Columns] = {}

    def columns(self, language: Language, role: str, rulebook: Rulebook, today: date) -> Columns:
        """The columns as they are on a day: municipalities and occupations come and go."""
        key = (language.code, role, rulebook.sha256, today)
        made = self._made.get(key)
        if made is None:
            if len(self._made) >= _REMEMBERED:
                self._made.clear()
            made = self._made[key] = self._make(
                language.code, Asked(body={}, role=role, rulebook=rulebook, today=today)
            )
        return made

    def _make(self, language: str, asked: Asked) -> Columns:
        by_language = {
            code: _fields(FormWords(spoken, self._code_lists), asked)
            for code, spoken in self._pages.languages.by_code.items()
        }
        by_name: dict[str, str] = {}
        codes: dict[str, dict[str, str]] = {}
        # The reader's own language last, so that it has the word where two languages meet.
        for fields in (*by_language.values(), by_language[language]):
            for field in fields:
                by_name[plain(field.name)] = by_name[plain(field.label)] = field.name
                known = codes.setdefault(field.name, {})
                for choice in field.choices:
                    if choice.value:
                        known[plain(choice.text)] = choice.value
        for field in by_language[language]:
            known = codes[field.name]
            known |= {plain(choice.value): choice.value for choice in field.choices if choice.value}
            if field.kind is FieldKind.TRUTH:
                known |= {written: value for value, all_written in _MORE_TRUTHS.items() for written in all_written}
        return Columns(on=asked.today, fields=by_language[language], by_name=by_name, codes=codes)


def _fields(words: FormWords, asked: Asked) -> tuple[Field, ...]:
    return tuple(field for group in GROUPS if group.name != _OF_WORKERS for field in group.fields(words, asked))


def plain(text: str) -> str:
    """What is compared of a name: no capitals, one blank between words, one Unicode form, no mark behind it."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split()).rstrip(" *:")
