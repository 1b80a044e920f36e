"""The latest version taken of each file number, and what of it may be compared across authorities."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final
from uuid import UUID

from domain.migration.comparison import NAME_DIGEST_BYTES, NO_TRAITS, Traits
from domain.migration.names import name_forms
from domain.migration.reading import CanonicalRecord
from domain.migration.versions import TakenVersion
from infra.migration.keyed_digest import keyed_digest

if TYPE_CHECKING:
    from psycopg2.extensions import connection as Connection


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


_READ: Final = """
select key, case_id, subject, sequence, encode(digest, 'hex'), record_id, fate, version, leaf_hash, others
  from legacy_dossier
 where authority = %s and key = any(%s)
"""


def taken_dossiers(connection: Connection, authority: str, keys: Iterable[str]) -> dict[str, Dossier]:
    """What was taken of these file numbers, those that are new left out."""
    with connection.cursor() as cursor:
        cursor.execute(_READ, (authority, list(keys)))
        return {
            key: Dossier(
                key=key,
                case_id=case_id,
                subject=subject,
                sequence=sequence,
                digest=digest,
                record_id=record_id,
                fate=fate,
                version=version,
                leaf_hash=None if leaf_hash is None else bytes(leaf_hash),
                others=tuple(others),
            )
            for (
                key,
                case_id,
                subject,
                sequence,
                digest,
                record_id,
                fate,
                version,
                leaf_hash,
                others,
            ) in cursor.fetchall()
        }


def traits_of(record: CanonicalRecord, digest_key: bytes) -> Traits:
    """A name that lost letters on the way, or a birth date that is not known, tells nobody from another."""
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


Dossiers = Mapping[str, Dossier]
