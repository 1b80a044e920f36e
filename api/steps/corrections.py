"""``corrections``: wrong data in the file are corrected; what was recorded before stays in the log."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from api.permissions import Action
from api.steps.forms import Field, FieldKind, Form, FormMaterial, FormWords, values_at
from api.steps.step import Message, Step
from api.words.choices import Choice
from api.words.languages import Language
from domain.case.command_checks import check_correction
from domain.case.commands import CorrectCase
from domain.codes import CONTRACT_ELEMENTS, CONTRACTS, PAY_PERIODS

WORKER: Final = "worker"
EMPLOYER: Final = "employer"
EMPLOYMENT: Final = "employment"
CORRECTABLE: Final = (WORKER, EMPLOYER, EMPLOYMENT)


def _title(language: Language) -> str:
    return language.gettext("Correct the file")


def _done(language: Language) -> str:
    return language.gettext("The correction is recorded")


def _form(words: FormWords, material: FormMaterial) -> Form:
    _ = words.language.gettext
    parts = {WORKER: _worker_fields, EMPLOYER: _employer_fields, EMPLOYMENT: _employment_fields}
    filled = (
        replace(each, values=values_at(material.body, each), recorded=values_at(material.body, each))
        for each in parts[material.part](words)
    )
    reason = Field(name="reason", kind=FieldKind.TEXT, label=_("Reason"), missing=_("Enter the reason"), required=True)
    return Form(
        lead=_("What was recorded before stays in the log; the file shows what you enter here."),
        send=_("Correct"),
        fields=(*filled, reason),
    )


def _line(
    name: str, label: str, *, required: bool = True, kind: FieldKind = FieldKind.LINE, hint: str | None = None
) -> Field:
    return Field(name=name, kind=kind, label=label, required=required, hint=hint)


def _worker_fields(words: FormWords) -> tuple[Field, ...]:
    _ = words.language.gettext
    return (
        _line("worker.givenName", _("Given name"), required=False),
        _line("worker.familyName", _("Family name"), hint=_("Or the only name, for a person who has one")),
        _line("worker.birthDate", _("Date of birth"), kind=FieldKind.DAY),
        _line("worker.nationality", _("Nationality (two letters)")),
        _line("worker.ssin", _("National number"), required=False, hint=_("11 digits, such as 42.01.22-051.81")),
        _line("worker.residence.municipalityCode", _("Municipality of residence (NIS code)"), required=False),
        Field(
            name="worker.familyInBelgium",
            kind=FieldKind.TRUTH,
            label=_("Family of the worker lives in Belgium"),
            choices=(
                Choice(value="", text="\u2013"),
                Choice(value="true", text=_("Yes")),
                Choice(value="false", text=_("No")),
            ),
        ),
    )


def _employer_fields(words: FormWords) -> tuple[Field, ...]:
    _ = words.language.gettext
    return (
        _line("employer.name", _("Name of the enterprise")),
        _line("employer.enterpriseNumber", _("Enterprise number"), hint=_("10 digits, such as 0202.239.951")),
        _line(
            "employer.establishmentUnitNumber",
            _("Number of the establishment unit"),
            required=False,
            hint=_("10 digits, such as 2.123.456.791"),
        ),
    )


def _employment_fields(words: FormWords) -> tuple[Field, ...]:
    _ = words.language.gettext
    contract = Field(
        name="employment.contract",
        kind=FieldKind.CHOICE,
        label=_("Contract"),
        missing=_("Choose the contract"),
        required=True,
        choices=words.choices("contracts", CONTRACTS),
    )
    period = Field(
        name="employment.grossPay.period",
        kind=FieldKind.CHOICE,
        label=_("Pay is stated per"),
        required=True,
        choices=words.choices("payPeriods", PAY_PERIODS),
    )
    return (
        _line("employment.title", _("Job title")),
        _line("employment.start", _("First day of work"), kind=FieldKind.DAY),
        _line("employment.end", _("Last day of work"), kind=FieldKind.DAY, required=False),
        contract,
        _line("employment.grossPay.amount", _("Gross pay in euros"), kind=FieldKind.AMOUNT),
        period,
        _line("employment.fullTimeEquivalent", _("Share of full time (1 is full time)"), kind=FieldKind.AMOUNT),
        _line("employment.workplace.municipalityCode", _("Municipality of work (NIS code)")),
        _line("employment.occupationCode", _("Code of the occupation"), required=False),
        _line("employment.qualificationLevel", _("Level of qualification"), kind=FieldKind.NUMBER, required=False),
        _line("employment.jointCommittee", _("Joint committee"), required=False),
        Field(
            name="employment.contractStates",
            kind=FieldKind.ANY_OF,
            label=_("What the contract of employment states"),
            hint=_("If nothing is ticked: not known"),
            choices=words.choices("contractElements", CONTRACT_ELEMENTS),
        ),
    )


STEP = Step(
    resource="corrections",
    operation="correctCase",
    action=Action.CORRECT_CASE,
    message=Message(
        body=CorrectCase,
        issues=lambda body, today: check_correction(body, today=today),
        command=lambda body, _target: body,
    ),
    title=_title,
    done=_done,
    form=_form,
)
