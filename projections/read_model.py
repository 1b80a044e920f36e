"""What a read model is: tables computed from the log, and from nothing else."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from typing import TYPE_CHECKING, Any, Protocol, TypeVar
from uuid import UUID

from projections.recorded_event import RecordedEvent

if TYPE_CHECKING:
    from _typeshed import DataclassInstance


class Cursor(Protocol):
    """A database cursor inside somebody else's transaction, with ``%s`` and ``%(name)s`` parameters."""

    def execute(self, statement: str, parameters: Sequence[object] | Mapping[str, object] = (), /) -> object: ...

    def fetchall(self) -> Sequence[tuple[Any, ...]]: ...


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
    def handles(self) -> frozenset[str]:
        """The names of the events it is given; it never sees others."""

    def project(self, batch: Sequence[RecordedEvent], cursor: Cursor) -> None:
        """Bring the rows up to date with ``batch``, which is in the order of the log.

        Events that were projected before change nothing. The rows of a case depend on the events of that case alone:
        one that cannot be applied is then no reason to wait for the others, which are projected without it.
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
    for event in batch:
        if event.version == 1:
            begun.add(event.case_id)
        elif event.case_id not in begun:
            continued[event.case_id] = None
    rows = dict(stored(list(continued))) if continued else {}
    changed: dict[UUID, Row] = {}
    for event in batch:
        row = rows.get(event.case_id)
        if row is None or event.version > row.version:
            rows[event.case_id] = changed[event.case_id] = evolve(row, event)
    return changed
