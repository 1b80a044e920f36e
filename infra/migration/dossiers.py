"""The dossiers of file numbers in the database."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Final

from domain.migration.dossiers import Dossier
from domain.migration.versions import Placement, Version

if TYPE_CHECKING:
    from psycopg2.extensions import connection as Connection

_READ: Final = """
select key, case_id, subject, sequence, encode(digest, 'hex'), record_id, fate, version, leaf_hash, others
  from legacy_dossier
 where authority = %s and key = any(%s)
"""


_PLACED: Final = """
select v.n - 1, d.sequence > v.sequence
  from unnest(%s::text[], %s::timestamptz[], %s::text[]) with ordinality v (key, sequence, digest, n)
  join legacy_dossier d on d.authority = %s and d.key = v.key collate "C"
 where d.sequence > v.sequence
    or d.sequence = v.sequence and (d.digest = decode(v.digest, 'hex') or v.digest = any(d.others))
"""


def placements(connection: Connection, authority: str, versions: Sequence[Version]) -> dict[int, Placement]:
    """Those of these versions that are unchanged or stale, by their number: compared by the server, all at once.

    By the first rules of :func:`domain.migration.versions.placement_of`; what makes a difference is left to it.
    """
    if not versions:
        return {}
    # Times and digests as one text each: thousands of values that need no quotation marks are not quoted one by one.
    sequences = "{" + ",".join([each.modified_at.isoformat() for each in versions]) + "}"
    digests = "{" + ",".join([each.digest for each in versions]) + "}"
    with connection.cursor() as cursor:
        cursor.execute(_PLACED, ([each.key for each in versions], sequences, digests, authority))
        return {number: Placement.STALE if is_older else Placement.UNCHANGED for number, is_older in cursor.fetchall()}


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
