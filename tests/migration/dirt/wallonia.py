"""Dirt of Wallonia's files: JSON that is none, values of another type, names that stand twice, histories."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from random import Random
from typing import Any, Final

from domain.migration.reading import CanonicalRecord
from infra.migration.sources import MigratingAuthority
from tests.migration.dirt import cells as dirt
from tests.migration.dirt.cells import NOTHING_TOLD, damage, one_of
from tests.migration.dirt.files import (
    BLANK,
    Cells,
    DirtyFile,
    Line,
    Making,
    PlanOfLines,
    Right,
    placed,
    quarantined,
    turn,
)
from tests.migration.dirt.histories import HISTORY_DAMAGES, history
from tests.migration.dirt.people import Person, amount, day, truth

MALFORMED: Final = quarantined("malformed")


@dataclass(frozen=True, slots=True)
class Raw:
    """A value as it stands in the file, whatever JSON says of it."""

    written: bytes


@dataclass(slots=True)
class JsonLayout:
    """Implements :class:`tests.migration.dirt.files.Layout`."""

    is_escaped: bool = False
    separators: tuple[str, str] = (", ", ": ")
    is_shuffled: bool = False
    further: dict[str, object] = field(default_factory=dict)
    """Fields that the form does not know."""
    mark: bytes = b""
    ends: tuple[bytes, ...] = (b"\n",)
    ends_at_the_end: bool = True
    among: list[Line] = field(default_factory=list)

    def good(self, person: Person) -> dict[str, object]:
        return {
            "key": f"WAL-2025-{person.number:06d}",
            "category": "hautement qualifié",
            "valid_from": day(person.after_filing(40)),
            "valid_to": day(person.after_filing(400)),
            "family": person.family_name,
            "given": person.given_name,
            "birth": day(person.born),
            "nationality": "BR",
            "ssin": person.ssin,
            "enterprise": person.enterprise,
            "employer": person.employer,
            "job": person.job,
            "pay": amount(person.pay),
            "modified": self.moment(person.modified_at),
            "filed": day(person.filed_on),
            "history": history(person),
        }

    def truth(self, person: Person) -> CanonicalRecord:
        return truth(person, "wallonia", f"WAL-2025-{person.number:06d}")

    def moment(self, at: datetime) -> str:
        return f"{at:%Y-%m-%dT%H:%M:%S}"

    def line(self, cells: Cells) -> bytes:
        return self.written(as_object(cells))

    def written(self, record: Mapping[str, object]) -> bytes:
        pieces: list[bytes] = []

        def kept(value: object) -> str:
            assert isinstance(value, Raw), value
            pieces.append(value.written)
            return f"<raw {len(pieces) - 1}>"

        whole = {**record, **self.further}
        if self.is_shuffled:
            whole = dict(reversed(whole.items()))
        text = json.dumps(whole, ensure_ascii=self.is_escaped, separators=self.separators, default=kept)
        line = text.encode("utf-8", "surrogatepass")
        for number, piece in enumerate(pieces):
            line = line.replace(f'"<raw {number}>"'.encode(), piece)
        return line


def as_object(cells: Cells) -> dict[str, object]:
    """The record; a part may be there as a whole under its own name."""
    parts = {
        "travailleur": {
            "nom": cells["family"], "prenom": cells["given"], "naissance": cells["birth"],
            "nationalite": cells["nationality"], "niss": cells["ssin"],
        },
        "employeur": {"bce": cells["enterprise"], "denomination": cells["employer"]},
        "emploi": {"fonction": cells["job"], "remunerationBruteAnnuelle": cells["pay"]},
        "validite": {"du": cells["valid_from"], "au": cells["valid_to"]},
    }  # fmt: skip
    return {
        "numeroDossier": cells["key"], "categorie": cells["category"], "historique": cells["history"],
        **{name: cells.get(name, part) for name, part in parts.items()}, "modifieLe": cells["modified"],
    }  # fmt: skip


def dirty_file(plans: Sequence[PlanOfLines], layout: JsonLayout, random: Random, people: Iterator[Person]) -> DirtyFile:
    """A file in which each of the plans befell one record."""
    person = next(people)
    whole = Line(layout.line(layout.good(person)), Right(fate="retold", told=layout.truth(person)), (person,))
    listed = [whole, *placed(plans, layout, random, people)]
    for each in layout.among:
        listed.insert(random.randint(0, len(listed)), each)
    ends = [random.choice(layout.ends) for _ in listed]
    if not layout.ends_at_the_end and listed[-1].content:
        ends[-1] = b""
    content = b"".join(each.content + end for each, end in zip(listed, ends, strict=True))
    return DirtyFile(
        authority=MigratingAuthority.WALLONIA,
        suffix=".jsonl",
        content=layout.mark + content,
        right={("", number): each for number, each in enumerate(listed, 1)},
    )


# --- values of another type, and texts that nobody can read


def _other_type(*facts: str) -> Making:
    def make(cells: dict[str, object], person: Person, random: Random) -> Mapping[str, object]:
        fact = random.choice(facts)
        cells[fact] = turn(person, (20250307, True, False, [cells[fact]], {"valeur": cells[fact]}, [], {}, 1.5))
        return NOTHING_TOLD

    return make


def _pay_as_number(cells: dict[str, object], person: Person, random: Random) -> Mapping[str, object]:
    written, pay = turn(
        person,
        (
            (b"52000", "52000"),
            (b"52000.5", "52000.5"),
            (b"52000.50", "52000.5"),
            (b"5.2e4", "52000"),
            (b"0.01", "0.01"),
        ),
    )
    cells["pay"] = Raw(written)
    return {"gross_pay": Decimal(pay)}


def _raw_text(*changes: tuple[bytes, bytes]) -> Making:
    """Something stands within a text, as bytes of the file."""

    def make(cells: dict[str, object], person: Person, random: Random) -> Mapping[str, object]:
        fact = random.choice((*dirt.TEXTS, "key", "modified"))
        before, after = turn(person, changes)
        text = str(cells[fact])
        cells[fact] = Raw(b'"%s%s%s%s"' % (text[:3].encode(), before, after, text[3:].encode()))
        return NOTHING_TOLD

    return make


def _harmless_escape(cells: dict[str, object], person: Person, random: Random) -> Mapping[str, object]:
    written, read = turn(
        person,
        ((b"\\ud83d\\ude00", "\U0001f600"), (b"\\u00e9", "é"), (b"\\t", " "), (b"\\/", "/"), (b"\\\\x00", "\\x00")),
    )
    cells["job"] = Raw(b'"%s%s"' % (person.job.encode(), written + b"."))
    return {"job_title": f"{person.job}{read}."}


def _nothing(cells: dict[str, object], person: Person, random: Random) -> Mapping[str, object]:
    """``null`` is as good as a text without letters."""
    facts = random.sample(("family", "given", "employer", "job", "ssin", "birth", "valid_to"), 3)
    cells |= dict.fromkeys(facts)
    return {dirt.FIELD[fact]: None for fact in facts}


def _part_is_null(cells: dict[str, object], person: Person, random: Random) -> Mapping[str, object]:
    cells["travailleur"] = turn(person, (None, {}))
    return dict.fromkeys(("family_name", "given_name", "birth_date", "nationality", "ssin"))


_WORKER: Final = "travailleur family given birth nationality ssin"
_RAW: Final = "family given employer job key modified"

CELL_DAMAGES: Final = (
    *dirt.CELL_DAMAGES,
    damage(
        "a text of another type",
        "family given employer job ssin birth",
        "fieldMalformed",
        _other_type("family", "given", "employer", "job", "ssin", "birth"),
    ),
    damage(
        "a required text of another type",
        "key category enterprise modified",
        "fieldMalformed",
        _other_type("key", "category", "enterprise", "modified"),
    ),
    damage(
        "a pay that is neither text nor number", "pay", "fieldMalformed", one_of("pay", True, False, [52000], {}, [])
    ),
    damage("a pay as a number", "pay", "", _pay_as_number),
    damage(
        "a number that is no amount",
        "pay",
        "amountInvalid",
        one_of("pay", *(Raw(each) for each in (b"48.912", b"-52000", b"0", b"-0.0", b"1e20", b"1e-9", b"0.001"))),
    ),
    damage(
        "a number that is no JSON number",
        "pay",
        "malformed",
        one_of(
            "pay",
            *(Raw(each) for each in (b"NaN", b"Infinity", b"-Infinity", b"052000", b"52.", b".5", b"0x10", b"+1")),
        ),
    ),
    damage(
        "a zero byte or a control character",
        _RAW,
        "textUnreadable",
        _raw_text((b"\\u0000", b""), (b"\\u0007", b""), (b"\\u001b", b"["), (b"\\u007f", b""), (b"\\u0085", b"")),
    ),
    damage(
        "half a character",
        _RAW,
        "textUnreadable",
        _raw_text((b"\\ud800", b""), (b"\\udc00", b""), (b"\\ude00", b"\\ud83d")),
    ),
    damage(
        "a line break in a text", _RAW, "textUnreadable", _raw_text((b"\\n", b""), (b"\\r", b"\\n"), (b"\\u2028", b""))
    ),
    damage(
        "bytes that are not UTF-8",
        _RAW,
        "encodingDoubtful",
        _raw_text((b"\xe9", b""), (b"\xc3", b"("), (b"\xed\xa0\x80", b""), (b"\xf5", b""), (b"\xc0\xaf", b"")),
    ),
    damage("an escape that is none", _RAW, "malformed", _raw_text((b"\\x41", b""), (b"\\u12", b"g"), (b'"', b""))),
    damage("an escape as it should be", "job", "", _harmless_escape),
    damage("fields that are null", "family given employer job ssin birth valid_to", "", _nothing),
    damage("a person of whom nothing is said", _WORKER, "", _part_is_null),
    damage("no employer", "employeur enterprise employer", "fieldMissing", one_of("employeur", None, {})),
    damage("no job", "emploi job pay", "fieldMissing", one_of("emploi", None, {}, {"fonction": "x"})),
    damage(
        "a part that is no object", "emploi job pay", "fieldMalformed", one_of("emploi", [], "cuisinier", 52000, True)
    ),
    *HISTORY_DAMAGES,
)


# --- the file as a whole, when it stays of its kind


def _set(**values: Any) -> Callable[[JsonLayout, Random], None]:
    def dress(layout: JsonLayout, random: Random) -> None:
        for name, value in values.items():
            setattr(layout, name, value)

    return dress


DRESSINGS: Final[Mapping[str, Callable[[JsonLayout, Random], None]]] = {
    "carriage returns": _set(ends=(b"\r\n",)),
    "line ends of both kinds": _set(ends=(b"\n", b"\r\n")),
    "no end of the last line": _set(ends_at_the_end=False),
    "letters as escapes": _set(is_escaped=True),
    "no blanks between fields": _set(separators=(",", ":")),
    "fields in another order": _set(is_shuffled=True),
    "fields that nobody knows": _set(further={"_id": "65f1", "etiquettes": ["a", {"b": None}]}),
    "a byte order mark": _set(mark=b"\xef\xbb\xbf"),
    "blank lines": lambda layout, random: layout.among.extend(Line(each, BLANK) for each in (b"", b"  ", b"\t")),
}
