"""When a consumer stops instead of dead-lettering more, and how it resumes.

Only records that hold to their contract and failed all the same count, because then the fault is likely ours. A record
that breaks its contract is its producer's: however many come at once, they are dead-lettered and stop no consumer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from domain.unusable import Unusable
from infra.postgres.server.connection_pool import ConnectionPool

if TYPE_CHECKING:
    from psycopg2.extensions import cursor as Cursor

FAILED: Final = "failed."
"""How the reason of a letter begins whose record held to its contract; the kind of error follows."""


class ConsumerStopped(Unusable):
    """Too many of a consumer's records failed: a person looks. What failed is kept, and nothing after it was taken."""


class NoSuchStop(Unusable):
    """The consumer is not one that has stopped."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StopLimits:
    """It takes more than half of the last ``window`` records, and at least ``least`` of them."""

    window: int = 1_000
    least: int = 500


@dataclass(frozen=True, slots=True)
class RecentRecords:
    """How the last records of one process came out: True for each that failed. Begins empty with each start."""

    limits: StopLimits = field(default_factory=StopLimits)
    outcomes: tuple[bool, ...] = ()

    def followed_by(self, outcomes: Sequence[bool]) -> RecentRecords:
        return RecentRecords(self.limits, (*self.outcomes, *outcomes)[-self.limits.window :])

    @property
    def failed(self) -> int:
        return sum(self.outcomes)

    @property
    def are_too_bad(self) -> bool:
        return self.failed >= self.limits.least and 2 * self.failed > len(self.outcomes)


class ConsumerStops:
    """The stops of one consumer. Counts are this process's; a stop holds for all processes of the consumer."""

    def __init__(self, consumer: str, limits: StopLimits | None = None) -> None:
        self._consumer = consumer
        self._limits = limits or StopLimits()
        self._recent = RecentRecords(self._limits)

    def require_running(self, cursor: Cursor) -> None:
        """Raise :class:`ConsumerStopped` while a stop is in force.

        It ends by itself once so many letters were replayed or discarded that fewer than the limit are open.
        """
        cursor.execute(_IN_FORCE, (self._consumer,))
        rows = cursor.fetchall()
        if not rows:
            return
        ((failed, records),) = rows
        cursor.execute(_OPEN_FAILURES, (self._consumer,))
        ((still_open,),) = cursor.fetchall()
        if still_open >= self._limits.least:
            raise ConsumerStopped(self._sentence(failed, records))
        cursor.execute(_RESUME, ("system", "its dead letters were settled", self._consumer))

    def weighed(self, cursor: Cursor, outcomes: Sequence[bool]) -> RecentRecords:
        """The last records with these added; where they are too bad, the stop is written in this transaction."""
        recent = self._recent.followed_by(outcomes)
        if recent.are_too_bad:
            cursor.execute(_STOP, (self._consumer, recent.failed, len(recent.outcomes)))
        return recent

    def committed(self, recent: RecentRecords) -> None:
        """What was weighed is in the database now. Raises :class:`ConsumerStopped` where it was too bad."""
        if not recent.are_too_bad:
            self._recent = recent
            return
        # A resumed consumer starts with a clean record: otherwise it would stop at the very next record.
        self._recent = RecentRecords(self._limits)
        raise ConsumerStopped(self._sentence(recent.failed, len(recent.outcomes)))

    def _sentence(self, failed: int, records: int) -> str:
        name = self._consumer
        return (
            f"{name} has stopped: {failed} of its last {records} records failed although they are valid, "
            f"so the fault is likely in the program. They are kept: `permit dead-letters list --consumer {name}` shows "
            f"why each failed. Correct the cause, then `permit dead-letters replay --consumer {name} --reason ...` (or "
            f"`discard`), or go on without them: `permit dead-letters resume {name} --reason ...`"
        )


def resume(pool: ConnectionPool, consumer: str, *, by: str, why: str) -> None:
    """Let a consumer that has stopped go on behind what failed. Raises :class:`NoSuchStop`."""
    with pool.connection() as connection, connection.cursor() as cursor:
        cursor.execute(_RESUME, (by, why, consumer))
        if cursor.rowcount == 0:
            raise NoSuchStop(f"{consumer!r} has not stopped; `permit status` names the consumers that have")


_IN_FORCE: Final = "select failed, records from consumer_stop where consumer = %s and resumed_at is null"

_OPEN_FAILURES: Final = f"""
select count(*) from dead_letter where consumer = %s and state = 'open' and reason like '{FAILED}%%'
"""  # noqa: S608  # nosec B608 # a constant of ours

_STOP: Final = """
insert into consumer_stop (consumer, failed, records) values (%s, %s, %s)
    on conflict (consumer) where resumed_at is null do nothing
"""

_RESUME: Final = """
update consumer_stop set resumed_at = now(), resumed_by = %s, resumed_why = %s
 where consumer = %s and resumed_at is null
"""
