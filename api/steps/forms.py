"""The form of a step: its fields in the reader's words, prefilled from the case.

A form spells the body that the interface takes, so that a page and a program are checked by the same code.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Any

from api.words.choices import Choice
from api.words.code_lists import CodeLists
from api.words.languages import Language
from domain.case.lifecycle import Case
from domain.law.rulebook import Rulebook


class FieldKind(StrEnum):
    LINE = "line"
    TEXT = "text"
    DAY = "day"
    AMOUNT = "amount"
    NUMBER = "number"
    CHOICE = "choice"
    ONE_OF = "oneOf"
    ONE_NUMBER = "oneNumber"
    ANY_OF = "anyOf"
    TRUTH = "truth"
    FILE = "file"


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """``name`` is the path in the body; ``values`` is the content of the field when the form is shown.

    ``conditional`` is a field that may be required, as its hint or another field says. ``missing`` is what is said
    where it is required and empty; without it, a sentence that fits any field. ``recorded`` is what the file holds that
    this field replaces; None where it replaces nothing.
    """

    name: str
    kind: FieldKind
    label: str
    hint: str | None = None
    required: bool = False
    conditional: bool = False
    missing: str | None = None
    choices: tuple[Choice, ...] = ()
    values: tuple[str, ...] = ()
    recorded: tuple[str, ...] | None = None

    @property
    def value(self) -> str:
        return self.values[0] if self.values else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """``lead`` explains the step and its consequences, ``send`` is the text of its button.

    ``files`` can be attached from the form before it is sent; they are no part of what it spells.
    """

    lead: str
    send: str
    fields: tuple[Field, ...] = ()
    files: tuple[Field, ...] = ()

    def filled_in(self, values: Callable[[str], Sequence[str]]) -> Form:
        """The form with what was entered; ``values`` gives it by the name of a field."""
        return replace(self, fields=tuple(replace(each, values=tuple(values(each.name))) for each in self.fields))

    def with_choices(self, name: str, choices: tuple[Choice, ...]) -> Form:
        """The form with one of its lines as a choice, and as it is where there is nothing to choose from."""
        if not choices:
            return self
        nothing = (Choice(value="", text="\u2013"), *choices)
        return replace(
            self,
            fields=tuple(
                replace(each, kind=FieldKind.CHOICE, choices=nothing) if each.name == name else each
                for each in self.fields
            ),
        )


class FormWords:
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
            label=self.language.gettext("Reasons"),
            missing=self.language.gettext("Enter the reasons"),
            hint=hint,
            required=required,
            conditional=hint is not None,
        )

    def outcome(self, list_name: str, outcomes: tuple[str, ...]) -> Field:
        """The decision itself, as one of a list."""
        return Field(
            name="outcome",
            kind=FieldKind.ONE_OF,
            label=self.language.gettext("Decision"),
            missing=self.language.gettext("Choose a decision"),
            required=True,
            choices=self.choices(list_name, outcomes),
        )

    def grounds(self, list_name: str, grounds: tuple[str, ...]) -> Field:
        """The grounds of a negative decision: those that the file supports."""
        return Field(
            name="grounds",
            kind=FieldKind.ANY_OF,
            label=self.language.gettext("Grounds"),
            missing=self.language.gettext("Choose at least one ground"),
            hint=self.language.gettext("Only for a negative decision; then at least one."),
            choices=self.choices(list_name, grounds),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class FormMaterial:
    """What a form is made from: the case, its file, who fills it in, and the part that is corrected.

    ``rulebook`` gives the grounds for refusing the file ``today``; ``documents`` are the ones that are attached.
    ``handlers`` are those to whom the case can be given.
    """

    case: Case
    body: Mapping[str, Any]
    actor: str
    today: date
    rulebook: Rulebook
    part: str
    documents: tuple[Choice, ...] = ()
    handlers: tuple[Choice, ...] = ()


def day_as_written(day: date) -> str:
    """A day as all three languages of the country write it in a form."""
    return day.strftime("%d/%m/%Y")


def values_at(body: Any, field: Field) -> tuple[str, ...]:
    """The values in a case for a field, as texts; nothing where they are withheld."""
    for name in field.name.split("."):
        body = body.get(name) if isinstance(body, dict) else None
    if body is None or isinstance(body, dict):
        return ()
    if isinstance(body, list):
        return tuple(str(each) for each in body)
    if isinstance(body, bool):
        return (str(body).lower(),)
    return (day_as_written(date.fromisoformat(body)) if field.kind is FieldKind.DAY else str(body),)
