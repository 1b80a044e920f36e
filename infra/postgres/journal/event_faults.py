"""Which errors an event is to blame for, and which event of a page it is.

An event is to blame for what its content brings about, wherever that is noticed: in reading it, in folding it, in a
statement that its values go into. What would happen to any other event as well (the database is away, its disk is
full, a lock does not come, a table is not there) is no event's fault and passes as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final
from uuid import UUID

import psycopg2

from domain.case.folding import StreamCorrupt
from infra.event_codec import UnreadableEvent
from infra.postgres.journal.journal_events import JournalNotification

_IN_FOLDING: Final = (
    UnreadableEvent,
    StreamCorrupt,
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    RecursionError,
    TypeError,
    ValueError,
)

_IN_STATEMENTS: Final = ("21", "22", "23", "54")
"""Classes of SQLSTATE: cardinality, data, integrity constraints, limits of the server (a key that is too long)."""


class EventAtFault(Exception):
    """What was to be applied cannot be, and one of the events is to blame.

    ``reason`` is the kind of error: its text may hold what the event holds.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftBehind:
    """A stream with the first event of it that cannot be applied, and how many came after that one."""

    stream: UUID
    position: int
    version: int
    event: str
    reason: str
    skipped: int


@contextmanager
def faults_of_events() -> Iterator[None]:
    """Errors for which the events being applied are to blame, as :class:`EventAtFault`."""
    try:
        yield
    except psycopg2.Error as why:
        if not (why.pgcode or "").startswith(_IN_STATEMENTS):
            raise
        raise EventAtFault(type(why).__name__) from None
    except _IN_FOLDING as why:
        raise EventAtFault(type(why).__name__) from None


def apply_around(
    page: Sequence[JournalNotification], attempt: Callable[[Sequence[JournalNotification]], None]
) -> list[LeftBehind]:
    """Apply all of a page but the streams with an event at fault; give those, with what is wrong.

    ``attempt`` applies what it is given, or nothing of it, and then raises :class:`EventAtFault`. Of a stream that is
    left behind everything before the event at fault is applied. Streams are parted by halves, so one that is at
    fault among n costs some log n attempts.
    """
    try:
        attempt(page)
    except EventAtFault:
        streams = list(dict.fromkeys(each.originator_id for each in page))
        if len(streams) == 1:
            return _one_by_one(page, attempt)
        first = frozenset(streams[: len(streams) // 2])
        return [
            *apply_around([each for each in page if each.originator_id in first], attempt),
            *apply_around([each for each in page if each.originator_id not in first], attempt),
        ]
    return []


def _one_by_one(
    stream: Sequence[JournalNotification], attempt: Callable[[Sequence[JournalNotification]], None]
) -> list[LeftBehind]:
    """The first event at fault of one stream; none if its events go one by one though not together."""
    for number, each in enumerate(stream, 1):
        try:
            attempt([each])
        except EventAtFault as why:
            return [
                LeftBehind(
                    stream=stream_of(each),
                    position=each.id,
                    version=each.originator_version,
                    event=f"{each.topic}.v{each.schema}",
                    reason=why.reason,
                    skipped=len(stream) - number,
                )
            ]
    return []


def stream_of(notification: JournalNotification) -> UUID:
    stream = notification.originator_id
    if not isinstance(stream, UUID):
        raise TypeError("streams of this journal are named by UUIDs")
    return stream
