"""How far read models have come in the log."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from infra.postgres.server.connection_pool import ConnectionPool
from projections.read_model import ReadModel


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectionProgress:
    """``lag_events`` is the number of events yet to come; ``lag_seconds`` how long the oldest has been waiting.

    ``parked`` is the number of streams that are not up to date however far it has come, because it cannot apply an
    event of theirs, and ``skipped`` the number of events that wait behind those.
    """

    name: str
    schema_version: int
    position: int
    lag_events: int
    lag_seconds: float
    parked: int
    skipped: int


def list_projections(
    pool: ConnectionPool, read_models: Iterable[ReadModel], *, now: datetime
) -> list[ProjectionProgress]:
    """The position of each read model at ``now``, by the clock that events are recorded by."""
    models = {each.name: each for each in read_models}
    with pool.connection() as connection, connection.cursor() as cursor:
        cursor.execute(_PROGRESS, (list(models),))
        return [
            ProjectionProgress(
                name=name,
                schema_version=models[name].schema_version,
                position=position,
                lag_events=lag,
                lag_seconds=0.0 if waiting_since is None else max(0.0, (now - waiting_since).total_seconds()),
                parked=parked,
                skipped=skipped,
            )
            for name, position, lag, waiting_since, parked, skipped in cursor.fetchall()
        ]


_PROGRESS: Final = """
select model.name, reached.position, head.position - reached.position, next.known_at, parked.streams, parked.skipped
  from unnest(%s::text[]) with ordinality model(name, n)
  left join tracking on tracking.name = model.name
 cross join lateral (select coalesce(tracking.position, 0) as position) reached
 cross join lateral (
       select count(*) as streams, coalesce(sum(skipped), 0)::bigint as skipped
         from parked_stream where follower = model.name
       ) parked
 cross join journal_head head
  left join journal next on next.position = reached.position + 1
 order by model.n
"""
