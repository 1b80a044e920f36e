"""Damages of a whole file: it is refused in a sentence, before anything of it is taken, however good its records are.

Each takes the bytes of a file in which anything may have befallen the records, and says what the sentence has to name.
"""

from __future__ import annotations

import gzip
import io
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final
from zipfile import ZIP_STORED, ZipFile

from domain.migration.source_lines import Waivers
from tests.migration.dirt.files import NOTHING_WAIVED
from tests.migration.dirt.forms import BRUSSELS, GERMAN_COMMUNITY, WALLONIA, Form


@dataclass(frozen=True, slots=True)
class Refusal:
    """``of_bytes`` damages a whole file; ``dress`` changes how it is laid out. ``names`` is what the sentence says."""

    form: Form
    name: str
    names: str
    of_bytes: Callable[[bytes], bytes] = bytes
    dress: Callable[[Any], object] = bool
    waivers: Waivers = NOTHING_WAIVED


def _zipped(content: bytes) -> bytes:
    file = io.BytesIO()
    with ZipFile(file, "w", ZIP_STORED) as archive:
        archive.writestr("extract.csv", content)
    return file.getvalue()


def _first_line(change: Callable[[bytes], bytes]) -> Callable[[bytes], bytes]:
    def damaged(content: bytes) -> bytes:
        first, end, rest = content.partition(b"\n")
        return change(first) + end + rest

    return damaged


def _renamed(old: str, new: str) -> Callable[[Any], object]:
    return lambda layout: setattr(layout, "header_of", lambda name: new if name == old else name)


def _further(name: str) -> Callable[[Any], object]:
    def dress(layout: Any) -> None:
        (layout.extra if hasattr(layout, "extra") else layout.further).append(name)

    return dress


def _part(name: str, change: Callable[[bytes], bytes]) -> Callable[[bytes], bytes]:
    """One part of a workbook is changed, or gone where nothing is left of it."""

    def damaged(content: bytes) -> bytes:
        file = io.BytesIO()
        with ZipFile(io.BytesIO(content)) as before, ZipFile(file, "w") as after:
            for each in before.namelist():
                part = before.read(each)
                part = change(part) if each == name else part
                if part:
                    after.writestr(each, part)
        return file.getvalue()

    return damaged


def _with_part(name: str, part: bytes) -> Callable[[bytes], bytes]:
    def damaged(content: bytes) -> bytes:
        file = io.BytesIO(content)
        with ZipFile(file, "a") as archive:
            archive.writestr(name, part)
        return file.getvalue()

    return damaged


def _utf_8(content: bytes) -> bytes:
    """Undamaged: a file that is windows-1252 and UTF-8 in one is none of either."""
    return content.decode("cp1252", "replace").replace("�", "").encode()


SHEET: Final = "xl/worksheets/sheet1.xml"

REFUSALS: Final = (
    Refusal(BRUSSELS, "an empty file", "is empty", lambda content: b""),
    Refusal(BRUSSELS, "a byte order mark", "byte order mark", lambda content: b"\xef\xbb\xbf" + content),
    Refusal(BRUSSELS, "UTF-8 throughout", "is UTF-8", _utf_8),
    Refusal(BRUSSELS, "UTF-16", "UTF-16", lambda content: content.decode("cp1252", "replace").encode("utf-16")),
    Refusal(
        BRUSSELS,
        "UTF-16 without a mark",
        "UTF-16",
        lambda content: content.decode("cp1252", "replace").encode("utf-16-le"),
    ),
    Refusal(BRUSSELS, "carriage returns alone", "carriage return", lambda content: content.replace(b"\r\n", b"\r")),
    Refusal(BRUSSELS, "packed by gzip", "gzip", gzip.compress),
    Refusal(BRUSSELS, "packed by zip", "zip", _zipped),
    Refusal(BRUSSELS, "commas between columns", "with ; between", _first_line(lambda line: line.replace(b";", b","))),
    Refusal(BRUSSELS, "no header", "its header lacks", lambda content: content.split(b"\n", 1)[1]),
    Refusal(BRUSSELS, "a header that was cut", "its header lacks", lambda content: content[:200]),
    Refusal(
        BRUSSELS, "a header with an open quotation mark", "header cannot be read", _first_line(lambda line: b'"' + line)
    ),
    Refusal(BRUSSELS, "a column twice", "has the column nom twice", dress=_further("NOM ")),
    Refusal(
        BRUSSELS,
        "an unknown column twice",
        "has the column vu twice",
        dress=lambda layout: layout.extra.extend(("vu", "vu")),
    ),
    Refusal(
        BRUSSELS,
        "a required column under another name",
        "lacks remuneration",
        dress=_renamed("remuneration", "rémunération"),
    ),
    Refusal(
        BRUSSELS,
        "the period of pay under another name",
        "lacks periodicite",
        dress=_renamed("periodicite", "périodicité"),
    ),
    Refusal(
        BRUSSELS,
        "an optional column that is missing",
        "--without langue",
        dress=lambda layout: layout.facts.remove("language"),
    ),
    Refusal(
        BRUSSELS,
        "a required column that is waived",
        "--without bce cannot be",
        waivers=Waivers(columns=frozenset({"bce"})),
    ),
    Refusal(BRUSSELS, "a column that is there and waived", "not needed", waivers=Waivers(columns=frozenset({"nom"}))),
    Refusal(
        BRUSSELS, "a waived column of another form", "names no column", waivers=Waivers(columns=frozenset({"Stand"}))
    ),
    Refusal(BRUSSELS, "a waived sheet", "has no sheets", waivers=Waivers(sheets=frozenset({"Notizen"}))),
    Refusal(
        BRUSSELS,
        "another header amid the records",
        "is a header with other columns",
        lambda content: content + b";".join(reversed(content.split(b"\r\n", 1)[0].split(b";"))) + b"\r\n",
    ),
    Refusal(BRUSSELS, "objects for rows", "should be the header", lambda content: b'{"numeroDossier": "WAL-1"}\n' * 3),
    Refusal(WALLONIA, "an empty file", "is empty", lambda content: b""),
    Refusal(WALLONIA, "blank lines only", "blank lines only", lambda content: b"\n \n\n"),
    Refusal(WALLONIA, "UTF-16", "UTF-16", lambda content: content.decode("utf-8", "replace").encode("utf-16")),
    Refusal(WALLONIA, "packed by gzip", "gzip", gzip.compress),
    Refusal(
        WALLONIA,
        "one list of all",
        "is one JSON list",
        lambda content: b"[" + content.strip().replace(b"\n", b",") + b"]",
    ),
    Refusal(
        WALLONIA,
        "objects over several lines",
        "over several lines",
        lambda content: b'{\n  "numeroDossier": "WAL-1"\n}\n',
    ),
    Refusal(
        WALLONIA, "rows for objects", "is not a file of this authority", lambda content: b"no_dossier;langue\n" * 3
    ),
    Refusal(
        WALLONIA,
        "objects of something else",
        "is not a file of this authority",
        lambda content: b'{"facture": 1}\n' * 3,
    ),
    Refusal(WALLONIA, "a waived column", "has no columns", waivers=Waivers(columns=frozenset({"nom"}))),
    Refusal(GERMAN_COMMUNITY, "an empty file", "is empty", lambda content: b""),
    Refusal(
        GERMAN_COMMUNITY,
        "an old workbook, or one with a password",
        "password",
        lambda content: b"\xd0\xcf\x11\xe0" + content,
    ),
    Refusal(
        GERMAN_COMMUNITY,
        "a workbook that was cut",
        "damaged or no workbook",
        lambda content: content[: len(content) // 2],
    ),
    Refusal(GERMAN_COMMUNITY, "text for a workbook", "damaged or no workbook", lambda content: b"Aktenzeichen;Stand\n"),
    Refusal(GERMAN_COMMUNITY, "a zip file of something", "no workbook", _zipped),
    Refusal(
        GERMAN_COMMUNITY,
        "a sheet that was cut",
        "damaged or no workbook",
        _part(SHEET, lambda part: part[: len(part) // 2]),
    ),
    Refusal(GERMAN_COMMUNITY, "a sheet that is gone", "does not hold it", _part(SHEET, lambda part: b"")),
    Refusal(GERMAN_COMMUNITY, "texts that are gone", "sharedStrings", _part("xl/sharedStrings.xml", lambda part: b"")),
    Refusal(
        GERMAN_COMMUNITY,
        "entities in a sheet",
        "damaged or no workbook",
        _part(SHEET, lambda part: part.replace(b"?>", b'?><!DOCTYPE x [<!ENTITY a "b">]>', 1)),
    ),
    Refusal(
        GERMAN_COMMUNITY,
        "rows in no order",
        "comes after row",
        _part(SHEET, lambda part: part.replace(b'<row r="2"', b'<row r="900"', 1)),
    ),
    Refusal(
        GERMAN_COMMUNITY,
        "a sheet that the workbook does not know",
        "list of sheets",
        _with_part(
            "xl/worksheets/sheet9.xml",
            b'<worksheet><sheetData><row r="1"><c t="str"><v>x</v></c></row></sheetData></worksheet>',
        ),
    ),
    Refusal(
        GERMAN_COMMUNITY,
        "a sheet without records",
        "sheet Notizen is not of the form",
        dress=lambda layout: setattr(layout, "notes", True),
    ),
    Refusal(
        GERMAN_COMMUNITY,
        "no header",
        "is not of the form",
        dress=lambda layout: setattr(layout, "header_of", lambda name: f"x{name}"),
    ),
    Refusal(GERMAN_COMMUNITY, "a column twice", "has the column Name twice", dress=_further("N A M E\n")),
    Refusal(
        GERMAN_COMMUNITY,
        "a required column under another name",
        "lacks Aktenzeichen",
        dress=_renamed("Aktenzeichen", "Akte"),
    ),
    Refusal(
        GERMAN_COMMUNITY,
        "an optional column that is missing",
        "--without 'Staatsangehörigkeit'",
        dress=lambda layout: layout.facts.remove("nationality"),
    ),
    Refusal(
        GERMAN_COMMUNITY,
        "a waived sheet that is none",
        "names no sheet",
        waivers=Waivers(sheets=frozenset({"Notizen"})),
    ),
    Refusal(
        GERMAN_COMMUNITY,
        "a waived sheet of records",
        "is a sheet of records",
        waivers=Waivers(sheets=frozenset({"Akten 1"})),
    ),
)
