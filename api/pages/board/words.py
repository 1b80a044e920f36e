"""The words of the board and of the queue: one language, the names of codes in it, and how axes are written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from babel.dates import format_skeleton

from api.pages.charts.figures import Caption, DayAxis, ValueAxis
from api.words.choices import Choice
from api.words.code_lists import CodeLists
from api.words.languages import Language


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardWords:
    """One language with the names of codes in it."""

    language: Language
    code_lists: CodeLists

    def label(self, list_name: str, code: str) -> str:
        return self.code_lists.label(list_name, code, self.language.code)

    def description(self, list_name: str, code: str) -> str | None:
        return self.code_lists.description(list_name, code, self.language.code)

    def choices(self, list_name: str, codes: Sequence[str]) -> tuple[Choice, ...]:
        return tuple(Choice(value=each, text=self.label(list_name, each)) for each in codes)

    def item(self, code: str) -> str:
        """What was requested from an applicant: a document or a detail."""
        documents = self.code_lists.code_list("documentKinds")
        known = documents is not None and code in documents.codes
        return self.label("documentKinds" if known else "detailKinds", code)

    def month(self, day: date) -> str:
        """The month of a day, as it is written along an axis."""
        return format_skeleton("yMMM", day, locale=self.language.locale)

    def caption(self, name: str, title: str, description: str) -> Caption:
        return Caption(name=name, title=title, description=description, empty=self.language.gettext("No cases match."))

    @property
    def days(self) -> DayAxis:
        return DayAxis(label=self.language.gettext("Day"), write=lambda day: self.language.date(day, "short"))

    @property
    def months(self) -> DayAxis:
        return DayAxis(label=self.language.gettext("Month"), write=self.month)

    @property
    def cases(self) -> ValueAxis:
        return ValueAxis(label=self.language.gettext("Cases"), write=self.language.number)

    @property
    def taken(self) -> ValueAxis:
        return ValueAxis(label=self.language.gettext("Days from filing to closing"), write=self.language.number)
