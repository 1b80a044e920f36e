"""The rows of a work history beside what was declared of the worker: each says where it comes from."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Final

from api.pages.stated_forms import WORK_HISTORY
from api.steps.forms import Field, Form
from api.words.languages import Language

MEMBERS: Final = ("employer", "from", "to")
"""What the register knows of an employment; on what basis somebody worked it does not."""

_MOST_ROWS: Final = 110
"""More than a page has."""

Row = Mapping[str, str]


def rows_of(value: Callable[[str], str]) -> dict[int, Row]:
    """The rows in which something is filled in, by number; ``value`` gives a field of the form by its name."""
    rows = {
        number: {member: value(f"{WORK_HISTORY}.{number}.{member}") for member in MEMBERS}
        for number in range(_MOST_ROWS)
    }
    return {number: row for number, row in rows.items() if any(row.values())}


def marked(form: Form, declared: Sequence[Row], language: Language) -> Form:
    """The form in which each row says whether it was declared so; as it is where the register was not asked."""
    if not declared:
        return form
    values = {each.name: each.value for each in form.fields}
    rows = rows_of(lambda name: values.get(name, ""))
    hints = {f"{WORK_HISTORY}.{number}.employer": _origin(row, declared, language) for number, row in rows.items()}
    return replace(
        form, fields=tuple(replace(each, hint=hints[each.name]) if each.name in hints else each for each in form.fields)
    )


def origin_of(field: Field) -> str | None:
    """Where a row comes from, on the field that says so."""
    return field.hint if field.name.startswith(f"{WORK_HISTORY}.") else None


def _origin(row: Row, declared: Sequence[Row], language: Language) -> str:
    _ = language.gettext
    return _("As declared to social security") if dict(row) in declared else _("As you state it")
