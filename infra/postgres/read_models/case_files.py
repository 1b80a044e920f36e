"""Read a case file with its personal data, as of a version of its stream: a reader sees its own writes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from domain.civil_time import civil_day
from domain.deadlines.clocks import TARGET, Clock, ClockRules
from domain.deadlines.holders import shares
from infra.clock import Clock as WallClock
from infra.keys import SubjectKeys
from infra.postgres.journal.recorded_events import events_of_case
from infra.postgres.read_models.row_scope import EVERYTHING, RowScope, rows_within
from infra.postgres.server.connection_pool import ConnectionPool
from infra.sealed_groups import fields_of
from projections.case_file.body import body_of
from projections.case_file.clocks import clocks_at, seconds_by_holder, time_by_holder
from projections.case_file.folding import fold, sealed_groups
from projections.case_file.shape import CaseFile, SealedGroup
from projections.case_file.table import CaseFileModel, files_of, look_up
from projections.course import AlarmRaised


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFileView:
    """A case file for a reader. ``position`` is that of the case's last event, ``body`` the file as JSON values.

    ``worker_subject`` is the random id of the worker, by which a caller may be found to be that person.
    """

    case_id: UUID
    version: int
    position: int
    worker_subject: UUID
    body: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadlinesView:
    """Why the deadlines of a case are what they are on the civil day ``on``: each clock with its derivation.

    ``held`` is the time by holder in whole seconds, which sum to those since filing, or until the case ended;
    ``permille`` the same as shares that sum to 1000. ``alarms`` are those on record.
    """

    case_id: UUID
    version: int
    on: date
    clocks: tuple[Clock, ...]
    held: dict[str, int]
    permille: dict[str, int]
    holder: str | None
    alarms: tuple[AlarmRaised, ...]


class CaseFiles:
    """The case files of one log; safe to share between threads. ``rules`` has a target for each authority."""

    def __init__(
        self, readers: ConnectionPool, keys: SubjectKeys, *, origin: str, clock: WallClock, rules: ClockRules
    ) -> None:
        self._readers = readers
        self._keys = keys
        self._origin = origin
        self._clock = clock
        self._rules = rules

    def view_of(self, file: CaseFile, groups: Sequence[SealedGroup]) -> CaseFileView:
        """A file for a reader, with the ciphertext of its events opened.

        Personal parts whose key has been destroyed show as ``{"withheld": "erased"}``. Raises ``PartNotAuthentic`` and
        ``KeyMissing`` where the log is damaged.
        """
        body = body_of(file, self._opened(groups), self._rules, self._clock.now())
        return CaseFileView(
            case_id=file.case_id,
            version=file.version,
            position=file.position,
            worker_subject=next(group.key for group in groups if group.version == 1),
            body=body,
        )

    def deadlines_of(self, file: CaseFile) -> DeadlinesView:
        """The clocks of a case whose file has been read, and how the last day of each is derived."""
        now = self._clock.now()
        return DeadlinesView(
            case_id=file.case_id,
            version=file.version,
            on=civil_day(now),
            clocks=clocks_at(file, self._rules, now, explained=True),
            held=seconds_by_holder(file.course, now),
            permille=shares(time_by_holder(file.course, now)),
            holder=file.course.holder,
            alarms=file.course.alarms,
        )

    def target_days(self, cases: Sequence[UUID], rows: RowScope) -> dict[UUID, date]:
        """By when a decision is aimed at in these cases, today: one statement, as far as the read model has come.

        It moves from day to day, so no list keeps it. A case without a target, or beyond ``rows``, is left out.
        """
        with rows_within(self._readers, rows) as cursor:
            files = files_of(cursor, list(cases))
        now = self._clock.now()
        return {
            case_id: clock.due_on
            for case_id, file in files.items()
            for clock in clocks_at(file, self._rules, now, explained=False)
            if clock.id == TARGET
        }

    def found(
        self, case_id: UUID, *, up_to: int, with_groups: bool = True
    ) -> tuple[CaseFile, list[SealedGroup]] | None:
        """The file as it was at the version ``up_to`` of its stream, and its ciphertext where that is wanted.

        None when there is no such case. What its table has of it is folded on; the stream is read from its first event
        only where the table has nothing, or is ahead of the version. Raises ``StreamCorrupt`` and ``UnreadableEvent``
        where the log is damaged.
        """
        with rows_within(self._readers, EVERYTHING) as cursor:
            found = look_up(cursor, case_id, with_groups=with_groups)
            if found is None:
                return None
            file, groups = found.file, found.groups
            if file is not None and file.version > up_to:
                file = None
            if file is None:
                groups = []
            elif file.version >= min(found.head, up_to):
                return file, groups
            events = events_of_case(
                cursor, case_id, CaseFileModel.handles, after=0 if file is None else file.version, up_to=up_to
            )
        file = fold(events, file)
        return None if file is None else (file, [*groups, *sealed_groups(events)])

    def _opened(self, groups: Iterable[SealedGroup]) -> dict[int, dict[str, Any] | None]:
        """The personal fields by event version; None as soon as one subject of the event has been erased."""
        opened: dict[int, dict[str, Any] | None] = {}
        for group in groups:
            fields = fields_of(group, self._keys, self._origin)
            others = opened.get(group.version, {})
            opened[group.version] = None if fields is None or others is None else {**others, **fields}
        return opened
