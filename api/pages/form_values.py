"""From what was filled in to the body that it spells, and from the issues of a body to the fields that have them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final

from api.pages.page_parts import FieldError
from api.pages.sent_forms import SentForm
from api.steps.forms import Field, FieldKind, Form
from api.words.languages import Language
from api.words.sentences.places import code_remedy
from domain.case.place_checks import MunicipalityIssue
from domain.case.refusals import InputIssue
from domain.case.value_checks import (
    INVALID_INPUT,
    INVALID_PERIOD,
    INVALID_STRUCTURE,
    OUT_OF_RANGE,
    REJECTED_INPUT,
    REQUIRED_INPUT,
    SCHEMA_VIOLATION,
)
from infra.wire_format import canonical_json

WHOLE: Final = "form"
"""The name of an error that does not belong to a single field."""


_THOUSANDS: Final = re.compile(r"[1-9][0-9]{0,2}(?:(?:\.[0-9]{3})+|(?:,[0-9]{3})+)", re.ASCII)
_CHOSEN: Final = (
    FieldKind.CHOICE,
    FieldKind.ONE_OF,
    FieldKind.ONE_NUMBER,
    FieldKind.ANY_OF,
    FieldKind.TRUTH,
)
_DAY: Final = re.compile(r"([0-9]{1,2})[/.-]([0-9]{1,2})[/.-]([0-9]{4})", re.ASCII)


def body_of(form: Form, sent: SentForm) -> bytes:
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


def errors_of(
    form: Form, issues: Sequence[InputIssue], language: Language, *, title: str = ""
) -> tuple[FieldError, ...]:
    """What is wrong, at the fields where it is wrong, in the reader's language; ``title`` names the form as a whole."""
    errors: dict[str, FieldError] = {}
    for issue in issues:
        found = _field_of(form, issue.path)
        name = WHOLE if found is None else found.name
        errors.setdefault(name, FieldError(field=name, text=_sentence(language, issue, found, title)))
    return tuple(errors.values())


def _sentence(language: Language, issue: InputIssue, field: Field | None, title: str) -> str:
    """What is wrong, beginning with what it is about."""
    if field is not None and field.missing is not None and issue.code == REQUIRED_INPUT:
        return field.missing
    label = title if field is None else field.label
    return f"{label}{language.colon} {_remedy(language, issue, field)}"


def _field_of(form: Form, path: str) -> Field | None:
    """The field that holds a place of the body: itself, or the list or part of which the place is one."""
    plain = re.sub(r"\[[0-9]+\].*", "", path)
    exact = [each for each in form.fields if each.name == plain]
    within = [each for each in form.fields if each.name.startswith(f"{plain}.")]
    return next(iter((*exact, *within)), None)


def _remedy(language: Language, issue: InputIssue, field: Field | None) -> str:
    """The remedy in the reader's language."""
    if isinstance(issue, MunicipalityIssue):
        return code_remedy(issue, language)
    kind, _ = None if field is None else field.kind, language.gettext
    match issue.code:
        case code if code == REQUIRED_INPUT:
            return _("choose an option") if kind in _CHOSEN else _("enter a value")
        case code if code == REJECTED_INPUT:
            return _("leave this empty: it does not go with your other answers")
        case code if code == INVALID_PERIOD:
            return _("the end is before the start")
        case code if code == INVALID_STRUCTURE:
            return _("the check digits are wrong: look for a mistyped digit")
        case code if code == OUT_OF_RANGE:
            return _out_of_range(language, kind)
        case code if code in (INVALID_INPUT, SCHEMA_VIOLATION):
            return _of_the_form_of(kind, language) or (
                _("this value is not possible: choose or enter another")
                if code == INVALID_INPUT
                else _("this does not have the right format: see the hint")
            )
        case _:
            return _("this does not have the right format: see the hint")


def _out_of_range(language: Language, kind: FieldKind | None) -> str:
    _ = language.gettext
    match kind:
        case FieldKind.DAY:
            return _("this day is not possible here: look for a mistyped year, and for day and month swapped")
        case FieldKind.AMOUNT:
            return _("this amount is not possible here: see whether it is in euros")
        case _:
            return _("this is blank, too long or out of range")


def _of_the_form_of(kind: FieldKind | None, language: Language) -> str | None:
    """What a field of that kind takes, in words; None where any text will do."""
    _ = language.gettext
    match kind:
        case FieldKind.DAY:
            return _("enter a day that exists, such as 01/03/2026")
        case FieldKind.AMOUNT:
            return _("enter an amount in euros, such as 4.250,00")
        case FieldKind.NUMBER:
            return _("enter a whole number")
        case kind if kind in _CHOSEN:
            return _("choose an option")
        case _:
            return None


def _value_of(each: Field, sent: SentForm) -> Any:
    match each.kind:
        case FieldKind.ANY_OF:
            return list(sent.all(each.name))
        case FieldKind.TRUTH:
            given = sent.one(each.name)
            # What is neither is passed on as it is, for the check to report.
            return {"true": True, "false": False, "": None}.get(given, given)
        case FieldKind.NUMBER | FieldKind.ONE_NUMBER:
            given = sent.one(each.name)
            # What is no number is passed on as it is, for the check to report.
            return (int(given) if given.isdecimal() and len(given) < 10 else given) if given else None
        case FieldKind.DAY:
            return day_as_sent(sent.one(each.name)) or None
        case FieldKind.AMOUNT:
            return _amount(sent.one(each.name)) or None
        case _:
            return sent.one(each.name) or None


def _amount(text: str) -> str:
    """An amount as people write it, in the one spelling of the interface: 1.234,50 and 1,234.50 are 1234.50.

    The last of two different marks is the decimal one. A mark that stands before three digits alone separates
    thousands: no amount in euros has three decimals.
    """
    plain = re.sub(r"[\s\u00a0\u202f\u2019'€]", "", text)
    if _THOUSANDS.fullmatch(plain):
        return re.sub("[.,]", "", plain)
    if plain.rfind(",") > plain.rfind("."):
        return plain.replace(".", "").replace(",", ".")
    return plain.replace(",", "")


def day_as_sent(text: str) -> str:
    """A day as people write it, in the one spelling of the interface; anything else is left to the check."""
    written = _DAY.fullmatch(text)
    return text if written is None else f"{written[3]}-{int(written[2]):02}-{int(written[1]):02}"
