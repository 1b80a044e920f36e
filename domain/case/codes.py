"""The codes that the interfaces promise; ``refData`` describes them in four languages."""

from __future__ import annotations

from typing import Final

AUTHORITIES: Final = ("flanders", "brussels", "wallonia", "german-community")

LIVE_AUTHORITIES: Final = ("flanders",)
"""Authorities that accept commands here; the others are still to migrate."""

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

PAY_PERIODS: Final = ("year", "month")

RECRUITMENT_CHANNELS: Final = ("VDAB", "EURES", "ACTIRIS", "FOREM", "ADG")


def kind_of_category(category: str) -> str:
    """The one kind of permit a category belongs to; anything else is invalid input."""
    if category == "unlimited":
        return "unlimited"
    return "intraCorporateTransfer" if category in _TRANSFER_CATEGORIES else "fixedTerm"
