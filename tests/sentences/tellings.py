"""Every event of a timeline and every step of a derivation with all their values, and what must never be read."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from api.words.code_lists import CodeLists
from api.words.languages import Language, Languages
from api.words.sentences.derivations import derivation_sentence
from api.words.sentences.timeline import timeline_sentence
from domain.deadlines.derivation import DerivationStep

LANGUAGES: Final = Languages.load()
LISTS: Final = CodeLists.load()

HANDLER: Final = "caseHandler:h-1"
EMPLOYER: Final = "employer:e-1"
NOON: Final = "2026-02-03T11:00:00Z"

EVENTS: Final[Mapping[str, Mapping[str, Any]]] = {
    "ApplicationSubmitted": {
        "reference": "FL-2026-0001234-56", "authority": "flanders", "kind": "fixedTerm", "category": "nurse",
        "filedBy": "employer", "documents": 2,
    },
    "DocumentAttached": {"kind": "diploma", "by": EMPLOYER},
    "FeePaid": {"recipient": "federal", "amount": "138.00", "paidOn": "2026-02-02", "by": HANDLER},
    "FeePaymentVoided": {"payment": 2, "by": HANDLER},
    "CaseCorrected": {"corrected": ["worker", "employment"], "by": HANDLER},
    "ApplicationWithdrawn": {"by": EMPLOYER},
    "CrossroadsCheckRequested": {"check": "employerRegister"},
    "CrossroadsCheckAnswered": {"check": "employerRegister", "outcome": "found"},
    "CrossroadsCheckFailed": {"check": "declaredWages", "reason": "timeout", "attempts": 3},
    "EmployerIdentified": {"enterpriseNumber": "0202239951", "active": True},
    "PersonIdentifierReplaced": {},
    "EmploymentVerified": {"covered": True},
    "SalaryVerified": {"basis": "contract", "verdict": "met"},
    "LabourMarketEvidenceAdded": {"channels": ["VDAB", "EURES", "VDAB"]},
    "LabourMarketTestAssessed": {"verdict": "undetermined"},
    "CaseAssigned": {"handler": "caseHandler:h-2", "by": HANDLER},
    "DocumentWithdrawn": {"kind": "diploma", "by": HANDLER},
    "AssignmentWithdrawn": {"handler": "caseHandler:h-2", "by": HANDLER},
    "MandateVerified": {"enterpriseNumber": "0202239951", "valid": True, "by": HANDLER},
    "InformationRequested": {
        "items": ["diploma", "passport", "payDetails"], "replyBy": "2026-02-17", "legalReference": "article 7",
        "by": HANDLER,
    },
    "InformationProvided": {"documents": 1, "by": EMPLOYER},
    "ApplicationDeclaredAdmissible": {"openPoints": ["feeNotPaid"], "by": HANDLER},
    "ApplicationDeclaredInadmissible": {"grounds": ["fileIncomplete", "mandateMissing"], "by": HANDLER},
    "WorkPartDecided": {
        "outcome": "refused", "grounds": ["salaryThreshold"], "verdict": "notMet",
        "legalReferenceDate": "2026-02-02", "by": HANDLER,
    },
    "ApplicationForwardedToImmigrationOffice": {"by": HANDLER},
    "ResidencePartDecided": {"outcome": "refused", "by": HANDLER},
    "ApplicationDecided": {"outcome": "refused", "refusedPart": "residence"},
    "ClockPaused": {"pause": 1, "ground": "courtOrder", "by": HANDLER},
    "ClockResumed": {"pause": 1, "by": "system:clock"},
    "ClockCorrected": {"pause": 2, "pausedFrom": "2026-02-03", "pausedTo": "2026-02-12", "by": HANDLER},
    "DeadlineWarned": {"clock": "target", "run": 1, "dueOn": "2026-04-03"},
    "DeadlineBreached": {"clock": "answer", "run": 2, "dueOn": "2026-02-17"},
    "LegacyRecordRetold": {
        "reference": "BXL/2025/00001", "authority": "brussels", "status": "admissible", "filedOn": "2025-03-07",
    },
}  # fmt: skip
"""Each event by its stored name, with every value that it may have."""

STEPS: Final[Mapping[str, Mapping[str, Any]]] = {
    "startsOn": {"starts": "filedOn", "day": date(2026, 2, 2)},
    "term": {
        "id": "TARGET", "term": "P60D", "day": date(2026, 4, 3), "legalReference": "article 7",
        "confidence": "confirmed",
    },
    "alternative": {"id": "SP-DECISION-4M", "term": "P4M", "day": date(2026, 6, 2)},
    "rolled": {"from": date(2026, 5, 2), "day": date(2026, 5, 4)},
    "paused": {
        "number": 1, "from": date(2026, 2, 3), "to": date(2026, 2, 12), "days": 9, "ground": "informationRequested",
    },
    "movesWhilePaused": {"number": 2, "from": date(2026, 2, 20), "days": 1, "ground": "forceMajeure"},
    "pausedDays": {"days": 10},
    "notMovedByPauses": {"days": 10},
    "atRiskFrom": {"warning": "P10D", "day": date(2026, 4, 3)},
    "dueOn": {"day": date(2026, 4, 13)},
    "onExpiry": {"outcome": "deemedGranted"},
}  # fmt: skip

_UNREADABLE: Final = re.compile(r"%\(|%%|\bNone\b|\b[a-z]+[A-Z]\w*|\bP\d+[DM]\b|\d{4}-\d\d-\d\d|\[|\]|\{|\}|  |\.\.")
"""A placeholder, a word of the program, a code in camel case, a duration or a day as machines write them."""


def told(name: str, values: Mapping[str, Any], code: str, at: str = NOON) -> str:
    """The sentence of an event in the language of that code."""
    entry = {"version": 3, "at": at, "event": name[0].lower() + name[1:], "values": values}
    return timeline_sentence(entry, language(code), LISTS)


def derived(name: str, values: Mapping[str, Any], code: str) -> str:
    """The sentence of a step in the language of that code."""
    return derivation_sentence(DerivationStep(code=name, values=values), language(code), LISTS)


def language(code: str) -> Language:
    return LANGUAGES.by_code[code]


def require_readable(sentence: str) -> None:
    """A whole sentence that holds nothing which only a program understands."""
    found = _UNREADABLE.search(sentence)
    assert found is None, f"{found[0]!r} in {sentence!r}"
    assert sentence[0].isupper() or not sentence[0].isalpha(), sentence
    assert sentence.endswith("."), sentence


def typeset(sentences: Mapping[str, str]) -> dict[str, str]:
    """The sentences as they are printed: a low line stands for a no-break space, an apostrophe for a curly one."""
    return {code: text.replace("_", "\xa0").replace("'", "\u2019") for code, text in sentences.items()}
