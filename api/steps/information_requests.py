"""``informationRequests``: missing information is requested from the applicant, and the service target is paused."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID, uuid5

from api.permissions import Action
from api.steps.forms import Field, FieldKind, Form, FormMaterial, FormWords
from api.steps.step import Message, Step, StepTarget, in_hand
from api.words.languages import Language
from domain.case.command_checks import check_information_request
from domain.case.commands import RequestInformation
from domain.case.refusals import InputIssue
from domain.codes import DETAIL_KINDS, DOCUMENT_KINDS
from domain.plain_text import FreeText


@dataclass(frozen=True, slots=True, kw_only=True)
class InformationQuestion:
    """What is requested from the applicant: ``items`` are kinds of documents and of details."""

    items: tuple[str, ...]
    question: FreeText


def _issues(body: InformationQuestion, _today: date) -> Iterable[InputIssue]:
    return check_information_request(_request(body, UUID(int=0)))


def _command(body: InformationQuestion, target: StepTarget) -> RequestInformation:
    # Of the command, not of chance: repeated, it is the same request.
    return _request(body, uuid5(target.case_id, f"{target.context.actor}/{target.context.command_id}"))


def _request(body: InformationQuestion, request_id: UUID) -> RequestInformation:
    return RequestInformation(request_id=request_id, items=body.items, question=body.question)


def _title(language: Language) -> str:
    return language.gettext("Ask for information")


def _done(language: Language) -> str:
    return language.gettext("Your question was sent")


def _form(words: FormWords, _material: FormMaterial) -> Form:
    _ = words.language.gettext
    items = Field(
        name="items",
        kind=FieldKind.ANY_OF,
        label=_("Requested items"),
        missing=_("Choose what you request"),
        required=True,
        choices=words.choices("detailKinds", DETAIL_KINDS) + words.choices("documentKinds", DOCUMENT_KINDS),
    )
    question = Field(
        name="question",
        kind=FieldKind.TEXT,
        label=_("Your question"),
        missing=_("Enter your question"),
        hint=_("State what is missing and why, so that the answer is complete."),
        required=True,
    )
    return Form(
        lead=_("The file goes to the applicant, and the service target is paused until the answer."),
        send=_("Send the request"),
        fields=(question, items),
    )


STEP = Step(
    resource="informationRequests",
    operation="requestInformation",
    action=Action.REQUEST_INFORMATION,
    message=Message(body=InformationQuestion, issues=_issues, command=_command),
    title=_title,
    done=_done,
    form=_form,
    possible=lambda case, today: case.work_part is None and in_hand(case, today),
)
