"""The parts of a workbook (xlsx, also the strict form): its sheets in their order, its shared texts, its date styles.

Read from the XML itself. openpyxl's reading of whole files trusts each sheet's note of its size, skips rows and cells
that are not in their order, changes texts with ``x005F_``, and ends at the first cell that it does not understand.
"""

from __future__ import annotations

import posixpath
import re
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from errno import EINVAL
from functools import cached_property
from typing import IO, Final
from xml.etree.ElementTree import Element, ParseError  # nosec B405 # defusedxml parses; these are types
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from defusedxml.ElementTree import iterparse
from openpyxl.styles.numbers import BUILTIN_FORMATS, is_date_format, is_timedelta_format

from infra.legacy_files.legacy_file import NotThisKind
from infra.legacy_files.texts import readable

LARGEST: Final = 100_000_000
"""Bytes of all parts of a workbook, unpacked. A row of a permit takes about two thousand."""

_ESCAPE: Final = re.compile("_x([0-9A-Fa-f]{4})_")
_RELATION_ID: Final = re.compile(r"\{.*relationships\}id")
# Formats of dates that Excel has in other languages and names by number only.
_DATES_ELSEWHERE: Final = frozenset({*range(27, 37), *range(50, 59)})
# What zipfile, zlib and expat raise for what is no good file; the XML errors of defusedxml are ValueErrors.
_DAMAGE: Final = (
    BadZipFile,
    zlib.error,
    EOFError,
    ParseError,
    ValueError,
    LookupError,
    RuntimeError,
    NotImplementedError,
)


@dataclass(frozen=True, slots=True)
class Sheet:
    title: str
    part: str


@dataclass(frozen=True, slots=True)
class Styles:
    """The styles of cells, by number, whose numbers are days or lengths of time."""

    dates: frozenset[int]
    durations: frozenset[int]


@contextmanager
def damage_refused(name: str) -> Iterator[None]:
    """Turn what a damaged file makes zip and XML raise into :class:`NotThisKind`."""
    try:
        yield
    except _DAMAGE as why:
        raise _damaged(name, why) from why
    except OSError as why:
        # A false place in the file's own list leads to before its beginning; anything else is the disk's fault.
        if why.errno != EINVAL:
            raise
        raise _damaged(name, why) from why


def _damaged(name: str, why: Exception) -> NotThisKind:
    return NotThisKind(
        f"{name} is damaged or no workbook ({type(why).__name__}): open it in a spreadsheet program and save it as "
        ".xlsx again, or request it again."
    )


class WorkbookParts:
    """Raises what :func:`damage_refused` expects, and :class:`NotThisKind` for what can be named more precisely."""

    def __init__(self, name: str, archive: ZipFile) -> None:
        self._name = name
        self._archive = archive
        # Some programs write backslashes into the names, or another case than they refer to.
        self._parts = {_part_name(each.filename): each for each in archive.infolist()}
        self._require_workbook()

    def open(self, part: str) -> IO[bytes]:
        return self._archive.open(self._parts[part])

    @cached_property
    def sheets(self) -> tuple[Sheet, ...]:
        """The worksheets, hidden ones too, in their order. Charts on sheets of their own have no rows."""
        targets = self._related(self._book)
        found = []
        for element in self._elements(self._book, "sheet"):
            title = element.get("name", "")
            relation = next((value for name, value in element.items() if _RELATION_ID.fullmatch(name)), "")
            kind, part = targets.get(relation, ("", ""))
            if part not in self._parts:
                raise NotThisKind(
                    f"{self._name} names the sheet {readable(title)[0]} and does not hold it: request it again."
                )
            if kind == "worksheet":
                found.append(Sheet(title, part))
        return tuple(found)

    @cached_property
    def counts_from_1904(self) -> bool:
        return any(each.get("date1904") in ("1", "true") for each in self._elements(self._book, "workbookPr"))

    @cached_property
    def shared_texts(self) -> tuple[str, ...]:
        part = self._part_of_kind("sharedStrings")
        return () if part is None else tuple(text_of(each) for each in self.elements(part, "si", within="sst"))

    @cached_property
    def styles(self) -> Styles:
        part = self._part_of_kind("styles")
        if part is None:
            return Styles(frozenset(), frozenset())
        # Formats of conditions have numbers of their own, which mean nothing here: only those of the list count.
        lists = {local_name(each): list(each) for each in self._elements(part, "numFmts", "cellXfs")}
        own = {int(each.get("numFmtId", "0")): each.get("formatCode", "") for each in lists.get("numFmts", [])}
        cells = [int(each.get("numFmtId", "0")) for each in lists.get("cellXfs", [])]
        formats = {number: own.get(number, BUILTIN_FORMATS.get(number, "General")) for number in set(cells)}
        durations = {number for number, code in formats.items() if is_timedelta_format(code)}
        dates = {number for number, code in formats.items() if is_date_format(code)} | _DATES_ELSEWHERE - own.keys()
        return Styles(
            dates=frozenset(style for style, number in enumerate(cells) if number in dates - durations),
            durations=frozenset(style for style, number in enumerate(cells) if number in durations),
        )

    def elements(self, part: str, name: str, within: str) -> Iterator[Element]:
        """The elements of one name in a part, each for as long as it is looked at; ``within`` is their parent's.

        Nothing else of the part is kept.
        """
        parent: Element | None = None
        is_inside = False
        with self.open(part) as content:
            for event, element in iterparse(content, events=("start", "end"), forbid_dtd=True):
                found = local_name(element)
                if event == "start":
                    parent = element if found == within else parent
                    is_inside = is_inside or found == name
                elif found == name:
                    yield element
                    is_inside = False
                    if parent is not None:
                        parent.clear()
                elif not is_inside:
                    element.clear()

    def _elements(self, part: str, *names: str) -> Iterator[Element]:
        with self.open(part) as content:
            for _, element in iterparse(content, forbid_dtd=True):
                if local_name(element) in names:
                    yield element

    def _related(self, part: str) -> dict[str, tuple[str, str]]:
        """What a part refers to, by id: its kind and the name of its part."""
        folder, file = posixpath.split(part)
        relations = f"{folder}/_rels/{file}.rels".lstrip("/")
        if relations not in self._parts:
            return {}
        return {
            each.get("Id", ""): (
                each.get("Type", "").rpartition("/")[2],
                _part_name(posixpath.normpath(posixpath.join("/", folder, _slashes(each.get("Target", ""))))),
            )
            for each in self._elements(relations, "Relationship")
        }

    def _part_of_kind(self, kind: str) -> str | None:
        found = next((part for each, part in self._related(self._book).values() if each == kind), None)
        if found is not None and found not in self._parts:
            raise NotThisKind(f"{self._name} refers to its {kind} and does not hold them: request it again.")
        return found

    @cached_property
    def _book(self) -> str:
        return next(part for kind, part in self._related("").values() if kind == "officeDocument")

    def _require_workbook(self) -> None:
        size = sum(each.file_size for each in self._archive.infolist())
        if size > LARGEST:
            raise NotThisKind(
                f"{self._name} unpacks to {size:,} bytes, more than the {LARGEST:,} of a workbook of records: remove "
                "pictures and empty formatted rows, or split it."
            )
        if any(_is_encrypted(each) for each in self._parts.values()):
            raise NotThisKind(f"{self._name} has a password: save it as .xlsx without a password.")
        if any(each.compress_type not in (ZIP_STORED, ZIP_DEFLATED) for each in self._parts.values()):
            raise NotThisKind(f"{self._name} is packed in a way that no workbook is: save it as .xlsx again.")
        if "xl/workbook.bin" in self._parts or "mimetype" in self._parts:
            raise NotThisKind(f"{self._name} is a workbook of another form (.xlsb, .ods): save it as .xlsx.")
        kinds = {kind for kind, part in self._related("").values() if part in self._parts}
        if "officeDocument" not in kinds or not any(part.startswith("xl/") for part in self._parts):
            raise NotThisKind(f"{self._name} is a zip file, but no workbook: unpack it, or save it as .xlsx.")


def text_of(element: Element) -> str:
    """A text with all its runs but those that say how it is read aloud; its escapes are still in it."""
    runs = []
    for each in element:
        name = local_name(each)
        if name == "t":
            runs.append(each.text or "")
        elif name == "r":
            runs += [part.text or "" for part in each if local_name(part) == "t"]
    return "".join(runs)


def unescaped(text: str) -> str:
    """A text in which ``_x000D_`` means a carriage return, and ``_x005F_`` for ``_`` before such an escape."""
    if "_x" not in text:
        return text
    plain = _ESCAPE.sub(lambda found: chr(int(found[1], 16)), text)
    # Two escaped halves of one character become that character.
    return plain.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")


def local_name(element: Element) -> str:
    """The name without its namespace, which differs between the two forms of the format."""
    return element.tag.rpartition("}")[2]


def _is_encrypted(info: ZipInfo) -> bool:
    return bool(info.flag_bits & 1)


def _slashes(name: str) -> str:
    return name.replace("\\", "/")


def _part_name(name: str) -> str:
    return _slashes(name).lstrip("/").casefold()
