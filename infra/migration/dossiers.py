"""The dossiers of file numbers in the database."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from domain.migration.dossiers import Dossier

if TYPE_CHECKING:
    from psycopg2.extensions import connection as Connection

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
