"""What the pages of the counter share: the ways between them, the choice of an employer, and their files."""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from fastapi import Response
from starlette.datastructures import QueryParams

from api.http.paging import single, wrong_parameter
from api.pages.counter.cards import CounterWords
from api.pages.filter_forms import Filter, choices_with_all
from api.pages.rendering import Link
from api.pages.security_headers import page_headers
from api.words.choices import Choice
from api.words.languages import Language
from infra.identity.caller import Role

PATH: Final = "/employer"
PERMITS: Final = f"{PATH}/permits"
MANDATES: Final = f"{PATH}/mandates"
NOTICES: Final = f"{PATH}/notices"
WEBHOOKS: Final = f"{PATH}/webhooks"
CALENDAR: Final = f"{PATH}/calendar.ics"

EMPLOYER: Final = "employer"

_NUMBER: Final = re.compile(r"[0-9]{10}", re.ASCII)


class Here(StrEnum):
    """The pages of the counter, by their addresses."""

    APPLICATIONS = PATH
    PERMITS = PERMITS
    MANDATES = MANDATES
    NOTICES = NOTICES
    WEBHOOKS = WEBHOOKS


def ways(language: Language, here: Here, role: Role) -> tuple[Link, ...]:
    """The pages of the counter that this role has; nobody represents a worker, who has no system to be told."""
    _ = language.gettext
    named = (
        (Here.APPLICATIONS, _("Applications"), True),
        (Here.PERMITS, _("Permits"), True),
        (Here.MANDATES, _("Mandates"), role is not Role.WORKER),
        (Here.NOTICES, _("Notices"), True),
        (Here.WEBHOOKS, _("Webhooks"), role is not Role.WORKER),
    )
    return tuple(Link(href=each.value, text=text, here=each is here) for each, text, is_there in named if is_there)


def employer_filter(employers: Mapping[str, str | None] | None, chosen: str | None, words: CounterWords) -> Filter:
    """The choice of one of the employers for whom a representative acts; of too many for a list, its number."""
    if employers is None:
        return Filter(name=EMPLOYER, label=words.language.gettext("Enterprise number"), value=chosen or "")
    choices = [Choice(value=number, text=words.employer(name, number)) for number, name in employers.items()]
    return Filter(
        name=EMPLOYER,
        label=words.language.gettext("Employer"),
        value=chosen or "",
        choices=choices_with_all(words.language.gettext("All"), choices),
    )


def enterprise_if_any(parameters: QueryParams) -> str | None:
    """The number of an employer, if one is given. Raises :class:`RequestRefused` (400)."""
    given = single(parameters, EMPLOYER)
    if given is not None and _NUMBER.fullmatch(given) is None:
        raise wrong_parameter(
            EMPLOYER, "schemaViolation", "it is not the number of an enterprise", "write its ten digits"
        )
    return given


def csv_response(content: bytes) -> Response:
    """A sheet with what is somebody's: it is kept nowhere on the way."""
    return Response(content, headers=page_headers(personal=True), media_type="text/csv; charset=utf-8")
