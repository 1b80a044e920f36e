"""Every answer that is not a success: application/problem+json (RFC 9457, in the forms of the Belgif REST guide).

The one place that knows which problem has which status; which error ends in which problem is in
:mod:`api.http.foreseen_errors`. No text repeats a value that was sent or reveals internal details.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from domain.case.document_rules import DocumentRefusal
from domain.case.refusals import InputIssue, Reason
from infra.identity.errors import TokenFault
from infra.randomness import random_uuid
from infra.wire_format import canonical_json

API_ROOT: Final = "/rest/singlePermit/v1"
PROBLEM_MEDIA_TYPE: Final = "application/problem+json"
REALM: Final = "singlePermit"
SECONDS_TO_WAIT: Final = 2
"""``Retry-After`` when the database is unavailable: it returns within seconds after a crash."""

_BELGIF_PROBLEM: Final = "urn:problem-type:belgif:"
_OWN_PROBLEM: Final = "urn:problem-type:singlePermit:"
_BELGIF_PAGES: Final = "https://www.belgif.be/specification/rest/api-guide/problems/"
_BELGIF_ISSUE: Final = "urn:problem-type:belgif:input-validation:"
_BELGIF_EXTENSION_ISSUE: Final = "urn:problem-type:belgif-ext:input-validation:"


class Place(StrEnum):
    """Where in a request something is wrong."""

    BODY = "body"
    HEADER = "header"
    QUERY = "query"
    PATH = "path"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProblemType:
    """A kind of problem: its code and title never change; ``standard`` ones are Belgif's, the others ours."""

    code: str
    status: int
    title: str
    standard: bool = False


BAD_REQUEST: Final = ProblemType(code="badRequest", status=400, title="Bad Request", standard=True)
NOT_FOUND: Final = ProblemType(code="resourceNotFound", status=404, title="Resource Not Found", standard=True)
TOO_LARGE: Final = ProblemType(code="payloadTooLarge", status=413, title="Payload Too Large", standard=True)
TOO_MANY: Final = ProblemType(code="tooManyRequests", status=429, title="Too Many Requests", standard=True)
INTERNAL: Final = ProblemType(code="internalServerError", status=500, title="Internal Server Error", standard=True)
TOO_MANY_FAILED: Final = ProblemType(
    code="tooManyFailedRequests", status=429, title="Too Many Failed Requests", standard=True
)
UNAVAILABLE: Final = ProblemType(code="serviceUnavailable", status=503, title="Service Unavailable", standard=True)

NO_TOKEN: Final = ProblemType(code="noAccessToken", status=401, title="No Access Token", standard=True)
TOKEN_PROBLEMS: Final = {
    TokenFault.INVALID: ProblemType(code="invalidAccessToken", status=401, title="Invalid Access Token", standard=True),
    TokenFault.EXPIRED: ProblemType(code="expiredAccessToken", status=401, title="Expired Access Token", standard=True),
}
NO_PERMISSION: Final = ProblemType(code="missingPermission", status=403, title="Missing Permission", standard=True)

_STATUS_OF_DOCUMENT_REFUSAL: Final = {
    DocumentRefusal.TYPE_UNKNOWN: 415,
    DocumentRefusal.NOT_OF_ITS_TYPE: 400,
    DocumentRefusal.CUT_OFF: 400,
    DocumentRefusal.EMPTY: 400,
    DocumentRefusal.UNSAFE: 400,
    DocumentRefusal.INFECTED: 400,
    DocumentRefusal.CASE_HOLDS_TOO_MANY: 409,
}


_NOT_FOUND: Final = frozenset({Reason.APPLICATION_UNKNOWN, Reason.REQUEST_UNKNOWN})


def _own(code: str, status: int) -> ProblemType:
    """A type of our own, whose title is its code in words: ``staleVersion`` is "Stale Version"."""
    return ProblemType(code=code, status=status, title=re.sub(r"(?=[A-Z])", " ", code[0].upper() + code[1:]).strip())


_OWN: Final = (
    _own("misdirectedRequest", 421),
    _own("methodNotAllowed", 405),
    _own("notAcceptable", 406),
    _own("requestTimeout", 408),
    _own("unsupportedMediaType", 415),
    _own("requestHeadersTooLarge", 431),
    _own("documentErased", 410),
    _own("documentDamaged", 409),
    _own("personErased", 409),
    _own("tooManyWebhooks", 409),
    _own("webhookChanged", 409),
    *(_own(refusal, status) for refusal, status in _STATUS_OF_DOCUMENT_REFUSAL.items()),
    *(_own(reason, 412 if reason is Reason.STALE_VERSION else 409) for reason in Reason if reason not in _NOT_FOUND),
)

OWN_PROBLEM_TYPES: Final[Mapping[str, ProblemType]] = {str(each.code): each for each in _OWN}

_ISSUES: Final[Mapping[str, tuple[str, str]]] = {
    "schemaViolation": (_BELGIF_ISSUE, "Input value is invalid with respect to the schema"),
    "invalidInput": (_BELGIF_ISSUE, "Invalid input"),
    "unknownInput": (_BELGIF_ISSUE, "Unknown input"),
    "requiredInput": (_BELGIF_EXTENSION_ISSUE, "Input is required in this context"),
    "rejectedInput": (_BELGIF_EXTENSION_ISSUE, "Input is not allowed in this context"),
    "outOfRange": (_BELGIF_EXTENSION_ISSUE, "Input value is out of range"),
    "invalidPeriod": (_BELGIF_EXTENSION_ISSUE, "Period is invalid"),
    "invalidStructure": (_BELGIF_EXTENSION_ISSUE, "Input value has invalid structure"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class LocatedIssue:
    place: Place
    issue: InputIssue


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """An answer to give instead of a result. ``extras`` are members of this type of problem."""

    type: ProblemType
    detail: str
    issues: Sequence[LocatedIssue] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    extras: Mapping[str, object] = field(default_factory=dict)
    instance: str = field(default_factory=lambda: f"urn:uuid:{random_uuid()}")

    def body(self, base_url: str) -> bytes:
        """The JSON; ``base_url`` is scheme and host as the caller named them."""
        code = str(self.type.code)
        content: dict[str, object] = {
            "type": (_BELGIF_PROBLEM if self.type.standard else _OWN_PROBLEM) + code,
            "href": f"{_BELGIF_PAGES}{code}.html"
            if self.type.standard
            else f"{base_url}{API_ROOT}/refData/problemTypes/{code}",
            "title": self.type.title,
            "status": self.type.status,
            "detail": self.detail,
            "instance": self.instance,
            **self.extras,
        }
        if self.issues:
            content["issues"] = [_issue_content(each) for each in self.issues]
        return canonical_json(content)


class RequestRefused(Exception):
    """Raised for a request that is refused before it becomes a command."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.type.code)
        self.problem = problem


def own_problem(code: str, detail: str) -> Problem:
    """A problem of one of our own types."""
    return Problem(type=OWN_PROBLEM_TYPES[code], detail=detail)


def input_problem(issues: Sequence[LocatedIssue]) -> Problem:
    """400 with everything that is wrong with what was sent, or with the parameters of what was requested."""
    if all(each.place is Place.QUERY for each in issues):
        return Problem(type=BAD_REQUEST, detail="Correct the parameters listed and repeat the request.", issues=issues)
    return Problem(
        type=BAD_REQUEST, detail="Nothing was stored. Correct the problems listed and resubmit.", issues=issues
    )


def located(place: Place, issues: Sequence[InputIssue]) -> tuple[LocatedIssue, ...]:
    return tuple(LocatedIssue(place=place, issue=issue) for issue in issues)


def unknown_application() -> Problem:
    """404: also for an id that is not even in the form of one, since ids are opaque."""
    issue = InputIssue(
        path="applicationId",
        code="invalidInput",
        problem="there is no application with this id",
        remedy="use the id or href that filing returned",
    )
    return Problem(type=NOT_FOUND, detail="There is no such application.", issues=located(Place.PATH, (issue,)))


def too_many_failed(seconds: int) -> Problem:
    """429: of too many attempts the secret was wrong; ``seconds`` is how long to wait."""
    return Problem(
        type=TOO_MANY_FAILED,
        detail="The secret was wrong too often. Wait, and try again.",
        headers={"Retry-After": str(seconds)},
        extras={"retryAfterSec": seconds},
    )


def no_access_token() -> Problem:
    """401: the request has no token."""
    return Problem(
        type=NO_TOKEN,
        detail="An access token is required: send it as 'Authorization: Bearer ...'.",
        headers={"WWW-Authenticate": f'Bearer realm="{REALM}"'},
    )


def refused_token(fault: TokenFault, detail: str) -> Problem:
    """401: the token is not accepted."""
    return Problem(
        type=TOKEN_PROBLEMS[fault],
        detail=detail,
        headers={"WWW-Authenticate": f'Bearer realm="{REALM}", error="invalid_token"'},
    )


def unknown_information_request() -> Problem:
    """404."""
    issue = InputIssue(
        path="informationRequestId",
        code="invalidInput",
        problem="this application has no request with this id",
        remedy="use an id that the application lists under informationRequests",
    )
    return Problem(type=NOT_FOUND, detail="There is no such request.", issues=located(Place.PATH, (issue,)))


def internal_problem() -> Problem:
    """500: internal details stay internal; the instance leads to the log line."""
    return Problem(
        type=INTERNAL,
        detail="An unexpected error occurred. Report the instance to the operator of this service.",
    )


def _issue_content(each: LocatedIssue) -> dict[str, object]:
    prefix, title = _ISSUES[each.issue.code]
    return {
        "type": prefix + each.issue.code,
        "title": title,
        "in": each.place.value,
        "name": each.issue.path,
        "detail": f"{each.issue.problem}: {each.issue.remedy}",
    }
