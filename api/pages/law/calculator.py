"""The calculator of ``/law``: its form, and the facts stated in it.

What was filled in is checked by the code that checks ``salaryChecks``, and not stored.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final

from api.pages.form_values import body_of
from api.pages.law.words import LawWords
from api.pages.page_parts import FieldError
from api.pages.sent_forms import SentForm
from api.pages.stated_forms import (
    LEVEL,
    SHARE,
    as_stated,
    errors_at_fields,
    levels,
    occupations,
    or_none,
    publication_fields,
    stated_facts,
    truths,
)
from api.steps.forms import Field, FieldKind, Form, FormWords, day_as_written
from api.words.choices import Choice
from api.words.languages import Language
from domain.case.refusals import InputIssue, InvalidInput
from domain.case.stated_facts import StatedFacts
from domain.case.value_checks import REQUIRED_INPUT
from domain.codes import AUTHORITIES, CATEGORIES, CONTRACT_ELEMENTS, CONTRACTS, PAY_PERIODS
from domain.law.rulebook import Rulebook

FACTS: Final = "facts"
"""The fields are named after the facts they state, below this: the page has other fields of the same names."""

_PREFIX: Final = f"{FACTS}."
_PUBLICATIONS: Final = 3
_NEEDED: Final = ("authority", "category")


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
        _choice("category", _("Category"), or_none(made.choices("categories", CATEGORIES)), category, required=True),
        _day("filedOn", _("Day of filing"), value=day_as_written(today), required=True),
    )
    pay = (
        _choice("employment.contract", _("Contract"), or_none(made.choices("contracts", CONTRACTS))),
        _field(
            "employment.grossPay.amount",
            FieldKind.AMOUNT,
            _("Gross pay in euros"),
            hint=_("Only what the authority counts as pay, such as 4.250,00"),
        ),
        _choice("employment.grossPay.period", _("Paid"), or_none(made.choices("payPeriods", PAY_PERIODS))),
        _field(SHARE, FieldKind.AMOUNT, _("Share of full time, in per cent"), hint=_("100 for full time")),
    )
    person = (
        _choice(LEVEL, _("Qualification level of the job"), levels(), hint=_("VKS or EQF, 1 to 8")),
        _choice("employment.occupationCode", _("Occupation"), occupations(made, rulebook)),
        _day("worker.birthDate", _("Date of birth of the worker"), hint=_("For categories with an age limit")),
    )
    recruitment = tuple(
        field for row in range(_PUBLICATIONS) for field in publication_fields(made, row, prefix=_PREFIX)
    )
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
    rows = as_stated(body)
    issues = tuple(
        InputIssue(path=path, code=REQUIRED_INPUT, problem="it is missing", remedy="choose one")
        for path in _NEEDED
        if path not in body
    )
    try:
        stated = stated_facts(body)
    except InvalidInput as invalid:
        issues = (*issues, *invalid.issues)
    else:
        if not issues:
            return stated
    at_fields = [replace(each, path=f"{_PREFIX}{rows.field_name(each.path)}") for each in issues]
    return errors_at_fields(form, at_fields, language, prefix=_PREFIX)


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
    return _field(path, FieldKind.TRUTH, label, choices=truths(language))
