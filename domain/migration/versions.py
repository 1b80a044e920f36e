"""Which version of a record is the one that counts: its place among those of its file number."""

from __future__ import annotations

from collections.abc import Container, Mapping, MutableMapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from domain.migration.findings import Finding, RefusalReason
from domain.migration.plausible_days import Calendar, moment_of
from domain.migration.precheck import LONGEST_FILE_NUMBER
from domain.migration.reading import Fact, LegacyReading


@dataclass(frozen=True, slots=True)
class Version:
    """A version of a record: ``digest`` is of its content, the time of its change left out."""

    key: str
    modified_at: datetime
    digest: str


Moment = tuple[str, datetime]
"""A file number and a time of change: more than one content under it is a conflict."""


@dataclass(frozen=True, slots=True)
class TakenVersion:
    """The latest version of a file number that was taken, retold or quarantined.

    ``others`` are the digests of other contents that came under the same time of change.
    """

    modified_at: datetime
    digest: str
    others: tuple[str, ...] = ()


class Placement(StrEnum):
    """What a version is beside those of its file number that were taken before."""

    NEW = "new"
    UNCHANGED = "unchanged"
    STALE = "stale"
    CONFLICTING = "conflicting"


CONFLICT: Final = Finding(
    RefusalReason.VERSION_CONFLICT, "", "another content came under the same file number and time of change"
)


def usable_key(reading: LegacyReading) -> str | None:
    """The file number, if a record can be known by it: readable, and not too long."""
    key = reading.text(Fact.KEY)
    return None if key is None or len(key) > LONGEST_FILE_NUMBER or _is_spoilt(reading, Fact.KEY) else key


def usable_moment(reading: LegacyReading, calendar: Calendar) -> datetime | None:
    """The time of change, if a version can be placed by it: readable and plausible."""
    text = reading.text(Fact.MODIFIED)
    if text is None or _is_spoilt(reading, Fact.MODIFIED):
        return None
    moment = moment_of(text)
    return moment if moment is not None and calendar.changed(moment) else None


def placement_of(version: Version, taken: Mapping[str, TakenVersion], tied: Container[Moment]) -> Placement:
    """The placement of ``version``; ``tied`` holds the moments under which its own file has more than one content."""
    known = taken.get(version.key)
    if known is not None and version.modified_at < known.modified_at:
        return Placement.STALE
    if known is not None and version.modified_at == known.modified_at:
        has_come = version.digest == known.digest or version.digest in known.others
        return Placement.UNCHANGED if has_come else Placement.CONFLICTING
    if (version.key, version.modified_at) in tied:
        return Placement.CONFLICTING
    # A newer version decides a conflict, also with one of the contents that were in it.
    is_repeated = known is not None and not known.others and version.digest == known.digest
    return Placement.UNCHANGED if is_repeated else Placement.NEW


def take(version: Version, placement: Placement, taken: MutableMapping[str, TakenVersion]) -> None:
    """Bring ``taken`` up to date with a version that is not stale."""
    known = taken.get(version.key)
    if known is None or version.modified_at > known.modified_at:
        taken[version.key] = TakenVersion(version.modified_at, version.digest)
    elif placement is Placement.CONFLICTING:
        taken[version.key] = TakenVersion(known.modified_at, known.digest, (*known.others, version.digest))


def _is_spoilt(reading: LegacyReading, fact: Fact) -> bool:
    if not reading.findings:
        return False
    field = reading.field(fact)
    return any(each.field == field for each in reading.findings)
