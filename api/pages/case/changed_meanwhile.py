"""A form against a case that somebody else changed meanwhile: nobody's value is overwritten without being seen.

A form that shows what the file holds carries that along. Once the file holds something else, a field that its writer
left as it was takes the new value, and for one that both changed the writer chooses.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from api.pages.page_parts import FieldError
from api.pages.sent_forms import SentForm
from api.steps.forms import Field, Form
from api.words.choices import Choice
from api.words.languages import Language

UNSETTLED: Final = "unsettled"
"""The names of the fields for which a choice was asked."""

_WAS: Final = "was."
_KEEP: Final = "keep."
_MINE, _THEIRS = "mine", "theirs"


@dataclass(frozen=True, slots=True, kw_only=True)
class Meeting:
    """What was typed beside what the file holds now.

    ``sent`` has the new value of each field that its writer left alone; ``choices`` are put for the others, by the
    name of the field, and ``updated`` names those that took a new value.
    """

    sent: SentForm
    choices: Mapping[str, Field]
    updated: tuple[str, ...]


def carried_along(form: Form, meeting: Meeting | None = None) -> tuple[tuple[str, str], ...]:
    """The hidden fields by which the next sending tells what the file held when the form was shown."""
    unsettled = () if meeting is None else tuple(meeting.choices)
    held = []
    for each in form.fields:
        if each.recorded is None:
            continue
        was = meeting.sent.all(_WAS + each.name) if meeting is not None and each.name in unsettled else each.recorded
        held += [(_WAS + each.name, value) for value in was or ("",)]
    return (*held, *((UNSETTLED, name) for name in unsettled))


def meeting(form: Form, sent: SentForm, language: Language) -> Meeting:
    """What was sent against ``form``, which has what the file holds now."""
    values, choices, updated = dict(sent.values), {}, []
    for each in form.fields:
        if each.recorded is None or _same(each.recorded, sent.all(each.name)):
            continue
        was = sent.all(_WAS + each.name)
        if _same(was, each.recorded):
            continue
        if _same(was, sent.all(each.name)):
            values[each.name] = list(each.recorded)
            updated.append(each.label)
        else:
            choices[each.name] = _choice(each, sent, language)
    return Meeting(sent=SentForm(values), choices=choices, updated=tuple(updated))


def undecided(form: Form, sent: SentForm, language: Language) -> tuple[FieldError, ...]:
    """The choices that were put and not made."""
    labels = {each.name: each.label for each in form.fields}
    return tuple(
        FieldError(
            field=_KEEP + name,
            text=language.gettext("%(field)s: choose which value is to be kept", field=labels[name]),
        )
        for name in sent.all(UNSETTLED)
        if name in labels and sent.one(_KEEP + name) not in (_MINE, _THEIRS)
    )


def settled(form: Form, sent: SentForm) -> SentForm:
    """What was sent, with what the file holds where its writer chose that."""
    chosen = {
        each.name: list(each.recorded or ())
        for each in form.fields
        if each.name in sent.all(UNSETTLED) and sent.one(_KEEP + each.name) == _THEIRS
    }
    return SentForm({**sent.values, **chosen})


def _choice(field: Field, sent: SentForm, language: Language) -> Field:
    texts = {each.value: each.text for each in field.choices}

    def shown(values: tuple[str, ...]) -> str:
        return ", ".join(texts.get(each, each) for each in values) or language.gettext("nothing")

    mine = language.gettext("Yours: %(value)s", value=shown(sent.all(field.name)))
    theirs = language.gettext("In the file now: %(value)s", value=shown(field.recorded or ()))
    return replace(
        field,
        name=_KEEP + field.name,
        label=language.gettext("%(field)s: which value is to be kept?", field=field.label),
        hint=language.gettext("Somebody else changed it since you opened the form."),
        choices=(Choice(value=_MINE, text=mine), Choice(value=_THEIRS, text=theirs)),
        values=sent.all(_KEEP + field.name),
    )


def _same(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """Whether two fields hold the same, in whatever order and with whatever blanks around it."""
    return sorted(each.strip() for each in one if each) == sorted(each.strip() for each in other if each)
