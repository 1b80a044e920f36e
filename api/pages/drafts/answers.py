"""What a draft says, held against what an application has to say: what lacks, what is wrong, and where it is asked.

The checks are those of the interface. A page saves what is well formed and leaves out what is not known yet; only an
application that lacks nothing is filed.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final

from api.http.bodies import read_body
from api.pages.drafts.groups import GROUPS, Asked, QuestionGroup
from api.pages.form_values import body_of
from api.pages.page_parts import FieldError
from api.pages.sent_forms import SentForm
from api.pages.stated_forms import as_stated, errors_at_fields, stated_facts
from api.steps.forms import Form
from api.words.languages import Language
from domain.case.application import Application
from domain.case.completeness import check_application
from domain.case.refusals import InputIssue, InvalidInput
from domain.case.renewals import RENEWAL_OF
from domain.case.stated_facts import StatedFacts
from domain.codes import CATEGORIES, kind_of_category
from domain.drafts.draft import DECLARED, merged, without
from infra.identity.caller import Caller, Role
from infra.wire_format import canonical_json

_FILED_ON: Final = "filedOn"


def known_of(caller: Caller) -> dict[str, Any]:
    """What nobody has to fill in, because it follows from who is signed in."""
    number = caller.enterprise_number or ""
    match caller.role:
        case Role.EMPLOYER:
            return {"filedBy": caller.role.value, "employer": {"enterpriseNumber": number}}
        case Role.REPRESENTATIVE:
            return {"filedBy": caller.role.value, "representative": {"enterpriseNumber": number}}
        case _:
            return {"filedBy": caller.role.value, "worker": {"ssin": caller.ssin or ""}}


def with_what_follows(body: Mapping[str, Any], caller: Caller) -> dict[str, Any]:
    """The body with what follows from its category and from who is signed in."""
    whole = merged(body, known_of(caller))
    if caller.role is not Role.REPRESENTATIVE:
        # The last application of an employer may have been filed by somebody for it.
        whole.pop("representative", None)
    category = whole.get("category")
    if category in CATEGORIES:
        whole["kind"] = kind_of_category(category)
    return whole


def given_by(
    form: Form, sent: SentForm, before: Mapping[str, Any], today: date, language: Language
) -> Mapping[str, Any]:
    """What a page sent, if it is well formed beside what the draft says already; what is empty is left out.

    ``before`` is the draft without what the page replaces. Raises :class:`Misstated`.
    """
    body: dict[str, Any] = json.loads(body_of(form, sent))
    rows = as_stated(body)
    try:
        _stated(merged(before, body), today)
    except InvalidInput as why:
        at_fields = [replace(each, path=rows.field_name(each.path)) for each in why.issues]
        names = {each.name for each in form.fields}
        own = [each for each in at_fields if any(_meet(each.path, name) for name in names)]
        if own:
            raise Misstated(errors_at_fields(form, own, language)) from None
    return body


class Misstated(Exception):
    """What a page sent cannot be saved; ``errors`` say what is wrong with which field."""

    def __init__(self, errors: tuple[FieldError, ...]) -> None:
        super().__init__("the page has errors")
        self.errors = errors


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """``application`` is there when nothing lacks and nothing is wrong; else ``issues`` say what."""

    application: Application | None
    issues: tuple[InputIssue, ...]

    def of(self, group: QuestionGroup) -> tuple[InputIssue, ...]:
        """The issues in the places of a group, and those of a whole part that lacks with all that the group asks."""
        return tuple(each for each in self.issues if any(_meet(each.path, path) for path in group.paths))


def judged(body: Mapping[str, Any], asked: Asked) -> Judged:
    """Whether what a draft says can be filed today."""
    return judged_as_written(_only_what_is_asked(body, asked), asked.today)


def judged_as_written(body: Mapping[str, Any], today: date) -> Judged:
    """Whether an application that says all of this, asked or not, can be filed today."""
    issues: dict[str, InputIssue] = {}
    application: Application | None = None
    try:
        application = read_body(Application, canonical_json(body))
    except InvalidInput as why:
        issues |= {each.path: each for each in why.issues}
        issues |= {each.path: each for each in _misstated(body, today)}
    else:
        issues |= {each.path: each for each in check_application(application, today=today)}
    return Judged(application=None if issues else application, issues=tuple(issues.values()))


def stated_today(body: Mapping[str, Any], asked: Asked) -> StatedFacts | None:
    """What the draft says, as far as the law can be asked about it; None while something in it is wrong."""
    try:
        return _stated(_only_what_is_asked(body, asked), asked.today)
    except InvalidInput:
        return None


def _only_what_is_asked(body: Mapping[str, Any], asked: Asked) -> dict[str, Any]:
    """Without the answers to questions that this category has not: they are kept, as it may be changed back."""
    not_asked = {each for group in GROUPS if not group.is_asked(asked) for each in group.paths}
    not_asked.add(DECLARED)
    if body.get("renewal") is not True:
        not_asked.add(RENEWAL_OF)
    return {name: value for name, value in body.items() if name not in not_asked}


def _stated(body: Mapping[str, Any], today: date) -> StatedFacts:
    """As the rules are asked, which do not ask for all that a draft holds. Raises ``InvalidInput``."""
    return stated_facts({**without(body, (RENEWAL_OF, DECLARED)), _FILED_ON: today.isoformat()})


def _misstated(body: Mapping[str, Any], today: date) -> Sequence[InputIssue]:
    """What is wrong with what is there, whatever lacks beside it."""
    try:
        _stated(body, today)
    except InvalidInput as why:
        return [each for each in why.issues if each.path != _FILED_ON]
    return ()


def _meet(path: str, other: str) -> bool:
    return _is_within(path, other) or _is_within(other, path)


def _is_within(path: str, place: str) -> bool:
    return path == place or path.startswith((f"{place}.", f"{place}["))
