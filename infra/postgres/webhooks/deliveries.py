"""What is to be told to subscriptions, as a table of work: in the order of the journal, one at a time to each.

A worker takes a subscription for a while, sends what is next in it and gives it back; one that dies leaves it to others
when its lease has run out, and they send again what may have been sent, under the same id. No transaction is open
during a call. A test that its owner asked for goes before all notices, and is tried once.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final, NamedTuple
from uuid import UUID, uuid4

from psycopg2.extras import execute_values

from infra.postgres.read_models.row_scope import RowScope, rows_within
from infra.postgres.server.connection_pool import ConnectionPool
from infra.postgres.webhooks.subscriptions import StopReason, stop

if TYPE_CHECKING:
    from psycopg2.extensions import cursor as Cursor


class Outcome(StrEnum):
    DELIVERED = "delivered"
    WITHHELD = "withheld"
    """The subscription may no longer be told of that application."""
    FAILED = "failed"
    """Of a test alone: a notice is tried until it is delivered."""


class NewDelivery(NamedTuple):
    """An event that a party to its application is told of: ``representative`` is None where there is none."""

    position: int
    case_id: UUID
    version: int
    event: str
    employer: str
    representative: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """Something to be told. Of a test, ``case_id``, ``version`` and ``event`` are None. Moments are aware.

    ``status`` is that of the last answer, ``trouble`` a code for why there was none that counts; ``attempts`` counts
    also those that nobody heard of again.
    """

    id: UUID
    position: int
    case_id: UUID | None
    version: int | None
    event: str | None
    made_at: datetime
    due_at: datetime
    attempts: int
    tried_at: datetime | None
    status: int | None
    trouble: str | None
    settled_at: datetime | None
    outcome: Outcome | None

    @property
    def is_test(self) -> bool:
        return self.case_id is None


class Lane(NamedTuple):
    """A subscription that a worker holds, by its lease."""

    subscription: UUID
    lease: UUID


class After(NamedTuple):
    """Where a page of the log ended."""

    position: int
    delivery: UUID


class Deliveries:
    """Safe for many threads and processes. All raise ``DatabaseUnavailable``. ``lease`` is longer than a call takes."""

    def __init__(self, readers: ConnectionPool, writers: ConnectionPool, *, lease: timedelta) -> None:
        self._readers = readers
        self._pool = writers
        self._lease = lease

    def working_through(self, writers: ConnectionPool) -> Deliveries:
        """The same for workers: through a pool that waits for as long as it takes."""
        return Deliveries(self._readers, writers, lease=self._lease)

    def claim(self, limit: int, now: datetime, *, slow: bool) -> list[Lane]:
        """At most ``limit`` subscriptions with something due, of the slow ones or of the others, longest due first."""
        lease = uuid4()
        with self._pool.connection() as connection, connection.cursor() as cursor:
            cursor.execute(
                _CLAIM, {"limit": limit, "now": now, "slow": slow, "lease": lease, "until": now + self._lease}
            )
            return [Lane(subscription, lease) for (subscription,) in cursor.fetchall()]

    def begin(self, lane: Lane, now: datetime) -> Delivery | None:
        """What is next in a lane, its attempt counted; None where nothing is due, or the lane is no longer held."""
        with self._pool.transaction() as connection, connection.cursor() as cursor:
            cursor.execute(_HOLD, {"id": lane.subscription, "lease": lane.lease, "until": now + self._lease})
            if cursor.rowcount == 0:
                return None
            cursor.execute(_BEGIN, {"id": lane.subscription, "now": now})
            return next(map(_delivery, cursor.fetchall()), None)

    def settle(self, lane: Lane, delivery: Delivery, outcome: Outcome, now: datetime, *, status: int | None) -> None:
        """Close a delivery. Who sent it knows how that went, also when the lane is no longer its own."""
        with self._pool.transaction() as connection, connection.cursor() as cursor:
            cursor.execute(_SETTLE, {"id": delivery.id, "outcome": outcome, "now": now, "status": status})
            if outcome is Outcome.DELIVERED:
                cursor.execute(_WORKS, (lane.subscription,))

    def fail_test(self, delivery: Delivery, now: datetime, *, status: int | None, trouble: str) -> None:
        """Close a test that did not arrive."""
        with self._pool.connection() as connection, connection.cursor() as cursor:
            cursor.execute(_FAIL_TEST, {"id": delivery.id, "now": now, "status": status, "trouble": trouble})

    def put_off(
        self,
        lane: Lane,
        delivery: Delivery,
        due_at: datetime,
        now: datetime,
        *,
        status: int | None,
        trouble: str,
        stops: StopReason | None,
        counts: bool,
    ) -> None:
        """Try again at ``due_at``; where it ``stops``, not before its owner goes on.

        ``counts``: whether the receiver is at fault, so that it is failing from now on where it was not.
        """
        with self._pool.transaction() as connection, connection.cursor() as cursor:
            cursor.execute(_PUT_OFF, {"id": delivery.id, "due_at": due_at, "status": status, "trouble": trouble})
            if counts:
                cursor.execute(_FAILS, {"id": lane.subscription, "now": now})
            if stops is not None:
                stop(cursor, lane.subscription, stops)

    def release(self, lane: Lane, *, is_slow: bool) -> None:
        """Give a lane back; ``is_slow`` has it wait among the slow ones next time."""
        with self._pool.connection() as connection, connection.cursor() as cursor:
            cursor.execute(_RELEASE, {"id": lane.subscription, "lease": lane.lease, "is_slow": is_slow})

    def add_test(self, subscription: UUID) -> UUID:
        """A test, to be sent next."""
        with self._pool.connection() as connection, connection.cursor() as cursor:
            cursor.execute(_ADD_TEST, (subscription,))
            ((found,),) = cursor.fetchall()
            return UUID(str(found))

    def send_again(self, subscription: UUID, *, from_position: int = 0, since: datetime | None = None) -> int:
        """Have everything sent once more from a position of the journal, or a moment, on; gives how much that is."""
        with self._pool.connection() as connection, connection.cursor() as cursor:
            cursor.execute(_SEND_AGAIN, {"id": subscription, "from": from_position, "since": since})
            return int(cursor.rowcount)

    def send_one_again(self, subscription: UUID, delivery: UUID) -> bool:
        """Have one notice sent once more; whether there is one of this id."""
        with self._pool.connection() as connection, connection.cursor() as cursor:
            cursor.execute(_SEND_ONE_AGAIN, (subscription, delivery))
            return bool(cursor.rowcount)

    def log(self, scope: RowScope, subscription: UUID, *, limit: int, after: After | None) -> list[Delivery]:
        """The deliveries of a subscription, the newest event first."""
        position, delivery = (None, None) if after is None else after
        with rows_within(self._readers, scope) as cursor:
            cursor.execute(_LOG, {"id": subscription, "position": position, "delivery": delivery, "limit": limit})
            return [_delivery(each) for each in cursor.fetchall()]

    def one(self, scope: RowScope, subscription: UUID, delivery: UUID) -> Delivery | None:
        """One of them; None where there is none of this id."""
        with rows_within(self._readers, scope) as cursor:
            cursor.execute(_ONE, (subscription, delivery))
            return next(map(_delivery, cursor.fetchall()), None)

    def waiting(self, scope: RowScope, subscriptions: Collection[UUID]) -> dict[UUID, int]:
        """How much waits for each of these; one for which nothing does is left out."""
        with rows_within(self._readers, scope) as cursor:
            cursor.execute(_WAITING, (list(subscriptions),))
            return dict(cursor.fetchall())

    def forget(self, before: datetime) -> int:
        """Delete what is to be told of events that were taken in before a moment; gives how many."""
        with self._pool.connection() as connection, connection.cursor() as cursor:
            cursor.execute("delete from webhook_delivery where made_at < %s", (before,))
            return int(cursor.rowcount)


def add_deliveries(cursor: Cursor, new: Sequence[NewDelivery]) -> None:
    """Have these told to the subscriptions that are about them; one that is told of it already is left as it is."""
    if new:
        execute_values(cursor, _ADD, new, template="(%s, %s::uuid, %s, %s, %s, %s)", page_size=len(new))


def _delivery(row: tuple[Any, ...]) -> Delivery:
    *others, outcome = row
    names = (
        "id", "position", "case_id", "version", "event", "made_at", "due_at", "attempts", "tried_at", "status",
        "trouble", "settled_at",
    )  # fmt: skip
    return Delivery(**dict(zip(names, others, strict=True)), outcome=None if outcome is None else Outcome(outcome))


_COLUMNS: Final = (
    "d.id, d.position, d.case_id, d.version, d.event, d.made_at, d.due_at, d.attempts, d.tried_at, d.status,"
    " d.trouble, d.settled_at, d.outcome"
)

_ADD: Final = """
insert into webhook_delivery (subscription, position, case_id, version, event)
select s.id, n.position, n.case_id, n.version, n.event
  from (values %s) n (position, case_id, version, event, employer, representative)
  join webhook_subscription s on s.employer = n.employer and n.position > s.after_position
       and ((s.role = 'employer' and s.owner = n.employer)
            or (s.role = 'representative' and s.owner = n.representative))
 order by n.position
    on conflict (subscription, position) where case_id is not null do nothing
"""

_NEXT: Final = """
select d.id, d.due_at from webhook_delivery d
 where d.subscription = s.id and d.settled_at is null and (d.case_id is null or s.state = 'active')
 order by (d.case_id is null) desc, d.position limit 1
"""
"""Of the subscription ``s``; behind a notice that waits for another attempt all later ones wait."""

_CLAIM: Final = f"""
with due as (
    select s.id from webhook_subscription s cross join lateral ({_NEXT}) next
     where s.is_slow = %(slow)s and (s.leased_until is null or s.leased_until <= %(now)s) and next.due_at <= %(now)s
     order by next.due_at limit %(limit)s for update of s skip locked
)
update webhook_subscription w set lease = %(lease)s, leased_until = %(until)s from due where w.id = due.id
returning w.id
"""  # noqa: S608  # nosec B608 # constants of this module

_HOLD: Final = "update webhook_subscription set leased_until = %(until)s where id = %(id)s and lease = %(lease)s"

_BEGIN: Final = f"""
update webhook_delivery d set attempts = d.attempts + 1, tried_at = %(now)s
  from webhook_subscription s cross join lateral ({_NEXT}) next
 where s.id = %(id)s and d.id = next.id and next.due_at <= %(now)s
returning {_COLUMNS}
"""  # noqa: S608  # nosec B608 # constants of this module

_SETTLE: Final = """
update webhook_delivery set settled_at = %(now)s, outcome = %(outcome)s, status = %(status)s, trouble = null
 where id = %(id)s and settled_at is null
"""

_WORKS: Final = "update webhook_subscription set failing_since = null where id = %s and failing_since is not null"

_FAIL_TEST: Final = """
update webhook_delivery set settled_at = %(now)s, outcome = 'failed', status = %(status)s, trouble = %(trouble)s
 where id = %(id)s and settled_at is null
"""

_PUT_OFF: Final = """
update webhook_delivery set due_at = %(due_at)s, status = %(status)s, trouble = %(trouble)s
 where id = %(id)s and settled_at is null
"""

_FAILS: Final = "update webhook_subscription set failing_since = %(now)s where id = %(id)s and failing_since is null"

_RELEASE: Final = """
update webhook_subscription set lease = null, leased_until = null, is_slow = %(is_slow)s
 where id = %(id)s and lease = %(lease)s
"""

_ADD_TEST: Final = """
insert into webhook_delivery (subscription, position) select %s, h.position from journal_head h returning id
"""

_AGAIN: Final = "settled_at = null, outcome = null, attempts = 0, status = null, trouble = null, due_at = now()"

_SEND_AGAIN: Final = f"""
update webhook_delivery set {_AGAIN}
 where subscription = %(id)s and case_id is not null and outcome = 'delivered' and position >= %(from)s
   and (%(since)s::timestamptz is null or made_at >= %(since)s)
"""  # noqa: S608  # nosec B608 # constants of this module

_SEND_ONE_AGAIN: Final = f"""
update webhook_delivery set {_AGAIN}
 where subscription = %s and id = %s and case_id is not null and outcome is distinct from 'withheld'
"""  # noqa: S608  # nosec B608 # constants of this module

_LOG: Final = f"""
select {_COLUMNS} from webhook_delivery d
 where d.subscription = %(id)s
   and (%(position)s::bigint is null or (d.position, d.id) < (%(position)s, %(delivery)s))
 order by d.position desc, d.id desc limit %(limit)s
"""  # noqa: S608  # nosec B608 # constants of this module

_ONE: Final = f"select {_COLUMNS} from webhook_delivery d where d.subscription = %s and d.id = %s"  # noqa: S608  # nosec B608 # the columns are a constant

_WAITING: Final = """
select subscription, count(*) from webhook_delivery
 where subscription = any(%s::uuid[]) and settled_at is null group by subscription
"""
