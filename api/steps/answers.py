"""``informationRequests/{informationRequestId}/answers``: the applicant answers, and the clock runs again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

from api.permissions import Action
from api.steps.forms import Field, FieldKind, Form, FormMaterial, FormWords
from api.steps.step import Message, Step, StepTarget
from api.words.languages import Language
from domain.case.command_checks import check_answer
from domain.case.commands import ProvideInformation
from domain.case.lifecycle import Case
from domain.case.refusals import CommandRefused, InputIssue, Reason
from domain.codes import DOCUMENT_KINDS
from domain.plain_text import FreeText
from infra.identity.caller import Caller, Role

DOCUMENTS: Final = "documents"
"""The field of the documents that belong to the answer, by digest."""
FILE: Final = "file-"
"""Before the kind of a document, the field of its file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InformationAnswer:
    """An answer to a request; ``documents`` are digests of files attached before."""

    answer: FreeText
    documents: tuple[str, ...] = ()


def _issues(body: InformationAnswer, _today: date) -> Iterable[InputIssue]:
    return check_answer(_answer(body, UUID(int=0)))


def _command(body: InformationAnswer, target: StepTarget) -> ProvideInformation:
    if target.request_id is None:
        raise CommandRefused(Reason.REQUEST_UNKNOWN, "an answer names the request that it answers")
    return _answer(body, target.request_id)


def _answer(body: InformationAnswer, request_id: UUID) -> ProvideInformation:
    return ProvideInformation(request_id=request_id, answer=body.answer, documents=body.documents)


def _title(language: Language) -> str:
    return language.gettext("Answer the request")


def _done(language: Language) -> str:
    return language.gettext("Your answer was sent")


def _form(words: FormWords, material: FormMaterial) -> Form:
    _ = words.language.gettext
    answer = Field(
        name="answer", kind=FieldKind.TEXT, label=_("Your answer"), missing=_("Enter your answer"), required=True
    )
    documents = Field(
        name=DOCUMENTS,
        kind=FieldKind.ANY_OF,
        label=_("Documents that belong to the answer"),
        hint=_("Attach documents that are still missing before you send the answer."),
        choices=material.documents,
    )
    return Form(
        lead=_("With your answer the file goes back to the authority, and its clock runs again."),
        send=_("Send the answer"),
        fields=(answer, documents) if material.documents else (answer,),
        files=tuple(
            Field(name=f"{FILE}{kind}", kind=FieldKind.FILE, label=words.label("documentKinds", kind))
            for kind in requested_documents(material.body)
        ),
    )


def requested_documents(body: Mapping[str, Any]) -> tuple[str, ...]:
    """The kinds of document that the last request in a file asks for; what is to be stated is told in the text."""
    requests = body["informationRequests"]
    return tuple(each for each in requests[-1]["items"] if each in DOCUMENT_KINDS) if requests else ()


def _answerable(case: Case, today: date) -> bool:
    return case.open_request is not None and today <= case.open_request.reply_by


def _is_applicant(caller: Caller) -> bool:
    """A case handler only records an answer on paper: the case does not wait for it."""
    return caller.role is not Role.CASE_HANDLER


STEP = Step(
    resource="answers",
    operation="provideInformation",
    action=Action.PROVIDE_INFORMATION,
    message=Message(
        body=InformationAnswer,
        issues=_issues,
        command=_command,
        path="informationRequests/{information_request_id}/answers",
    ),
    title=_title,
    done=_done,
    form=_form,
    possible=_answerable,
    awaited=_answerable,
    awaited_from=_is_applicant,
)
