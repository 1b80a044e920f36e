"""What has landed of an authority, counted in the database: the coverage of a report."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any, Final

from consumers.migration.legacy_topic import LegacyTopic
from domain.migration.coverage import Coverage
from domain.migration.quarantine import LOOKED_AT
from infra.wire_format import canonical_json

if TYPE_CHECKING:
    from psycopg2.extensions import cursor as Cursor


def coverage_of(cursor: Cursor, authority: str) -> Coverage:
    """What has landed of an authority by now, and what became of it."""
    parameters = {"authority": authority, "consumer": LegacyTopic(authority).name, "lookedAt": LOOKED_AT}
    found: dict[str, Any] = {}
    for what, statement in _STATEMENTS.items():
        cursor.execute(statement, parameters)
        ((found[what],),) = cursor.fetchall()
    return {**found, "sha256": hashlib.sha256(canonical_json(found)).hexdigest()}


_STATEMENTS: Final = {
    "batches": """
        select json_build_object(
                   'number', count(*), 'finished', count(finished_at), 'ended', count(ended_as),
                   'records', coalesce(sum(records), 0)::bigint, 'retold', coalesce(sum(retold), 0)::bigint,
                   'unchanged', coalesce(sum(unchanged), 0)::bigint, 'stale', coalesce(sum(stale), 0)::bigint,
                   'quarantined', coalesce(sum(quarantined), 0)::bigint)
          from legacy_batch where authority = %(authority)s""",
    "landed": """
        select json_build_object('records', count(*), 'last', max(landed_at))
          from legacy_record where authority = %(authority)s""",
    "quarantine": """
        select json_build_object(
                   'open', count(*) filter (where q.state = 'open'),
                   'corrected', count(*) filter (where q.state = 'corrected'),
                   'retold', count(*) filter (where q.state = 'retold'),
                   'superseded', count(*) filter (where q.state = 'superseded'),
                   'steps', coalesce(sum(s.steps), 0)::bigint)
          from legacy_quarantine q
          left join lateral (
                     select count(*) as steps from legacy_quarantine_step s
                      where s.record_id = q.record_id and s.what <> %(lookedAt)s) s
            on true
         where q.authority = %(authority)s""",
    "topic": """
        select coalesce(json_agg(json_build_object('cluster', cluster, 'topic', topic, 'partition', partition,
                                                   'nextOffset', next_offset) order by cluster, topic, partition), '[]')
          from consumer_offset where consumer = %(consumer)s""",
    "openLetters": "select count(*) from dead_letter where consumer = %(consumer)s and state = 'open'",
    "journal": """
        select json_build_object('cases', count(*), 'events', coalesce(sum(d.version), 0)::bigint,
                                 'lastRetold', max(j.position))
          from legacy_dossier d
          left join journal j on j.stream = d.case_id and j.version = d.version
         where d.authority = %(authority)s""",
}
