"""What a party's own system is told of an application: that something happened, and how the case stands after it.

A notice is a CloudEvent in structured mode. It says which application, what happened, and until when something is
asked; nothing of anybody's person: whoever wants to know more asks the interface, which judges again who may. It is
made when it is sent, of the stream as it was after the event, so a repetition says the same under the same id.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from consumers.messages import KINDS, event_id_of
from domain.case.clock_events import DeadlineBreached, DeadlineWarned
from domain.case.events import CaseEvent, InformationRequested
from domain.case.lifecycle import Case
from domain.deadlines.clocks import ANSWER

TOLD: Final = (
    "ApplicationSubmitted",
    "InformationRequested",
    "InformationProvided",
    "DeadlineWarned",
    "DeadlineBreached",
    "ApplicationDeclaredAdmissible",
    "ApplicationDeclaredInadmissible",
    "WorkPartDecided",
    "ApplicationForwardedToImmigrationOffice",
    "ResidencePartDecided",
    "ApplicationDecided",
    "ApplicationWithdrawn",
    "FeePaid",
    "FeePaymentVoided",
    "MandateVerified",
    "CaseCorrected",
)
"""The events, by their stored names, that an employer or its representative is told of."""

OF_A_CLOCK: Final = frozenset({"DeadlineWarned", "DeadlineBreached"})
"""Those of them that are told for the clock of an applicant alone: the others run for the authority."""

TEST_KIND: Final = "webhooks.notify.tested"
"""The kind of a notice that its receiver's owner asked for, and that tells of no application."""

CONTENT_TYPE: Final = "application/cloudevents+json; charset=utf-8"

_SERVICE: Final = "single-permit"


def is_told(event: str, clock: str | None) -> bool:
    """Whether parties are told of an event, by its stored name, and the clock that it is about."""
    return event in TOLD and (event not in OF_A_CLOCK or clock == ANSWER)


def notice_source(origin: str) -> str:
    """Of the notices of the journal ``origin``: they say other things than its messages, so another source."""
    return f"urn:single-permit:{origin}:notices"


def notice_kind(event: str) -> str:
    """The kind of the notice of an event: the same as that of its message."""
    return KINDS[event]


def notice_of(
    event: CaseEvent, name: str, known_at: datetime, after: Case, *, case_id: UUID, version: int, source: str
) -> dict[str, Any]:
    """The notice of an event, stored under ``name`` as this version of the stream, with the case as it left it.

    ``known_at`` (aware) is when the system knew of it; ``streamVersion`` orders the notices of one application.
    """
    data: dict[str, Any] = {
        "applicationId": str(case_id),
        "reference": after.reference,
        "streamVersion": version,
        "status": after.status.value,
        "stage": after.stage.value,
    }
    due_on = _due_on(event)
    if due_on is not None:
        data["dueOn"] = due_on.isoformat()
    kind = f"be.{after.facts.authority}.singlepermit.v1.{notice_kind(name)}"
    return _event(event_id_of(case_id, version), source, kind, known_at, data, subject=str(case_id))


def notice_of_a_test(delivery: UUID, at: datetime, source: str) -> dict[str, Any]:
    """A notice that tells of nothing but itself."""
    return _event(str(delivery), source, f"be.singlepermit.v1.{TEST_KIND}", at, {"isTest": True}, subject=None)


def _event(
    notice_id: str, source: str, kind: str, at: datetime, data: Mapping[str, Any], *, subject: str | None
) -> dict[str, Any]:
    content: dict[str, Any] = {
        "specversion": "1.0",
        "id": notice_id,
        "source": source,
        "type": kind,
        "time": at.isoformat(),
        "service": _SERVICE,
        "datacontenttype": "application/json",
        "data": dict(data),
    }
    return content if subject is None else {**content, "subject": subject}


def _due_on(event: CaseEvent) -> date | None:
    if isinstance(event, InformationRequested):
        return event.reply_by
    return event.due_on if isinstance(event, DeadlineWarned | DeadlineBreached) else None
