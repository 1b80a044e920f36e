"""What happened on the caller's cases, the newest first. A notice is no event: it is read from the timelines."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from api.composition import Program
from api.services.access import AuthorisedCaller
from api.services.counter.opened import Names, OpenedRows
from api.services.own_rows import OwnRows
from domain.deadlines.clocks import ANSWER
from infra.postgres.read_models.row_scope import EVERYTHING, rows_within
from projections.lists.own_queries import FollowedApplication
from projections.timeline.model import TimelineEntry, newest_entries

NOTICED: Final = (
    "InformationRequested",
    "DeadlineWarned",
    "DeadlineBreached",
    "ApplicationDeclaredAdmissible",
    "ApplicationDeclaredInadmissible",
    "WorkPartDecided",
    "ApplicationForwardedToImmigrationOffice",
    "ResidencePartDecided",
    "ApplicationDecided",
    "ApplicationWithdrawn",
    "MandateVerified",
    "FeePaid",
    "CaseCorrected",
)
"""The events that an applicant is told of: what others did, and the term for an answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """Something that happened on an application of the caller's."""

    application: FollowedApplication
    names: Names
    entry: TimelineEntry

    @property
    def content(self) -> dict[str, Any]:
        """The entry as the sentences of timelines take it."""
        at = self.entry.effective_at.isoformat()
        return {"event": self.entry.event, "at": at, "values": dict(self.entry.told)}


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticePage:
    """``before`` is the position before which the next page begins; None on the last one."""

    items: tuple[Notice, ...]
    before: int | None


class NoticeService:
    """The use cases of the inbox; safe between threads."""

    def __init__(self, program: Program, rows: OwnRows, opened: OpenedRows) -> None:
        self._program = program
        self._rows = rows
        self._opened = opened

    def page(self, caller: AuthorisedCaller, *, before: int | None, limit: int) -> NoticePage:
        """The notices before a position in the log. Raises ``NotPermitted`` for a caller without applications."""
        scope = self._rows.own(caller)
        listed = {each.case_id: each for each in self._rows.every(scope)}
        # A timeline is nobody's by itself: the cases are those that the list has shown to be the caller's.
        with rows_within(self._program.readers, EVERYTHING) as cursor:
            entries = newest_entries(cursor, list(listed), NOTICED, clock=ANSWER, before=before, limit=limit + 1)
        shown = entries[:limit]
        cases = dict.fromkeys(each.case_id for each in shown)
        opened = {
            each.application.case_id: each
            for each in self._opened.open(caller, (listed[case_id] for case_id in cases), scope.rows)
        }
        return NoticePage(
            items=tuple(
                Notice(application=listed[each.case_id], names=opened[each.case_id].names, entry=each)
                for each in shown
                if each.case_id in opened
            ),
            before=shown[-1].position if len(entries) > limit else None,
        )
