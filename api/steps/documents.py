"""``documents``: a file is attached to the case. What is sent is the file itself; see :mod:`api.services.documents`."""

from __future__ import annotations

from api.permissions import Action
from api.steps.forms import Field, FieldKind, Form, FormMaterial, FormWords
from api.steps.step import Step
from api.words.choices import Choice
from api.words.languages import Language
from domain.codes import DOCUMENT_KINDS


def _title(language: Language) -> str:
    return language.gettext("Attach a document")


def kinds_of_document(words: FormWords) -> tuple[Choice, ...]:
    """What a document can be, to choose from."""
    return words.choices("documentKinds", DOCUMENT_KINDS)


def _done(language: Language) -> str:
    return language.gettext("The document is attached")


def _form(words: FormWords, _material: FormMaterial) -> Form:
    _ = words.language.gettext
    kind = Field(
        name="kind",
        kind=FieldKind.CHOICE,
        label=_("What the document is"),
        missing=_("Choose what the document is"),
        required=True,
        choices=kinds_of_document(words),
    )
    return Form(
        lead=_("The file is checked as it arrives and kept encrypted."),
        send=_("Attach"),
        fields=(kind,),
    )


STEP = Step(
    resource="documents",
    operation="attachDocument",
    action=Action.ATTACH_DOCUMENT,
    message=None,
    title=_title,
    done=_done,
    form=_form,
)
