"""The dossier of a file number: the latest version that was taken of it, and what a further version makes of that.

Of it only keyed digests and codes are compared across authorities (see :mod:`domain.migration.comparison`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from domain.copies import replace
from domain.migration.comparison import NAME_DIGEST_BYTES, NO_TRAITS, Traits
from domain.migration.keyed_digest import keyed_digest
from domain.migration.reading import CanonicalRecord
from domain.migration.versions import TakenVersion, Version
from domain.names import name_forms


@dataclass(frozen=True, slots=True, kw_only=True)
class Dossier:
    """``version`` and ``leaf_hash`` are the end of the case's stream; 0 and None while nothing was retold."""

    key: str
    case_id: UUID
    subject: UUID
    sequence: datetime
    digest: str
    record_id: UUID
    fate: str
    version: int = 0
    leaf_hash: bytes | None = None
    others: tuple[str, ...] = ()
    """Digests of other contents under the same time of change."""
    traits: Traits = NO_TRAITS

    @property
    def taken(self) -> TakenVersion:
        return TakenVersion(self.sequence, self.digest, self.others)


Dossiers = Mapping[str, Dossier]


def confirmed(before: Dossier, taken: TakenVersion) -> Dossier | None:
    """The dossier after a version of unchanged content; None where nothing of it changes.

    The same content under a later time of change takes its place in the order of time.
    """
    if taken.modified_at <= before.sequence:
        return None
    return replace(before, sequence=taken.modified_at, others=())


def in_conflict(before: Dossier | None, version: Version) -> Dossier | None:
    """The dossier after another content under the time of change that was taken; None where there is no conflict.

    What was taken first stays, whichever content it has.
    """
    if before is None or before.sequence != version.modified_at:
        return None
    return replace(before, others=(*before.others, version.digest))


def contents_overruled(before: Dossier | None, version: Version) -> tuple[str, ...]:
    """What came under the same time of change as the version that a person has decided for."""
    if before is None or before.sequence != version.modified_at:
        return ()
    return tuple(each for each in (before.digest, *before.others) if each != version.digest)


def traits_of(record: CanonicalRecord, digest_key: bytes) -> Traits:
    """A name that lost letters on the way, or a birth date that is not known, distinguishes nobody."""
    return Traits(
        person=None if record.ssin is None else _digest(digest_key, "person", record.ssin),
        name_birth=_name_birth(record, digest_key),
        employer=record.enterprise_number,
        category=record.category,
        filed_on=record.filed_on,
        valid_from=record.valid_from,
        valid_to=record.valid_to,
    )


def _name_birth(record: CanonicalRecord, key: bytes) -> bytes | None:
    forms = name_forms(record.family_name, record.given_name)
    if forms is None or record.birth_date is None:
        return None
    digests = [
        _digest(key, what, f"{form}|{record.birth_date}")
        for what, form in zip(("name in any order", "name as written"), forms, strict=True)
    ]
    return b"".join(each[:NAME_DIGEST_BYTES] for each in digests)


def _digest(key: bytes, what: str, value: str) -> bytes:
    return keyed_digest(key, f"{what}\x1f{value}".encode())
