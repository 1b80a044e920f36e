"""Rows of a file as applications: what each says, by the same readers as the pages, and every fault at its cell."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from api.pages.bulk.columns import Columns
from api.pages.drafts.answers import judged_as_written, with_what_follows
from api.pages.form_values import body_of
from api.pages.sent_forms import SentForm
from api.pages.stated_forms import SHARE, as_stated, errors_at_fields
from api.steps.forms import Field, FieldKind
from api.words.languages import Language
from domain.case.application import Application
from infra.application_files.table import WHOLE_ROW, CellNote, Table, TableRow, letters_of
from infra.identity.caller import Caller

_KIND: Final = "kind"
"""It follows from the category; where that is at fault, it is not said twice."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """``place`` is the cell of a workbook or the column of a text, in the reader's words; ``text`` says what to do."""

    place: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadRow:
    """``application`` is there where the row has no ``faults``."""

    line: int
    application: Application | None = field(repr=False)
    faults: tuple[Fault, ...]


class RowReader:
    """Reads the rows of tables with one header, for somebody who files in their own name on a day."""

    def __init__(
        self, columns: Columns, names: Sequence[str | None], caller: Caller, language: Language, today: date
    ) -> None:
        """``names`` are the technical names of the columns of the table, in their order."""
        self._columns = columns
        self._names = tuple(names)
        self._caller = caller
        self._language = language
        self._today = today
        self._places = {name: number for number, name in enumerate(self._names, start=1) if name is not None}

    def read(self, row: TableRow, *, is_workbook: bool) -> ReadRow:
        """The application that a row says, or all that is wrong with it."""
        shown = _Shown(self._columns, self._places, self._language, row.line, is_workbook=is_workbook)
        noted = self._noted(row, shown)
        if WHOLE_ROW in row.notes:
            return ReadRow(line=row.line, application=None, faults=tuple(noted.values()))
        sent = self._sent(row)
        found = {**self._left_empty(sent, shown), **self._shares(sent, shown), **noted}
        body: dict[str, Any] = json.loads(body_of(self._columns.form, sent))
        rows = as_stated(body)
        judged = judged_as_written(with_what_follows(body, self._caller), self._today)
        issues = [replace(each, path=rows.field_name(each.path)) for each in judged.issues if each.path != _KIND]
        for error in errors_at_fields(self._columns.form, issues, self._language):
            # What was said of the cell itself explains what follows from it.
            found.setdefault(error.field, shown.fault(error.field, error.text))
        if not found and judged.application is None:
            found[_KIND] = shown.fault("", self._language.gettext("this row cannot be read"))
        return ReadRow(line=row.line, application=None if found else judged.application, faults=tuple(found.values()))

    def _sent(self, row: TableRow) -> SentForm:
        """The cells as a form would have sent them."""
        values: dict[str, tuple[str, ...]] = {}
        for asked in self._columns.fields:
            number = self._places.get(asked.name)
            text = "" if number is None or number in row.notes else row.cell(number).strip()
            if text:
                values[asked.name] = self._answers(asked, text)
        return SentForm(values)

    def _answers(self, asked: Field, text: str) -> tuple[str, ...]:
        if asked.kind is FieldKind.ANY_OF:
            parts = [each.strip() for each in text.replace("|", ";").replace(",", ";").split(";")]
            return tuple(self._columns.code(asked.name, each) for each in parts if each)
        return (self._columns.code(asked.name, text),)

    def _noted(self, row: TableRow, shown: _Shown) -> dict[str, Fault]:
        """What the file itself shows to be no value."""
        found: dict[str, Fault] = {}
        for number, note in sorted(row.notes.items()):
            name = self._names[number - 1] if 0 < number <= len(self._names) else None
            if number != WHOLE_ROW and name is None and note is not CellNote.MERGED and number <= len(self._names):
                # A formula in a column without a name concerns nobody; that something stands there does, below.
                continue
            found[name or f"#{number}"] = shown.at(number, note_text(note, self._language))
        if WHOLE_ROW not in row.notes:
            for number, text in enumerate(row.cells, start=1):
                if text.strip() and (number > len(self._names) or self._names[number - 1] is None):
                    sentence = note_text(CellNote.BEYOND_THE_HEADER, self._language)
                    found.setdefault(f"#{number}", shown.at(number, sentence))
        return found

    def _left_empty(self, sent: SentForm, shown: _Shown) -> dict[str, Fault]:
        category, usual = sent.one("category"), self._language.gettext("enter a value")
        return {
            each.name: shown.fault(each.name, each.missing or f"{each.label}{self._language.colon} {usual}")
            for each in self._columns.fields
            if self._columns.is_needed(each, category) and not sent.one(each.name)
        }

    def _shares(self, sent: SentForm, shown: _Shown) -> dict[str, Fault]:
        """A share of 1 is one per cent as pages read it, and was meant as the whole: it is asked, never guessed."""
        written = sent.one(SHARE).replace(",", ".").rstrip(" %")
        try:
            is_doubtful = bool(written) and Decimal(written) <= 1
        except InvalidOperation:
            return {}
        if not is_doubtful:
            return {}
        sentence = self._language.gettext("write the share in per cent, such as 100 or 80")
        return {SHARE: shown.fault(SHARE, f"{self._columns.label(SHARE)}{self._language.colon} {sentence}")}


class _Shown:
    """Where something is, in the reader's words."""

    def __init__(
        self, columns: Columns, places: Mapping[str, int], language: Language, line: int, *, is_workbook: bool
    ) -> None:
        self._columns = columns
        self._places = places
        self._language = language
        self._line = line
        self._is_workbook = is_workbook

    def fault(self, name: str, text: str) -> Fault:
        """At the column of this technical name, or at the row where the table has none."""
        return self.at(self._places.get(name, WHOLE_ROW), text)

    def at(self, number: int, text: str) -> Fault:
        if number == WHOLE_ROW:
            return Fault(place="", text=text)
        if self._is_workbook:
            return Fault(place=f"{letters_of(number)}{self._line}", text=text)
        return Fault(
            place=self._language.gettext("column %(number)s", number=self._language.integer(number)), text=text
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadHeader:
    """``names`` are the technical names of the columns in their order; with ``faults`` no row was read."""

    names: tuple[str | None, ...]
    faults: tuple[Fault, ...]


def read_header(table: Table, columns: Columns, language: Language) -> ReadHeader:
    """The columns of a table: each known, none twice, none missing that every application needs."""
    _ = language.gettext
    header = table.header
    faults: list[Fault] = []
    names: list[str | None] = []

    def place_of(number: int) -> str:
        return f"{letters_of(number)}{header.line}" if table.is_workbook else _("column %(number)s", number=number)

    for number, text in enumerate(header.cells, start=1):
        name = None if not text.strip() or number in header.notes else columns.named(text)
        if text.strip() and name is None and number not in header.notes:
            faults.append(Fault(place=place_of(number), text=_unknown(text, columns, language)))
        elif name is not None and name in names:
            twice = _("the column %(name)s is there twice: keep one", name=columns.label(name))
            faults.append(Fault(place=place_of(number), text=twice))
        names.append(name)
    faults += [
        Fault(place="", text=_("the column %(name)s is missing", name=columns.label(name)))
        for name in columns.required
        if name not in names
    ]
    faults += [
        Fault(place="" if number == WHOLE_ROW else place_of(number), text=note_text(note, language))
        for number, note in sorted(header.notes.items())
    ]
    return ReadHeader(names=tuple(names), faults=tuple(faults))


_SHOWN: Final = 60


def _unknown(text: str, columns: Columns, language: Language) -> str:
    """That there is no such column, and which one was probably meant."""
    name = text.strip()[:_SHOWN]
    meant = columns.like(name)
    if meant is None:
        return language.gettext("there is no column %(name)s: remove it, or name it as in the template", name=name)
    return language.gettext("there is no column %(name)s: is it %(meant)s?", name=name, meant=columns.label(meant))


def note_text(note: CellNote, language: Language) -> str:
    """Why a cell or a row holds no value, and how to mend it."""
    _ = language.gettext
    match note:
        case CellNote.FORMULA:
            return _("a formula stands here: paste it as a value")
        case CellNote.ERROR:
            return _("the spreadsheet shows an error here, or a value of another kind: type the value")
        case CellNote.UNREADABLE:
            return _("this cell cannot be read: type its value again")
        case CellNote.TOO_LONG:
            return _("this text is too long")
        case CellNote.MERGED:
            return _("this cell is merged with others: undo that and fill in each row")
        case CellNote.BEYOND_THE_HEADER:
            return _("this column has no name in the header: name it, or empty it")
        case CellNote.QUOTATION_MARK:
            return _("a quotation mark in this line has no counterpart: the line cannot be divided into cells")
        case CellNote.ENCODING:
            return _("a letter of this line cannot be read: save the file as CSV UTF-8")
