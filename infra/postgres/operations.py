"""The status of the moving parts, as far as the database knows: work, breaker, consumers, dead letters, relay."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from infra.postgres.read_models.row_scope import EVERYTHING, rows_within
from infra.postgres.server.connection_pool import ConnectionPool
from infra.postgres.webhooks.subscriptions import SubscriptionState


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckWorkStatus:
    """Rows of work at the Crossroads Bank: ``late`` are those requested longer ago than the policy finds normal."""

    open: int
    due: int
    under_way: int
    late: int
    oldest_seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakerStatus:
    """``state`` is ``closed``, ``open`` or ``halfOpen``; ``failures`` those in a row."""

    state: str
    failures: int
    open_until: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsumerStatus:
    """A consumer in one partition of a cluster; ``assignments`` is how often it was taken up."""

    consumer: str
    cluster: str
    topic: str
    partition: int
    next_offset: int
    assignments: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Follower:
    """Somebody who follows the journal by position: events to come, and how long the oldest has been waiting."""

    name: str
    position: int
    lag_events: int
    lag_seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class StoppedConsumer:
    """A consumer of whose last ``records`` so many ``failed`` that it stopped."""

    consumer: str
    failed: int
    records: int
    stopped_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookStatus:
    """Subscriptions by state, those ``failing`` among the active ones, and what waits for active ones."""

    states: Mapping[str, int]
    failing: int
    waiting: int
    oldest_seconds: float


class Operations:
    """Reads only; for status, metrics and alarms."""

    def __init__(self, readers: ConnectionPool) -> None:
        self._readers = readers

    def work(self, now: datetime, late_before: datetime) -> CheckWorkStatus:
        """The work table at ``now``; what was requested before ``late_before`` is late."""
        ((total, due, under_way, late, oldest),) = self._ask(_WORK, {"now": now, "late": late_before})
        return CheckWorkStatus(open=total, due=due, under_way=under_way, late=late, oldest_seconds=float(oldest))

    def breaker(self, now: datetime) -> BreakerStatus:
        ((failures, open_until),) = self._ask("select failures, open_until from crossroads_gate", {})
        state = "closed" if open_until is None else "open" if open_until > now else "halfOpen"
        return BreakerStatus(state=state, failures=failures, open_until=open_until)

    def consumers(self, cluster: str) -> list[ConsumerStatus]:
        """Every partition of a cluster that was ever taken up."""
        rows = self._ask(_CONSUMERS, {"cluster": cluster})
        return [
            ConsumerStatus(
                consumer=consumer,
                cluster=cluster,
                topic=topic,
                partition=partition,
                next_offset=offset,
                assignments=assignments,
            )
            for consumer, topic, partition, offset, assignments in rows
        ]

    def follower(self, name: str, now: datetime) -> Follower:
        """How far the one of this name has come in the journal."""
        ((position, lag, since),) = self._ask(_FOLLOWER, {"name": name})
        seconds = 0.0 if since is None else max(0.0, (now - since).total_seconds())
        return Follower(name=name, position=position, lag_events=lag, lag_seconds=seconds)

    def parked_streams(self) -> dict[str, int]:
        """How many applications wait for a message that has not come, by consumer."""
        return dict(self._ask("select consumer, count(distinct stream) from parked_message group by 1", {}))

    def dead_letters(self) -> dict[str, int]:
        """Open ones by consumer."""
        return dict(self._ask("select consumer, count(*) from dead_letter where state = 'open' group by 1", {}))

    def stopped_consumers(self) -> list[StoppedConsumer]:
        """Those that wait for a person, because too many of their records failed."""
        rows = self._ask(_STOPPED, {})
        return [
            StoppedConsumer(consumer=consumer, failed=failed, records=records, stopped_at=at)
            for consumer, failed, records, at in rows
        ]

    def webhooks(self, now: datetime) -> WebhookStatus:
        """How notices get to the systems of others, at ``now``."""
        with rows_within(self._readers, EVERYTHING) as cursor:
            cursor.execute("select state, count(*), count(failing_since) from webhook_subscription group by state")
            found = {state: (number, failing) for state, number, failing in cursor.fetchall()}
            cursor.execute(_WEBHOOKS_WAITING, {"now": now})
            ((waiting, oldest),) = cursor.fetchall()
        return WebhookStatus(
            states={each: found.get(each, (0, 0))[0] for each in SubscriptionState},
            failing=found.get(SubscriptionState.ACTIVE, (0, 0))[1],
            waiting=waiting,
            oldest_seconds=max(0.0, float(oldest)),
        )

    def relay_epoch(self) -> int:
        ((epoch,),) = self._ask("select epoch from relay_lease", {})
        return int(epoch)

    def outcomes(self) -> dict[tuple[str, str], int]:
        """How settled work came out, by check and outcome."""
        return {(what, outcome): number for what, outcome, number in self._ask(_OUTCOMES, {})}

    def _ask(self, question: str, values: dict[str, object]) -> Sequence[tuple[Any, ...]]:
        with self._readers.connection() as connection, connection.cursor() as cursor:
            cursor.execute(question, values)
            rows: Sequence[tuple[Any, ...]] = cursor.fetchall()
        return rows


_STOPPED: Final = """
select consumer, failed, records, stopped_at from consumer_stop where resumed_at is null order by consumer
"""

_WORK: Final = """
select count(*), count(*) filter (where due_at <= %(now)s and (leased_until is null or leased_until <= %(now)s)),
       count(*) filter (where leased_until > %(now)s), count(*) filter (where asked_at < %(late)s),
       coalesce(extract(epoch from %(now)s - min(asked_at)), 0)
  from check_work where settled_at is null
"""

_OUTCOMES: Final = "select what, outcome, count(*) from check_work where settled_at is not null group by 1, 2"

_CONSUMERS: Final = """
select consumer, topic, partition, next_offset, assignments from consumer_offset
 where cluster = %(cluster)s order by consumer, topic, partition
"""

_WEBHOOKS_WAITING: Final = """
select count(*), coalesce(extract(epoch from %(now)s - min(d.made_at)), 0)
  from webhook_delivery d join webhook_subscription s on s.id = d.subscription
 where d.settled_at is null and s.state = 'active'
"""

_FOLLOWER: Final = """
select reached.position, head.position - reached.position, next.known_at
  from journal_head head
 cross join lateral (select coalesce((select position from tracking where name = %(name)s), 0) as position) reached
  left join journal next on next.position = reached.position + 1
"""
