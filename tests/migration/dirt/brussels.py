"""Dirt of Brussels' files: bytes, quotation marks, separators, headers, line ends, encodings."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from random import Random
from typing import Any, Final

from domain.migration.reading import CanonicalRecord
from domain.migration.source_lines import Waivers
from infra.migration.sources import MigratingAuthority
from tests.migration.dirt.cells import COLUMN_DAMAGES, NOTHING_TOLD, damage, one_of
from tests.migration.dirt.files import (
    BLANK,
    HEADER,
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
from tests.migration.dirt.people import Person, amount, day, moment, truth
from tests.migration.dirt.versions import VERSION_DAMAGES

COLUMN: Final = {
    "key": "no_dossier", "language": "langue", "status": "statut", "actor": "acteur", "category": "categorie",
    "filed": "date_introduction", "admissible": "date_recevabilite", "decided": "date_decision",
    "valid_from": "valable_du", "valid_to": "valable_au", "family": "nom", "given": "prenom", "birth": "naissance",
    "nationality": "nationalite", "ssin": "niss", "enterprise": "bce", "employer": "employeur", "job": "fonction",
    "pay": "remuneration", "period": "periodicite", "modified": "modifie_le",
}  # fmt: skip
REQUIRED: Final = ("key", "status", "category", "filed", "enterprise", "pay", "modified")
MALFORMED: Final = quarantined("malformed")
MISSING: Final = quarantined("fieldMissing")


@dataclass(slots=True)
class CsvLayout:
    """Implements :class:`tests.migration.dirt.files.Layout`; ``facts`` are the columns in their order."""

    facts: list[str] = field(default_factory=lambda: list(COLUMN))
    extra: list[str] = field(default_factory=list)
    """Columns that the form does not know; the last column is always a required one, so that a cut is seen."""
    header_of: Callable[[str], str] = str
    is_quoted: bool = False
    ends: tuple[bytes, ...] = (b"\r\n",)
    ends_at_the_end: bool = True
    before: list[Line] = field(default_factory=list)
    among: list[Line] = field(default_factory=list)
    repeats_header: bool = False
    waived: frozenset[str] = frozenset()

    def good(self, person: Person) -> dict[str, object]:
        return {
            "key": f"BXL/2025/{person.number:05d}", "language": "FR", "status": "autorisation accordée", "actor": "",
            "category": "hautement qualifié", "filed": day(person.filed_on),
            "admissible": day(person.after_filing(10)), "decided": day(person.after_filing(30)),
            "valid_from": day(person.after_filing(40)), "valid_to": day(person.after_filing(400)),
            "family": person.family_name, "given": person.given_name, "birth": day(person.born),
            "nationality": "brésilienne", "ssin": person.ssin, "enterprise": person.enterprise,
            "employer": person.employer, "job": person.job, "pay": amount(person.pay), "period": "an",
            "modified": moment(person.modified_at),
        }  # fmt: skip

    def truth(self, person: Person) -> CanonicalRecord:
        said = truth(person, "brussels", f"BXL/2025/{person.number:05d}")
        return replace(said, nationality=None) if "nationality" not in self.facts else said

    def moment(self, at: datetime) -> str:
        return moment(at)

    def line(self, cells: Cells) -> bytes:
        return b";".join(self.row(cells))

    def row(self, cells: Cells) -> list[bytes]:
        """The cells in the order of this file's columns, quoted where all of its cells are."""
        row = [_encoded(cells[fact]) for fact in self.facts]
        row[-1:-1] = [b"remarque"] * len(self.extra)
        return [b'"%s"' % cell.replace(b'"', b'""') for cell in row] if self.is_quoted else row

    def header(self) -> bytes:
        names = [self.header_of(COLUMN[fact]) for fact in self.facts]
        names[-1:-1] = self.extra
        return ";".join(names).encode("cp1252")

    def place(self, fact: str) -> int:
        return self.facts.index(fact) + (len(self.extra) if fact == self.facts[-1] else 0)


def _encoded(cell: object) -> bytes:
    return cell if isinstance(cell, bytes) else str(cell).encode("cp1252", "replace")


def dirty_file(plans: Sequence[PlanOfLines], layout: CsvLayout, random: Random, people: Iterator[Person]) -> DirtyFile:
    """A file in which each of the plans befell one record."""
    # One good record with an accent shows that the file is no UTF-8, whatever happens to the others.
    whole = Line(
        layout.line(layout.good(person := next(people))), Right(fate="retold", told=layout.truth(person)), (person,)
    )
    lines = [whole, *placed(plans, layout, random, people), *layout.among]
    if layout.repeats_header:
        lines.append(Line(layout.header(), HEADER))
    others = lines[1:]
    # The lines of one record keep their order: only what holds no record is put somewhere else.
    for each in [line for line in others if not line.owners]:
        others.remove(each)
        others.insert(random.randint(0, len(others)), each)
    listed = [*layout.before, Line(layout.header(), HEADER), whole, *others]
    ends = [random.choice(layout.ends) for _ in listed]
    if not layout.ends_at_the_end and listed[-1].content:
        ends[-1] = b""
    content = b"".join(each.content + end for each, end in zip(listed, ends, strict=True))
    return DirtyFile(
        authority=MigratingAuthority.BRUSSELS,
        suffix=".csv",
        content=content,
        right={("", number): each for number, each in enumerate(listed, 1)},
        waivers=Waivers(columns=layout.waived),
    )


# --- damages of one record


def _with(fact: str, change: Callable[[bytes, Random], bytes]) -> Callable[[Person, Any, Random], list[Line]]:
    """A malformed line: one cell as it is when it cannot be cut from its neighbours."""

    def make(person: Person, layout: CsvLayout, random: Random) -> list[Line]:
        row = layout.row(layout.good(person))
        place = layout.place(fact)
        row[place] = change(row[place].strip(b'"'), random)
        return [Line(b";".join(row), MALFORMED, (person,))]

    return make


def _quoted_separator(cells: dict[str, object], person: Person, random: Random) -> Mapping[str, object]:
    """Quotation marks as they should be: the cell holds a separator and marks of its own."""
    said = f'{person.employer}; dite "Le {person.word}"'
    cells["employer"] = said
    return {"employer_name": said}


def _properly_quoted(person: Person, layout: CsvLayout, random: Random) -> list[Line]:
    cells = layout.good(person)
    told = _quoted_separator(cells, person, random)
    row = layout.row(cells)
    if not layout.is_quoted:
        place = layout.place("employer")
        row[place] = b'"%s"' % row[place].replace(b'"', b'""')
    return [Line(b";".join(row), _retold(layout, person, **told), (person,))]


def _retold(layout: CsvLayout, person: Person, **told: Any) -> Right:
    return Right(fate="retold", told=replace(layout.truth(person), **told))


def _more_cells(person: Person, layout: CsvLayout, random: Random) -> list[Line]:
    row = layout.row(layout.good(person))
    row.insert(random.randrange(len(row) + 1), b"glissement")
    return [Line(b";".join(row), MALFORMED, (person,))]


def _empty_cells_behind(person: Person, layout: CsvLayout, random: Random) -> list[Line]:
    return [Line(layout.line(layout.good(person)) + b";" * random.randint(1, 5), _retold(layout, person), (person,))]


def _cut(person: Person, layout: CsvLayout, random: Random) -> list[Line]:
    """The line ends early, between two cells; its last column is one that no record is complete without."""
    row = layout.row(layout.good(person))
    kept = random.randint(6, len(row) - 1)
    return [Line(b";".join(row[:kept]), MISSING, (person,))]


def _line_break(person: Person, layout: CsvLayout, random: Random) -> list[Line]:
    """In a cell without quotation marks: two lines, of which neither is a record."""
    cells = layout.good(person)
    cells["employer"] = person.employer.replace(" ", "\n", 1)
    first, second = b";".join(_unquoted(layout).row(cells)).split(b"\n")
    return [Line(first, MISSING, (person,)), Line(second, MISSING, (person,))]


def _quoted_line_break(person: Person, layout: CsvLayout, random: Random) -> list[Line]:
    """As spreadsheet programs write it; a value of this form never holds one."""
    cells = layout.good(person)
    cells["employer"] = f'"{person.employer}"'.replace(" ", "\n", 1)
    first, second = b";".join(_unquoted(layout).row(cells)).split(b"\n")
    return [Line(first, MALFORMED, (person,)), Line(second, MALFORMED, (person,))]


def _unquoted(layout: CsvLayout) -> CsvLayout:
    return CsvLayout(facts=layout.facts, extra=layout.extra)


def _two_in_one(person: Person, layout: CsvLayout, random: Random) -> list[Line]:
    line = layout.line(layout.good(person))
    return [Line(line + turn(person, (b";", b"")) + line, MALFORMED, (person,))]


def _too_long_a_line(person: Person, layout: CsvLayout, random: Random) -> list[Line]:
    cells = layout.good(person)
    cells["job"] = f"{person.job} " + "x" * 1_000_000
    return [Line(layout.line(cells), MALFORMED, (person,))]


def _utf_8(cells: dict[str, object], person: Person, random: Random) -> Mapping[str, object]:
    cells["given"] = person.given_name.encode()
    return NOTHING_TOLD


def _undefined_byte(cells: dict[str, object], person: Person, random: Random) -> Mapping[str, object]:
    fact = random.choice(("family", "given", "employer", "job", "key", "pay"))
    cells[fact] = _encoded(cells[fact]) + bytes([turn(person, (0x81, 0x8D, 0x8F, 0x90, 0x9D))])
    return NOTHING_TOLD


def _control(*characters: bytes) -> Making:
    def make(cells: dict[str, object], person: Person, random: Random) -> Mapping[str, object]:
        fact = random.choice(("family", "given", "employer", "job", "key", "pay", "modified", "language"))
        text = _encoded(cells[fact])
        cells[fact] = text[:1] + turn(person, characters) + text[1:]
        return NOTHING_TOLD

    return make


def _tab(cells: dict[str, object], person: Person, random: Random) -> Mapping[str, object]:
    cells["employer"] = f"Brontix\t{person.word} SA"
    return NOTHING_TOLD


def _status(cells: dict[str, object], person: Person, random: Random) -> Mapping[str, object]:
    cells["status"], cells["actor"], status = turn(
        person,
        (
            ("retirée", "demandeur", "withdrawn"),
            ("Ingetrokken ", "AUTORITÉ", "revoked"),
            ("stopgezet", "", "withdrawn"),
            ("retirée (désistement)", "", "withdrawn"),
            ("vervallen", "", "lapsed"),
            ("GEWEIGERD", "", "decidedRefused"),
            ("toelating  goedgekeurd", "", "decidedGranted"),
        ),
    )
    return {"status": status}


def _period(cells: dict[str, object], person: Person, random: Random) -> Mapping[str, object]:
    cells["period"], period = turn(person, (("mois", "month"), ("Maand", "month"), (" jaar ", "year")))
    return {"pay_period": period}


_BYTES: Final = "family given employer job key pay modified language"

CELL_DAMAGES: Final = (
    *COLUMN_DAMAGES,
    damage("a cell in UTF-8", "given", "encodingDoubtful", _utf_8),
    damage("a byte that the encoding does not have", _BYTES, "encodingDoubtful", _undefined_byte),
    damage("a zero byte", _BYTES, "textUnreadable", _control(b"\x00")),
    damage(
        "a control character", _BYTES, "textUnreadable", _control(b"\x07", b"\x1b", b"\x7f", b"\x0b", b"\x0c", b"\r")
    ),
    damage("a tab within a text", "employer", "", _tab),
    damage(
        "a withdrawal of which nobody knows whose",
        "status actor",
        "statusAmbiguous",
        one_of("status", "retirée", "ingetrokken"),
    ),
    damage("a status by its actor, or in the other language", "status actor", "", _status),
    damage("an unknown period of pay", "period pay", "amountInvalid", one_of("period", "semaine", "?", "an mois")),
    damage("a period of pay", "period pay", "", _period),
    damage("a language without end", "language", "fieldTooLong", one_of("language", "F" * 1_001)),
    damage("a language that is none", "language", "", one_of("language", "", "DE", "français")),
)

LINE_DAMAGES: Final = (
    *VERSION_DAMAGES,
    *(
        LineDamage(name, make)
        for name, make in {
            "a quotation mark that is never closed": _with("employer", lambda cell, random: b'"' + cell),
            "a quotation mark that is never opened": _with("employer", lambda cell, random: cell + b'"'),
            "text behind a closing quotation mark": _with("job", lambda cell, random: b'"%s" suite' % cell),
            "quotation marks, not doubled": _with("job", lambda cell, random: b'"le "%s" chef"' % cell),
            "quotation marks as they should be": _properly_quoted,
            "more cells than columns": _more_cells,
            "empty cells behind the last": _empty_cells_behind,
            "a line that was cut": _cut,
            "a line break in a cell": _line_break,
            "a line break in a quoted cell": _quoted_line_break,
            "two records in one line": _two_in_one,
            "a line longer than any record": _too_long_a_line,
        }.items()
    ),
)


# --- the file as a whole, when it stays of its kind


def _shuffled(layout: CsvLayout, random: Random) -> None:
    first, *others, last = layout.facts
    random.shuffle(others)
    layout.facts = [first, *others, last]


def _blank_lines(layout: CsvLayout, random: Random) -> None:
    layout.before.append(Line(b"", BLANK))
    layout.among += [Line(each, BLANK) for each in (b"", b"   ", b";" * 20, b"\t", b" ; ;")]


def _without_nationality(layout: CsvLayout, random: Random) -> None:
    layout.facts.remove("nationality")
    layout.waived = frozenset({random.choice(("nationalite", " NATIONALITE"))})


def _set(**values: Any) -> Callable[[CsvLayout, Random], None]:
    def dress(layout: CsvLayout, random: Random) -> None:
        for name, value in values.items():
            setattr(layout, name, value)

    return dress


DRESSINGS: Final[Mapping[str, Callable[[CsvLayout, Random], None]]] = {
    "line feeds alone": _set(ends=(b"\n",)),
    "line ends of both kinds": _set(ends=(b"\n", b"\r\n", b"\r\r\n")),
    "no end of the last line": _set(ends_at_the_end=False),
    "every cell in quotation marks": _set(is_quoted=True),
    "names of columns in capitals": _set(header_of=str.upper),
    "names of columns with blanks": _set(header_of=lambda name: f"  {name}\t"),
    "names of columns in quotation marks": _set(header_of=lambda name: f'"{name.title()}"'),
    "columns in another order": _shuffled,
    "columns that nobody knows": _set(extra=["remarque", "Traité par"]),
    "a hint for a spreadsheet program": lambda layout, random: layout.before.append(Line(b"sep=;", HEADER)),
    "the header once more": _set(repeats_header=True),
    "blank lines": _blank_lines,
    "a column that it does without": _without_nationality,
}
