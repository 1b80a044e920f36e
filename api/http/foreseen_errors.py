"""What an error ends in: the problem for each that is foreseen, in words that help whoever sent the request."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from api.http.problems import (
    NO_PERMISSION,
    NOT_FOUND,
    OWN_PROBLEM_TYPES,
    SECONDS_TO_WAIT,
    TOO_LARGE,
    TOO_MANY,
    UNAVAILABLE,
    Place,
    Problem,
    RequestRefused,
    input_problem,
    located,
    own_problem,
    unknown_application,
    unknown_information_request,
)
from api.services.refusals import (
    ApplicationUnknown,
    DraftsFull,
    NotFound,
    NotPermitted,
    RegisterUnavailable,
    ServiceRefused,
    TooManyOfOneCaller,
    TooManyUploads,
    TooManyWebhooks,
    UploadTooSlow,
    WebhookChanged,
)
from domain.case.document_rules import DocumentRefusal, DocumentRefused
from domain.case.handling import TooManyWriters
from domain.case.refusals import CommandRefused, InvalidInput, Reason, StaleVersion
from infra.documents.errors import (
    DocumentDamaged,
    DocumentUnknown,
    DocumentWithheld,
    ScannerUnavailable,
    StorageFull,
    StorageUnavailable,
)
from infra.keys import KeyDestroyed
from infra.postgres.journal.conflicts import OutcomeUnknown
from infra.postgres.server.connections import DatabaseUnavailable
from infra.postgres.server.troubles import Trouble

SECONDS_TO_WAIT_FOR_A_PERSON: Final = 30
"""``Retry-After`` where somebody has to do something first."""

_TROUBLES: Final[Mapping[Trouble, tuple[str, int]]] = {
    Trouble.AWAY: ("The database is temporarily unavailable.", SECONDS_TO_WAIT),
    Trouble.SILENT: ("The database does not answer.", SECONDS_TO_WAIT_FOR_A_PERSON),
    Trouble.BUSY: (
        "The database is busy with other work, and it was not this request's turn in time.",
        SECONDS_TO_WAIT,
    ),
    Trouble.FULL: (
        "The database has no room left to store anything; what it holds can still be read.",
        SECONDS_TO_WAIT_FOR_A_PERSON,
    ),
}
"""What a caller is told, and after how many seconds to come again."""


def problem_of(error: Exception) -> Problem | None:
    """The problem for an error that is foreseen; None for one that is not."""
    match error:
        case RequestRefused():
            return error.problem
        case InvalidInput():
            return input_problem(located(Place.BODY, error.issues))
        case CommandRefused():
            return _refusal(error)
        case ServiceRefused():
            return _service_refusal(error)
        case DocumentRefused():
            return _document_refused(error)
        case DocumentWithheld():
            return own_problem("documentErased", str(error))
        case KeyDestroyed():
            return own_problem(
                "personErased",
                "The personal data of the worker have been erased: nothing more can be stored about that person. "
                "Nothing was stored.",
            )
        case DocumentUnknown():
            return Problem(type=NOT_FOUND, detail=str(error))
        case DocumentDamaged():
            return own_problem(
                "documentDamaged",
                "The file was received, but is no longer in the store as it was put there. The operator of this "
                "service restores it from a backup; whoever sent it can also send it again.",
            )
        case StorageUnavailable():
            return _unavailable(
                "The store of documents does not answer at the moment, and nothing was stored. Everything else works. "
                "Repeat the request later, a command with the same Idempotency-Key."
            )
        case ScannerUnavailable():
            return _unavailable(
                "The virus scanner does not answer at the moment, and nothing was stored. Everything else works. Send "
                "the file again later, with the same Idempotency-Key."
            )
        case StorageFull():
            return _unavailable(
                "There is no room for documents at the moment, and nothing was stored. Everything else works. Send the "
                "file again later, with the same Idempotency-Key."
            )
        case OutcomeUnknown():
            return _unavailable(
                "The connection to the database was lost before it confirmed the command: the outcome is unknown. "
                "Repeat the request with the same Idempotency-Key to find out; it will not be carried out twice."
            )
        case DatabaseUnavailable():
            reason, seconds = _TROUBLES[error.trouble]
            return _unavailable(
                f"{reason} Repeat the request, a command with the same Idempotency-Key: "
                "it will not be carried out twice.",
                seconds,
            )
        case TooManyWriters():
            return _unavailable(
                "The application was changed by others at each attempt and nothing was stored. "
                "Repeat the request with the same Idempotency-Key."
            )
        case _:
            return None


def _refusal(refused: CommandRefused) -> Problem:
    if refused.reason is Reason.APPLICATION_UNKNOWN:
        return unknown_application()
    if refused.reason is Reason.REQUEST_UNKNOWN:
        return unknown_information_request()
    if isinstance(refused, StaleVersion):
        if refused.current == 0:
            # No event, no application: any expected version is irrelevant.
            return unknown_application()
        return Problem(
            type=OWN_PROBLEM_TYPES[refused.reason],
            detail=refused.sentence,
            extras={"currentVersion": refused.current, "expectedVersion": refused.expected},
        )
    return own_problem(refused.reason, refused.sentence)


def _service_refusal(refused: ServiceRefused) -> Problem:
    match refused:
        case ApplicationUnknown():
            return unknown_application()
        case NotFound():
            return Problem(type=NOT_FOUND, detail=refused.sentence)
        case NotPermitted():
            return Problem(type=NO_PERMISSION, detail=refused.sentence)
        case RegisterUnavailable():
            headers = {} if refused.seconds is None else {"Retry-After": str(refused.seconds)}
            return Problem(type=UNAVAILABLE, detail=refused.sentence, headers=headers)
        case TooManyUploads():
            kind = TOO_MANY if isinstance(refused, TooManyOfOneCaller) else UNAVAILABLE
            return Problem(
                type=kind,
                detail=refused.sentence,
                headers={"Retry-After": str(refused.seconds)},
                extras={"limit": refused.limit, "retryAfterSec": refused.seconds} if kind is TOO_MANY else {},
            )
        case UploadTooSlow():
            return own_problem("requestTimeout", refused.sentence)
        case TooManyWebhooks():
            return own_problem("tooManyWebhooks", refused.sentence)
        case WebhookChanged():
            return own_problem("webhookChanged", refused.sentence)
        case DraftsFull():
            return Problem(type=TOO_LARGE, detail=refused.sentence)
        case _:
            raise AssertionError(f"no status is defined for {type(refused).__name__}")


def _document_refused(refused: DocumentRefused) -> Problem:
    extras = {} if refused.limit is None else {"limit": refused.limit}
    if refused.code is DocumentRefusal.TOO_LARGE:
        return Problem(type=TOO_LARGE, detail=refused.sentence, extras=extras)
    return Problem(type=OWN_PROBLEM_TYPES[refused.code], detail=refused.sentence, extras=extras)


def _unavailable(detail: str, seconds: int = SECONDS_TO_WAIT) -> Problem:
    return Problem(type=UNAVAILABLE, detail=detail, headers={"Retry-After": str(seconds)})
