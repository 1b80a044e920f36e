"""The days that the caller has to know: of answers, of targets, of permits that end and are to be renewed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from api.composition import Program
from api.services.access import AuthorisedCaller
from api.services.counter.opened import OpenedRows
from api.services.counter.permits import PermitService
from api.services.own_rows import OwnRows
from projections.lists.own_queries import FollowedApplication


class DayKind(StrEnum):
    """What a day is; the last three are those of a permit. ``PERMIT_ENDS_AT_LATEST`` is a bound, and no stated day."""

    ANSWER = "answer"
    TARGET = "target"
    RENEWAL_OPENS = "renewalOpens"
    RENEWAL_CLOSES = "renewalCloses"
    PERMIT_ENDS = "permitEnds"
    PERMIT_ENDS_AT_LATEST = "permitEndsAtLatest"


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownDay:
    """A day of an application, in Europe/Brussels."""

    kind: DayKind
    day: date
    application: FollowedApplication


class DayService:
    """The use cases of the calendar; safe between threads."""

    def __init__(self, program: Program, rows: OwnRows, opened: OpenedRows, permits: PermitService) -> None:
        self._program = program
        self._rows = rows
        self._opened = opened
        self._permits = permits

    @property
    def now(self) -> datetime:
        return self._program.clock.now()

    def of(self, caller: AuthorisedCaller) -> tuple[KnownDay, ...]:
        """The days on record of the caller's open applications and running permits, in their order.

        Raises ``NotPermitted`` for a caller who has no applications.
        """
        scope = self._rows.own(caller)
        still_open = [each for each in self._rows.every(scope) if each.closed_on is None]
        targets = self._opened.due_days(still_open, scope.rows)
        days: list[KnownDay] = []

        def is_known(kind: DayKind, day: date | None, application: FollowedApplication) -> None:
            if day is not None:
                days.append(KnownDay(kind=kind, day=day, application=application))

        for each in still_open:
            is_known(DayKind.ANSWER, each.reply_by, each)
            is_known(DayKind.TARGET, targets.get(each.case_id), each)
        for permit in self._permits.judged(caller, self._permits.running(scope)):
            term, application = permit.term, permit.application
            if term.window is not None:
                is_known(DayKind.RENEWAL_OPENS, term.window.opens_on, application)
                is_known(DayKind.RENEWAL_CLOSES, term.window.closes_on, application)
            ends = DayKind.PERMIT_ENDS if term.is_stated else DayKind.PERMIT_ENDS_AT_LATEST
            is_known(ends, term.ends_on, application)
        return tuple(sorted(days, key=lambda each: (each.day, each.application.case_id, each.kind)))
