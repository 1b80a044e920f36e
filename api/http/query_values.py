"""Values of query parameters: codes, days and truth values, each given at most once."""

from __future__ import annotations

from datetime import date
from typing import Final

from starlette.datastructures import QueryParams

from api.http.paging import single, wrong_parameter
from api.http.problems import RequestRefused
from domain.codes import LANGUAGES

LANGUAGE: Final = "lang"


def day_of(parameters: QueryParams, today: date) -> date:
    """The civil day requested. Raises :class:`RequestRefused` (400)."""
    return day_if_any(parameters, "on") or today


def one_code(parameters: QueryParams, name: str, allowed: tuple[str, ...]) -> str | None:
    """A code, if one is given. Raises :class:`RequestRefused` (400)."""
    given = single(parameters, name)
    if given is not None and given not in allowed:
        raise unknown_code(name, allowed)
    return given


def truth(parameters: QueryParams, name: str) -> bool | None:
    """``true`` or ``false``, if given. Raises :class:`RequestRefused` (400)."""
    given = one_code(parameters, name, ("true", "false"))
    return None if given is None else given == "true"


def day_if_any(parameters: QueryParams, name: str) -> date | None:
    """The civil day, if one is given. Raises :class:`RequestRefused` (400)."""
    given = single(parameters, name)
    if given is None:
        return None
    try:
        day = date.fromisoformat(given)
    except ValueError:
        day = None
    if day is None or day.isoformat() != given or not 1900 <= day.year < 2200:
        raise wrong_parameter(
            name,
            "schemaViolation",
            "it is not one day of the calendar between 1900 and 2199",
            "write one day, such as 2026-03-01",
        )
    return day


def language_if_any(parameters: QueryParams) -> str | None:
    """The language requested, if any. Raises :class:`RequestRefused` (400)."""
    given = parameters.getlist(LANGUAGE)
    if not given:
        return None
    if len(given) > 1 or given[0] not in LANGUAGES:
        raise wrong_parameter(
            LANGUAGE,
            "schemaViolation",
            "it is not one language of this service",
            f"write one of {', '.join(LANGUAGES)} once, or leave it out",
        )
    return given[0]


def unknown_code(name: str, allowed: tuple[str, ...]) -> RequestRefused:
    """400 for a code that is not one of ``allowed``."""
    return wrong_parameter(name, "invalidInput", "this code is not known", f"write one of {', '.join(allowed)}")
