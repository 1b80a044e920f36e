"""The codes that the interfaces promise; ``refData`` describes them in four languages."""

from __future__ import annotations

from typing import Final

AUTHORITIES: Final = ("flanders", "brussels", "wallonia", "german-community")

KINDS: Final = ("fixedTerm", "intraCorporateTransfer", "unlimited")

_TRANSFER_CATEGORIES: Final = ("ictManager", "ictSpecialist", "ictTrainee")

CATEGORIES: Final = (
    "highlySkilled", "highlySkilledUnder30", "nurse", "teacher", "executive", "euBlueCard",
    *_TRANSFER_CATEGORIES,
    "mediumSkilledShortage", "mediumSkilledOther", "researcher", "guestProfessor", "seasonal", "auPair",
    "frontierWorker", "athlete", "coach", "artist", "clergy", "journalist", "technician", "trainee",
    "volunteer", "internationalAgreement", "unlimited",
)  # fmt: skip

LANGUAGES: Final = ("nl", "fr", "de", "en")

FILING_ROLES: Final = ("employer", "representative", "worker")

CONTRACTS: Final = ("belgian", "posted")

CONTRACT_ELEMENTS: Final = (
    "parties", "duration", "place", "wage", "jointCommittee", "position", "classification",
)  # fmt: skip
"""What a contract of employment can contain."""

PAY_PERIODS: Final = ("year", "month")

RECRUITMENT_CHANNELS: Final = ("VDAB", "EURES", "ACTIRIS", "FOREM", "ADG")

WORK_BASES: Final = ("singlePermit", "auPair", "trainee", "posted", "residenceRight", "frontierWork")
"""On what basis somebody worked here. Others have their codes too, and are taken; these are those one chooses from."""

DOCUMENT_KINDS: Final = (
    "applicationForm", "employmentContract", "postingLetter", "assignmentLetter", "mandate", "signatoryIdentity",
    "passport", "feeProof", "meansOfSubsistence", "criminalRecordExtract", "medicalCertificate", "healthInsurance",
    "diploma", "experienceProof", "jobDescription", "organisationChart", "functionProof", "groupRelationship",
    "priorServiceProof", "hostingAgreement", "qualificationProof", "payScaleProof", "recruitmentProof",
    "workHistoryProof", "payEvidence", "other",
)  # fmt: skip

DETAIL_KINDS: Final = ("payDetails", "jobDetails", "recruitmentDetails", "identityDetails", "employerDetails")
"""What an applicant can be asked to state, beside the documents that can be requested."""

INFORMATION_ITEMS: Final = (*DOCUMENT_KINDS, *DETAIL_KINDS)

FEE_RECIPIENTS: Final = ("federal", "regional")
"""The Immigration Office's contribution, and the retribution of a region that has one (FACTS 4.9)."""

RESIDENCE_REFUSAL_GROUNDS: Final = (
    "residenceConditionsNotMet", "publicOrder", "publicHealth", "fraud", "other",
)  # fmt: skip

PAUSE_GROUNDS: Final = ("informationRequested", "forceMajeure", "courtOrder", "serviceOutage", "other")

HOLDERS: Final = ("applicant", "region", "crossroadsBank", "immigrationOffice")
"""Who has a file, one at any moment (CLOCKS: time by holder)."""


OPEN_STATUSES: Final = ("submitted", "informationRequested", "admissible")


def kind_of_category(category: str) -> str:
    """The one kind of permit a category belongs to; anything else is invalid input."""
    if category == "unlimited":
        return "unlimited"
    return "intraCorporateTransfer" if category in _TRANSFER_CATEGORIES else "fixedTerm"
