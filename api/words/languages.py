"""The languages of the pages: whose sentences and forms of numbers and days a reader gets, and how it is chosen.

The sentences in code and templates are English and are the keys of the catalogues; a missing translation shows
as English, and a test keeps that from happening.
"""

from __future__ import annotations

import gettext
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from importlib.resources import files
from io import BytesIO
from typing import Final, Literal

from babel import Locale
from babel.dates import format_date, format_time, get_datetime_format
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_currency, format_decimal, format_percent
from fastapi import Request

from domain.civil_time import CIVIL_TIME, civil_day
from domain.codes import LANGUAGES
from domain.unusable import Unusable

LANGUAGE_PARAMETER: Final = "lang"
LANGUAGE_COOKIE: Final = "lang"
DEFAULT_LANGUAGE: Final = "nl"
SOURCE_LANGUAGE: Final = "en"
"""The language of the keys; it needs no catalogue."""

Style = Literal["short", "medium", "long", "full"]

_LOCALES: Final = {"nl": "nl_BE", "fr": "fr_BE", "de": "de_BE", "en": "en_GB"}
_NOTHING: Final = "\u2013"
_NAMES: Final = {"nl": "Nederlands", "fr": "Français", "de": "Deutsch", "en": "English"}
_FRENCH_FIRST: Final = re.compile(r"(?<!\d)1 ")
_RANGE: Final = re.compile(
    r"([a-z]{1,8})(?:-[a-z0-9-]{1,32})?(?:\s*;\s*q=(0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?))?", re.IGNORECASE
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Language:
    """One language: its sentences, and numbers and days as its readers in Belgium write them."""

    code: str
    name: str
    locale: Locale
    translations: gettext.NullTranslations = field(repr=False)

    def gettext(self, message: str, /, **values: object) -> str:
        """The sentence in this language; ``%(name)s`` in it is replaced by a value, ``%%`` by a per cent sign."""
        return self.translations.gettext(message) % values

    @property
    def colon(self) -> str:
        """The colon between a word and the text after it; French puts a no-break space before it."""
        return "\N{NO-BREAK SPACE}:" if self.code == "fr" else ":"

    def ngettext(self, one: str, many: str, number: int, /, **values: object) -> str:
        """The sentence for ``number`` things; it may name ``%(num)s``, the number as readers write it."""
        return self.translations.ngettext(one, many, number) % {"num": self.integer(number), **values}

    def month(self, day: date) -> str:
        """The month of a day, with its year."""
        return format_date(day, "LLLL y", self.locale)

    def date(self, day: date, style: Style = "medium") -> str:
        """A civil day. A moment is no day: it belongs to one only in some place, see :meth:`datetime`."""
        if isinstance(day, datetime):
            raise TypeError("a moment was given where a day is written: use datetime, or take its civil day first")
        written = format_date(day, style, self.locale)
        # The first of a month is the only day that French counts: "1er janvier".
        return _FRENCH_FIRST.sub("1er ", written, count=1) if self.code == "fr" and day.day == 1 else written

    def datetime(self, moment: datetime, style: Style = "medium") -> str:
        """A moment as the clocks in Belgium show it, to the minute."""
        if moment.tzinfo is None:
            raise ValueError("a moment without a time zone cannot be written as Belgian time")
        order = str(get_datetime_format(style, self.locale)).replace("'", "")
        time = format_time(moment, "short", CIVIL_TIME, self.locale)
        return order.format(time, self.date(civil_day(moment), style))

    def money(self, amount: Decimal) -> str:
        """Euros and cents."""
        if not isinstance(amount, Decimal):
            raise TypeError("money is Decimal")
        return format_currency(amount, "EUR", locale=self.locale)

    def exact_money(self, amount: Decimal) -> str:
        """Euros with all their decimals, two at least: an amount that was not published is not rounded."""
        pattern = self.locale.currency_formats["standard"].pattern.replace("0.00", "0.00######")
        return format_currency(amount, "EUR", pattern, locale=self.locale, currency_digits=False)

    def integer(self, number: int) -> str:
        return format_decimal(number, locale=self.locale)

    def number(self, number: float | Decimal) -> str:
        """A number with at most one decimal, which is what the eye compares in a table or on an axis."""
        return format_decimal(number, "#,##0.#", locale=self.locale)

    def percent(self, share: float | Decimal) -> str:
        """A share, 1 being all, in per cents with at most one decimal."""
        return format_percent(share, "#,##0.#%" if self.code == "en" else "#,##0.#\xa0%", locale=self.locale)

    def cell(self, value: object) -> object:
        """A value of a table as it is read; what is text or markup already stays what it is."""
        match value:
            case None:
                return _NOTHING
            case bool():
                raise TypeError("a truth value means nothing in a table: write it as a word")
            case int():
                return self.integer(value)
            case float() | Decimal():
                return self.number(value)
            case datetime():
                return self.datetime(value)
            case date():
                return self.date(value)
            case _:
                return value


class CatalogueUnusable(Unusable):
    """A catalogue cannot be read; the text says which and where."""


@dataclass(frozen=True, slots=True)
class Languages:
    """All languages of the pages, read once."""

    by_code: Mapping[str, Language]

    @classmethod
    @cache
    def load(cls) -> Languages:
        """Read the catalogues into memory, once a process. Raises CatalogueUnusable."""
        return cls({code: _language(code) for code in LANGUAGES})

    def __iter__(self) -> Iterator[Language]:
        return iter(self.by_code.values())

    def chosen(self, request: Request) -> Language:
        """The language in the address, else the one chosen before, else what the browser prefers, else Dutch.

        A language that is not one of the pages' is passed over: its reader can read this one or choose another.
        """
        for wish in (
            request.query_params.get(LANGUAGE_PARAMETER),
            request.cookies.get(LANGUAGE_COOKIE),
            preferred(request.headers.get("Accept-Language", ""), tuple(self.by_code)),
        ):
            if wish is not None and wish in self.by_code:
                return self.by_code[wish]
        return self.by_code[DEFAULT_LANGUAGE]


def preferred(accept_language: str, offered: Sequence[str]) -> str | None:
    """The offered language that an ``Accept-Language`` header likes best, the first named of equals.

    Regional variants count as their language; parts that no standard knows are passed over.
    """
    best: tuple[float, str] | None = None
    for part in accept_language.split(","):
        wish = _RANGE.fullmatch(part.strip())
        if wish is None or wish[1].lower() not in offered:
            continue
        liking = float(wish[2] or 1)
        if liking > 0 and (best is None or liking > best[0]):
            best = (liking, wish[1].lower())
    return None if best is None else best[1]


def _language(code: str) -> Language:
    return Language(
        code=code,
        name=_NAMES[code],
        locale=Locale.parse(_LOCALES[code]),
        translations=gettext.NullTranslations() if code == SOURCE_LANGUAGE else _translations(code),
    )


def _translations(code: str) -> gettext.GNUTranslations:
    """All catalogues of a language as one; each part of the pages keeps a catalogue of its own."""
    place = f"catalogues/{code}/LC_MESSAGES"
    merged = Catalog(locale=code)
    for stored in sorted(files("api.words").joinpath(place).iterdir(), key=lambda each: each.name):
        try:
            with stored.open("rb") as opened:
                catalogue = read_po(opened, locale=code, abort_invalid=True)
        except (OSError, ValueError) as why:
            raise CatalogueUnusable(f"{place}/{stored.name}: {why}") from why
        for message in catalogue:
            if message.id:
                if message.id in merged:
                    raise CatalogueUnusable(f"{place}/{stored.name}: {message.id!r} is in two catalogues")
                merged[message.id] = message
    binary = BytesIO()
    write_mo(binary, merged)
    binary.seek(0)
    return gettext.GNUTranslations(binary)
