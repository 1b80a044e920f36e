"""Dirt of Wallonia's lines: JSON that is none, names that stand twice, fields that nobody knows, versions."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from random import Random
from typing import Any, Final

from tests.migration.dirt.files import Line, LineDamage, Right, quarantined, turn
from tests.migration.dirt.people import Person, day
from tests.migration.dirt.versions import VERSION_DAMAGES
from tests.migration.dirt.wallonia import JsonLayout, Raw, as_object

MALFORMED: Final = quarantined("malformed")


def _line(change: Callable[[bytes, Random], bytes], right: Right | None = MALFORMED) -> Any:
    def make(person: Person, layout: JsonLayout, random: Random) -> list[Line]:
        fate = right or Right(fate="retold", told=layout.truth(person))
        return [Line(change(layout.line(layout.good(person)), random), fate, (person,))]

    return make


def _broken(person: Person, layout: JsonLayout, random: Random) -> list[Line]:
    line = layout.line(layout.good(person))
    at = line.index(b"Brontix") + 3
    return [Line(line[:at], MALFORMED, (person,)), Line(line[at:], MALFORMED, (person,))]


def _twice(person: Person, layout: JsonLayout, random: Random) -> list[Line]:
    """One name in one object, with the same value or with another."""
    line = layout.line(layout.good(person))
    name, value = turn(
        person,
        (
            (b'"nom"', b'"Autre"'),
            (b'"numeroDossier"', b'"WAL-1"'),
            (b'"le"', b'"01/01/2025"'),
            (b'"modifieLe"', b"null"),
            (b'"nom"', b'"%s"' % person.family_name.encode()),
        ),
    )
    return [Line(line.replace(name, name + b":" + value + b"," + name, 1), quarantined("fieldMalformed"), (person,))]


def _further(person: Person, layout: JsonLayout, random: Random) -> list[Line]:
    record = as_object(layout.good(person))
    record |= {"remarques": [{"par": "x", "texte": None}], "score": 1.25, "urgent": True}
    record["travailleur"] = {"sexe": "X", **record["travailleur"]}  # type: ignore[dict-item]
    return [Line(layout.written(record), Right(fate="retold", told=layout.truth(person)), (person,))]


def _value_for_a_name(person: Person, layout: JsonLayout, random: Random) -> list[Line]:
    """A name and its value are in each other's place, beside the field as it should be."""
    record = as_object(layout.good(person))
    value = turn(person, (person.ssin, day(person.born), f"{person.family_name}, {person.given_name}"))
    record[value] = "niss"
    return [Line(layout.written(record), Right(fate="retold", told=layout.truth(person)), (person,))]


def _value_for_a_name_twice(person: Person, layout: JsonLayout, random: Random) -> list[Line]:
    name = turn(person, (b'"%s"' % person.ssin.encode(), b'"%s"' % day(person.born).encode()))
    line = layout.line(layout.good(person))[:-1] + b",%s:1,%s:2}" % (name, name)
    return [Line(line, quarantined("fieldMalformed"), (person,))]


def _endless_name(person: Person, layout: JsonLayout, random: Random) -> list[Line]:
    """A field that nobody knows, and that no index of a database could hold."""
    record = as_object(layout.good(person))
    record["".join(random.choices("abcdefghijklmnopqrstuvwxyz0123456789", k=20_000))] = "x"
    return [Line(layout.written(record), Right(fate="retold", told=layout.truth(person)), (person,))]


def _nested(person: Person, layout: JsonLayout, random: Random) -> list[Line]:
    record = as_object(layout.good(person))
    record["remarques"] = Raw(b"[" * 5_000 + b"]" * 5_000)
    return [Line(layout.written(record), MALFORMED, (person,))]


def _too_long_a_line(person: Person, layout: JsonLayout, random: Random) -> list[Line]:
    record = as_object(layout.good(person)) | {"remarques": "x" * 1_000_000}
    return [Line(layout.written(record), MALFORMED, (person,))]


def _without(name: str) -> Any:
    def make(person: Person, layout: JsonLayout, random: Random) -> list[Line]:
        record = as_object(layout.good(person))
        del record[name]
        return [Line(layout.written(record), quarantined("fieldMissing"), (person,))]

    return make


def _no_validity(person: Person, layout: JsonLayout, random: Random) -> list[Line]:
    record = as_object(layout.good(person))
    record["validite"] = turn(person, (None, {}, {"du": None, "au": " "}))
    told = replace(layout.truth(person), valid_from=None, valid_to=None)
    return [Line(layout.written(record), Right(fate="retold", told=told), (person,))]


_NO_OBJECT: Final = (
    b"null",
    b"[]",
    b'"x"',
    b"12",
    b"true",
    b"{",
    b"}",
    b"<xml/>",
    b"\xff\xfe",
    b"no_dossier;langue;statut",
)

LINE_DAMAGES: Final = (
    *VERSION_DAMAGES,
    *(
        LineDamage(name, make)
        for name, make in {
            "a line that was cut": _line(lambda line, random: line[: random.randint(1, len(line) - 1)]),
            "a line that begins late": _line(lambda line, random: line[random.randint(1, len(line) - 1) :]),
            "a line break in the text": _broken,
            "two objects in one line": _line(lambda line, random: line + random.choice((b"", b" ", b",")) + line),
            "a comma behind the object": _line(lambda line, random: line + b","),
            "a comma behind the last field": _line(lambda line, random: line[:-1] + b",}"),
            "a comment": _line(lambda line, random: line + b" // vu"),
            "apostrophes for quotation marks": _line(lambda line, random: line.replace(b'"', b"'")),
            "an object in a list": _line(lambda line, random: b"[" + line + b"]"),
            "an object as a text": _line(lambda line, random: json.dumps(line.decode()).encode()),
            "what is no object": _line(lambda line, random: random.choice(_NO_OBJECT)),
            "blanks around the object": _line(lambda line, random: b" \t" + line + b"  ", None),
            "a byte order mark": _line(lambda line, random: b"\xef\xbb\xbf" + line, None),
            "a name twice": _twice,
            "fields that nobody knows": _further,
            "a value in the place of a name": _value_for_a_name,
            "a value in the place of a name, twice": _value_for_a_name_twice,
            "a name without end": _endless_name,
            "lists in lists without end": _nested,
            "a line longer than any record": _too_long_a_line,
            "no field for the number": _without("numeroDossier"),
            "no field for the history": _without("historique"),
            "no field for the time of change": _without("modifieLe"),
            "no validity": _no_validity,
        }.items()
    ),
)
