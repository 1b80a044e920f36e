"""The forms that change a case: their fields in the reader's words, and how what was filled in becomes a body.

A form sends the body that the interface takes, so that a page and a program are checked by the same code.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Any, Final

from api.pages.page_parts import Choice, FieldError
from api.pages.sent_forms import SentForm
from api.words.code_lists import CodeLists
from api.words.languages import Language
from api.words.sentences.places import code_mended
from domain.case.place_checks import MunicipalityIssue
from domain.case.refusals import InputIssue
from domain.case.value_checks import INVALID_INPUT, INVALID_PERIOD, INVALID_STRUCTURE, OUT_OF_RANGE, REQUIRED_INPUT
from infra.wire_format import canonical_json

WHOLE: Final = "form"
"""The name under which an error stands that is no single field's."""


_DAY: Final = re.compile(r"([0-9]{1,2})[/.-]([0-9]{1,2})[/.-]([0-9]{4})", re.ASCII)


class FieldKind(StrEnum):
    LINE = "line"
    TEXT = "text"
    DAY = "day"
    AMOUNT = "amount"
    NUMBER = "number"
    CHOICE = "choice"
    ONE_OF = "oneOf"
    ANY_OF = "anyOf"
    TRUTH = "truth"


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """``name`` is the path in the body; ``values`` is what stands in the field when the form is shown."""

    name: str
    kind: FieldKind
    label: str
    hint: str | None = None
    required: bool = False
    choices: tuple[Choice, ...] = ()
    values: tuple[str, ...] = ()

    @property
    def value(self) -> str:
        return self.values[0] if self.values else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseForm:
    """One form: what it is for, its fields, and the words on its button."""

    resource: str
    title: str
    lead: str
    send: str
    fields: tuple[Field, ...] = ()

    def kept(self, sent: SentForm) -> CaseForm:
        """The form with what somebody had filled in."""
        return replace(self, fields=tuple(replace(each, values=tuple(sent.all(each.name))) for each in self.fields))


class CaseFormWords:
    """Makes fields in one language: labels of codes come from the code lists."""

    def __init__(self, language: Language, code_lists: CodeLists) -> None:
        self.language = language
        self._code_lists = code_lists

    def label(self, list_name: str, code: str) -> str:
        return self._code_lists.label(list_name, code, self.language.code)

    def choices(self, list_name: str, codes: Sequence[str]) -> tuple[Choice, ...]:
        return tuple(Choice(value=each, text=self.label(list_name, each)) for each in codes)

    def motivation(self, hint: str | None = None, *, required: bool = False) -> Field:
        return Field(
            name="motivation",
            kind=FieldKind.TEXT,
            label=self.language.gettext("Motivation"),
            hint=hint,
            required=required,
        )


def body_of(form: CaseForm, sent: SentForm) -> bytes:
    """The body that the form spells; what was left empty is left out."""
    body: dict[str, Any] = {}
    for each in form.fields:
        value = _value_of(each, sent)
        if value is None:
            continue
        *parents, last = each.name.split(".")
        part = body
        for parent in parents:
            part = part.setdefault(parent, {})
        part[last] = value
    return canonical_json(body)


def errors_of(form: CaseForm, issues: Sequence[InputIssue], language: Language) -> tuple[FieldError, ...]:
    """What is wrong, at the fields where it is wrong, in the reader's language."""
    errors: dict[str, FieldError] = {}
    for issue in issues:
        found = _field_of(form, issue.path)
        name = WHOLE if found is None else found.name
        label = form.title if found is None else found.label
        errors.setdefault(name, FieldError(field=name, text=f"{label}: {_mended(language, issue)}"))
    return tuple(errors.values())


def _field_of(form: CaseForm, path: str) -> Field | None:
    """The field that holds a place of the body: itself, or the list or part of which the place is one."""
    plain = re.sub(r"\[[0-9]+\].*", "", path)
    exact = [each for each in form.fields if each.name == plain]
    within = [each for each in form.fields if each.name.startswith(f"{plain}.")]
    return next(iter((*exact, *within)), None)


def _mended(language: Language, issue: InputIssue) -> str:
    """The remedy in the reader's language; in English as exactly as the check says it."""
    if isinstance(issue, MunicipalityIssue):
        return code_mended(issue, language)
    if language.code == "en" and issue.code != REQUIRED_INPUT:
        return f"{issue.problem}; {issue.remedy}"
    match issue.code:
        case code if code == REQUIRED_INPUT:
            return language.gettext("fill this in")
        case code if code == OUT_OF_RANGE:
            return language.gettext("this is blank, too long, or outside what is possible")
        case code if code == INVALID_PERIOD:
            return language.gettext("the end lies before the beginning")
        case code if code == INVALID_STRUCTURE:
            return language.gettext("the check digits are wrong: look for a mistyped digit")
        case code if code == INVALID_INPUT:
            return language.gettext("this cannot be what is meant: choose or write it anew")
        case _:
            return language.gettext("this does not have the right form: see the hint")


def _value_of(each: Field, sent: SentForm) -> Any:
    match each.kind:
        case FieldKind.ANY_OF:
            return list(sent.all(each.name))
        case FieldKind.TRUTH:
            given = sent.one(each.name)
            # What is neither goes on as it is, for the check to say so.
            return {"true": True, "false": False, "": None}.get(given, given)
        case FieldKind.NUMBER:
            given = sent.one(each.name)
            # What is no number goes on as it is, for the check to say so.
            return (int(given) if given.isdecimal() and len(given) < 10 else given) if given else None
        case FieldKind.DAY:
            return _day(sent.one(each.name)) or None
        case FieldKind.AMOUNT:
            return _amount(sent.one(each.name)) or None
        case _:
            return sent.one(each.name) or None


def _amount(text: str) -> str:
    """An amount as people in Belgium write it, in the one spelling of the interface: 1.234,50 is 1234.50."""
    plain = re.sub(r"[\s\u00a0\u202f€]", "", text)
    return plain.replace(".", "").replace(",", ".") if "," in plain else plain


def day_as_written(day: date) -> str:
    """A day as all three languages of the country write it in a form."""
    return day.strftime("%d/%m/%Y")


def values_at(body: Any, field: Field) -> tuple[str, ...]:
    """What a case says at the place of a field, as texts for it; nothing where it is withheld."""
    for name in field.name.split("."):
        body = body.get(name) if isinstance(body, dict) else None
    if body is None or isinstance(body, dict):
        return ()
    if isinstance(body, list):
        return tuple(str(each) for each in body)
    if isinstance(body, bool):
        return (str(body).lower(),)
    return (day_as_written(date.fromisoformat(body)) if field.kind is FieldKind.DAY else str(body),)


def _day(text: str) -> str:
    """A day as people write it, in the one spelling of the interface; what is none goes on for the check to say so."""
    written = _DAY.fullmatch(text)
    return text if written is None else f"{written[3]}-{int(written[2]):02}-{int(written[1]):02}"
