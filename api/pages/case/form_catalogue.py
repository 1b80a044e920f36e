"""Every form that changes a case, by the last part of its path."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final

from api.pages.case.actions import ANSWER, DOCUMENT
from api.pages.case.forms import CaseForm, CaseFormWords, Field, FieldKind, day_as_written, values_at
from api.pages.page_parts import Choice
from api.steps.changes import CLOCK_CORRECTIONS, CORRECT_PAUSE, PAUSE, RESUME
from domain.case.admissibility import ADMISSIBILITY_OUTCOMES
from domain.case.decision import OUTCOMES, assessment_at_decision
from domain.case.grounds import supported_grounds, supported_inadmissibility_grounds
from domain.case.lifecycle import Case
from domain.case.processing import PAUSE_GROUND
from domain.codes import (
    CONTRACT_ELEMENTS,
    CONTRACTS,
    DETAIL_KINDS,
    DOCUMENT_KINDS,
    FEE_RECIPIENTS,
    PAUSE_GROUNDS,
    PAY_PERIODS,
    RESIDENCE_REFUSAL_GROUNDS,
)
from domain.law.rulebook import Rulebook

WORKER: Final = "worker"
EMPLOYER: Final = "employer"
EMPLOYMENT: Final = "employment"
CORRECTABLE: Final = (WORKER, EMPLOYER, EMPLOYMENT)


@dataclass(frozen=True, slots=True, kw_only=True)
class FormMaterial:
    """What a form is made from: the case, what its file says, who fills it in, and the part that is corrected.

    ``rulebook`` says on which grounds the file can be refused ``today``; ``documents`` are the ones that are attached.
    """

    case: Case
    body: Mapping[str, Any]
    actor: str
    today: date
    rulebook: Rulebook
    part: str = WORKER
    documents: tuple[Choice, ...] = ()


def form_for(resource: str, words: CaseFormWords, material: FormMaterial) -> CaseForm:
    """The form, empty but for what the case already says."""
    return _FORMS[resource](words, material)


def form_title(resource: str, words: CaseFormWords) -> str:
    """What the step is called where it is offered."""
    _ = words.language.gettext
    titles = {
        ANSWER: _("Answer the request"),
        DOCUMENT: _("Attach a document"),
        "assignments": _("Assign the case"),
        "feePayments": _("Record a payment"),
        "mandateVerifications": _("Verify the mandate"),
        "informationRequests": _("Ask for information"),
        "admissibilityDecisions": _("Decide on admissibility"),
        "workPartDecisions": _("Decide on the work part"),
        "forwardings": _("Forward to the Immigration Office"),
        "residencePartDecisions": _("Record the decision on residence"),
        "withdrawals": _("Withdraw the application"),
        "corrections": _("Correct the file"),
        "clockCorrections": _("Correct the clock"),
    }
    return titles[resource]


def _form(resource: str, words: CaseFormWords, lead: str, send: str, *fields: Field) -> CaseForm:
    return CaseForm(resource=resource, title=form_title(resource, words), lead=lead, send=send, fields=fields)


def _answer(words: CaseFormWords, material: FormMaterial) -> CaseForm:
    _ = words.language.gettext
    answer = Field(name="answer", kind=FieldKind.TEXT, label=_("Your answer"), required=True)
    documents = Field(
        name="documents",
        kind=FieldKind.ANY_OF,
        label=_("Documents that belong to the answer"),
        hint=_("Attach documents that are still missing before you send the answer."),
        choices=material.documents,
    )
    fields = (answer, documents) if material.documents else (answer,)
    lead = _("With your answer the file goes back to the authority, and its clock runs again.")
    return _form(ANSWER, words, lead, _("Send the answer"), *fields)


def _document(words: CaseFormWords, _material: FormMaterial) -> CaseForm:
    _ = words.language.gettext
    kind = Field(
        name="kind",
        kind=FieldKind.CHOICE,
        label=_("What the document is"),
        required=True,
        choices=words.choices("documentKinds", DOCUMENT_KINDS),
    )
    lead = _("The file is checked as it arrives and kept encrypted.")
    return _form(DOCUMENT, words, lead, _("Attach"), kind)


def _assignment(words: CaseFormWords, material: FormMaterial) -> CaseForm:
    _ = words.language.gettext
    handler = Field(
        name="handler",
        kind=FieldKind.LINE,
        label=_("Handler"),
        hint=_("The actor of a case handler, such as caseHandler:h-12"),
        required=True,
        values=(material.actor,),
    )
    return _form("assignments", words, _("Whoever has the case sees it in his queue."), _("Assign"), handler)


def _fee(words: CaseFormWords, material: FormMaterial) -> CaseForm:
    _ = words.language.gettext
    recipient = Field(
        name="recipient",
        kind=FieldKind.ONE_OF,
        label=_("Paid to"),
        required=True,
        choices=words.choices("feeRecipients", FEE_RECIPIENTS),
    )
    amount = Field(
        name="amount",
        kind=FieldKind.AMOUNT,
        label=_("Amount in euros"),
        hint=_("Euros and cents, such as 123,45"),
        required=True,
    )
    paid_on = Field(
        name="paidOn",
        kind=FieldKind.DAY,
        label=_("Paid on"),
        required=True,
        values=(day_as_written(material.today),),
    )
    reference = Field(
        name="paymentReference",
        kind=FieldKind.LINE,
        label=_("Reference on the proof of payment"),
        required=True,
    )
    lead = _("Write down what the proof of payment says.")
    return _form("feePayments", words, lead, _("Record the payment"), recipient, amount, paid_on, reference)


def _mandate(words: CaseFormWords, _material: FormMaterial) -> CaseForm:
    _ = words.language.gettext
    valid = Field(
        name="valid",
        kind=FieldKind.TRUTH,
        label=_("What the register of mandates says"),
        required=True,
        choices=(
            Choice(value="true", text=_("The mandate is valid")),
            Choice(value="false", text=_("There is no valid mandate")),
        ),
    )
    lead = _("Look up the mandate of the representative first.")
    return _form("mandateVerifications", words, lead, _("Record"), valid)


def _information(words: CaseFormWords, _material: FormMaterial) -> CaseForm:
    _ = words.language.gettext
    items = Field(
        name="items",
        kind=FieldKind.ANY_OF,
        label=_("What is asked for"),
        required=True,
        choices=words.choices("detailKinds", DETAIL_KINDS) + words.choices("documentKinds", DOCUMENT_KINDS),
    )
    question = Field(
        name="question",
        kind=FieldKind.TEXT,
        label=_("Your question"),
        hint=_("Say what is missing and why, so that the answer comes complete."),
        required=True,
    )
    lead = _("The file goes to the applicant, and the service target stands still until the answer.")
    return _form("informationRequests", words, lead, _("Send the request"), question, items)


def _outcome(words: CaseFormWords, list_name: str, outcomes: tuple[str, ...]) -> Field:
    return Field(
        name="outcome",
        kind=FieldKind.ONE_OF,
        label=words.language.gettext("Decision"),
        required=True,
        choices=words.choices(list_name, outcomes),
    )


def _grounds(words: CaseFormWords, list_name: str, grounds: tuple[str, ...]) -> Field:
    return Field(
        name="grounds",
        kind=FieldKind.ANY_OF,
        label=words.language.gettext("Grounds"),
        hint=words.language.gettext("Only for a negative decision; then at least one."),
        choices=words.choices(list_name, grounds),
    )


def _admissibility(words: CaseFormWords, material: FormMaterial) -> CaseForm:
    _ = words.language.gettext
    return _form(
        "admissibilityDecisions",
        words,
        _("An admissible application is judged on its substance, and the term of law begins."),
        _("Decide"),
        _outcome(words, "admissibilityOutcomes", ADMISSIBILITY_OUTCOMES),
        _grounds(
            words,
            "inadmissibilityGrounds",
            supported_inadmissibility_grounds(material.case, material.rulebook, material.today),
        ),
        words.motivation(_("Needed where a point is left open, or a ground does not show from the file.")),
    )


def _work_part(words: CaseFormWords, material: FormMaterial) -> CaseForm:
    _ = words.language.gettext
    assessment = assessment_at_decision(material.case, material.today, material.rulebook)
    return _form(
        "workPartDecisions",
        words,
        _("The decision keeps the law and the facts beside it, as they are today. A refusal ends the case."),
        _("Decide"),
        _outcome(words, "outcomes", OUTCOMES),
        _grounds(words, "refusalGrounds", supported_grounds(material.case, assessment)),
        words.motivation(_("Needed where a person has to judge, and for the ground “other”.")),
    )


def _forwarding(words: CaseFormWords, _material: FormMaterial) -> CaseForm:
    _ = words.language.gettext
    lead = _("Record that the whole file has gone to the Immigration Office.")
    return _form("forwardings", words, lead, _("Record"))


def _residence_part(words: CaseFormWords, material: FormMaterial) -> CaseForm:
    _ = words.language.gettext
    decided_on = Field(
        name="decidedOn",
        kind=FieldKind.DAY,
        label=_("Decided on"),
        values=(day_as_written(material.today),),
    )
    return _form(
        "residencePartDecisions",
        words,
        _("Write down what the Immigration Office decided. The case ends with it."),
        _("Record the decision"),
        _outcome(words, "outcomes", OUTCOMES),
        _grounds(words, "residenceRefusalGrounds", RESIDENCE_REFUSAL_GROUNDS),
        words.motivation(),
        decided_on,
    )


def _withdrawal(words: CaseFormWords, _material: FormMaterial) -> CaseForm:
    _ = words.language.gettext
    reason = Field(name="reason", kind=FieldKind.TEXT, label=_("Reason"))
    lead = _("The case ends, and cannot be opened again: to go on later, file anew.")
    return _form("withdrawals", words, lead, _("Withdraw"), reason)


def _clock(words: CaseFormWords, material: FormMaterial) -> CaseForm:
    _ = words.language.gettext
    kinds = {
        PAUSE: _("Pause the service target"),
        RESUME: _("Let it run again"),
        CORRECT_PAUSE: _("Correct the days of a pause"),
    }
    grounds = tuple(each for each in PAUSE_GROUNDS if each != PAUSE_GROUND)
    nothing = (Choice(value="", text="\u2013"),)
    pauses = tuple(Choice(value=str(each.number), text=f"{each.number}: {each.from_}") for each in material.case.pauses)
    return _form(
        "clockCorrections",
        words,
        _("The service target moves by the days on which it stood still; a term of law does not."),
        _("Correct the clock"),
        Field(
            name="kind",
            kind=FieldKind.ONE_OF,
            label=_("What is to be done"),
            required=True,
            choices=tuple(Choice(value=each, text=kinds[each]) for each in CLOCK_CORRECTIONS),
        ),
        Field(
            name="on",
            kind=FieldKind.DAY,
            label=_("From which day"),
            hint=_("For pausing the first day that does not count, for running again the first that does."),
        ),
        Field(
            name="ground",
            kind=FieldKind.CHOICE,
            label=_("Ground of the pause"),
            choices=nothing + words.choices("pauseGrounds", grounds),
        ),
        Field(name="legalReference", kind=FieldKind.LINE, label=_("Legal reference of the pause")),
        Field(name="pause", kind=FieldKind.CHOICE, label=_("Which pause is corrected"), choices=nothing + pauses),
        Field(name="from", kind=FieldKind.DAY, label=_("Its first day")),
        Field(name="to", kind=FieldKind.DAY, label=_("The day on which it counted again")),
        words.motivation(required=True),
    )


def _correction(words: CaseFormWords, material: FormMaterial) -> CaseForm:
    _ = words.language.gettext
    parts = {WORKER: _worker_fields, EMPLOYER: _employer_fields, EMPLOYMENT: _employment_fields}
    filled = (replace(each, values=values_at(material.body, each)) for each in parts[material.part](words))
    reason = Field(name="reason", kind=FieldKind.TEXT, label=_("Reason"), required=True)
    lead = _("What was recorded before stays in the log; the file shows what you write here.")
    return _form("corrections", words, lead, _("Correct"), *filled, reason)


def _line(
    name: str, label: str, *, required: bool = True, kind: FieldKind = FieldKind.LINE, hint: str | None = None
) -> Field:
    return Field(name=name, kind=kind, label=label, required=required, hint=hint)


def _worker_fields(words: CaseFormWords) -> tuple[Field, ...]:
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


def _employer_fields(words: CaseFormWords) -> tuple[Field, ...]:
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


def _employment_fields(words: CaseFormWords) -> tuple[Field, ...]:
    _ = words.language.gettext
    contract = Field(
        name="employment.contract",
        kind=FieldKind.CHOICE,
        label=_("Contract"),
        required=True,
        choices=words.choices("contracts", CONTRACTS),
    )
    period = Field(
        name="employment.grossPay.period",
        kind=FieldKind.CHOICE,
        label=_("Pay is per"),
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
        _line("employment.fullTimeEquivalent", _("Part of full time, 1 being all"), kind=FieldKind.AMOUNT),
        _line("employment.workplace.municipalityCode", _("Municipality of work (NIS code)")),
        _line("employment.occupationCode", _("Code of the occupation"), required=False),
        _line("employment.qualificationLevel", _("Level of qualification"), kind=FieldKind.NUMBER, required=False),
        _line("employment.jointCommittee", _("Joint committee"), required=False),
        Field(
            name="employment.contractStates",
            kind=FieldKind.ANY_OF,
            label=_("What the contract of employment states"),
            hint=_("Nothing ticked means: not known"),
            choices=words.choices("contractElements", CONTRACT_ELEMENTS),
        ),
    )


_FORMS: Final[Mapping[str, Callable[[CaseFormWords, FormMaterial], CaseForm]]] = {
    ANSWER: _answer,
    DOCUMENT: _document,
    "assignments": _assignment,
    "feePayments": _fee,
    "mandateVerifications": _mandate,
    "informationRequests": _information,
    "admissibilityDecisions": _admissibility,
    "workPartDecisions": _work_part,
    "forwardings": _forwarding,
    "residencePartDecisions": _residence_part,
    "withdrawals": _withdrawal,
    "corrections": _correction,
    "clockCorrections": _clock,
}
