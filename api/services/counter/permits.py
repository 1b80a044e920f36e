"""The permits that were granted on the caller's applications: until when they last, and when to renew them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final
from uuid import UUID

from api.composition import Program
from api.services.access import AuthorisedCaller
from api.services.counter.opened import Names, OpenedApplication, OpenedRows
from api.services.own_rows import OwnRows, OwnScope
from domain.case.lifecycle import CaseStatus
from domain.civil_time import civil_day
from domain.law.durations import CalendarDuration
from domain.law.published.pay_outlook import PayOnADay, pay_outlook
from domain.law.published.permit_terms import PermitFacts, PermitTerm, PermitTerms, age_limit_of
from projections.lists.own_queries import FollowedApplication, Wanted

NOTICE: Final = CalendarDuration(months=4)
"""How long before its last day a permit is named as one to renew where no source says how early that may be asked. A
service of this program, and no term of law."""

_GRANTED: Final = Wanted(status=CaseStatus.DECIDED_GRANTED.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Permit:
    """A permit that was granted on an application, as far as lists know it."""

    application: FollowedApplication
    term: PermitTerm


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedPermit:
    """A permit with its file. ``pay`` is held against the amounts of today and of 1 January next.

    ``renewal`` is an application for its renewal that was filed since, found by the worker's number.
    """

    permit: Permit
    opened: OpenedApplication
    pay: tuple[PayOnADay, PayOnADay] | None
    renewal: FollowedApplication | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PermitPage:
    """A page of permits, those that end first at the beginning; ``number`` of ``last`` pages, ``total`` permits."""

    items: tuple[OpenedPermit, ...]
    number: int
    last: int
    total: int


class PermitService:
    """The use cases of permits; safe between threads."""

    def __init__(self, program: Program, rows: OwnRows, opened: OpenedRows) -> None:
        self._program = program
        self._rows = rows
        self._opened = opened

    @property
    def today(self) -> date:
        return self._program.today

    def page(
        self,
        caller: AuthorisedCaller,
        *,
        within_days: int | None = None,
        employer_number: str | None = None,
        number: int = 1,
        limit: int,
    ) -> PermitPage:
        """The permits that have not ended, or end within so many days; what lies beyond the last page is the last one.

        Raises ``NotPermitted`` for a caller who has no applications.
        """
        scope = self._rows.own(caller)
        found = self.running(scope, within_days=within_days, employer_number=employer_number)
        last = max(1, -(-len(found) // limit))
        number = min(number, last)
        shown = found[(number - 1) * limit : number * limit]
        return PermitPage(items=self.opened(caller, scope, shown), number=number, last=last, total=len(found))

    def running(
        self, scope: OwnScope, *, within_days: int | None = None, employer_number: str | None = None
    ) -> list[Permit]:
        """The permits of today, those that end first at the beginning, those without a known last day at the end."""
        today = self.today
        latest = date.max if within_days is None else today + timedelta(days=within_days)

        def is_meant(permit: Permit) -> bool:
            ends_on = permit.term.ends_on
            if ends_on is None:
                return within_days is None
            return today <= ends_on <= latest

        wanted = Wanted(status=_GRANTED.status, employer_number=employer_number)
        found = (each for each in self._all(scope, wanted) if is_meant(each))
        return sorted(found, key=lambda each: (each.term.ends_on or date.max, each.application.case_id))

    def to_renew(self, scope: OwnScope) -> list[Permit]:
        """Those whose renewal can be applied for now, or could have been, the most urgent first."""
        today = self.today
        return [each for each in self.running(scope) if _is_to_renew(each.term, today)]

    def term_of(self, opened: OpenedApplication) -> PermitTerm | None:
        """Until when the permit lasts that was granted on an application; None where none was."""
        application = opened.application
        if application.status != _GRANTED.status:
            return None
        return self._terms().of(_facts(application, opened.names.birth_date))

    def judged(self, caller: AuthorisedCaller, permits: Sequence[Permit]) -> list[Permit]:
        """These permits, without any whose days tell of a birthday and whose stream says that it is another's."""
        told = [each for each in permits if each.term.birthday is not None]
        known = self._opened.judged_names(caller, (each.application for each in told))
        return [each for each in permits if each.term.birthday is None or each.application.case_id in known]

    def opened(self, caller: AuthorisedCaller, scope: OwnScope, permits: Sequence[Permit]) -> tuple[OpenedPermit, ...]:
        """These permits with their files, without any that is no longer the caller's."""
        by_case = {each.application.case_id: each for each in permits}
        opened = self._opened.open(caller, (each.application for each in permits), scope.rows)
        return tuple(self._with_file(scope, by_case[each.application.case_id], each) for each in opened)

    def sheet(
        self, caller: AuthorisedCaller, *, within_days: int | None, employer_number: str | None
    ) -> tuple[tuple[Permit, Names], ...]:
        """All that :meth:`page` would show, page after page, with names."""
        scope = self._rows.own(caller)
        found = self.running(scope, within_days=within_days, employer_number=employer_number)
        names = self._opened.judged_names(caller, (each.application for each in found))
        return tuple((each, names[each.application.case_id]) for each in found if each.application.case_id in names)

    def _all(self, scope: OwnScope, wanted: Wanted) -> list[Permit]:
        granted = self._rows.every(scope, wanted)
        birth_dates = self._birth_dates(granted)
        terms = self._terms()
        return [
            Permit(application=each, term=terms.of(_facts(each, birth_dates.get(each.case_id)))) for each in granted
        ]

    def _terms(self) -> PermitTerms:
        return PermitTerms(self._program.rulebook, self.today)

    def _birth_dates(self, granted: Sequence[FollowedApplication]) -> dict[UUID, date | None]:
        """Of the workers whose permit ends before a birthday, and of nobody else."""
        rulebook = self._program.rulebook
        limited = [
            each
            for each in granted
            if age_limit_of(rulebook, each.authority, each.category, _granted_on(each)) is not None
        ]
        return {case_id: names.birth_date for case_id, names in self._opened.names(limited).items()}

    def _with_file(self, scope: OwnScope, permit: Permit, opened: OpenedApplication) -> OpenedPermit:
        facts = opened.case.facts
        known = facts.gross_pay is not None and facts.contract is not None
        return OpenedPermit(
            permit=permit,
            opened=opened,
            pay=pay_outlook(self._program.rulebook, facts, self.today) if known else None,
            renewal=self._renewal(scope, permit.application, opened),
        )

    def _renewal(
        self, scope: OwnScope, application: FollowedApplication, opened: OpenedApplication
    ) -> FollowedApplication | None:
        """The newest application of the same worker for a renewal that was filed since, among the caller's own."""
        numbers = opened.case.worker_numbers
        if not numbers:
            return None
        subjects = tuple(self._program.index.subjects_of(numbers[-1]))
        later = self._rows.page(scope, Wanted(subjects=subjects), limit=20, after=None)
        return next((each for each in later.items if each.renewal and each.filed_at > application.filed_at), None)


def _is_to_renew(term: PermitTerm, today: date) -> bool:
    if term.ends_on is None:
        return False
    opens_on = None if term.window is None else term.window.opens_on
    return (NOTICE.before(term.ends_on) if opens_on is None else opens_on) <= today


def _granted_on(application: FollowedApplication) -> date:
    return application.closed_on or civil_day(application.filed_at)


def _facts(application: FollowedApplication, birth_date: date | None) -> PermitFacts:
    return PermitFacts(
        authority=application.authority,
        category=application.category,
        kind=application.kind,
        granted_on=_granted_on(application),
        work_from=application.work_from,
        work_until=application.work_until,
        stated_until=application.stated_until,
        birth_date=birth_date,
    )
