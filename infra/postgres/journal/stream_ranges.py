"""The journal's streams in ranges of their ids, for work that takes each stream whole and is shared out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from uuid import UUID

if TYPE_CHECKING:
    from psycopg2.extensions import connection as Connection

_MOST_RANGES: Final = 4_096
_BEFORE_ALL: Final = (UUID(int=0), -1)
_LAST_OF_ALL: Final = UUID(int=2**128 - 1)
_HIGHEST_VERSION: Final = 2**63 - 1


@dataclass(frozen=True, slots=True)
class StreamRange:
    """The streams whose ids come after one and up to another, which is among them.

    ``after`` has the version too: a range begins after all events of the stream before it.
    """

    after: tuple[UUID, int]
    last: UUID


def stream_ranges(connection: Connection, up_to: int, at_once: int) -> list[StreamRange]:
    """Ranges that hold all streams, in order, each with about ``at_once`` of the events up to a position.

    The streams of evenly spread events divide the events evenly enough.
    """
    step = max(at_once, up_to // _MOST_RANGES)
    with connection.cursor() as cursor:
        cursor.execute(
            "select distinct stream from permit.journal where position = any(%s) order by stream",
            (list(range(step, up_to, step)),),
        )
        lasts = [stream for (stream,) in cursor.fetchall()]
    # A version that no event reaches: all events of the stream were in the range before.
    starts = [_BEFORE_ALL, *((stream, _HIGHEST_VERSION) for stream in lasts)]
    return [StreamRange(after, last) for after, last in zip(starts, [*lasts, _LAST_OF_ALL], strict=True)]
