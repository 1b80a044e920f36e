"""The case file: what is on record of a case, folded from its events, with personal data still encrypted.

:func:`evolve` is the one meaning of the events here; the table only keeps its result, so a reader may fold the
stream instead and gets the same file. :mod:`projections.case_file.body` turns a file into words for readers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields
from types import MappingProxyType
from typing import Any, Final

from domain.case.lifecycle import CheckState
from projections.case_file.openings import employer_of, opened, retold
from projections.case_file.shape import CaseFile, SealedGroup, document_entry, without_nulls
from projections.case_fold import CaseFold, Taken
from projections.course import Course
from projections.recorded_event import RecordedEvent

Take = Callable[[CaseFile, RecordedEvent], Taken]

_NOT_COPIED: Final = frozenset({"CrossroadsCheckAnswered", "EmploymentVerified"})
"""Events whose personal part no reader of the file gets to see: the digest of an answer, declared employments."""


def fold(events: Iterable[RecordedEvent], file: CaseFile | None = None) -> CaseFile | None:
    """The file that the events of one stream make of ``file``, or of nothing: None when there are none then."""
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
            label=part.label,
            key=part.key,
            sealed=part.copied(),
        )
        for event in events
        if event.name not in _NOT_COPIED
        for part in event.personal
    ]


def _recorded(clear: Mapping[str, Any], *words: str, at: str | None = None) -> dict[str, Any]:
    """These words of an event as it says them in clear, without nulls; its effective time under the name ``at``."""
    recorded: dict[str, Any] = without_nulls({word: clear[word] for word in words if word in clear})
    return recorded if at is None else {**recorded, at: clear["effectiveAt"]}


def _in_clear(clear: Mapping[str, Any], word: str) -> dict[str, Any]:
    """What an earlier schema said in clear, also that it was nothing: nobody looks for it among what is encrypted."""
    return {word: clear[word]} if word in clear else {}


def _sets(part: str, *words: str, at: str) -> Take:
    """The event makes ``part`` of the file what it says."""
    return lambda _file, event: {part: _recorded(event.clear, *words, at=at)}


def _decides(part: str, *words: str, at: str, **more: str) -> Take:
    """As `_sets`, for an event with a personal part, whose version the entry names."""
    return lambda _file, event: {part: {**more, **_recorded(event.clear, *words, at=at), "eventVersion": event.version}}


def _checked(state: Callable[[Mapping[str, Any]], str], at: str, *words: str) -> Take:
    """News of a check; another revision begins a new entry of its own."""

    def checks(file: CaseFile, event: RecordedEvent) -> Taken:
        clear = event.clear
        entry = {"check": clear["check"], "revision": clear["revision"]}
        news = {"state": state(clear), at: clear["effectiveAt"], **{word: clear[word] for word in words}}
        same = [each for each in file.checks if entry.items() <= each.items()]
        others = [each for each in file.checks if not entry.items() <= each.items()]
        return {"checks": (*others, {**(same[0] if same else entry), **news})}

    return checks


def _found(result: str, *words: str) -> Take:
    """The latest finding of a rule takes the place of the one before."""

    def findings(file: CaseFile, event: RecordedEvent) -> Taken:
        clear = event.clear
        finding = {
            **without_nulls(dict(clear[result])),
            **{word: clear[word] for word in words},
            "legalReferenceDate": clear["legalReferenceDate"],
            "knownOn": clear["knownOn"],
            "assessedAt": clear["effectiveAt"],
            "eventVersion": event.version,
        }
        others = [each for each in file.findings if each["rule"] != finding["rule"]]
        return {"findings": (*others, finding)}

    return findings


def _identified(_file: CaseFile, event: RecordedEvent) -> Taken:
    # The register does not give the places of everybody.
    words = ("enterpriseNumber", "active", "registeredOfficeMunicipality", "establishmentUnitMunicipality")
    return {"employer_on_register": {**_recorded(event.clear, *words, "name"), "eventVersion": event.version}}


def _with_evidence(file: CaseFile, event: RecordedEvent) -> Taken:
    known = file.application.get("labourMarketTest", {"publications": []})["publications"]
    test = {"publications": [*known, *event.clear["publications"]]}
    return {"application": {**file.application, "labourMarketTest": test}}


def _attached(file: CaseFile, event: RecordedEvent) -> Taken:
    clear = event.clear
    return {"documents": (*file.documents, document_entry(clear["document"], clear["effectiveAt"], clear["by"]))}


def _document_withdrawn(file: CaseFile, event: RecordedEvent) -> Taken:
    """It stays in the file, and is marked."""
    document = event.clear["document"]
    note = {**_recorded(event.clear, "by", at="withdrawnAt"), "eventVersion": event.version}
    is_it = {name: document[name] for name in ("kind", "sha256")}
    return {
        "documents": tuple(
            {**each, "withdrawn": note} if "withdrawn" not in each and is_it.items() <= each.items() else each
            for each in file.documents
        )
    }


def _paid(file: CaseFile, event: RecordedEvent) -> Taken:
    paid = _recorded(event.clear, "recipient", "amount", "paidOn", "paymentReference", "by", at="recordedAt")
    return {"fees": (*file.fees, {**paid, "eventVersion": event.version})}


def _payment_voided(file: CaseFile, event: RecordedEvent) -> Taken:
    """Payments are numbered in the order in which they were recorded."""
    voided = {**_recorded(event.clear, "by", at="voidedAt"), "eventVersion": event.version}
    fees = enumerate(file.fees, start=1)
    return {"fees": tuple({**fee, "voided": voided} if at == event.clear["payment"] else fee for at, fee in fees)}


def _corrected(file: CaseFile, event: RecordedEvent) -> Taken:
    """The corrected parts take the place of those the file had; a note of the correction comes to the others."""
    clear = event.clear
    parts = {} if clear["employer"] is None else {"employer": without_nulls(employer_of(clear))}
    if clear["employment"] is not None:
        parts["employment"] = without_nulls(clear["employment"])
    moved = dict.fromkeys(clear["corrected"], event.version)
    overtaken = {"ssin"} if "worker" in moved else set()
    kept = {part: at for part, at in file.personal_in.items() if part not in overtaken}
    correction = {**_recorded(clear, "corrected", "by", at="correctedAt"), "eventVersion": event.version}
    return {
        "application": {**file.application, **parts},
        "personal_in": {**kept, **moved},
        "corrections": (*file.corrections, correction),
    }


def _identifier_replaced(file: CaseFile, event: RecordedEvent) -> Taken:
    return {"personal_in": {**file.personal_in, "ssin": event.version}}


def _requested(file: CaseFile, event: RecordedEvent) -> Taken:
    asked_for = _recorded(event.clear, "items", "replyBy", "termId", "legalReference", "by", at="askedAt")
    request = {"id": event.clear["requestId"], **asked_for, "eventVersion": event.version}
    return {"information_requests": (*file.information_requests, request)}


def _answered(file: CaseFile, event: RecordedEvent) -> Taken:
    clear = event.clear
    answer = {
        "answeredAt": clear["effectiveAt"],
        "answeredBy": clear["by"],
        "documents": clear["documents"],
        "answerVersion": event.version,
    }
    requests = ({**each, **answer} if each["id"] == clear["requestId"] else each for each in file.information_requests)
    return {"information_requests": tuple(requests)}


def _assessed(event: RecordedEvent) -> dict[str, Any]:
    """A decision together with the assessment on which it rests."""
    clear = event.clear
    decision = _recorded(clear, "outcome", "grounds", "verdict", "legalReferenceDate", "knownOn", at="decidedAt")
    return {**decision, "eventVersion": event.version, "findings": without_nulls(clear["results"])}


def _work_decided(_file: CaseFile, event: RecordedEvent) -> Taken:
    return {"work_part": {**_assessed(event), "by": event.clear["by"]}}


def _decided(_file: CaseFile, event: RecordedEvent) -> Taken:
    """A decision that was not taken in two parts carries its assessment itself."""
    if "results" in event.clear:
        return {"decision": _assessed(event)}
    return {"decision": _recorded(event.clear, "outcome", "refusedPart", at="decidedAt")}


def _paused(file: CaseFile, event: RecordedEvent) -> Taken:
    recorded = _recorded(event.clear, "ground", "by") | _in_clear(event.clear, "legalReference")
    return {"pauses": (*file.pauses, {"number": event.clear["pause"], **recorded, "eventVersion": event.version})}


def _resumed(file: CaseFile, event: RecordedEvent) -> Taken:
    return _pause_news(file, event, {"resumedBy": event.clear["by"], "resumedVersion": event.version})


def _pause_corrected(file: CaseFile, event: RecordedEvent) -> Taken:
    clear = event.clear
    restated = {
        **_recorded(clear, "by", at="correctedAt"),
        **without_nulls({"from": clear["pausedFrom"], "to": clear["pausedTo"]}),
        "eventVersion": event.version,
    }
    (pause,) = (each for each in file.pauses if each["number"] == clear["pause"])
    return _pause_news(file, event, {"corrections": [*pause.get("corrections", []), restated]})


def _pause_news(file: CaseFile, event: RecordedEvent, news: dict[str, Any]) -> Taken:
    number = event.clear["pause"]
    return {"pauses": tuple({**each, **news} if each["number"] == number else each for each in file.pauses)}


def _stamp(event: RecordedEvent) -> dict[str, Any]:
    return {"version": event.version, "position": event.position, "updated_at": event.known_at}


_FOLD: Final = CaseFold(
    opened,
    shows=tuple(each.name for each in fields(Course)),
    takes=MappingProxyType(
        {
            "LegacyRecordRetold": retold,
            "DocumentAttached": _attached,
            "DocumentWithdrawn": _document_withdrawn,
            "FeePaid": _paid,
            "FeePaymentVoided": _payment_voided,
            "CaseCorrected": _corrected,
            "PersonIdentifierReplaced": _identifier_replaced,
            "ApplicationWithdrawn": _decides("withdrawal", "by", at="withdrawnAt"),
            "CrossroadsCheckRequested": _checked(lambda _: CheckState.REQUESTED.value, "requestedAt"),
            "CrossroadsCheckAnswered": _checked(lambda clear: str(clear["outcome"]), "answeredAt", "ticket"),
            "CrossroadsCheckFailed": _checked(lambda _: CheckState.FAILED.value, "failedAt", "reason", "attempts"),
            "EmployerIdentified": _identified,
            "SalaryVerified": _found("result", "basis"),
            "LabourMarketEvidenceAdded": _with_evidence,
            "LabourMarketTestAssessed": _found("finding"),
            "MandateVerified": _decides(
                "mandate", "enterpriseNumber", "mandateReference", "valid", "by", at="verifiedAt"
            ),
            "InformationRequested": _requested,
            "InformationProvided": _answered,
            "ApplicationDeclaredAdmissible": _decides(
                "admissibility", "openPoints", "by", at="decidedAt", outcome="admissible"
            ),
            "ApplicationDeclaredInadmissible": _decides(
                "admissibility", "grounds", "by", at="decidedAt", outcome="inadmissible"
            ),
            "WorkPartDecided": _work_decided,
            "ApplicationForwardedToImmigrationOffice": _sets("forwarded", "by", at="forwardedAt"),
            "ResidencePartDecided": _decides("residence_part", "outcome", "by", at="decidedAt"),
            "ApplicationDecided": _decided,
            "ClockPaused": _paused,
            "ClockResumed": _resumed,
            "ClockCorrected": _pause_corrected,
        }
    ),
    stamp=_stamp,
)

HANDLED: Final = _FOLD.handles

evolve: Final = _FOLD.after
"""The file after an event. Raises StreamCorrupt for an event that has no file to change."""
