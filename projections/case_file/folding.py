"""The case file: what is on record of a case, folded from its events, with personal data still encrypted.

:func:`evolve` is the one meaning of the events here; the table only keeps its result, so a reader may fold the
stream instead and gets the same file. :mod:`projections.case_file.body` turns a file into words for readers.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, Final
from uuid import UUID

from domain.case.lifecycle import CheckState
from projections.case_file.retold import retold_file
from projections.case_file.shape import CaseFile, SealedGroup, without_nulls
from projections.course import course_after
from projections.event_meanings import without_beginning
from projections.recorded_event import RecordedEvent

_SHOWN_GROUPS: Final = frozenset(
    {
        "ApplicationSubmitted",
        "LegacyRecordRetold",
        "CaseCorrected",
        "PersonIdentifierReplaced",
        "ApplicationWithdrawn",
        "SalaryVerified",
        "LabourMarketEvidenceAdded",
        "InformationRequested",
        "InformationProvided",
        "ApplicationDeclaredAdmissible",
        "ApplicationDeclaredInadmissible",
        "WorkPartDecided",
        "ResidencePartDecided",
        "ApplicationDecided",
        "ClockPaused",
        "ClockResumed",
        "ClockCorrected",
    }
)
"""Events whose personal part a reader of the file gets to see; other ciphertext is not copied."""

HANDLED: Final = _SHOWN_GROUPS | {
    "DocumentAttached",
    "FeePaid",
    "CrossroadsCheckRequested",
    "CrossroadsCheckAnswered",
    "CrossroadsCheckFailed",
    "EmployerIdentified",
    "EmploymentVerified",
    "LabourMarketTestAssessed",
    "CaseAssigned",
    "MandateVerified",
    "ApplicationForwardedToImmigrationOffice",
    "DeadlineWarned",
    "DeadlineBreached",
}
"""Every event there is: a file that passed one over would never reach the version at which its stream stands."""


def fold(events: Iterable[RecordedEvent]) -> CaseFile | None:
    """The file that the events of one stream make, or None when there are none."""
    file: CaseFile | None = None
    for event in events:
        file = evolve(file, event)
    return file


def sealed_groups(events: Iterable[RecordedEvent]) -> list[SealedGroup]:
    """The ciphertext that belongs into the files of these events."""
    return [
        SealedGroup(
            case_id=event.case_id,
            version=event.version,
            event_name=event.name,
            role=role,
            key=UUID(group["key"]),
            nonce=group["nonce"],
            data=group["data"],
        )
        for event in events
        if event.name in _SHOWN_GROUPS
        for role, group in event.personal.items()
    ]


def evolve(file: CaseFile | None, event: RecordedEvent) -> CaseFile:
    """The file after ``event``. Raises StreamCorrupt for an event that has no file to change."""
    if event.name == "ApplicationSubmitted":
        return _opened(event)
    if event.name == "LegacyRecordRetold":
        return retold_file(file, event)
    if file is None:
        raise without_beginning(event)
    return replace(
        _changed(file, event),
        version=event.version,
        position=event.position,
        updated_at=event.known_at,
        course=course_after(file.course, event),
    )


def _opened(event: RecordedEvent) -> CaseFile:
    clear = event.clear
    words = (
        "authority", "kind", "category", "renewal", "changeOfEmployer", "procedureLanguage", "filedBy",
        "employer", "representative", "employment",
    )  # fmt: skip
    application = without_nulls({word: clear[word] for word in words})
    if clear["publications"] is not None:
        application["labourMarketTest"] = {"publications": clear["publications"]}
    return CaseFile(
        case_id=event.case_id,
        version=event.version,
        position=event.position,
        reference=clear["reference"],
        authority=clear["authority"],
        kind=clear["kind"],
        category=clear["category"],
        updated_at=event.known_at,
        course=course_after(None, event),
        application=application,
        personal_in={"worker": event.version, "employment": event.version},
        documents=tuple(_document(each, clear["effectiveAt"], clear["filedBy"]) for each in clear["documents"]),
    )


def _changed(file: CaseFile, event: RecordedEvent) -> CaseFile:
    """The file with what ``event`` says in particular."""
    clear = event.clear
    match event.name:
        case "CrossroadsCheckRequested":
            asked = {"state": CheckState.REQUESTED.value, "requestedAt": clear["effectiveAt"]}
            return _with_check(file, clear, asked)
        case "CrossroadsCheckAnswered":
            answered = {"state": clear["outcome"], "answeredAt": clear["effectiveAt"], "ticket": clear["ticket"]}
            return _with_check(file, clear, answered)
        case "CrossroadsCheckFailed":
            failed = {
                "state": CheckState.FAILED.value,
                "failedAt": clear["effectiveAt"],
                "reason": clear["reason"],
                "attempts": clear["attempts"],
            }
            return _with_check(file, clear, failed)
        case "EmployerIdentified":
            found = {word: clear[word] for word in ("enterpriseNumber", "name", "active")}
            # Answers of before have no places, and the register does not give them of everybody.
            places = ("registeredOfficeMunicipality", "establishmentUnitMunicipality")
            found |= {word: clear[word] for word in places if clear.get(word) is not None}
            return replace(file, employer_on_register=found)
        case "SalaryVerified":
            return _with_finding(file, event, clear["result"], {"basis": clear["basis"]})
        case "LabourMarketEvidenceAdded":
            known = file.application.get("labourMarketTest", {"publications": []})["publications"]
            test = {"publications": [*known, *clear["publications"]]}
            return replace(file, application={**file.application, "labourMarketTest": test})
        case "LabourMarketTestAssessed":
            return _with_finding(file, event, clear["finding"], {})
        case "DocumentAttached":
            document = _document(clear["document"], clear["effectiveAt"], clear["by"])
            return replace(file, documents=(*file.documents, document))
        case "FeePaid":
            paid = _said(clear, "recipient", "amount", "paidOn", "paymentReference", "by", at="recordedAt")
            return replace(file, fees=(*file.fees, paid))
        case "CaseCorrected":
            return _corrected(file, event)
        case "MandateVerified":
            verified = _said(clear, "enterpriseNumber", "mandateReference", "valid", "by", at="verifiedAt")
            return replace(file, mandate=verified)
        case "InformationRequested":
            asked_for = _said(clear, "items", "replyBy", "termId", "legalReference", "by", at="askedAt")
            request = {"id": clear["requestId"], **asked_for, "eventVersion": event.version}
            return replace(file, information_requests=(*file.information_requests, request))
        case "InformationProvided":
            answer = {
                "answeredAt": clear["effectiveAt"],
                "answeredBy": clear["by"],
                "documents": clear["documents"],
                "answerVersion": event.version,
            }
            requests = (
                {**each, **answer} if each["id"] == clear["requestId"] else each for each in file.information_requests
            )
            return replace(file, information_requests=tuple(requests))
        case "ApplicationDeclaredAdmissible":
            said = _said(clear, "openPoints", "by", at="decidedAt")
            return replace(file, admissibility={"outcome": "admissible", **said, "eventVersion": event.version})
        case "ApplicationDeclaredInadmissible":
            said = _said(clear, "grounds", "by", at="decidedAt")
            return replace(file, admissibility={"outcome": "inadmissible", **said, "eventVersion": event.version})
        case "WorkPartDecided":
            return replace(file, work_part={**_assessed(event), "by": clear["by"]})
        case "ApplicationForwardedToImmigrationOffice":
            return replace(file, forwarded=_said(clear, "by", at="forwardedAt"))
        case "ResidencePartDecided":
            said = _said(clear, "outcome", "by", at="decidedAt")
            return replace(file, residence_part={**said, "eventVersion": event.version})
        case "ApplicationDecided":
            if "results" in clear:  # schema 1: the decision carried the assessment itself
                return replace(file, decision=_assessed(event))
            return replace(file, decision=_said(clear, "outcome", "refusedPart", at="decidedAt"))
        case "ApplicationWithdrawn":
            said = _said(clear, "by", at="withdrawnAt")
            return replace(file, withdrawal={**said, "eventVersion": event.version})
        case "ClockPaused":
            paused = {
                "number": clear["pause"],
                **_said(clear, "ground", "legalReference", "by"),
                "eventVersion": event.version,
            }
            return replace(file, pauses=(*file.pauses, paused))
        case "ClockResumed":
            return _with_pause_news(file, clear, {"resumedBy": clear["by"], "resumedVersion": event.version})
        case "ClockCorrected":
            restated = {
                **_said(clear, "by", at="correctedAt"),
                **without_nulls({"from": clear["pausedFrom"], "to": clear["pausedTo"]}),
                "eventVersion": event.version,
            }
            (pause,) = (each for each in file.pauses if each["number"] == clear["pause"])
            return _with_pause_news(file, clear, {"corrections": [*pause.get("corrections", []), restated]})
        case "PersonIdentifierReplaced":
            return replace(file, personal_in={**file.personal_in, "ssin": event.version})
        case "CaseAssigned" | "DeadlineWarned" | "DeadlineBreached" | "EmploymentVerified":
            return file  # the course holds all that they say
        case unknown:
            raise AssertionError(f"the case file is given no event named {unknown}")


def _said(clear: Mapping[str, Any], *words: str, at: str | None = None) -> dict[str, Any]:
    """These words of an event as it says them, without nulls; its effective time under the name ``at``."""
    said: dict[str, Any] = without_nulls({word: clear.get(word) for word in words})
    return said if at is None else {**said, at: clear["effectiveAt"]}


def _document(document: Mapping[str, Any], at: str, by: str) -> dict[str, Any]:
    return {**document, "attachedAt": at, "by": by}


def _assessed(event: RecordedEvent) -> dict[str, Any]:
    """A decision together with the assessment on which it rests."""
    clear = event.clear
    words = ("outcome", "grounds", "verdict", "legalReferenceDate", "knownOn")
    decision = _said(clear, *words, at="decidedAt")
    return {**decision, "eventVersion": event.version, "findings": without_nulls(clear["results"])}


def _corrected(file: CaseFile, event: RecordedEvent) -> CaseFile:
    """The file with the corrected parts in place of those it had, and a note of the correction."""
    clear = event.clear
    parts = {part: without_nulls(clear[part]) for part in ("employer", "employment") if clear[part] is not None}
    moved = {part: event.version for part in ("worker", "employment") if part in clear["corrected"]}
    overtaken = {"employer"} & parts.keys() | ({"ssin"} if "worker" in moved else set())
    kept = {part: at for part, at in file.personal_in.items() if part not in overtaken}
    correction = {**_said(clear, "corrected", "by", at="correctedAt"), "eventVersion": event.version}
    return replace(
        file,
        application={**file.application, **parts},
        personal_in={**kept, **moved},
        corrections=(*file.corrections, correction),
    )


def _with_pause_news(file: CaseFile, clear: Mapping[str, Any], news: dict[str, Any]) -> CaseFile:
    pauses = ({**each, **news} if each["number"] == clear["pause"] else each for each in file.pauses)
    return replace(file, pauses=tuple(pauses))


def _with_check(file: CaseFile, clear: Mapping[str, Any], news: dict[str, Any]) -> CaseFile:
    """The file with news of a check; another revision begins a new entry of its own."""
    entry = {"check": clear["check"], "revision": clear["revision"]}
    same = [each for each in file.checks if entry.items() <= each.items()]
    others = [each for each in file.checks if not entry.items() <= each.items()]
    return replace(file, checks=(*others, {**(same[0] if same else entry), **news}))


def _with_finding(file: CaseFile, event: RecordedEvent, found: Mapping[str, Any], more: dict[str, Any]) -> CaseFile:
    """The file with the latest finding of a rule in place of the one before."""
    clear = event.clear
    finding = {
        **without_nulls(dict(found)),
        **more,
        "legalReferenceDate": clear["legalReferenceDate"],
        "knownOn": clear["knownOn"],
        "assessedAt": clear["effectiveAt"],
        "eventVersion": event.version,
    }
    others = [each for each in file.findings if each["rule"] != finding["rule"]]
    return replace(file, findings=(*others, finding))
