"""What a read model is: tables computed from the log, and from nothing else."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from itertools import groupby
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeVar, runtime_checkable
from uuid import UUID

import orjson

from projections.recorded_event import RecordedEvent

if TYPE_CHECKING:
    from _typeshed import DataclassInstance


class Cursor(Protocol):
    """A database cursor inside somebody else's transaction, with ``%s`` and ``%(name)s`` parameters."""

    def execute(self, statement: str, parameters: Sequence[object] | Mapping[str, object] = (), /) -> object: ...

    def fetchall(self) -> Sequence[tuple[Any, ...]]: ...


@runtime_checkable
class TakesRows(Cursor, Protocol):
    """A cursor on tables in which there is nothing yet of the streams whose rows it is given."""

    def take_rows(self, table: str, rows: Sequence[Mapping[str, Any]]) -> None:
        """Keep the rows for a COPY, which costs the server a fifth of any statement."""


def write_rows(cursor: Cursor, table: str, rows: Sequence[Mapping[str, Any]], statement: str) -> None:
    """Write rows into ``table``, their values by the names of its columns, as JSON has them.

    ``statement`` takes them as its one parameter, a JSON list, and says what becomes of a row that is there already.
    """
    if isinstance(cursor, TakesRows):
        cursor.take_rows(table, rows)
    else:
        cursor.execute(statement, (orjson.dumps(rows).decode(),))


@dataclass(frozen=True, slots=True, kw_only=True)
class RowParties:
    """By which columns of a table it is known whose row it is; who is none of them is not shown the row.

    ``authority`` holds the code of an authority, ``employer`` and ``representative`` an enterprise number, ``worker``
    the random subject of a worker. A row of nobody in particular (``of_nobody``) is shown to whoever is shown any row.
    The program itself sees all of them.
    """

    authority: str | None = None
    employer: str | None = None
    representative: str | None = None
    worker: str | None = None
    of_nobody: bool = False


class ReadModel(Protocol):
    """A read model by its name, under which its position in the log is kept."""

    @property
    def name(self) -> str: ...

    @property
    def schema_version(self) -> int:
        """Raised whenever ``ddl`` or the meaning of a row changes: the tables are then rebuilt from the log."""

    @property
    def ddl(self) -> str:
        """SQL that drops the tables if they are there, makes them, and grants them to writer and reader."""

    @property
    def parties(self) -> Mapping[str, RowParties]:
        """Whose the rows are, for each table that ``ddl`` makes. A change of it raises ``schema_version`` too."""

    @property
    def handles(self) -> frozenset[str]:
        """The names of the events it is given; it never sees others."""

    def project(self, batch: Sequence[RecordedEvent], cursor: Cursor) -> None:
        """Bring the rows up to date with ``batch``, in which the events of each case are in the order of the log.

        Events that were projected before change nothing. The rows of a case depend on the events of that case alone:
        one that cannot be applied is then no reason to wait for the others, which are projected without it, and a read
        model that is filled from nothing is given one whole stream after the other.
        """


Found = TypeVar("Found", bound="DataclassInstance")


def rows_of(cursor: Cursor, of: type[Found]) -> list[Found]:
    """What a statement found, whose columns are the fields of ``of`` in their order."""
    names = [each.name for each in fields(of)]
    return [of(**dict(zip(names, row, strict=True))) for row in cursor.fetchall()]


class Versioned(Protocol):
    @property
    def version(self) -> int: ...


Row = TypeVar("Row", bound=Versioned)


def fold_batch(
    batch: Sequence[RecordedEvent],
    stored: Callable[[list[UUID]], Mapping[UUID, Row]],
    evolve: Callable[[Row | None, RecordedEvent], Row],
) -> dict[UUID, Row]:
    """The rows, one a case, that ``batch`` changes, as they are after it.

    ``stored`` is called once, for the cases whose beginning is not in the batch; events that a row already
    holds are passed over.
    """
    begun: set[UUID] = set()
    continued: dict[UUID, None] = {}
    for case_id, events in groupby(batch, _CASE):
        if next(events).version == 1:
            begun.add(case_id)
        elif case_id not in begun:
            continued[case_id] = None
    rows = dict(stored(list(continued))) if continued else {}
    changed: dict[UUID, Row] = {}
    # What stands together of a case is folded in one go: to find a row by its UUID takes as long as to fold an event.
    for case_id, events in groupby(batch, _CASE):
        before = row = rows.get(case_id)
        for event in events:
            if row is None or event.version > row.version:
                row = evolve(row, event)
        if row is not None and row is not before:
            rows[case_id] = changed[case_id] = row
    return changed


_CASE: Final = attrgetter("case_id")
