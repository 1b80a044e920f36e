"""Whose rows of the read models a statement is shown.

It is said with each statement, in the same message to the server and for its transaction only: a session that goes back
to its pool, after an error too, has forgotten it. What says nothing is shown nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from infra.postgres.server.connection_pool import ConnectionPool

if TYPE_CHECKING:
    from psycopg2.extensions import connection as Connection
    from psycopg2.extensions import cursor as PlainCursor


class PartyKind(StrEnum):
    """Whose rows may be meant; the words are those of the setting ``permit.rows``."""

    EVERYTHING = "everything"
    AUTHORITY = "authority"
    EMPLOYER = "employer"
    REPRESENTATIVE = "representative"
    WORKER = "worker"
    DRAFTS_OF = "draftsOf"
    NOBODY = "nobody"


@dataclass(frozen=True, slots=True)
class RowScope:
    """The rows of one party."""

    kind: PartyKind
    value: str = ""

    @classmethod
    def of_worker(cls, subjects: Iterable[UUID]) -> RowScope:
        """Of the person whose subjects these are, one a case."""
        return cls(PartyKind.WORKER, ",".join(sorted(map(str, subjects))))

    def __str__(self) -> str:
        return f"{self.kind}:{self.value}"


EVERYTHING: Final = RowScope(PartyKind.EVERYTHING)
"""For the program itself: what it watches, reconciles and counts."""


NOTHING: Final = RowScope(PartyKind.NOBODY)
"""For a caller whose role has no rows."""


class ScopedCursor:
    """A cursor each of whose statements is shown the rows of one scope; no round trip more.

    Implements :class:`projections.read_model.Cursor`.
    """

    __slots__ = ("_cursor", "_scope")

    def __init__(self, cursor: PlainCursor, scope: RowScope) -> None:
        self._cursor = cursor
        self._scope: bytes = cursor.mogrify("set local permit.rows = %s; ", (str(scope),))

    def execute(self, statement: str, parameters: Sequence[object] | Mapping[str, object] = (), /) -> None:
        self._cursor.execute(self._scope + self._cursor.mogrify(statement, parameters or None))

    def fetchall(self) -> Sequence[tuple[Any, ...]]:
        found: Sequence[tuple[Any, ...]] = self._cursor.fetchall()
        return found


@contextmanager
def rows_within(pool: ConnectionPool, scope: RowScope) -> Iterator[ScopedCursor]:
    """A cursor of a connection that is lent, for statements that are shown these rows only."""
    with pool.connection() as connection, connection.cursor() as cursor:
        yield ScopedCursor(cursor, scope)


@contextmanager
def connection_within(pool: ConnectionPool, scope: RowScope) -> Iterator[Connection]:
    """A connection that is lent in a transaction, all of whose statements are shown these rows only."""
    with pool.transaction() as connection:
        with connection.cursor() as cursor:
            show_rows(cursor, scope)
        yield connection


def show_rows(cursor: PlainCursor, scope: RowScope) -> None:
    """Be shown these rows until the end of the transaction that ``cursor`` is in."""
    cursor.execute("set local permit.rows = %s", (str(scope),))
