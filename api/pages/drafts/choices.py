"""Long lists to choose from, in the order of the reader's alphabet."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from datetime import date
from functools import lru_cache

from api.words.choices import Choice
from api.words.languages import Language
from domain.places.countries import country_codes, nationality_codes
from domain.places.municipalities import municipalities


def countries(language: Language) -> tuple[Choice, ...]:
    """The countries by their names in the language of the reader."""
    names = language.locale.territories
    return _in_order(Choice(value=each, text=names[each]) for each in country_codes())


def nationalities(language: Language) -> tuple[Choice, ...]:
    """The countries, and last the one code of a person who is of none."""
    stateless = language.gettext("Stateless")
    of_none = (Choice(value=each, text=stateless) for each in nationality_codes() - country_codes())
    return (*countries(language), *of_none)


@lru_cache(maxsize=16)
def municipalities_on(day: date, language: str) -> tuple[Choice, ...]:
    """The municipalities that there are on a day."""
    return _in_order(Choice(value=each.code, text=each.name(language)) for each in municipalities().on(day))


def _in_order(choices: Iterable[Choice]) -> tuple[Choice, ...]:
    """By letters without their accents: É with E, and not after Z."""
    return tuple(sorted(choices, key=lambda each: unicodedata.normalize("NFD", each.text).casefold()))
