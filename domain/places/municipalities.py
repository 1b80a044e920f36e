"""The municipalities of Belgium by the code of the statistical office, each with its days and its region.

A merger ends the codes of those that merge and, mostly, begins a new one; the list says which. So a code is always
looked up together with a day: what was right when a file was filed stays readable, and is never silently changed.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Final, Self

from domain.places.municipality_rows import LANGUAGES, MunicipalitiesUnusable, Row, read_rows

PACKAGED: Final = Path(__file__).parent / "municipalities.toml"

_OWN_LANGUAGE: Final = {"flanders": "nl", "brussels": "fr", "wallonia": "fr"}
_A_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Municipality:
    """A municipality under one code, in force from ``valid_from`` to ``last_day``, which is included.

    ``valid_from`` None is older than the list; ``last_day`` None lasts. ``successor`` is the code that the place has
    from the day after the last one.
    """

    code: str
    valid_from: date | None
    last_day: date | None
    successor: str | None
    region: str
    names: Mapping[str, str]

    def in_force_on(self, day: date) -> bool:
        return (self.valid_from is None or self.valid_from <= day) and (self.last_day is None or day <= self.last_day)

    def name(self, language: str) -> str:
        """What it is called in a language, or else in its own."""
        return self.names.get(language) or self.names[_OWN_LANGUAGE[self.region]]


class Municipalities:
    """The list; it holds every code in force on ``complete_from`` or later, and knows nothing of the days before."""

    def __init__(self, municipalities: Iterator[Municipality], complete_from: date) -> None:
        self.complete_from: Final = complete_from
        self._by_code: Final = {each.code: each for each in municipalities}

    @classmethod
    def load(cls, path: Path = PACKAGED) -> Self:
        """Read the list. Raises MunicipalitiesUnusable, which names the code, the key and the remedy."""
        content = tomllib.loads(path.read_text(encoding="utf-8"))
        complete_from, rows = read_rows(content)
        read = cls((_municipality(each) for each in rows), complete_from)
        read._require_successions()
        return read

    def __iter__(self) -> Iterator[Municipality]:
        return iter(self._by_code.values())

    def find(self, code: str) -> Municipality | None:
        """The municipality that has or had this code; None where the list never held it."""
        return self._by_code.get(code)

    def on(self, day: date) -> tuple[Municipality, ...]:
        """All municipalities of a day from ``complete_from`` on, in the order of their codes."""
        return tuple(each for each in self if each.in_force_on(day))

    def holds(self, code: str, day: date) -> bool:
        """Whether the code is in force on the day; every code is on a day of which the list knows nothing."""
        found = self.find(code)
        return day < self.complete_from or (found is not None and found.in_force_on(day))

    def as_of(self, code: str, day: date) -> Municipality | None:
        """The place of this code under the code it has on ``day``.

        A code that has ended is followed to its successor. None for a code that the list never held, and for one that
        begins later: of several municipalities that merged nobody knows which was meant.
        """
        found = self.find(code)
        while found is not None and found.last_day is not None and found.last_day < day and found.successor is not None:
            found = self.find(found.successor)
        return found if found is not None and found.in_force_on(day) else None

    def merged_into(self, code: str) -> tuple[Municipality, ...]:
        """The municipalities of which the one with this code was made."""
        return tuple(each for each in self if each.successor == code)

    def _require_successions(self) -> None:
        for each in self:
            if each.last_day is None or each.successor is None:
                continue
            successor = self.find(each.successor)
            if successor is None or not successor.in_force_on(each.last_day + _A_DAY):
                raise MunicipalitiesUnusable(
                    each.code, "successor", "no such code is in force on the day after", "name the code that follows"
                )
            if successor.region != each.region:
                raise MunicipalitiesUnusable(
                    each.code, "successor", "it lies in another region", "name a code of the same region"
                )


@cache
def municipalities() -> Municipalities:
    """The packaged list, read when it is first needed."""
    return Municipalities.load()


def _municipality(row: Row) -> Municipality:
    names = dict.fromkeys(LANGUAGES, row.name) if row.name is not None else row.names
    return Municipality(
        code=row.code,
        valid_from=row.valid_from,
        last_day=row.last_day,
        successor=row.successor,
        region=row.region,
        names=MappingProxyType(dict(names)),
    )
