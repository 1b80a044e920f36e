"""What a page says of a refusal, in the reader's language: what is wrong, and how to continue.

The words of the interface (``detail`` and ``issues``) are for those who write programs. A page says the same in words
of its own; of what is wrong in an address it names the part, as the reader sees it there.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

from api.http.problems import (
    BAD_REQUEST,
    NO_PERMISSION,
    NOT_FOUND,
    OWN_PROBLEM_TYPES,
    TOO_LARGE,
    TOO_MANY,
    TOO_MANY_FAILED,
    UNAVAILABLE,
    Place,
    Problem,
    RequestRefused,
)
from api.words.code_lists import CodeLists
from api.words.languages import SOURCE_LANGUAGE, Language
from domain.case.document_rules import DocumentRefusal
from domain.case.refusals import Reason

PROBLEM_TYPES: Final = "problemTypes"

_ABOUT_THE_INTERFACE: Final = frozenset(
    {
        "methodNotAllowed",
        "notAcceptable",
        "requestHeadersTooLarge",
        "unsupportedMediaType",
        Reason.IDEMPOTENCY_KEY_REUSED.value,
    }
)
"""Problems whose descriptions speak of headers and methods, which nobody sees who has a browser."""

_WITH_PARTICULARS: Final = frozenset(
    {
        Reason.INFORMATION_OUTSTANDING.value,
        Reason.ANSWER_TERM_EXPIRED.value,
        Reason.DAY_NOT_POSSIBLE.value,
        Reason.PAUSE_NOT_POSSIBLE.value,
        Reason.PAYMENT_ALREADY_RECORDED.value,
        Reason.PAYMENT_OF_ANOTHER_APPLICATION.value,
        Reason.CASE_IS_FULL.value,
        TOO_LARGE.code,
        *(each.value for each in DocumentRefusal),
    }
)
"""Refusals whose sentence names days, an amount or a limit, and no code of the interface."""


class FormFault(Enum):
    """Why a form of a page is refused before anything of it is read as a step."""

    OF_ANOTHER_SITE = auto()
    NOT_WHOLE = auto()
    TOO_LONG = auto()


_TYPES: Final = {
    FormFault.OF_ANOTHER_SITE: NO_PERMISSION,
    FormFault.NOT_WHOLE: BAD_REQUEST,
    FormFault.TOO_LONG: TOO_LARGE,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class FormProblem(Problem):
    """The problem of a form that no page of this service sends in this way."""

    fault: FormFault


def form_refused(fault: FormFault) -> RequestRefused:
    """The refusal of a form as a whole: 400, 403 or 413."""
    return RequestRefused(FormProblem(type=_TYPES[fault], detail="The form was not accepted.", fault=fault))


def heading_of(problem: Problem, code_lists: CodeLists, language: Language) -> str:
    """What went wrong, in a few words."""
    _ = language.gettext
    if isinstance(problem, FormProblem):
        return _("The form was not accepted")
    if _is_described(problem):
        return code_lists.label(PROBLEM_TYPES, problem.type.code, language.code)
    match problem.type.status:
        case NOT_FOUND.status:
            return _("This page does not exist")
        case NO_PERMISSION.status:
            return _("You are not allowed to do this")
        case UNAVAILABLE.status:
            return _("The service is temporarily unavailable")
        case TOO_LARGE.status:
            return _("The file is too large")
        case TOO_MANY_FAILED.status:
            return _("Too many attempts")
        case _unforeseen:
            return _("Check what you entered")


def explanation_of(problem: Problem, code_lists: CodeLists, language: Language) -> str:
    """What it means and what to do."""
    _ = language.gettext
    if isinstance(problem, FormProblem):
        return _explained_fault(problem.fault, language)
    if _is_described(problem):
        return code_lists.description(PROBLEM_TYPES, problem.type.code, language.code) or ""
    if problem.type is TOO_MANY_FAILED:
        return _("The secret was wrong too often. Wait a minute and try again.")
    match problem.type.status:
        case NOT_FOUND.status:
            return _("There is nothing at this address, or you may not see it. Check the address.")
        case NO_PERMISSION.status:
            return _(
                "Your role does not allow this, or it is for another authority. "
                "Ask someone who may do it, or sign in with another role."
            )
        case UNAVAILABLE.status | TOO_MANY.status:
            return _("Wait a few seconds and try again; nothing is carried out twice.")
        case TOO_LARGE.status:
            return _("Save or scan it at a lower resolution, or send it as several documents.")
        case BAD_REQUEST.status if parts := _parts_of_the_address(problem):
            return _(
                "The address has a part that cannot be used: %(parts)s. Correct it, or begin at the start page.",
                parts=", ".join(parts),
            )
        case _unforeseen:
            return _("Nothing was changed. Go back and try again, or begin at the start page.")


def particulars_of(problem: Problem, language: Language) -> str:
    """The days, the amount or the limit that a refused step came up against, for readers of English; else empty.

    It is a sentence of the interface, which speaks English; the explanation says the same in every language. Other
    refusals have no sentence of their own on a page: it would repeat the explanation, or name codes.
    """
    is_read = language.code == SOURCE_LANGUAGE and problem.type.code in _WITH_PARTICULARS
    return problem.detail if is_read else ""


def _is_described(problem: Problem) -> bool:
    """Whether the list of problem types has words for it that a reader of pages understands."""
    return problem.type.code in OWN_PROBLEM_TYPES and problem.type.code not in _ABOUT_THE_INTERFACE


def _explained_fault(fault: FormFault, language: Language) -> str:
    match fault:
        case FormFault.OF_ANOTHER_SITE:
            return language.gettext("It was sent from another site. Open the page here and send it again.")
        case FormFault.NOT_WHOLE:
            return language.gettext(
                "It did not arrive whole, or belongs to another page. "
                "Nothing was stored: open the page again and resend it."
            )
        case FormFault.TOO_LONG:
            return language.gettext("It is too long. Nothing was stored: go back, shorten the texts and send it again.")


def _parts_of_the_address(problem: Problem) -> tuple[str, ...]:
    """The names of the parameters that are wrong, each once."""
    return tuple(dict.fromkeys(each.issue.path for each in problem.issues if each.place is Place.QUERY))
