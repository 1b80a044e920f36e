"""The calculator of ``/law``: its form, and the facts stated in it.

What was filled in is checked by the code that checks ``salaryChecks``, and not stored.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final

from api.http.bodies import read_body
from api.pages.form_values import body_of, errors_of
from api.pages.law.words import OCCUPATIONS_LIST, LawWords
from api.pages.page_parts import FieldError
from api.pages.sent_forms import SentForm
from api.steps.forms import Field, FieldKind, Form, FormWords, day_as_written
from api.words.choices import Choice
from api.words.languages import Language
from domain.case.refusals import InputIssue, InvalidInput
from domain.case.stated_checks import check_stated_facts
from domain.case.stated_facts import StatedFacts
from domain.case.value_checks import REQUIRED_INPUT, SCHEMA_VIOLATION
from domain.codes import AUTHORITIES, CATEGORIES, CONTRACT_ELEMENTS, CONTRACTS, PAY_PERIODS, RECRUITMENT_CHANNELS
from domain.law.provisions.job import ShortageOccupation
from domain.law.rulebook import Rulebook
from infra.wire_format import canonical_json

FACTS: Final = "facts"
"""The fields are named after the facts they state, below this: the page has other fields of the same names."""

OTHER_OCCUPATION: Final = "other"
PUBLICATIONS: Final = 3

_NEEDED: Final = ("authority", "category")
_SHARE: Final = "employment.fullTimeEquivalent"
_LEVEL: Final = "employment.qualificationLevel"
_LEVELS: Final = tuple(str(level) for level in range(1, 9))
_PER_CENT: Final = re.compile(r"([0-9]{1,3}(?:\.[0-9]{1,4})?)\s*%?", re.ASCII)
_ROW: Final = re.compile(r"labourMarketTest\.publications\[([0-9]+)\]", re.ASCII)
_A_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """Fields that belong together; those that are ``optional`` to most readers are folded away."""

    name: str
    title: str
    lead: str
    fields: tuple[Field, ...]
    optional: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Calculator:
    """The form in its sections, and what is wrong with what was filled in."""

    sections: tuple[Section, ...]
    errors: tuple[FieldError, ...] = ()

    @property
    def form(self) -> Form:
        fields = tuple(field for section in self.sections for field in section.fields)
        return Form(lead="", send="", fields=fields)

    def kept(self, sent: SentForm) -> Calculator:
        """The form with what was filled in; a section in which something was filled in is unfolded."""

        def section(each: Section) -> Section:
            fields = tuple(replace(field, values=tuple(sent.all(field.name))) for field in each.fields)
            return replace(each, fields=fields, optional=each.optional and not any(field.values for field in fields))

        return replace(self, sections=tuple(section(each) for each in self.sections))


def calculator(words: LawWords, rulebook: Rulebook, *, authority: str, category: str, today: date) -> Calculator:
    """The empty form for a reader of the law of ``authority`` today."""
    _, made = words.language.gettext, FormWords(words.language, words.code_lists)
    application = (
        _choice("authority", _("Authority"), made.choices("authorities", AUTHORITIES), value=authority, required=True),
        _choice("category", _("Category"), _or_none(made.choices("categories", CATEGORIES)), category, required=True),
        _day("filedOn", _("Day of filing"), value=day_as_written(today), required=True),
    )
    pay = (
        _choice("employment.contract", _("Contract"), _or_none(made.choices("contracts", CONTRACTS))),
        _field(
            "employment.grossPay.amount",
            FieldKind.AMOUNT,
            _("Gross pay in euros"),
            hint=_("Only what the authority counts as pay, such as 4.250,00"),
        ),
        _choice("employment.grossPay.period", _("Paid"), _or_none(made.choices("payPeriods", PAY_PERIODS))),
        _field(_SHARE, FieldKind.AMOUNT, _("Share of full time, in per cent"), hint=_("100 for full time")),
    )
    person = (
        _choice(_LEVEL, _("Qualification level of the job"), _levels(), hint=_("VKS or EQF, 1 to 8")),
        _choice("employment.occupationCode", _("Occupation"), _occupations(words, rulebook)),
        _day("worker.birthDate", _("Date of birth of the worker"), hint=_("For categories with an age limit")),
    )
    recruitment = tuple(field for row in range(PUBLICATIONS) for field in _publication(words.language, made, row))
    more = (
        _day("employment.start", _("First day of the job")),
        _day("employment.end", _("Last day of the job"), hint=_("Empty for an open-ended contract")),
        _field(
            "transfer.priorServiceMonths",
            FieldKind.NUMBER,
            _("Months of service with the sending undertaking"),
            hint=_("For an intra-corporate transfer"),
        ),
        _field(
            "employment.workplace.municipalityCode",
            FieldKind.LINE,
            _("NIS code of the municipality of work"),
            hint=_("Five digits, such as 11002 for Antwerp"),
        ),
        _field(
            "employment.contractStates",
            FieldKind.ANY_OF,
            _("What the contract of employment states"),
            hint=_("If nothing is ticked: not known"),
            choices=made.choices("contractElements", CONTRACT_ELEMENTS),
        ),
        _truth(words.language, "worker.familyInBelgium", _("Family of the worker lives in Belgium")),
        _truth(words.language, "renewal", _("Renewal of a permit")),
        _truth(words.language, "changeOfEmployer", _("Change of employer")),
        _day("permitExpiresOn", _("Last day of the permit to be renewed")),
    )
    employer = (
        _day("employer.foundedOn", _("Day on which the undertaking was founded")),
        _truth(words.language, "employer.hasStaff", _("The employer has staff")),
        _truth(words.language, "employer.active", _("The undertaking is active")),
        _truth(words.language, "employer.hasDebts", _("The employer has social or tax debts")),
    )
    return Calculator(
        sections=(
            Section(name="application", title=_("The application"), lead="", fields=application),
            Section(name="pay", title=_("Contract and pay"), lead="", fields=pay),
            Section(name="person", title=_("Job and worker"), lead="", fields=person),
            Section(
                name="recruitment",
                title=_("Publication of the vacancy"),
                lead=_("For categories with a labour-market test; one row per channel and period."),
                fields=recruitment,
                optional=True,
            ),
            Section(
                name="employer",
                title=_("The employer"),
                lead=_("As in the register of enterprises; an application is checked against it."),
                fields=employer,
                optional=True,
            ),
            Section(
                name="more",
                title=_("Transfer, renewal and length of the contract"),
                lead=_("Only some categories need these."),
                fields=more,
                optional=True,
            ),
        )
    )


def stated_by(calculated: Calculator, sent: SentForm, language: Language) -> StatedFacts | tuple[FieldError, ...]:
    """The facts that were filled in, or what is wrong with them, field by field."""
    form = calculated.form
    body: dict[str, Any] = json.loads(body_of(form, sent)).get(FACTS, {})
    rows = _as_stated(body)
    issues = tuple(
        InputIssue(path=path, code=REQUIRED_INPUT, problem="it is missing", remedy="choose one")
        for path in _NEEDED
        if path not in body
    )
    try:
        stated = read_body(StatedFacts, canonical_json(body))
    except InvalidInput as invalid:
        issues = (*issues, *invalid.issues, *_issues_beside(body, invalid.issues))
    else:
        issues = (*issues, *check_stated_facts(stated))
        if not issues:
            return stated
    return _errors(form, [replace(each, path=_field_name(each.path, rows)) for each in issues], language)


def _field(path: str, kind: FieldKind, label: str, **more: Any) -> Field:
    return Field(name=f"{FACTS}.{path}", kind=kind, label=label, **more)


def _choice(
    path: str,
    label: str,
    choices: tuple[Choice, ...],
    value: str = "",
    *,
    hint: str | None = None,
    required: bool = False,
) -> Field:
    return _field(path, FieldKind.CHOICE, label, hint=hint, required=required, choices=choices, values=(value,))


def _day(path: str, label: str, *, value: str = "", hint: str | None = None, required: bool = False) -> Field:
    return _field(path, FieldKind.DAY, label, hint=hint, required=required, values=(value,))


def _truth(language: Language, path: str, label: str) -> Field:
    choices = (Choice(value="true", text=language.gettext("Yes")), Choice(value="false", text=language.gettext("No")))
    return _field(path, FieldKind.TRUTH, label, choices=_or_none(choices))


def _or_none(choices: tuple[Choice, ...]) -> tuple[Choice, ...]:
    """Nothing is chosen for a reader who has not chosen: what is not known is never guessed."""
    return (Choice(value="", text="\u2013"), *choices)


def _levels() -> tuple[Choice, ...]:
    return _or_none(tuple(Choice(value=each, text=each) for each in _LEVELS))


def _occupations(words: LawWords, rulebook: Rulebook) -> tuple[Choice, ...]:
    """Every occupation that is or was on a list, in the order of the reader's alphabet; and any other."""
    codes = {code for each in rulebook.provisions if isinstance(each, ShortageOccupation) for code in each.scope}
    named = [Choice(value=each, text=words.label(OCCUPATIONS_LIST, each)) for each in codes]
    other = Choice(value=OTHER_OCCUPATION, text=words.language.gettext("Another occupation"))
    return (*_or_none(tuple(sorted(named, key=lambda each: each.text.casefold()))), other)


def _publication(language: Language, made: FormWords, row: int) -> tuple[Field, ...]:
    _, path, number = language.gettext, f"labourMarketTest.publications.{row}", language.integer(row + 1)
    channels = _or_none(made.choices("recruitmentChannels", RECRUITMENT_CHANNELS))
    return (
        _choice(f"{path}.channel", _("Publication %(number)s: channel", number=number), channels),
        _day(f"{path}.from", _("Publication %(number)s: first day", number=number)),
        _day(f"{path}.to", _("Publication %(number)s: last day", number=number)),
    )


def _as_stated(body: dict[str, Any]) -> tuple[str, ...]:
    """Turn what the form spells into what the interface takes; gives the rows of publications that were filled in."""
    job = body.get("employment", {})
    per_cent = _PER_CENT.fullmatch(str(job.get("fullTimeEquivalent", "")))
    if per_cent is not None:
        job["fullTimeEquivalent"] = f"{Decimal(per_cent[1]).scaleb(-2):f}"
    if job.get("qualificationLevel") in _LEVELS:
        job["qualificationLevel"] = int(job["qualificationLevel"])
    evidence = body.get("labourMarketTest", {})
    by_row: dict[str, dict[str, str]] = evidence.get("publications", {})
    if by_row:
        evidence["publications"] = [
            publication | {"to": _gone_on(publication["to"])} if "to" in publication else publication
            for publication in by_row.values()
        ]
    return tuple(by_row)


def _issues_beside(body: dict[str, Any], misspelled: Sequence[InputIssue]) -> tuple[InputIssue, ...]:
    """What else is wrong, as far as it can be read without what is misspelled: so that all can be corrected at once."""
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


def _gone_on(last_day: str) -> str:
    """The day after the last one: people name the last day of a vacancy, the law counts to the first without it."""
    try:
        return (date.fromisoformat(last_day) + _A_DAY).isoformat()
    except (ValueError, OverflowError):
        # What is no day is passed on for the check to report.
        return last_day


def _field_name(path: str, rows: Sequence[str]) -> str:
    """The name of the field that states the fact at ``path``."""
    return f"{FACTS}.{_ROW.sub(lambda row: f'labourMarketTest.publications.{rows[int(row[1])]}', path)}"


def _errors(form: Form, issues: Sequence[InputIssue], language: Language) -> tuple[FieldError, ...]:
    """Each issue at its field; the format of a day, an amount or a share is given as this form requires it."""
    _, kinds = language.gettext, {each.name: each.kind for each in form.fields}
    labels = {each.name: each.label for each in form.fields}
    found: dict[str, FieldError] = {}
    for issue in issues:
        name, remedy = issue.path, ""
        if name == f"{FACTS}.{_SHARE}":
            remedy = _("enter a share above 0 and at most 100 per cent")
        elif issue.code == SCHEMA_VIOLATION and kinds.get(name) is FieldKind.DAY:
            remedy = _("enter a day that exists, such as 01/03/2026")
        elif issue.code == SCHEMA_VIOLATION and kinds.get(name) is FieldKind.AMOUNT:
            remedy = _("enter an amount in euros, such as 4.250,00")
        elif issue.code == SCHEMA_VIOLATION and kinds.get(name) is FieldKind.NUMBER:
            remedy = _("enter a whole number")
        errors = (
            (FieldError(field=name, text=f"{labels[name]}: {remedy}"),)
            if remedy
            else errors_of(form, (issue,), language)
        )
        for error in errors:
            found.setdefault(error.field, error)
    return tuple(found.values())
