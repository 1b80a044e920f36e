"""What is published of each event of the journal: messages, the same in process and over Kafka.

The data of a message are the clear fields of its event, so nothing personal: those fields are ciphertext in the journal
and are not sent. A message is known by the event's id and is ordered by its version in the application's stream.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, Final, NamedTuple, Protocol
from uuid import UUID

from consumers.topics import APPLICATIONS, CHECK_ANSWERS, CHECK_REQUESTS

UNREGISTRATION: Final = "unregistration"
"""What is to be done at the bank once a case has ended: nobody may be consulted about without a purpose."""


class Recorded(Protocol):
    """An event of the journal as it is published: its place, its name and its clear fields."""

    @property
    def position(self) -> int: ...
    @property
    def case_id(self) -> UUID: ...
    @property
    def version(self) -> int: ...
    @property
    def name(self) -> str: ...
    @property
    def schema(self) -> int: ...
    @property
    def known_at(self) -> datetime: ...
    @property
    def clear(self) -> Mapping[str, Any]: ...


class Message(NamedTuple):
    """``kind`` is the CloudEvents type without the authority: ``crossroadsChecks.notify.requested``.

    ``event_id`` is stream and version of the event; ``position`` its place in the journal, from 1; ``time`` (aware,
    UTC) when the system knew of it. A named tuple, because a relay makes some ten thousands of them a second.
    """

    topic: str
    kind: str
    authority: str
    event_id: str
    case_id: UUID
    version: int
    position: int
    time: datetime
    schema: int
    data: Mapping[str, Any]
    causation_id: str | None = None


KINDS: Final[Mapping[str, str]] = {
    "ApplicationSubmitted": "applications.notify.submitted",
    "ApplicationWithdrawn": "applications.notify.withdrawn",
    "ApplicationDeclaredAdmissible": "applications.notify.declaredAdmissible",
    "ApplicationDeclaredInadmissible": "applications.notify.declaredInadmissible",
    "ApplicationForwardedToImmigrationOffice": "applications.notify.forwarded",
    "ApplicationDecided": "applications.notify.decided",
    "CaseAssigned": "applications.notify.assigned",
    "AssignmentWithdrawn": "applications.notify.assignmentWithdrawn",
    "CaseCorrected": "applications.notify.corrected",
    "DocumentAttached": "documents.notify.attached",
    "DocumentWithdrawn": "documents.notify.withdrawn",
    "FeePaid": "fees.notify.paid",
    "FeePaymentVoided": "fees.notify.voided",
    "MandateVerified": "mandates.notify.verified",
    "EmployerIdentified": "employers.notify.identified",
    "PersonIdentifierReplaced": "persons.notify.identifierReplaced",
    "EmploymentVerified": "employments.notify.verified",
    "CrossroadsCheckRequested": "crossroadsChecks.notify.requested",
    "CrossroadsCheckAnswered": "crossroadsChecks.notify.answered",
    "CrossroadsCheckFailed": "crossroadsChecks.notify.failed",
    "SalaryVerified": "salaries.notify.verified",
    "LabourMarketEvidenceAdded": "labourMarketTests.notify.extended",
    "LabourMarketTestAssessed": "labourMarketTests.notify.assessed",
    "InformationRequested": "informationRequests.notify.sent",
    "InformationProvided": "informationRequests.notify.answered",
    "WorkPartDecided": "workParts.notify.decided",
    "ResidencePartDecided": "residenceParts.notify.decided",
    "ClockPaused": "clocks.notify.paused",
    "ClockResumed": "clocks.notify.resumed",
    "ClockCorrected": "clocks.notify.corrected",
    "DeadlineWarned": "deadlines.notify.warned",
    "DeadlineBreached": "deadlines.notify.breached",
    "LegacyRecordRetold": "legacyRecords.notify.retold",
}
"""The kind of message for each event of the journal, by its stored name."""

REGISTRATION_ENDED: Final = "crossroadsRegistrations.notify.ended"

_CASE_ENDS: Final = frozenset({"ApplicationWithdrawn", "ApplicationDeclaredInadmissible", "ApplicationDecided"})
_CHECK_SETTLED: Final = frozenset({"CrossroadsCheckAnswered", "CrossroadsCheckFailed"})


def published(event: Recorded, authority: str, causation_id: str | None = None) -> tuple[Message, ...]:
    """The messages of an event, first its own on the topic of all applications.

    Raises ``KeyError`` for an event that has no kind: nothing is left out by not being known.
    """

    event_id = event_id_of(event.case_id, event.version)

    def message(topic: str, kind: str, data: Mapping[str, Any]) -> Message:
        return Message(
            topic=topic,
            kind=kind,
            authority=authority,
            event_id=event_id,
            case_id=event.case_id,
            version=event.version,
            position=event.position,
            time=event.known_at,
            schema=event.schema,
            data=data,
            causation_id=causation_id,
        )

    kind = KINDS[event.name]
    messages = [message(APPLICATIONS.name, kind, event.clear)]
    if event.name == "CrossroadsCheckRequested":
        requested = {"check": event.clear["check"], "revision": event.clear["revision"]}
        messages.append(message(CHECK_REQUESTS.name, kind, {"applicationId": str(event.case_id), **requested}))
    elif event.name in _CASE_ENDS:
        ended = {"check": UNREGISTRATION, "revision": event.version}
        messages.append(
            message(CHECK_REQUESTS.name, REGISTRATION_ENDED, {"applicationId": str(event.case_id), **ended})
        )
    elif event.name in _CHECK_SETTLED:
        messages.append(message(CHECK_ANSWERS.name, kind, event.clear))
    return tuple(messages)


def names_published_on(topics: Collection[str]) -> frozenset[str]:
    """The stored names of the events that have a message on any of these topics."""
    on = {
        APPLICATIONS.name: frozenset(KINDS),
        CHECK_REQUESTS.name: _CASE_ENDS | {"CrossroadsCheckRequested"},
        CHECK_ANSWERS.name: _CHECK_SETTLED,
    }
    return frozenset[str]().union(*(names for topic, names in on.items() if topic in topics))


def event_id_of(case_id: UUID, version: int) -> str:
    return f"{case_id}/{version}"
