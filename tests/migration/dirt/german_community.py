"""Dirt of the German-speaking Community's workbooks: cells that hold no value, sheets, headers, days as numbers."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from random import Random
from typing import Any, Final, cast

from domain.migration.reading import CanonicalRecord
from domain.migration.source_lines import Waivers
from infra.migration.sources import MigratingAuthority
from tests.migration.dirt.files import (
    HEADER,
    WAIVED,
    Cells,
    DirtyFile,
    Line,
    LineDamage,
    PlanOfLines,
    Right,
    placed,
    quarantined,
)
from tests.migration.dirt.people import Person, amount, moment, truth
from tests.migration.dirt.sheet_cells import COLUMN, ERRORS, FORMULAS
from tests.migration.dirt.sheets import Book, Cell, Row, SheetOfRows, Xml, letters
from tests.migration.dirt.versions import VERSION_DAMAGES


@dataclass(slots=True)
class SheetLayout:
    """Implements :class:`tests.migration.dirt.files.Layout`; ``facts`` are the columns in their order."""

    facts: list[str] = field(default_factory=lambda: list(COLUMN))
    header_of: Callable[[str], str] = str
    titles: int = 1
    """Rows with a text above the header."""
    further: list[str] = field(default_factory=list)
    """Columns that the form does not know."""
    sheets: int = 1
    notes: bool = False
    """Another sheet, without records."""
    titled_alike: bool = False
    repeats_header: bool = False
    gaps: bool = False
    row_attributes: str = ""
    sheet: dict[str, Any] = field(default_factory=dict)
    book: dict[str, Any] = field(default_factory=dict)
    waived: frozenset[str] = frozenset()

    def good(self, person: Person) -> dict[str, object]:
        return {
            "key": f"DG 2025/{person.number:05d}",
            "status": "Arbeitserlaubnis erteilt",
            "category": "Hochqualifizierte",
            "filed": person.filed_on,
            "admissible": person.after_filing(10),
            "decided": person.after_filing(30),
            "valid_from": person.after_filing(40),
            "valid_to": person.after_filing(400),
            "family": person.family_name,
            "given": person.given_name,
            "birth": person.born,
            "nationality": "brasilianisch",
            "ssin": person.ssin,
            "enterprise": person.enterprise,
            "employer": person.employer,
            "job": person.job,
            "pay": amount(person.pay),
            "modified": moment(person.modified_at),
            "actor": "",
        }

    def truth(self, person: Person) -> CanonicalRecord:
        said = truth(person, "german-community", f"DG 2025/{person.number:05d}")
        return replace(said, nationality=None) if "nationality" not in self.facts else said

    def moment(self, at: datetime) -> str:
        return moment(at)

    def line(self, cells: Cells) -> Row:
        row = [cast(Cell, cells[fact]) for fact in self.facts]
        return Row([*row, *("vermerkt" for _ in self.further)], self.row_attributes)

    def header(self) -> Row:
        return Row([*(self.header_of(COLUMN[fact]) for fact in self.facts), *self.further])

    def place(self, fact: str) -> int:
        return self.facts.index(fact)


def dirty_file(
    plans: Sequence[PlanOfLines], layout: SheetLayout, random: Random, people: Iterator[Person]
) -> DirtyFile:
    """A workbook in which each of the plans befell one record."""
    person = next(people)
    whole = Line(layout.line(layout.good(person)), Right(fate="retold", told=layout.truth(person)), (person,))
    lines = placed(plans, layout, random, people)
    if layout.repeats_header:
        lines.insert(random.randint(0, len(lines)), Line(layout.header(), HEADER))
    lines.insert(0, whole)
    # The sheets are read in their order: what lies in a later one comes later.
    size = -(-len(lines) // layout.sheets)
    parts = [lines[at : at + size] for at in range(0, len(lines), size)]
    sheets = []
    for number, part in enumerate(parts, 1):
        head = [Line(Row([f"Ministerium, Blatt {number}"]), HEADER) for _ in range(layout.titles)]
        listed = [*head, Line(layout.header(), HEADER), *part]
        title = f"Akten 1 ({number})" if layout.titled_alike and number > 1 else f"Akten {number}"
        sheets.append((title, dict(_numbered(listed, layout, random))))
    if layout.notes:
        notes = [Line(Row(["Legende", "erteilt = bewilligt"]), WAIVED), Line(Row([None, "Stand: März"]), WAIVED)]
        sheets.insert(random.randint(0, len(sheets)), ("Notizen", dict(enumerate(notes, 1))))
    book = Book(
        sheets=[
            SheetOfRows(
                title=title.partition(" (")[0],
                rows={number: each.content for number, each in rows.items()},
                **layout.sheet,
            )
            for title, rows in sheets
        ],
        **layout.book,
    )
    return DirtyFile(
        authority=MigratingAuthority.GERMAN_COMMUNITY,
        suffix=".xlsx",
        content=book.content(),
        right={
            (title if len(sheets) > 1 else "", number): each for title, rows in sheets for number, each in rows.items()
        },
        waivers=Waivers(
            columns=layout.waived,
            sheets=frozenset({"notizen "}) if layout.notes else frozenset(),
        ),
    )


def _numbered(lines: Sequence[Line], layout: SheetLayout, random: Random) -> Iterator[tuple[int, Line]]:
    """With rows between them that hold nothing, and are no lines."""
    number = 0
    for each in lines:
        number += random.choice((1, 1, 2, 40)) if layout.gaps else 1
        yield number, each


# --- damages of one row


def _further_cells(person: Person, layout: SheetLayout, random: Random) -> list[Line]:
    """Behind the last column something was noted, also what would be no value elsewhere."""
    row = layout.line(layout.good(person))
    noted: list[Cell] = [None, "vermerkt", FORMULAS[0], ERRORS[0]]
    return [Line(Row([*row.cells, *noted], row.attributes), Right(fate="retold", told=layout.truth(person)), (person,))]


def _column_twice(person: Person, layout: SheetLayout, random: Random) -> list[Line]:
    """Two cells of the row say that they stand in one column."""
    row = layout.line(layout.good(person))
    cells = list(row.cells)
    place = layout.place("employer")
    second = Xml("", f'<v>1</v></c><c r="{letters(place + 1)}0" t="str"><v>Noch einer</v>')
    return [Line(Row([*cells, second], row.attributes), quarantined("cellUnreadable"), (person,))]


def _swapped(person: Person, layout: SheetLayout, random: Random) -> list[Line]:
    """The cells of a row lie one column further: somebody inserted one."""
    row = layout.line(layout.good(person))
    return [Line(Row([None, *row.cells], row.attributes), quarantined("fieldMissing"), (person,))]


LINE_DAMAGES: Final = (
    *VERSION_DAMAGES,
    LineDamage("cells behind the last column", _further_cells),
    LineDamage("two cells in one column", _column_twice),
    LineDamage("a row that was pushed aside", _swapped),
)


# --- the file as a whole, when it stays of its kind


def _set(**values: Any) -> Callable[[SheetLayout, Random], None]:
    def dress(layout: SheetLayout, random: Random) -> None:
        for name, value in values.items():
            setattr(layout, name, value)

    return dress


def _more(of: str, **values: Any) -> Callable[[SheetLayout, Random], None]:
    return lambda layout, random: getattr(layout, of).update(values)


def _shuffled(layout: SheetLayout, random: Random) -> None:
    first, *others = layout.facts
    random.shuffle(others)
    layout.facts = [first, *others]


def _without_nationality(layout: SheetLayout, random: Random) -> None:
    layout.facts.remove("nationality")
    layout.waived = frozenset({"STAATSANGEHÖRIGKEIT"})


DRESSINGS: Final[Mapping[str, Callable[[SheetLayout, Random], None]]] = {
    "names of columns in capitals": _set(header_of=str.upper),
    "names of columns with line breaks": _set(header_of=lambda name: f" {name.replace(' ', chr(10))} "),
    "names of columns in another Unicode form": _set(header_of=lambda name: unicodedata.normalize("NFD", name)),
    "columns in another order": _shuffled,
    "columns that nobody knows": _set(further=["Bemerkung", "Erfasst von"]),
    "no title": _set(titles=0),
    "many titles": _set(titles=6),
    "two sheets": _set(sheets=2),
    "a sheet of notes": _set(notes=True),
    "two sheets of one name": _set(sheets=2, titled_alike=True),
    "hidden sheets": _more("sheet", state="veryHidden"),
    "a false note of the size": _more("sheet", dimension="A1:B2"),
    "the header once more": _set(repeats_header=True),
    "rows with nothing in them": _set(gaps=True),
    "hidden rows": _set(row_attributes='hidden="1"'),
    "shared texts": _more("book", shares_texts=True),
    "days counted from 1904": _more("book", from_1904=True),
    "a column that it does without": _without_nationality,
}
