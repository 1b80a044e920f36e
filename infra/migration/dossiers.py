"""The dossiers of file numbers in the database."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING, Final

from domain.migration.dossiers import Dossier
from domain.migration.versions import Version

if TYPE_CHECKING:
    from psycopg2.extensions import connection as Connection

_READ: Final = """
select key, case_id, subject, sequence, encode(digest, 'hex'), record_id, fate, version, leaf_hash, others
  from legacy_dossier
 where authority = %s and key = any(%s)
"""


_TAKEN_SO: Final = """
select d.key
  from unnest(%s::text[], %s::timestamptz[], %s::text[]) v (key, sequence, digest)
  join legacy_dossier d on d.authority = %s and d.key = v.key collate "C"
 where d.sequence = v.sequence and d.digest = decode(v.digest, 'hex')
"""


def taken_so(connection: Connection, authority: str, versions: Collection[Version]) -> set[str]:
    """The file numbers of which exactly this version was taken last, of those given: compared by the server."""
    if not versions:
        return set()
    # Times and digests as one text each: hundreds of values that need no quotation marks are not quoted one by one.
    sequences = "{" + ",".join([each.modified_at.isoformat() for each in versions]) + "}"
    digests = "{" + ",".join([each.digest for each in versions]) + "}"
    with connection.cursor() as cursor:
        cursor.execute(_TAKEN_SO, ([each.key for each in versions], sequences, digests, authority))
        return {key for (key,) in cursor.fetchall()}


def taken_dossiers(connection: Connection, authority: str, keys: Iterable[str]) -> dict[str, Dossier]:
    """What was taken of these file numbers, those that are new left out."""
    if not (wanted := list(keys)):
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_READ, (authority, wanted))
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
