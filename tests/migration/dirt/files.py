"""A damaged file with the right fate of each of its lines, known from the rules of the form.

A damage is given one good record and makes of it one line or several. The lines of several records lie among each
other as chance has it: whatever happens to one record changes nothing for another.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from random import Random
from typing import Any, Final, Protocol, TypeVar

from domain.migration.reading import CanonicalRecord
from domain.migration.source_lines import Waivers
from infra.migration.sources import MigratingAuthority
from tests.migration.dirt.people import Person

Chosen = TypeVar("Chosen")

Cells = Mapping[str, object]
"""What a record says, by the name of the fact: a text, or what only one form can hold."""

NOTHING_WAIVED: Final = Waivers()


@dataclass(frozen=True, slots=True, kw_only=True)
class Right:
    """What a line must come to: a fate, or ``header``, ``blank`` and ``waived``. ``told`` is what a retold one says."""

    fate: str
    reason: str = ""
    told: CanonicalRecord | None = None


UNCHANGED: Final = Right(fate="unchanged")
STALE: Final = Right(fate="stale")
HEADER: Final = Right(fate="header")
BLANK: Final = Right(fate="blank")
WAIVED: Final = Right(fate="waived")


def quarantined(reason: str) -> Right:
    return Right(fate="quarantined", reason=reason)


@dataclass(frozen=True)
class Line:
    """``content`` is what the form has for a line: bytes, or a row of cells.

    ``owners`` are the people of whom something stands in it, ``damage`` is what was done to it.
    """

    content: Any
    right: Right
    owners: tuple[Person, ...] = ()
    damage: str = ""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class DirtyFile:
    """``right`` has the fate of each line by where it stands: the sheet (empty in a text), and the line or row."""

    authority: MigratingAuthority
    suffix: str
    content: bytes
    right: Mapping[tuple[str, int], Line]
    waivers: Waivers = NOTHING_WAIVED

    def __repr__(self) -> str:
        """What was done to it, for whoever looks at a failure."""
        done = (f"{sheet} {number}: {each.damage}, {each.right.fate}" for (sheet, number), each in self.right.items())
        return f"<{self.authority}, {len(self.content)} bytes, {self.waivers}: {'; '.join(done)}>"


class PlanOfLines(Protocol):
    """A damage of a record: its lines, in the order in which they have to stand."""

    @property
    def name(self) -> str: ...

    def lines(self, person: Person, layout: Layout, random: Random) -> list[Line]: ...


class Layout(Protocol):
    """How a file of a form is laid out as a whole; what it says of a record stays the same."""

    def good(self, person: Person) -> dict[str, object]:
        """The cells of an undamaged record."""

    def truth(self, person: Person) -> CanonicalRecord:
        """What such a record says in a file that is laid out so."""

    def moment(self, at: datetime) -> str:
        """A time of change as the form writes it."""

    def line(self, cells: Cells) -> Any:
        """The content of a line that says so."""


Making = Callable[[dict[str, object], Person, Random], Mapping[str, object]]
"""Changes the cells of a record in place; gives what it says then, by the field of the canonical record."""


@dataclass(frozen=True, slots=True)
class CellDamage:
    """``facts`` are what it changes or depends on: two that share none of them can befall one record.

    ``reason`` is empty for what looks bad and is none.
    """

    name: str
    facts: frozenset[str]
    reason: str
    make: Making


@dataclass(frozen=True)
class DamagedCells:
    """Some damages of cells in one record: its main reason is the first of theirs in the order of the form."""

    damages: Sequence[CellDamage]

    @property
    def name(self) -> str:
        return " + ".join(each.name for each in self.damages) or "nothing"

    def lines(self, person: Person, layout: Layout, random: Random) -> list[Line]:
        cells, right = damaged(person, layout, random, apart(self.damages))
        return [Line(layout.line(cells), right, (person,), self.name)]


def damaged(
    person: Person, layout: Layout, random: Random, damages: Sequence[CellDamage]
) -> tuple[dict[str, object], Right]:
    """The cells of a record to which these happened, and what is right of it."""
    cells = layout.good(person)
    told: dict[str, object] = {}
    for each in damages:
        told |= each.make(cells, person, random)
    reasons = sorted({each.reason for each in damages if each.reason}, key=ORDER.index)
    if reasons:
        return cells, quarantined(reasons[0])
    return cells, Right(fate="retold", told=replace(layout.truth(person), **told))  # type: ignore[arg-type]


def apart(damages: Sequence[CellDamage]) -> list[CellDamage]:
    """Those of the damages that have nothing to do with one before them."""
    taken: set[str] = set()
    found = []
    for each in damages:
        if not taken & each.facts:
            found.append(each)
            taken |= each.facts
    return found


ORDER: Final = (
    "malformed", "textUnreadable", "encodingDoubtful", "cellUnreadable", "fieldMalformed", "fieldTooLong",
    "versionConflict", "fieldMissing", "statusUnknown", "statusAmbiguous", "dateInvalid", "datesOutOfOrder",
    "identifierInvalid", "amountInvalid",
)  # fmt: skip
"""The reasons as the form lists them."""


@dataclass(frozen=True)
class LineDamage:
    """A damage that is no matter of cells: ``make`` gives the lines."""

    name: str
    make: Callable[[Person, Any, Random], list[Line]]

    def lines(self, person: Person, layout: Layout, random: Random) -> list[Line]:
        return [replace(each, damage=self.name) for each in self.make(person, layout, random)]


def turn(person: Person, values: Sequence[Chosen]) -> Chosen:
    """One of the values, by the person's number: as many people in a row as there are values have all of them."""
    return values[person.number % len(values)]


def placed(plans: Sequence[PlanOfLines], layout: Layout, random: Random, people: Iterator[Person]) -> list[Line]:
    """The lines of all plans, each for somebody else, lying among each other; those of one keep their order."""
    groups = [plan.lines(next(people), layout, random) for plan in plans]
    turns = [number for number, group in enumerate(groups) for _ in group]
    random.shuffle(turns)
    rest = [iter(group) for group in groups]
    return [next(rest[number]) for number in turns]
