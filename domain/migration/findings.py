"""What can be wrong with a record, and where: the reasons of the quarantine, in the order in which they count."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class RefusalReason(StrEnum):
    """Why a record is quarantined, in the order in which the first that applies is the main one."""

    MALFORMED = "malformed"
    TEXT_UNREADABLE = "textUnreadable"
    ENCODING_DOUBTFUL = "encodingDoubtful"
    CELL_UNREADABLE = "cellUnreadable"
    FIELD_MALFORMED = "fieldMalformed"
    FIELD_TOO_LONG = "fieldTooLong"
    VERSION_CONFLICT = "versionConflict"
    FIELD_MISSING = "fieldMissing"
    STATUS_UNKNOWN = "statusUnknown"
    STATUS_AMBIGUOUS = "statusAmbiguous"
    DATE_INVALID = "dateInvalid"
    DATES_OUT_OF_ORDER = "datesOutOfOrder"
    IDENTIFIER_INVALID = "identifierInvalid"
    AMOUNT_INVALID = "amountInvalid"


RANK: Final = {reason: rank for rank, reason in enumerate(RefusalReason)}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing wrong, at a field of the source; ``field`` is empty where it is the whole record.

    ``sentence`` quotes nothing of the value.
    """

    reason: RefusalReason
    field: str
    sentence: str

    @property
    def told(self) -> str:
        """Where and what, for people to read."""
        return f"{self.field}: {self.sentence}" if self.field else self.sentence
