"""``withdrawnDocuments``: a file was attached by mistake, and counts no more."""

from __future__ import annotations

from api.permissions import Action
from api.steps.forms import Field, FieldKind, Form, FormMaterial, FormWords
from api.steps.step import Message, Step
from api.words.languages import Language
from domain.case.command_checks import check_withdrawn_document
from domain.case.commands import WithdrawDocument


def _title(language: Language) -> str:
    return language.gettext("Withdraw a document")


def _done(language: Language) -> str:
    return language.gettext("The document is withdrawn")


def _form(words: FormWords, material: FormMaterial) -> Form:
    _ = words.language.gettext
    document = Field(
        name="sha256",
        kind=FieldKind.ONE_OF,
        label=_("Document that was attached by mistake"),
        missing=_("Choose the document"),
        required=True,
        choices=material.documents,
    )
    reason = Field(
        name="reason", kind=FieldKind.TEXT, label=_("What was wrong"), missing=_("Enter what was wrong"), required=True
    )
    return Form(
        lead=_("The document no longer counts, and nobody can open it here. That it was attached remains in the file."),
        send=_("Withdraw the document"),
        fields=(document, reason),
    )


STEP = Step(
    resource="withdrawnDocuments",
    operation="withdrawDocument",
    action=Action.WITHDRAW_DOCUMENT,
    message=Message(
        body=WithdrawDocument,
        issues=lambda body, _today: check_withdrawn_document(body),
        command=lambda body, _target: body,
    ),
    title=_title,
    done=_done,
    form=_form,
    possible=lambda case, _today: bool(case.documents) and case.work_part is None,
)
