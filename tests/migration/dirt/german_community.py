"""Dirt of the German-speaking Community's workbooks: cells that hold no value, sheets, headers, days as numbers."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from random import Random
from typing import Any, Final, cast

from domain.migration.reading import CanonicalRecord
from infra.legacy_files.records import Waivers
from infra.migration.sources import MigratingAuthority
from tests.migration.dirt.cells import COLUMN_DAMAGES, FIELD, NOTHING_TOLD, TEXTS, damage, one_of
from tests.migration.dirt.files import (
    HEADER,
    WAIVED,
    Cells,
    DirtyFile,
    Line,
    LineDamage,
    Making,
    PlanOfLines,
    Right,
    placed,
    quarantined,
    turn,
)
from tests.migration.dirt.people import Person, amount, moment, truth
from tests.migration.dirt.sheets import Book, Cell, Row, SheetOfRows, Xml, letters
from tests.migration.dirt.versions import VERSION_DAMAGES

COLUMN: Final = {
    "key": "Aktenzeichen", "status": "Stand", "category": "Kategorie", "filed": "Antragsdatum",
    "admissible": "Zulässig am", "decided": "Entscheidung am", "valid_from": "Gültig von", "valid_to": "Gültig bis",
    "family": "Name", "given": "Vorname", "birth": "Geburtsdatum", "nationality": "Staatsangehörigkeit",
    "ssin": "Nationalregisternummer", "enterprise": "ZDU-Nummer", "employer": "Arbeitgeber", "job": "Tätigkeit",
    "pay": "Bruttolohn/Jahr", "modified": "Geändert am",
}  # fmt: skip


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


# --- damages of one record

_OFTEN: Final = tuple(fact for fact in COLUMN if fact != "nationality")
"""The columns that every file has."""


def _serial_of(value: object) -> int:
    assert isinstance(value, date)
    return (value - date(1899, 12, 30)).days


def _any(*values: Xml, facts: Sequence[str] = _OFTEN) -> Making:
    def make(cells: dict[str, object], person: Person, random: Random) -> Mapping[str, object]:
        cells[turn(person, facts)] = turn(person, values)
        return NOTHING_TOLD

    return make


def _within(*pieces: str) -> Making:
    """Something stands within a text, as it is written in the file."""

    def make(cells: dict[str, object], person: Person, random: Random) -> Mapping[str, object]:
        fact = random.choice((*TEXTS, "key", "modified"))
        text = str(cells[fact])
        inner = f"<is><t>{text[:3]}{turn(person, pieces)}{text[3:]}</t></is>"
        cells[fact] = Xml('t="inlineStr"', inner)
        return NOTHING_TOLD

    return make


def _text_in_pieces(cells: dict[str, object], person: Person, random: Random) -> Mapping[str, object]:
    """Runs of a rich text are one text; how it is read aloud is none of it."""
    name = person.family_name
    runs = f"<r><t>{name[:4]}</t></r><r><rPr><b/></rPr><t>{name[4:]}</t></r><rPh sb='0' eb='1'><t>laut</t></rPh>"
    cells["family"] = Xml('t="inlineStr"', f"<is>{runs}</is>")
    return NOTHING_TOLD


def _escapes(cells: dict[str, object], person: Person, random: Random) -> Mapping[str, object]:
    written, read = turn(
        person, (("_x005F_x000D_", "_x000D_"), ("_x00E9_", "é"), ("_xD83D__xDE00_", "\U0001f600"), ("_x0009_", " "))
    )
    cells["job"] = Xml('t="inlineStr"', f"<is><t>{person.job}{written}.</t></is>")
    return {"job_title": f"{person.job}{read}."}


def _days_otherwise(cells: dict[str, object], person: Person, random: Random) -> Mapping[str, object]:
    fact = random.choice(("filed", "admissible", "decided", "valid_from", "valid_to", "birth"))
    value = cells[fact]
    assert isinstance(value, date)
    cells[fact] = turn(
        person,
        (
            f" {value:%d/%m/%Y} ",
            Xml('t="d"', f"<v>{value:%Y-%m-%d}</v>"),
            Xml('t="d"', f"<v>{value:%Y-%m-%d}T00:00:00</v>"),
            Xml('t="str"', f"<v>{value:%d/%m/%Y}</v>"),
        ),
    )
    return NOTHING_TOLD


def _days_that_are_none(cells: dict[str, object], person: Person, random: Random) -> Mapping[str, object]:
    """Text of another form, numbers without a form, days that no calendar had or of long ago."""
    fact = random.choice(("filed", "decided", "valid_from"))
    value = cells[fact]
    assert isinstance(value, date)
    cells[fact] = turn(
        person,
        (
            f"{value:%d.%m.%y}",
            f"{value:%Y-%m-%d}",
            _serial_of(value),
            Xml('s="1"', "<v>60</v>"),
            Xml('s="1"', "<v>1</v>"),
            Xml('s="1"', "<v>0</v>"),
            Xml('s="2"', f"<v>{_serial_of(value)}.5</v>"),
            f"{value:%d. %B %Y}",
        ),
    )
    return NOTHING_TOLD


def _changed_at(cells: dict[str, object], person: Person, random: Random) -> Mapping[str, object]:
    at = person.modified_at
    cells["modified"] = turn(person, (at.replace(tzinfo=None), Xml('t="d"', f"<v>{at:%Y-%m-%dT%H:%M:%S}</v>")))
    return NOTHING_TOLD


def _numbers(cells: dict[str, object], person: Person, random: Random) -> Mapping[str, object]:
    """Typed as numbers: an enterprise number loses its zero, a national number with a zero in front would too."""
    cells["ssin"], cells["enterprise"], cells["pay"] = int(person.ssin), int(person.enterprise), person.pay
    return NOTHING_TOLD


def _lost_zero(cells: dict[str, object], person: Person, random: Random) -> Mapping[str, object]:
    cells["ssin"] = int(person.ssin[1:])
    return NOTHING_TOLD


def _status(cells: dict[str, object], person: Person, random: Random) -> Mapping[str, object]:
    cells["status"], status = turn(
        person,
        (
            ("eingegangen", "submitted"),
            ("Entzogen", "revoked"),
            (" widerrufen", "revoked"),
            ("verfallen", "lapsed"),
            ("verweigert", "decidedRefused"),
            ("zurückgezogen", "withdrawn"),
            ("Unterlagen  nachgefordert", "informationRequested"),
        ),
    )
    return {"status": status}


def _blank_cells(cells: dict[str, object], person: Person, random: Random) -> Mapping[str, object]:
    fact = random.choice(("family", "given", "employer", "job", "ssin"))
    cells[fact] = turn(
        person, (None, "   ", "\t", Xml("", ""), Xml('t="inlineStr"', "<is><t/></is>"), Xml('t="str"', "<v></v>"))
    )
    return {FIELD[fact]: None}


_FORMULAS: Final = (
    Xml("", "<f>26000*2</f><v>52000</v>"),
    Xml('t="str"', "<f>A1&amp;B1</f><v>Zevra</v>"),
    Xml("", "<f/><v>3</v>"),
    Xml("", '<f t="array" ref="A1:A1">SUM(1)</f><v>1</v>'),
    Xml("", '<f t="shared" si="0"/><v>45000</v>'),
)
_ERRORS: Final = tuple(
    Xml('t="e"', f"<v>{each}</v>") for each in ("#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!")
)
_NO_VALUES: Final = (
    Xml('t="s"', "<v>99999</v>"),
    Xml("", "<v>zwölf</v>"),
    Xml("", "<v>1e999</v>"),
    Xml('s="1"', "<v>-3</v>"),
    Xml('s="1"', "<v>99999999</v>"),
    Xml('t="d"', "<v>morgen</v>"),
    Xml('t="z"', "<v>1</v>"),
)
_ALL: Final = " ".join(COLUMN)
_TEXT_FACTS: Final = "family given employer job key modified"

CELL_DAMAGES: Final = (
    *COLUMN_DAMAGES,
    damage("a formula", _ALL, "cellUnreadable", _any(*_FORMULAS)),
    damage("an error", _ALL, "cellUnreadable", _any(*_ERRORS)),
    damage("a cell whose value is none", _ALL, "cellUnreadable", _any(*_NO_VALUES)),
    damage("a truth value", _ALL, "fieldMalformed", _any(Xml('t="b"', "<v>1</v>"), Xml('t="b"', "<v>0</v>"))),
    damage(
        "a zero byte or a control character",
        _TEXT_FACTS,
        "textUnreadable",
        _within("_x0000_", "_x0007_", "_x001B_", "_x007F_", "_x0085_", "&#127;"),
    ),
    damage("half a character", _TEXT_FACTS, "textUnreadable", _within("_xD800_", "_xDC00_", "_xDE00__xD83D_")),
    damage(
        "a line break in a cell",
        _TEXT_FACTS,
        "textUnreadable",
        _within("&#10;", "&#13;&#10;", "_x000D_", "_x000A_", "&#x2028;"),
    ),
    damage("a text in pieces", "family", "", _text_in_pieces),
    damage("escapes in a text", "job", "", _escapes),
    damage("a day written otherwise", "filed admissible decided valid_from valid_to birth", "", _days_otherwise),
    damage(
        "a day that is none, as a cell", "filed admissible decided valid_from birth", "dateInvalid", _days_that_are_none
    ),
    damage("a time of change as a cell", "modified", "", _changed_at),
    damage("numbers as numbers", "ssin enterprise pay", "", _numbers),
    damage("a national number without its first digit", "ssin", "identifierInvalid", _lost_zero),
    damage(
        "a number that is no amount",
        "pay",
        "amountInvalid",
        one_of("pay", Decimal("52000.125"), Decimal(-52000), 0, Decimal("1e20")),
    ),
    damage("a status in another word", "status actor", "", _status),
    damage("cells with nothing in them", "family given employer job ssin", "", _blank_cells),
)


def _further_cells(person: Person, layout: SheetLayout, random: Random) -> list[Line]:
    """Behind the last column something was noted, also what would be no value elsewhere."""
    row = layout.line(layout.good(person))
    noted: list[Cell] = [None, "vermerkt", _FORMULAS[0], _ERRORS[0]]
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
