"""Dirt of the cells of a workbook: what holds no value, texts in other forms, days and numbers as numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from random import Random
from typing import Final

from tests.migration.dirt.cells import COLUMN_DAMAGES, FIELD, NOTHING_TOLD, TEXTS, damage, one_of
from tests.migration.dirt.files import Making, turn
from tests.migration.dirt.people import Person
from tests.migration.dirt.sheets import Xml

COLUMN: Final = {
    "key": "Aktenzeichen", "status": "Stand", "category": "Kategorie", "filed": "Antragsdatum",
    "admissible": "Zulässig am", "decided": "Entscheidung am", "valid_from": "Gültig von", "valid_to": "Gültig bis",
    "family": "Name", "given": "Vorname", "birth": "Geburtsdatum", "nationality": "Staatsangehörigkeit",
    "ssin": "Nationalregisternummer", "enterprise": "ZDU-Nummer", "employer": "Arbeitgeber", "job": "Tätigkeit",
    "pay": "Bruttolohn/Jahr", "modified": "Geändert am",
}  # fmt: skip

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


FORMULAS: Final = (
    Xml("", "<f>26000*2</f><v>52000</v>"),
    Xml('t="str"', "<f>A1&amp;B1</f><v>Zevra</v>"),
    Xml("", "<f/><v>3</v>"),
    Xml("", '<f t="array" ref="A1:A1">SUM(1)</f><v>1</v>'),
    Xml("", '<f t="shared" si="0"/><v>45000</v>'),
)
ERRORS: Final = tuple(
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
    damage("a formula", _ALL, "cellUnreadable", _any(*FORMULAS)),
    damage("an error", _ALL, "cellUnreadable", _any(*ERRORS)),
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
