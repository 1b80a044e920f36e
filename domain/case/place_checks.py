"""Municipality codes as they are sent: five digits that the statistical office's list holds on the day concerned.

A code that a merger ended, or that a merger has yet to begin, is refused with the code to write in its place: whoever
files knows where the place is, and nothing is corrected without their knowledge.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Final

from domain.case.refusals import InputIssue
from domain.case.value_checks import INVALID_INPUT, Issues, spelled
from domain.places.municipalities import Municipality, municipalities

PLACE_OF_WORK: Final = "employment.workplace.municipalityCode"
RESIDENCE: Final = "worker.residence.municipalityCode"

_CODE: Final = re.compile(r"[0-9]{5}", re.ASCII)
_NO_PLACE: Final = (
    "look the municipality up in the list of the statistical office (Statbel, REFNIS), and write its code"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class MunicipalityIssue(InputIssue):
    """A code that is not in force. ``ended`` is its last day or ``begins`` its first; neither where it never was.

    ``instead`` are the municipalities that the place had in its stead on the day concerned.
    """

    ended: date | None = None
    begins: date | None = None
    instead: tuple[Municipality, ...] = ()


def municipality(path: str, code: str, day: date | None) -> Issues:
    """A code in force on ``day``; where no day is known, only its form is looked at."""
    return municipality_within(path, code, day, day)


def municipality_within(path: str, code: str, first: date | None, last: date | None) -> Issues:
    """A code in force on some day from ``first`` to ``last``."""
    disorder = tuple(spelled(path, code, _CODE, "the five digits of the municipality's NIS code"))
    yield from disorder
    if disorder or first is None or last is None:
        return
    found = municipalities().find(code)
    if found is None and first >= municipalities().complete_from:
        yield MunicipalityIssue(
            path=path, code=INVALID_INPUT, problem="no municipality has or had this NIS code", remedy=_NO_PLACE
        )
    elif found is not None and found.last_day is not None and found.last_day < first:
        yield _ended(path, found, found.last_day, first)
    elif found is not None and found.valid_from is not None and found.valid_from > last:
        yield _yet_to_begin(path, found, found.valid_from, last)


def _ended(path: str, found: Municipality, last_day: date, day: date) -> MunicipalityIssue:
    now = municipalities().as_of(found.code, day)
    instead = () if now is None else (now,)
    names = _codes_with_names(instead)
    return MunicipalityIssue(
        path=path,
        code=INVALID_INPUT,
        problem=f"this NIS code was in force until {last_day}; its municipality has another one since",
        remedy=f"write {names}" if names else _NO_PLACE,
        ended=last_day,
        instead=instead,
    )


def _yet_to_begin(path: str, found: Municipality, begins: date, day: date) -> MunicipalityIssue:
    before = tuple(each for each in municipalities().merged_into(found.code) if each.in_force_on(day))
    names = _codes_with_names(before)
    return MunicipalityIssue(
        path=path,
        code=INVALID_INPUT,
        problem=f"this NIS code is in force from {begins} on, and the application is of an earlier day",
        remedy=f"write {names}" if names else _NO_PLACE,
        begins=begins,
        instead=before,
    )


def _codes_with_names(places: tuple[Municipality, ...]) -> str:
    return " or ".join(f"{each.code} ({each.name('en')})" for each in places)
