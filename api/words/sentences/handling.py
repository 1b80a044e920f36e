"""What the applicant filed and withdrew, and how the file was handled."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import Final

from api.words.sentences.legal_references import with_legal_basis
from api.words.sentences.wording import Teller, Values, Wording
from domain.codes import DOCUMENT_KINDS

_DETAILS_OF_PART: Final = {"worker": "identityDetails", "employer": "employerDetails", "employment": "jobDetails"}
"""What readers call the parts of an application that can be corrected."""


def _submitted(values: Values, wording: Wording) -> str:
    language, enclosed = wording.language, values["documents"]
    return " ".join(
        (
            language.gettext(
                "Application %(reference)s was filed. Filed by: %(filer)s. Competent authority: %(authority)s. "
                "%(kind)s, category %(category)s.",
                reference=values["reference"],
                filer=wording.inside("filingRoles", values["filedBy"]),
                authority=wording.label("authorities", values["authority"]),
                kind=wording.label("kinds", values["kind"]),
                category=wording.quoted_label("categories", values["category"]),
            ),
            language.ngettext("%(num)s document was enclosed.", "%(num)s documents were enclosed.", enclosed)
            if enclosed
            else language.gettext("No documents were enclosed."),
        )
    )


def _document_attached(values: Values, wording: Wording) -> str:
    return wording.language.gettext(
        "A document was added to the file by %(actor)s: %(kind)s.",
        actor=wording.actor(values["by"]),
        kind=wording.inside("documentKinds", values["kind"]),
    )


def _document_withdrawn(values: Values, wording: Wording) -> str:
    return wording.language.gettext(
        "A document that was attached by mistake was withdrawn by %(actor)s: %(kind)s.",
        actor=wording.actor(values["by"]),
        kind=wording.inside("documentKinds", values["kind"]),
    )


def _fee_paid(values: Values, wording: Wording) -> str:
    return wording.language.gettext(
        "A fee of %(amount)s was paid on %(day)s to: %(recipient)s. Recorded by %(actor)s.",
        amount=wording.language.money(Decimal(values["amount"])),
        day=wording.day(values["paidOn"]),
        recipient=wording.inside("feeRecipients", values["recipient"]),
        actor=wording.actor(values["by"]),
    )


def _payment_voided(values: Values, wording: Wording) -> str:
    return wording.language.gettext(
        "Payment %(number)s was recorded wrongly and was voided by %(actor)s. It no longer counts.",
        number=values["payment"],
        actor=wording.actor(values["by"]),
    )


def _corrected(values: Values, wording: Wording) -> str:
    return wording.language.gettext(
        "The file was corrected by %(actor)s: %(parts)s.",
        actor=wording.actor(values["by"]),
        parts=wording.all_inside("detailKinds", (_DETAILS_OF_PART.get(each, each) for each in values["corrected"])),
    )


def _withdrawn(values: Values, wording: Wording) -> str:
    return wording.language.gettext("The application was withdrawn by %(actor)s.", actor=wording.actor(values["by"]))


def _assigned(values: Values, wording: Wording) -> str:
    if values["handler"] == values["by"]:
        return wording.language.gettext("The file was taken on by %(actor)s.", actor=wording.actor(values["by"]))
    return wording.language.gettext(
        "The file was assigned to %(handler)s by %(actor)s.",
        handler=wording.actor(values["handler"]),
        actor=wording.actor(values["by"]),
    )


def _assignment_withdrawn(values: Values, wording: Wording) -> str:
    return wording.language.gettext(
        "The assignment to %(handler)s was undone by %(actor)s: nobody has the file now.",
        handler=wording.actor(values["handler"]),
        actor=wording.actor(values["by"]),
    )


def _mandate(values: Values, wording: Wording) -> str:
    language = wording.language
    number, actor = wording.enterprise(values["enterpriseNumber"]), wording.actor(values["by"])
    if values["valid"]:
        return language.gettext(
            "The mandate of the representative with enterprise number %(number)s was verified by %(actor)s: it covers "
            "this employer.",
            number=number,
            actor=actor,
        )
    return language.gettext(
        "The mandate of the representative with enterprise number %(number)s was verified by %(actor)s: it does not "
        "cover this employer.",
        number=number,
        actor=actor,
    )


def _information_requested(values: Values, wording: Wording) -> str:
    labels = (
        wording.inside("documentKinds" if each in DOCUMENT_KINDS else "detailKinds", each) for each in values["items"]
    )
    sentence = wording.language.gettext(
        "Additional information was requested from the applicant by %(actor)s: %(items)s. Last day to answer: %(day)s.",
        actor=wording.actor(values["by"]),
        items=wording.listed(labels),
        day=wording.day(values["replyBy"]),
    )
    return with_legal_basis(sentence, values["legalReference"], wording)


def _answered(values: Values, wording: Wording) -> str:
    language, enclosed, actor = wording.language, values["documents"], wording.actor(values["by"])
    if not enclosed:
        return language.gettext(
            "The request for information was answered by %(actor)s, without documents.", actor=actor
        )
    return language.ngettext(
        "The request for information was answered by %(actor)s, with %(num)s document.",
        "The request for information was answered by %(actor)s, with %(num)s documents.",
        enclosed,
        actor=actor,
    )


def _forwarded(values: Values, wording: Wording) -> str:
    return wording.language.gettext(
        "The file was forwarded to the Immigration Office by %(actor)s.", actor=wording.actor(values["by"])
    )


def _taken_over(values: Values, wording: Wording) -> str:
    return wording.language.gettext(
        "The record %(reference)s of the former system of %(authority)s was taken over. Filed on %(day)s; "
        "status there: %(status)s.",
        reference=values["reference"],
        authority=wording.label("authorities", values["authority"]),
        day=wording.day(values["filedOn"]),
        status=wording.inside("caseStatuses", values["status"]),
    )


HANDLING: Final[Mapping[str, Teller]] = MappingProxyType(
    {
        "applicationSubmitted": _submitted,
        "documentAttached": _document_attached,
        "documentWithdrawn": _document_withdrawn,
        "feePaid": _fee_paid,
        "feePaymentVoided": _payment_voided,
        "caseCorrected": _corrected,
        "applicationWithdrawn": _withdrawn,
        "caseAssigned": _assigned,
        "assignmentWithdrawn": _assignment_withdrawn,
        "mandateVerified": _mandate,
        "informationRequested": _information_requested,
        "informationProvided": _answered,
        "applicationForwardedToImmigrationOffice": _forwarded,
        "legacyRecordRetold": _taken_over,
    }
)
