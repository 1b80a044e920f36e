"""Forms that state what an application says: from what was filled in to the words of the interface, and back.

People write differently than programs: a share of full time in per cents, the last day of a period and not the day
after it, and rows of which any may be empty. The calculator of ``/law`` and the pages of a draft have the same fields;
the calculator's are named below a prefix, because its page has other fields of the same names.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from api.http.bodies import read_body
from api.pages.form_values import errors_of
from api.pages.page_parts import FieldError
from api.steps.forms import Field, FieldKind, Form, FormWords, day_as_written, values_at
from api.words.choices import Choice
from api.words.languages import Language
from domain.case.refusals import InputIssue, InvalidInput
from domain.case.stated_checks import check_stated_facts
from domain.case.stated_facts import StatedFacts
from domain.codes import RECRUITMENT_CHANNELS
from domain.law.provisions.job import ShortageOccupation
from domain.law.rulebook import Rulebook
from infra.wire_format import canonical_json

SHARE: Final = "employment.fullTimeEquivalent"
LEVEL: Final = "employment.qualificationLevel"
PUBLICATIONS: Final = "labourMarketTest.publications"
WORK_HISTORY: Final = "workHistory"
OTHER_OCCUPATION: Final = "other"

_LISTS: Final = (PUBLICATIONS, WORK_HISTORY)
_LEVELS: Final = tuple(str(level) for level in range(1, 9))
_PER_CENT: Final = re.compile(r"([0-9]{1,3}(?:\.[0-9]{1,4})?)\s*%?", re.ASCII)
_PLACE: Final = re.compile(r"(?P<list>[A-Za-z.]+)\[(?P<number>[0-9]+)\]", re.ASCII)
_A_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Rows:
    """Which rows of each list were filled in, by their names: the first of them is the first of the list, and so on."""

    by_list: Mapping[str, Sequence[str]]

    def field_name(self, path: str) -> str:
        """The name of the field that states what stands at ``path``."""

        def row(place: re.Match[str]) -> str:
            rows, number = self.by_list.get(place["list"], ()), int(place["number"])
            return f"{place['list']}.{rows[number]}" if number < len(rows) else place[0]

        return _PLACE.sub(row, path, count=1)


def as_stated(body: dict[str, Any]) -> Rows:
    """Turn what a form spells into what the interface takes, in place; gives the rows that were filled in."""
    job = body.get("employment", {})
    per_cent = _PER_CENT.fullmatch(str(job.get("fullTimeEquivalent", "")))
    if per_cent is not None:
        job["fullTimeEquivalent"] = f"{Decimal(per_cent[1]).scaleb(-2):f}"
    if job.get("qualificationLevel") in _LEVELS:
        job["qualificationLevel"] = int(job["qualificationLevel"])
    return Rows({path: _as_list(body, path.split(".")) for path in _LISTS})


def stated_facts(body: Mapping[str, Any]) -> StatedFacts:
    """The facts in what a form spelled. Raises ``InvalidInput`` with all that is wrong with them.

    Also with what can be read without what is misspelled, so that all can be corrected at once.
    """
    try:
        stated = read_body(StatedFacts, canonical_json(body))
    except InvalidInput as invalid:
        raise InvalidInput((*invalid.issues, *_issues_beside(body, invalid.issues))) from None
    if issues := check_stated_facts(stated):
        raise InvalidInput(issues)
    return stated


def values_of(body: Mapping[str, Any], field: Field) -> tuple[str, ...]:
    """What a draft says, as people write it into the field."""
    for path in _LISTS:
        if field.name.startswith(f"{path}."):
            row, _, member = field.name.removeprefix(f"{path}.").partition(".")
            return _values_of_row(body, path, int(row), member)
    values = values_at(dict(body), field)
    if field.name == SHARE and values:
        return (_as_per_cent(values[0]),)
    if field.kind is FieldKind.AMOUNT:
        return tuple(each.replace(".", ",") for each in values)
    return values


def number_of_rows(body: Mapping[str, Any], path: str) -> int:
    """How many rows of a list are filled in."""
    return len(_list_at(body, path))


def publication_fields(words: FormWords, row: int, *, prefix: str = "") -> tuple[Field, ...]:
    """The fields of one publication of the vacancy."""
    language = words.language
    _, path, number = language.gettext, f"{prefix}{PUBLICATIONS}.{row}", language.integer(row + 1)
    channels = or_none(words.choices("recruitmentChannels", RECRUITMENT_CHANNELS))
    return (
        Field(
            name=f"{path}.channel",
            kind=FieldKind.CHOICE,
            label=_("Publication %(number)s: channel", number=number),
            choices=channels,
            values=("",),
        ),
        Field(name=f"{path}.from", kind=FieldKind.DAY, label=_("Publication %(number)s: first day", number=number)),
        Field(name=f"{path}.to", kind=FieldKind.DAY, label=_("Publication %(number)s: last day", number=number)),
    )


def occupations(words: FormWords, rulebook: Rulebook) -> tuple[Choice, ...]:
    """Every occupation that is or was on a list, in the order of the reader's alphabet; and any other."""
    codes = {code for each in rulebook.provisions if isinstance(each, ShortageOccupation) for code in each.scope}
    named = [Choice(value=each, text=words.label("occupations", each)) for each in codes]
    other = Choice(value=OTHER_OCCUPATION, text=words.language.gettext("Another occupation"))
    return (*or_none(tuple(sorted(named, key=lambda each: each.text.casefold()))), other)


def levels() -> tuple[Choice, ...]:
    """The levels of qualification, as the Flemish and the European framework count them."""
    return or_none(tuple(Choice(value=each, text=each) for each in _LEVELS))


def truths(language: Language) -> tuple[Choice, ...]:
    """Yes, no, and nothing said."""
    yes, no = language.gettext("Yes"), language.gettext("No")
    return or_none((Choice(value="true", text=yes), Choice(value="false", text=no)))


def or_none(choices: tuple[Choice, ...]) -> tuple[Choice, ...]:
    """Nothing is chosen for a reader who has not chosen: what is not known is never guessed."""
    return (Choice(value="", text="\u2013"), *choices)


def errors_at_fields(
    form: Form, issues: Sequence[InputIssue], language: Language, *, prefix: str = "", title: str = ""
) -> tuple[FieldError, ...]:
    """Each issue at its field; a share as this form requires it, in per cents.

    The paths of the issues are names of fields, below ``prefix``; ``title`` names the form as a whole.
    """
    labels = {each.name: each.label for each in form.fields}
    found: dict[str, FieldError] = {}
    for issue in issues:
        name = issue.path
        if name == f"{prefix}{SHARE}" and name in labels:
            remedy = language.gettext("enter a share above 0 and at most 100 per cent")
            errors: tuple[FieldError, ...] = (FieldError(field=name, text=f"{labels[name]}{language.colon} {remedy}"),)
        else:
            errors = errors_of(form, (issue,), language, title=title)
        for error in errors:
            found.setdefault(error.field, error)
    return tuple(found.values())


def _issues_beside(body: Mapping[str, Any], misspelled: Sequence[InputIssue]) -> tuple[InputIssue, ...]:
    rest: dict[str, Any] = json.loads(canonical_json(body))
    for issue in misspelled:
        *parents, last = issue.path.partition("[")[0].split(".")
        part: Any = rest
        for parent in parents:
            part = part.get(parent, {})
        part.pop(last, None)
    try:
        return check_stated_facts(read_body(StatedFacts, canonical_json(rest)))
    except InvalidInput:
        # Without the day of filing nothing can be compared.
        return ()


def _as_list(body: dict[str, Any], path: list[str]) -> tuple[str, ...]:
    """Make a list of the rows that a form spells at a path; gives the names of the rows."""
    *parents, last = path
    part: Any = body
    for parent in parents:
        part = part.get(parent, {})
    rows: dict[str, dict[str, str]] = part.get(last, {})
    if rows:
        part[last] = [row | {"to": _gone_on(row["to"])} if "to" in row else row for row in rows.values()]
    return tuple(rows)


def _list_at(body: Mapping[str, Any], path: str) -> Sequence[Mapping[str, Any]]:
    found: Any = body
    for name in path.split("."):
        found = found.get(name, {}) if isinstance(found, Mapping) else {}
    return found if isinstance(found, list) else ()


def _values_of_row(body: Mapping[str, Any], path: str, row: int, member: str) -> tuple[str, ...]:
    rows = _list_at(body, path)
    value = rows[row].get(member) if row < len(rows) else None
    if value is None:
        return ()
    if member == "to":
        return (day_as_written(date.fromisoformat(value) - _A_DAY),)
    return (day_as_written(date.fromisoformat(value)),) if member == "from" else (str(value),)


def _gone_on(last_day: str) -> str:
    """The day after the last one: people name the last day of a vacancy, the law counts to the first without it."""
    try:
        return (date.fromisoformat(last_day) + _A_DAY).isoformat()
    except (ValueError, OverflowError):
        # What is no day is passed on for the check to report.
        return last_day


def _as_per_cent(share: str) -> str:
    try:
        return f"{Decimal(share).scaleb(2).normalize():f}".replace(".", ",")
    except InvalidOperation:
        return share
