"""Several versions of one record in a file: repeated, newer, older, in conflict, and with a damage among them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from random import Random
from typing import Any, Final

from tests.migration.dirt.files import STALE, UNCHANGED, Layout, Line, LineDamage, Right, quarantined
from tests.migration.dirt.people import Person

CONFLICT: Final = quarantined("versionConflict")
TOO_LONG: Final = quarantined("fieldTooLong")
NO_PAY: Final = quarantined("amountInvalid")
NO_MOMENT: Final = quarantined("dateInvalid")
NO_KEY: Final = quarantined("fieldMissing")

_OTHERWISE: Final[Mapping[str, Mapping[str, object]]] = {
    "": {},
    "other": {"family": "other"},
    "third": {"family": "third"},
    "damaged": {"pay": "n.c."},
    "damaged otherwise": {"pay": "???"},
    "too long": {"employer": "x" * 201},
    "without a number": {"key": ""},
    "without a moment": {"modified": "01/01/2062 09:00"},
}
"""What may be other about a version than in the good record."""

Version = tuple[int, str, Right | None]
"""Days after the good record's time of change, what is other about it, and its fate; None for one that is retold."""


def _versions(*versions: Version) -> Callable[[Person, Layout, Random], list[Line]]:
    def make(person: Person, layout: Layout, random: Random) -> list[Line]:
        return [_line(person, layout, *version) for version in versions]

    return make


def _line(person: Person, layout: Layout, days: int, what: str, right: Right | None) -> Line:
    changed_at = person.modified_at + timedelta(days=days)
    cells = {**layout.good(person), "modified": layout.moment(changed_at), **_OTHERWISE[what]}
    if right is None:
        told: dict[str, Any] = {"modified_at": changed_at}
        if "family" in _OTHERWISE[what]:
            told["family_name"] = _OTHERWISE[what]["family"]
        right = Right(fate="retold", told=replace(layout.truth(person), **told))
    return Line(layout.line(cells), right, (person,))


_KINDS: Final[Mapping[str, Sequence[Version]]] = {
    "the same again": [(0, "", None), (0, "", UNCHANGED)],
    "the same under a newer time": [(0, "", None), (3, "", UNCHANGED)],
    "another content under a newer time": [(0, "", None), (3, "other", None)],
    "there and back": [(0, "", None), (3, "other", None), (5, "", None)],
    "an older one after the newer": [(3, "", None), (0, "other", STALE)],
    "an older one after the same was confirmed": [(0, "", None), (5, "", UNCHANGED), (3, "other", STALE)],
    "two contents under one time": [(0, "", CONFLICT), (0, "other", CONFLICT)],
    "three contents, one of them twice": [
        (0, "", CONFLICT),
        (0, "other", CONFLICT),
        (0, "", UNCHANGED),
        (0, "third", CONFLICT),
    ],
    "two contents, then a newer one": [(0, "", CONFLICT), (0, "other", CONFLICT), (1, "other", None)],
    "a newer one, then two contents under an older time": [(1, "", None), (0, "third", STALE), (0, "other", STALE)],
    "a good one, then two contents under a newer time": [
        (0, "", None),
        (1, "third", CONFLICT),
        (1, "other", CONFLICT),
    ],
    "two contents of which one is worse": [(0, "", CONFLICT), (0, "too long", TOO_LONG)],
    "two contents of which both are damaged": [(0, "damaged", CONFLICT), (0, "damaged otherwise", CONFLICT)],
    "a damaged one twice": [(0, "damaged", NO_PAY), (0, "damaged", UNCHANGED)],
    "a damaged one takes its time": [(3, "damaged", NO_PAY), (0, "", STALE)],
    "a good one after a damaged one": [(0, "damaged", NO_PAY), (3, "", None)],
    "a damaged one after a good one": [(0, "", None), (3, "damaged", NO_PAY), (4, "damaged", UNCHANGED)],
    "a time that cannot be takes none": [(0, "without a moment", NO_MOMENT), (0, "", None)],
    "without a file number, twice": [(0, "without a number", NO_KEY), (0, "without a number", NO_KEY)],
}

VERSION_DAMAGES: Final = tuple(LineDamage(name, _versions(*versions)) for name, versions in _KINDS.items())
