"""The fold of a read model with one row a case: the course of the case, and what its rows hold in addition."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final, Generic, Protocol, TypeVar

from domain.copies import with_changes
from projections.course import Course
from projections.course_changes import course_after, events_that_change
from projections.recorded_event import RecordedEvent

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

    class CaseRow(DataclassInstance, Protocol):
        """A row is a frozen dataclass with the version of its last event and the course of its case."""

        @property
        def version(self) -> int: ...

        @property
        def course(self) -> Course: ...


Row = TypeVar("Row", bound="CaseRow")
Taken = Mapping[str, Any]
"""The fields of a row that an event changes, as they are after it."""


def version_of(event: RecordedEvent) -> dict[str, Any]:
    return {"version": event.version}


class CaseFold(Generic[Row]):
    """``after`` is the fold, ``handles`` the names of the events it has to be given."""

    def __init__(
        self,
        opened: Callable[[RecordedEvent, Course], Row],
        *,
        shows: tuple[str, ...],
        takes: Mapping[str, Callable[[Row, RecordedEvent], Taken]],
        stamp: Callable[[RecordedEvent], dict[str, Any]] = version_of,
    ) -> None:
        """``opened`` makes the row of a case from its first event and its course after it.

        ``shows`` names the words of the course from which the rows are made. ``takes`` gives, by name of event, what
        a row takes from that event itself; ``stamp`` what it takes from every one, in a dict of its own.
        """
        self._opened = opened
        self._takes = takes
        self._stamp = stamp
        self.handles: Final = events_that_change(*shows) | takes.keys()

    def after(self, row: Row | None, event: RecordedEvent) -> Row:
        """The row after ``event``. Raises StreamCorrupt for an event that has no case to change."""
        if row is None:
            return self._opened(event, course_after(None, event))
        changes = self._stamp(event)
        changes["course"] = course_after(row.course, event)
        take = self._takes.get(event.name)
        if take is not None:
            changes |= take(row, event)
        return with_changes(row, changes)


def heading_of(event: RecordedEvent) -> dict[str, Any]:
    """What a row says of its case from the first event on."""
    clear = event.clear
    return {
        "case_id": event.case_id,
        "version": event.version,
        "reference": clear["reference"],
        "authority": clear["authority"],
        "category": clear["category"],
        "kind": clear["kind"],
        # A record of another system does not say, and nobody renews in it.
        "renewal": clear.get("renewal", False),
    }


def reclassified(_row: object, event: RecordedEvent) -> Taken:
    """What a later record of another system says in place of an earlier one."""
    return {"category": event.clear["category"], "kind": event.clear["kind"]}
