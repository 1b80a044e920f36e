"""What sentences are put together from: codes by their labels, actors, lists, days and numbers of enterprises."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from babel.lists import format_list

from api.words.code_lists import CodeLists, CodeUnknown
from api.words.languages import Language
from domain.case.openness import CLOCK

_NAMES: Final = frozenset({"authorities", "categories", "recruitmentChannels"})
"""The lists whose labels are names, or may begin with one."""

_GERMAN_WITHOUT_NOUN: Final = frozenset({"lawConfidences", "outcomes", "verdicts"})
"""German nouns are always capitalised; the labels of these lists do not begin with a noun."""

_INNER_QUOTES: Final[Mapping[str, Mapping[str, str]]] = {
    "nl": {"“": "\u2018", "”": "\u2019"},
    "fr": {"«\xa0": "“", "\xa0»": "”"},
    "de": {"„": "\u201a", "“": "\u2018"},
    "en": {"“": "\u2018", "”": "\u2019"},
}
"""What becomes of the quotation marks of a text that is quoted itself."""

_ENGLISH_ORDINALS: Final = {1: "st", 2: "nd", 3: "rd"}


@dataclass(frozen=True, slots=True)
class Wording:
    """The words of one language."""

    language: Language
    code_lists: CodeLists

    def label(self, list_name: str, code: str) -> str:
        """What readers call the code, as it stands alone; a code that no list has shows as itself, in quotes."""
        try:
            return self.code_lists.label(list_name, code, self.language.code)
        except CodeUnknown:
            return self.quoted(code)

    def inside(self, list_name: str, code: str) -> str:
        """The label as it is written in the middle of a sentence."""
        label = self.label(list_name, code)
        kept = list_name in _NAMES or (self.language.code == "de" and list_name not in _GERMAN_WITHOUT_NOUN)
        # An abbreviation keeps its capitals: EU, VDAB.
        if kept or not label[1:2].islower():
            return label
        return label[0].lower() + label[1:]

    def all_inside(self, list_name: str, codes: Iterable[str]) -> str:
        """The labels of several codes as a part of a sentence."""
        return self.listed(self.inside(list_name, each) for each in codes)

    def all_quoted(self, list_name: str, codes: Iterable[str]) -> str:
        """Labels that are whole clauses, used as they are."""
        return self.listed(self.quoted_label(list_name, each) for each in codes)

    def listed(self, parts: Iterable[str]) -> str:
        """All of the parts: "pay, level and contract"."""
        return format_list(tuple(parts), locale=self.language.locale)

    def either(self, parts: Iterable[str]) -> str:
        """Any one of the parts: "pay, level or contract"."""
        return format_list(tuple(parts), style="or", locale=self.language.locale)

    def quoted(self, text: str) -> str:
        """The text in quotation marks; those it has itself become inner ones."""
        for outer, inner in _INNER_QUOTES[self.language.code].items():
            text = text.replace(outer, inner)
        return self.language.gettext("“%(text)s”", text=text)

    def quoted_label(self, list_name: str, code: str) -> str:
        """The label in quotation marks; a code that no list has shows as itself, in one pair of them too."""
        try:
            return self.quoted(self.code_lists.label(list_name, code, self.language.code))
        except CodeUnknown:
            return self.quoted(code)

    def actor(self, actor: str) -> str:
        """The role and the pseudonym of an actor; one without a known role is shown as it is, in quotes."""
        if actor == CLOCK:
            return self.language.gettext("the system clock")
        role, _, pseudonym = actor.partition(":")
        known = self.code_lists.code_list("roles")
        if known is None or role not in known.codes or not pseudonym:
            return self.quoted(actor)
        return f"{self.inside('roles', role)} {pseudonym}"

    def day(self, day: date | str) -> str:
        """A civil day, also as JSON has it."""
        return self.language.date(date.fromisoformat(day) if isinstance(day, str) else day, "long")

    def ordinal(self, number: int) -> str:
        """A place in a series, in figures: "30th"."""
        match self.language.code:
            case "nl":
                return f"{number}e"
            case "fr":
                return f"{number}{'er' if number == 1 else 'e'}"
            case "de":
                return f"{number}."
            case _:
                teens = number % 100 in (11, 12, 13)
                return f"{number}{'th' if teens else _ENGLISH_ORDINALS.get(number % 10, 'th')}"

    def country(self, code: str) -> str:
        """The name of a country by its code of two letters; a code that nobody knows shows as itself, in quotes."""
        return self.language.locale.territories.get(code) or self.quoted(code)

    def enterprise(self, number: str) -> str:
        """The number of an enterprise in the groups in which Belgium writes it."""
        return f"{number[:4]}.{number[4:7]}.{number[7:]}"


Values = Mapping[str, Any]
"""The values of an entry of a timeline, and ``on``: the civil day from which the event counts."""

Teller = Callable[[Values, Wording], str]
"""Tells one kind of event."""
