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
from domain.case.value_checks import INVALID_INPUT, INVALID_PERIOD, INVALID_STRUCTURE, OUT_OF_RANGE, REQUIRED_INPUT
from infra.wire_format import canonical_json

WHOLE: Final = "form"
"""The name of an error that does not belong to a single field."""


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
        label = title if found is None else found.label
        errors.setdefault(name, FieldError(field=name, text=f"{label}: {_remedy(language, issue)}"))
    return tuple(errors.values())


def _field_of(form: Form, path: str) -> Field | None:
    """The field that holds a place of the body: itself, or the list or part of which the place is one."""
    plain = re.sub(r"\[[0-9]+\].*", "", path)
    exact = [each for each in form.fields if each.name == plain]
    within = [each for each in form.fields if each.name.startswith(f"{plain}.")]
    return next(iter((*exact, *within)), None)


def _remedy(language: Language, issue: InputIssue) -> str:
    """The remedy in the reader's language; in English exactly as the check gives it."""
    if isinstance(issue, MunicipalityIssue):
        return code_remedy(issue, language)
    if language.code == "en" and issue.code != REQUIRED_INPUT:
        return f"{issue.problem}; {issue.remedy}"
    match issue.code:
        case code if code == REQUIRED_INPUT:
            return language.gettext("fill this in")
        case code if code == OUT_OF_RANGE:
            return language.gettext("this is blank, too long or out of range")
        case code if code == INVALID_PERIOD:
            return language.gettext("the end is before the start")
        case code if code == INVALID_STRUCTURE:
            return language.gettext("the check digits are wrong: look for a mistyped digit")
        case code if code == INVALID_INPUT:
            return language.gettext("this value is not possible: choose or enter another")
        case _:
            return language.gettext("this does not have the right format: see the hint")


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
    """An amount as people in Belgium write it, in the one spelling of the interface: 1.234,50 is 1234.50."""
    plain = re.sub(r"[\s\u00a0\u202f€]", "", text)
    return plain.replace(".", "").replace(",", ".") if "," in plain else plain


def day_as_sent(text: str) -> str:
    """A day as people write it, in the one spelling of the interface; anything else is left to the check."""
    written = _DAY.fullmatch(text)
    return text if written is None else f"{written[3]}-{int(written[2]):02}-{int(written[1]):02}"
