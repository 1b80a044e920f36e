"""The records that wait in quarantine, without their content."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from domain.migration.findings import Finding, RefusalReason
from domain.migration.quarantine import WAITING, QuarantinedRecord

if TYPE_CHECKING:
    from psycopg2.extensions import connection as Connection

# Those of a page are found first, from an index in their order, and only then joined: a hundred thousand may wait.
_LIST: Final = """
select q.record_id, q.authority, r.key, r.source, r.line, q.reason, q.findings, q.state, q.opened_at, q.settled_at,
       q.mapping_version, d.case_id
  from (select * from legacy_quarantine q
         where (%(authority)s::text is null or q.authority = %(authority)s)
           and (%(reason)s::text is null or q.reason = %(reason)s)
           and (%(states)s::text[] is null or q.state = any(%(states)s))
           and (%(ids)s::uuid[] is null or q.record_id = any(%(ids)s::uuid[]))
           and (%(after)s::uuid is null
                or (q.opened_at, q.record_id)
                   > ((select opened_at from legacy_quarantine where record_id = %(after)s), %(after)s::uuid))
         order by q.opened_at, q.record_id
         limit %(limit)s) q
  join legacy_record r on r.id = q.record_id
  left join legacy_dossier d on d.authority = r.authority and d.key = r.key and d.version > 0
 order by q.opened_at, q.record_id
"""


def listed(
    connection: Connection,
    *,
    authority: str | None = None,
    reason: str | None = None,
    states: Sequence[str] | None = WAITING,
    ids: Sequence[UUID] | None = None,
    after: UUID | None = None,
    limit: int = 1_000,
) -> list[QuarantinedRecord]:
    """Quarantined records, the oldest first; those that come ``after`` one of them."""
    parameters = {
        "authority": authority, "reason": reason, "limit": limit, "after": after,
        "states": None if states is None else list(states), "ids": None if ids is None else list(ids),
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_LIST, parameters)
        return [_quarantined_record(row) for row in cursor.fetchall()]


def _quarantined_record(row: tuple[Any, ...]) -> QuarantinedRecord:
    values = dict(zip(QuarantinedRecord.__slots__, row, strict=True))
    findings = tuple(Finding(RefusalReason(f["reason"]), f["field"], f["sentence"]) for f in values["findings"])
    return QuarantinedRecord(**values | {"findings": findings})


def reasons(connection: Connection, authority: str) -> dict[str, int]:
    """How many records wait, by reason."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select reason, count(*) from legacy_quarantine where authority = %s and state = any(%s)"
            " group by 1 order by 1",
            (authority, list(WAITING)),
        )
        return dict(cursor.fetchall())


def samples(connection: Connection, authority: str, of_reasons: Iterable[str], most: int = 3) -> dict[str, list[str]]:
    """The places of a few records that wait for each of these reasons: of those that have waited longest."""
    parameters = {"authority": authority, "reasons": list(of_reasons), "states": list(WAITING), "most": most}
    with connection.cursor() as cursor:
        cursor.execute(_SAMPLES, parameters)
        return dict(cursor.fetchall())


_SAMPLES: Final = """
select w.reason, array_agg(r.source || ', ' || r.line order by r.source, r.line)
  from unnest(%(reasons)s::text[]) w (reason)
 cross join lateral (
       select q.record_id from legacy_quarantine q
        where q.authority = %(authority)s and q.reason = w.reason and q.state = any(%(states)s)
        order by q.opened_at, q.record_id
        limit %(most)s) q
  join legacy_record r on r.id = q.record_id
 group by w.reason
"""


def ids_waiting(connection: Connection, authority: str, reason: str | None) -> list[UUID]:
    """All that wait, of one reason or of any."""
    return [each.record_id for each in listed(connection, authority=authority, reason=reason, limit=1_000_000)]
