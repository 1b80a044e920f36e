"""``/employer/permits``: the permits of the signed-in reader, until when they last; and their days for a calendar."""

from __future__ import annotations

import re
from typing import Final

from fastapi import APIRouter, Request, Response
from starlette.datastructures import QueryParams

from api.http.paging import single, wrong_parameter
from api.pages.charts.figures import csv_of_table
from api.pages.counter.calendar import CALENDAR_TYPE, CalendarDay, calendar_of
from api.pages.counter.cards import CounterWords
from api.pages.counter.sheets import permit_sheet
from api.pages.counter.ways import (
    CALENDAR,
    EMPLOYER,
    PATH,
    PERMITS,
    Here,
    csv_response,
    employer_filter,
    enterprise_if_any,
    ways,
)
from api.pages.filter_forms import Filter, FilterForm, address, choices_with_all, filled_in
from api.pages.page_parts import Paging
from api.pages.page_route import PageRoute
from api.pages.rendering import Pages
from api.pages.security_headers import page_headers
from api.pages.session import Readers
from api.permissions import Action
from api.services.access import AuthorisedCaller
from api.services.counter import Counter
from api.services.counter.days import DayKind, KnownDay
from api.words.choices import Choice
from api.words.languages import Language
from infra.identity.caller import Role

ON_A_PAGE: Final = 20
WITHIN: Final = "within"
PAGE: Final = "page"

_USUAL_DAYS: Final = (30, 60, 90, 180, 365)
_SMALL_NUMBER: Final = re.compile(r"[1-9][0-9]{0,3}", re.ASCII)


def employer_permit_pages(counter: Counter, pages: Pages, readers: Readers) -> APIRouter:
    routes = APIRouter(route_class=PageRoute)
    screen = PermitScreen(counter, pages, readers)

    @routes.get(PERMITS, name="ownPermits")
    def permits(request: Request) -> Response:
        return screen.permits(request)

    @routes.get(f"{PERMITS}.csv", name="ownPermitsSheet")
    def sheet(request: Request) -> Response:
        return screen.sheet(request)

    @routes.get(CALENDAR, name="ownCalendar")
    def calendar(request: Request) -> Response:
        return screen.calendar(request)

    return routes


class PermitScreen:
    """The permits of the signed-in reader."""

    def __init__(self, counter: Counter, pages: Pages, readers: Readers) -> None:
        self._counter = counter
        self._pages = pages
        self._readers = readers

    def permits(self, request: Request) -> Response:
        """The permits that have not ended, those that end first at the beginning.

        Raises ``NotSignedIn``, ``NotPermitted``, and ``RequestRefused`` (400).
        """
        caller = self._readers.authorised(request, Action.QUERY_APPLICATIONS)
        parameters, words = filled_in(request), self._words(request)
        within, employer = _number(parameters, WITHIN), enterprise_if_any(parameters)
        found = self._counter.permits.page(
            caller,
            within_days=within,
            employer_number=employer,
            number=_number(parameters, PAGE) or 1,
            limit=ON_A_PAGE,
        )
        kept = [(name, value) for name, value in parameters.multi_items() if name in (WITHIN, EMPLOYER)]

        def page(number: int) -> str | None:
            return address(PERMITS, *kept, (PAGE, str(number))) if 1 <= number <= found.last else None

        return self._pages.response(
            request,
            "counter/permits.html",
            {
                "ways": ways(words.language, Here.PERMITS, caller.caller.role),
                "filters": self._form(caller, within, employer, words),
                "permits": [words.permit(each) for each in found.items],
                "counted": words.language.ngettext("%(num)s permit", "%(num)s permits", found.total),
                "with_employer": caller.caller.role is not Role.EMPLOYER,
                "sheet_href": address(f"{PERMITS}.csv", *kept),
                "calendar_href": CALENDAR,
                "is_filtered": bool(kept),
                "paging": Paging(
                    previous_href=page(found.number - 1),
                    next_href=page(found.number + 1),
                    number=found.number,
                    last=found.last,
                ),
            },
            frame=self._readers.frame(request, caller.caller, PATH),
        )

    def sheet(self, request: Request) -> Response:
        """All of them for a spreadsheet. Raises what :meth:`permits` raises."""
        caller = self._readers.authorised(request, Action.QUERY_APPLICATIONS)
        parameters = filled_in(request)
        found = self._counter.permits.sheet(
            caller, within_days=_number(parameters, WITHIN), employer_number=enterprise_if_any(parameters)
        )
        return csv_response(csv_of_table(*permit_sheet(found, self._words(request), self._counter.permits.today)))

    def calendar(self, request: Request) -> Response:
        """The days to know, as iCalendar. Raises what :meth:`permits` raises."""
        caller = self._readers.authorised(request, Action.QUERY_APPLICATIONS)
        words, days = self._words(request), self._counter.days
        content = calendar_of(
            words.language.gettext("Single permits"),
            [_calendar_day(each, words, str(request.base_url)) for each in days.of(caller)],
            days.now,
        )
        return Response(content, headers=page_headers(personal=True), media_type=CALENDAR_TYPE)

    def _words(self, request: Request) -> CounterWords:
        return CounterWords(self._pages.language(request), self._readers.code_lists, self._counter.permits.today)

    def _form(
        self, caller: AuthorisedCaller, within: int | None, employer: str | None, words: CounterWords
    ) -> FilterForm:
        language = words.language
        days = sorted({*_USUAL_DAYS, *(() if within is None else (within,))})
        choices = [
            Choice(value=str(each), text=language.ngettext("within %(num)s day", "within %(num)s days", each))
            for each in days
        ]
        ends = Filter(
            name=WITHIN,
            label=language.gettext("Ends"),
            value="" if within is None else str(within),
            choices=choices_with_all(language.gettext("at any time"), choices),
        )
        if caller.caller.role is not Role.REPRESENTATIVE:
            return FilterForm(action=PERMITS, filters=(ends,))
        employers = employer_filter(self._counter.lists.employers(caller), employer, words)
        return FilterForm(action=PERMITS, filters=(employers, ends))


def _number(parameters: QueryParams, name: str) -> int | None:
    """A whole number from 1 to 9999, if one is given. Raises :class:`RequestRefused` (400)."""
    given = single(parameters, name)
    if given is None:
        return None
    if _SMALL_NUMBER.fullmatch(given) is None:
        raise wrong_parameter(name, "outOfRange", "it is not a whole number from 1 to 9999", "write one")
    return int(given)


def _calendar_day(known: KnownDay, words: CounterWords, base_url: str) -> CalendarDay:
    each = known.application
    return CalendarDay(
        uid=f"{each.case_id}-{known.kind}@single-permit",
        day=known.day,
        summary=f"{_title(known.kind, words.language)} {each.reference}",
        description="\n".join(
            (words.wording.label("categories", each.category), f"{base_url.rstrip('/')}/cases/{each.case_id}")
        ),
    )


def _title(kind: DayKind, language: Language) -> str:
    _ = language.gettext
    titles = {
        DayKind.ANSWER: _("Last day to answer"),
        DayKind.TARGET: _("Expected by"),
        DayKind.RENEWAL_OPENS: _("First day to renew"),
        DayKind.RENEWAL_CLOSES: _("Last day to renew"),
        DayKind.PERMIT_ENDS: _("Valid until"),
        DayKind.PERMIT_ENDS_AT_LATEST: _("Valid until at the latest"),
    }
    return titles[kind]
