"""What the address of ``/law`` asks: an authority, a day, the day of knowledge, and the change to look at."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Final

from starlette.datastructures import QueryParams

from api.pages.case_forms import day_as_written
from api.pages.languages import Language
from api.pages.page_parts import FieldError
from domain.case.codes import AUTHORITIES, CATEGORIES

AUTHORITY: Final = "authority"
ON: Final = "on"
KNOWN_ON: Final = "knownOn"
CHANGED_ON: Final = "changedOn"
CATEGORY: Final = "category"

_WRITTEN: Final = re.compile(r"([0-9]{1,2})[/.-]([0-9]{1,2})[/.-]([0-9]{4})", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class LawAsked:
    """What is asked, with the usual in the place of what is not or cannot be; ``typed`` stays in the fields.

    ``known_on`` None asks with all that the data hold. ``changed_on`` None asks for the latest change.
    """

    authority: str
    on: date
    known_on: date | None
    changed_on: date | None
    category: str
    typed: dict[str, str]
    errors: tuple[FieldError, ...] = ()


def law_asked(parameters: QueryParams, language: Language, *, usual_authority: str, today: date) -> LawAsked:
    """Read the address; days stand in it as programs or as people in Belgium write them."""
    _ = language.gettext
    errors: list[FieldError] = []
    typed = {name: (parameters.get(name) or "").strip() for name in (AUTHORITY, ON, KNOWN_ON, CHANGED_ON, CATEGORY)}

    def day(name: str, label: str) -> date | None:
        if not typed[name]:
            return None
        found = day_of(typed[name])
        if found is None:
            mended = _("write a day that the calendar has, such as 01/03/2026")
            errors.append(FieldError(field=name, text=f"{label}: {mended}"))
        return found

    authority = typed[AUTHORITY] or usual_authority
    if authority not in AUTHORITIES:
        errors.append(FieldError(field=AUTHORITY, text=_("Choose an authority.")))
        authority = usual_authority
    on = day(ON, _("Law of the day")) or today
    known_on = day(KNOWN_ON, _("As known on"))
    if day_of(typed[ON]) is not None or not typed[ON]:
        # A day that was understood is shown as this form asks for it.
        typed[ON] = day_as_written(on)
    if known_on is not None:
        typed[KNOWN_ON] = day_as_written(known_on)
    return LawAsked(
        authority=authority,
        on=on,
        known_on=known_on,
        changed_on=day(CHANGED_ON, _("Day of change")),
        category=typed[CATEGORY] if typed[CATEGORY] in CATEGORIES else "",
        typed=typed,
        errors=tuple(errors),
    )


def day_of(text: str) -> date | None:
    """The day that was written: 01/03/2026 or 2026-03-01; None for what is none."""
    written = _WRITTEN.fullmatch(text)
    spelled = text if written is None else f"{written[3]}-{int(written[2]):02}-{int(written[1]):02}"
    try:
        # Digits and hyphens only: the week dates that Python reads too are no way to write a day here.
        return date.fromisoformat(spelled) if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", spelled, re.ASCII) else None
    except ValueError:
        return None
