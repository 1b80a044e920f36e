"""What the addresses of the law ask: an authority, a day, the day of knowledge, and changes to look at."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from types import MappingProxyType
from typing import Final

from starlette.datastructures import QueryParams

from api.pages.filter_forms import address
from api.pages.page_parts import FieldError
from api.pages.session import LAW
from api.steps.forms import day_as_written
from api.words.languages import Language
from domain.case.value_checks import same_day_of_year
from domain.codes import AUTHORITIES, CATEGORIES

AUTHORITY: Final = "authority"
ON: Final = "on"
KNOWN_ON: Final = "knownOn"
CHANGED_ON: Final = "changedOn"
CATEGORY: Final = "category"
FROM: Final = "from"
TO: Final = "to"

BETWEEN: Final = f"{LAW}/changes"
"""What changes between two days."""

_WRITTEN: Final = re.compile(r"([0-9]{1,2})[/.-]([0-9]{1,2})[/.-]([0-9]{4})", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class LawQuery:
    """The query, with defaults for what is missing or invalid; ``typed`` stays in the fields.

    ``known_on`` None uses all that the data hold. ``changed_on`` None means the latest change.
    """

    authority: str
    on: date
    known_on: date | None
    changed_on: date | None
    category: str
    typed: Mapping[str, str]
    errors: tuple[FieldError, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangesQuery:
    """The days between which changes are requested, and of which authority; empty for all of them."""

    authority: str
    after: date
    until: date
    known_on: date | None
    typed: Mapping[str, str]
    errors: tuple[FieldError, ...] = ()


class DaysOfAddress:
    """Reads days from an address, written as programs or as people in Belgium write them.

    A day that was understood is shown as people write it; one that was not stays as it was typed, with an error.
    """

    def __init__(self, parameters: QueryParams, language: Language) -> None:
        self._parameters = parameters
        self._language = language
        self.typed: dict[str, str] = {}
        self.errors: list[FieldError] = []

    def day(self, name: str, label: str, usual: date | None = None) -> date | None:
        """The day of a field; the default where the field is empty or is not a day."""
        text = (self._parameters.get(name) or "").strip()
        found = day_of(text) if text else usual
        if found is None and text:
            remedy = self._language.gettext("enter a day that exists, such as 01/03/2026")
            self.errors.append(FieldError(field=name, text=f"{label}{self._language.colon} {remedy}"))
        self.typed[name] = text if found is None else day_as_written(found)
        return usual if found is None else found


def law_query(parameters: QueryParams, language: Language, *, usual_authority: str, today: date) -> LawQuery:
    """Read the address of ``/law``."""
    _ = language.gettext
    days = DaysOfAddress(parameters, language)
    authority = (parameters.get(AUTHORITY) or "").strip() or usual_authority
    if authority not in AUTHORITIES:
        days.errors.append(FieldError(field=AUTHORITY, text=_("Choose an authority.")))
        authority = usual_authority
    category = (parameters.get(CATEGORY) or "").strip()
    return LawQuery(
        authority=authority,
        on=days.day(ON, _("Law of the day"), today) or today,
        known_on=days.day(KNOWN_ON, _("As known on")),
        changed_on=days.day(CHANGED_ON, _("Day of change")),
        category=category if category in CATEGORIES else "",
        typed=MappingProxyType(days.typed),
        errors=tuple(days.errors),
    )


def category_query(
    parameters: QueryParams, language: Language, *, authority: str, category: str, today: date
) -> LawQuery:
    """Read the address of the page of one category, whose path names authority and category."""
    query = law_query(parameters, language, usual_authority=authority, today=today)
    errors = tuple(each for each in query.errors if each.field in (ON, KNOWN_ON))
    return replace(query, authority=authority, category=category, errors=errors)


def changes_query(parameters: QueryParams, language: Language, *, today: date) -> ChangesQuery:
    """Read the address of the changes between two days: without days, from a year ago until a year ahead."""
    _ = language.gettext
    days = DaysOfAddress(parameters, language)
    authority = (parameters.get(AUTHORITY) or "").strip()
    if authority and authority not in AUTHORITIES:
        days.errors.append(FieldError(field=AUTHORITY, text=_("Choose an authority.")))
        authority = ""
    a_year_ago, in_a_year = same_day_of_year(today, -1), same_day_of_year(today, 1)
    after = days.day(FROM, _("First day"), a_year_ago) or a_year_ago
    until = days.day(TO, _("Second day"), max(after, in_a_year)) or in_a_year
    if until < after and not days.errors:
        days.errors.append(FieldError(field=TO, text=_("Second day: enter a day that is not before the first one.")))
    return ChangesQuery(
        authority=authority,
        after=after,
        until=until,
        known_on=days.day(KNOWN_ON, _("As known on")),
        typed=MappingProxyType(days.typed),
        errors=tuple(days.errors),
    )


def category_address(query: LawQuery, category: str, *, authority: str | None = None) -> str:
    """The address of all the law of a category on the day requested."""
    return address(f"{LAW}/{authority or query.authority}/{category}", (ON, query.on.isoformat()), _known(query))


def law_address(query: LawQuery) -> str:
    """The address of the amounts of the same authority and day."""
    return address(LAW, (AUTHORITY, query.authority), (ON, query.on.isoformat()), _known(query))


def between_address(query: LawQuery) -> str:
    """The address of the changes between two days for the same authority."""
    return address(BETWEEN, (AUTHORITY, query.authority), _known(query))


def day_of(text: str) -> date | None:
    """The day that was written: 01/03/2026 or 2026-03-01; None for what is none."""
    written = _WRITTEN.fullmatch(text)
    spelled = text if written is None else f"{written[3]}-{int(written[2]):02}-{int(written[1]):02}"
    try:
        # Digits and hyphens only: the week dates that Python reads too are no way to write a day here.
        return date.fromisoformat(spelled) if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", spelled, re.ASCII) else None
    except ValueError:
        return None


def _known(query: LawQuery) -> tuple[str, str | None]:
    return KNOWN_ON, None if query.known_on is None else query.known_on.isoformat()
