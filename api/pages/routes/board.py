"""``/board``: the status of the work against its terms, in figures; each with its table, file and cases."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from fastapi import APIRouter, Request, Response
from markupsafe import Markup

from api.http.paging import AFTER, single, unusable_cursor
from api.http.problems import NOT_FOUND, Problem, RequestRefused
from api.http.query_values import day_of
from api.http.routes.service_levels import cell_of, scope_of
from api.pages.board.cache import BoardCache, Cached
from api.pages.board.figures import FIGURE_NAMES, board_figures
from api.pages.board.tiles import board_tiles, summary_of
from api.pages.board.waiting import waiting_rows
from api.pages.board.words import BoardWords
from api.pages.case.rows import CaseRow, row_on_board
from api.pages.charts.figures import Figure, csv_of
from api.pages.filter_forms import (
    Filter,
    FilterForm,
    address,
    choices_with_all,
    filled_in,
    pseudonym,
    refresh_kept,
    with_actor,
)
from api.pages.page_parts import Paging, Refreshing, freshness_of
from api.pages.page_route import PageRoute
from api.pages.rendering import Pages
from api.pages.security_headers import page_headers
from api.pages.session import Readers
from api.permissions import Action
from api.services.access import AuthorisedCaller
from api.services.boards import BoardService
from api.services.measures import BoardReading
from api.words.languages import Language
from domain.codes import AUTHORITIES, CATEGORIES
from infra.identity.caller import Caller
from projections.lists.keyset_pages import PlaceUnusable
from projections.sla_board.drilldown import Cell
from projections.sla_board.scope import Scope

BOARD: Final = "/board"
CASES: Final = "/board/cases"
PAGE_LENGTH: Final = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownBoard:
    """A board in one language: what was read, its figures, and their markup."""

    reading: BoardReading
    figures: Mapping[str, Figure]
    drawn: Mapping[str, Markup]


@dataclass(frozen=True, slots=True, kw_only=True)
class _BoardQuery:
    """The query in an address of the board, and its caller."""

    authorised: AuthorisedCaller
    on: date
    is_to_come: bool
    scope: Scope
    language: Language

    @property
    def caller(self) -> Caller:
        return self.authorised.caller

    def href(self, path: str, *more: tuple[str, str | None]) -> str:
        """The same cases on the same day somewhere else."""
        return address(
            path,
            ("on", self.on.isoformat()),
            ("authority", self.scope.authority),
            ("category", self.scope.category),
            ("handler", self.scope.handler),
            ("withoutPaused", "true" if self.scope.without_paused else None),
            *more,
        )


def board_pages(boards: BoardService, pages: Pages, readers: Readers) -> APIRouter:
    """The board, its files and the cases behind its numbers."""
    routes = APIRouter(route_class=PageRoute)
    cache = BoardCache[ShownBoard](boards.reached)

    def query_of(request: Request) -> _BoardQuery:
        caller = readers.authorised(request, Action.READ_SERVICE_LEVELS)
        parameters = with_actor(filled_in(request))
        wanted = day_of(parameters, boards.today)
        return _BoardQuery(
            authorised=caller,
            # Of a day that is still to come nothing is known: today is shown, and the page says so.
            on=min(wanted, boards.today),
            is_to_come=wanted > boards.today,
            scope=scope_of(boards, parameters, caller),
            language=pages.language(request),
        )

    def shown(query: _BoardQuery) -> Cached[ShownBoard]:
        return cache.get((query.on, query.scope, query.language.code), lambda: computed(query))

    def computed(query: _BoardQuery) -> ShownBoard:
        reading = boards.reading(query.authorised, query.on, query.scope)
        figures = board_figures(reading, BoardWords(language=query.language, code_lists=readers.code_lists))
        template = pages.environments[query.language.code].get_template("board_parts/figure.html")
        # Templates escape what is not markup, so what they give is.
        drawn = {
            name: Markup(template.render(figure=each, csv_href=query.href(f"{BOARD}/{name}.csv")))  # noqa: S704  # nosec B704 # the template escapes its values
            for name, each in figures.items()
        }
        return ShownBoard(reading=reading, figures=figures, drawn=drawn)

    @routes.get(BOARD, name="board")
    def board(request: Request) -> Response:
        query = query_of(request)
        kept, caller = shown(query), query.caller
        freshness, reading = freshness_of(kept.reached), kept.shown.reading
        may_read = readers.access.may(caller, Action.READ_APPLICATION)
        words = BoardWords(language=query.language, code_lists=readers.code_lists)
        return pages.response(
            request,
            "board.html",
            {
                "form": _form(request, query, words),
                "on": query.on,
                "is_to_come": query.is_to_come,
                "waiting": waiting_rows(reading.waiting, words, lambda *more: query.href(CASES, *more)),
                "late_label": words.label("serviceStatuses", "late"),
                "refreshing": Refreshing.of(request),
                "summary": summary_of(reading.open_work, query.language),
                "tiles": board_tiles(reading.open_work, freshness, words, lambda *more: query.href(CASES, *more)),
                "freshness": freshness,
                "drawn": kept.shown.drawn,
                "oldest": kept.shown.figures["oldest"],
                "oldest_rows": [row_on_board(each, words, may_read=may_read) for each in reading.oldest],
                "oldest_csv": query.href(f"{BOARD}/oldest.csv"),
            },
            frame=readers.frame(request, caller, BOARD),
            # Counts and references of cases: nothing on it is about a person, and nothing on it is secret from
            # one who may open it. So it may be compressed, which a page full of figures needs.
            personal=False,
        )

    @routes.get(BOARD + "/{name}.csv", name="boardFigure")
    def figure_file(request: Request, name: str) -> Response:
        query = query_of(request)
        if name not in FIGURE_NAMES:
            raise RequestRefused(
                Problem(type=NOT_FOUND, detail=f"There is no such figure; there are {', '.join(FIGURE_NAMES)}.")
            )
        headers = page_headers(personal=False) | {
            "Content-Disposition": f'attachment; filename="{name}-{query.on.isoformat()}.csv"',
            "Content-Language": query.language.code,
            "Vary": "Accept-Language, Cookie",
        }
        return Response(csv_of(shown(query).shown.figures[name]), 200, headers, "text/csv; charset=utf-8")

    @routes.get(CASES, name="boardCases")
    def cases(request: Request) -> Response:
        query, parameters = query_of(request), with_actor(filled_in(request))
        cell = cell_of(parameters)
        place = boards.reached()
        try:
            after = single(parameters, AFTER)
            page = boards.cases(query.authorised, query.on, query.scope, cell, limit=PAGE_LENGTH, after=after)
        except PlaceUnusable:
            raise unusable_cursor() from None
        words = BoardWords(language=query.language, code_lists=readers.code_lists)
        may_read = readers.access.may(query.caller, Action.READ_APPLICATION)
        rows: list[CaseRow] = [row_on_board(each, words, may_read=may_read) for each in page.items]
        # The day is pinned, so that a list that was opened before midnight continues as it began.
        others = [(name, value) for name, value in parameters.multi_items() if name not in (AFTER, "on")]
        here = [*others, ("on", query.on.isoformat())]
        return pages.response(
            request,
            "board_parts/cases.html",
            {
                "rows": rows,
                "heading": _heading(cell, boards.number(query.authorised, query.on, query.scope, cell), query.language),
                "chosen": _chosen(query, parameters.multi_items(), words),
                "freshness": freshness_of(place),
                "back_href": query.href(BOARD),
                "first_href": address(CASES, *here) if single(parameters, AFTER) is not None else None,
                "paging": Paging(next_href=None if page.next is None else address(CASES, *here, (AFTER, page.next))),
            },
            frame=readers.frame(request, query.caller, BOARD),
        )

    return routes


def _form(request: Request, query: _BoardQuery, words: BoardWords) -> FilterForm:
    language, scope = query.language, query.scope
    authorities = Filter(
        name="authority",
        label=language.gettext("Authority"),
        value=scope.authority or "",
        choices=choices_with_all(
            language.gettext("All authorities"),
            words.choices("authorities", AUTHORITIES),
        ),
    )
    category = Filter(
        name="category",
        label=language.gettext("Category"),
        value=scope.category or "",
        choices=choices_with_all(
            language.gettext("All categories"),
            words.choices("categories", CATEGORIES),
        ),
    )
    return FilterForm(
        action=BOARD,
        filters=(
            # Readers who belong to an authority see that one: there is nothing to choose.
            *((authorities,) if query.caller.authority is None else ()),
            category,
            Filter(name="handler", label=language.gettext("Handler"), value=pseudonym(scope.handler or "")),
            Filter(name="on", label=language.gettext("As of the end of"), value=query.on.isoformat(), type="date"),
            Filter(
                name="withoutPaused",
                label=language.gettext("Without paused cases"),
                value="true" if scope.without_paused else "",
                type="checkbox",
            ),
        ),
        kept=refresh_kept(request),
    )


def _heading(cell: Cell, number: int, language: Language) -> str:
    """Which cases these are, and how many."""
    _ = language.gettext
    match cell:
        case Cell(standings=("late",)):
            what = _("Late cases")
        case Cell(standings=("atRisk",)):
            what = _("Cases near their last day")
        case Cell(standings=("inTime",)):
            what = _("Cases in time")
        case Cell(is_paused=True):
            what = _("Paused cases")
        case Cell(with_tasks=True):
            what = _("Cases with manual tasks")
        case Cell(is_open=True):
            what = _("Open cases")
        case _:
            what = _("Cases")
    return f"{what} ({language.integer(number)})"


def _chosen(query: _BoardQuery, parameters: list[tuple[str, str]], words: BoardWords) -> list[str]:
    """The cases in a list, in words: one for each filter that was chosen."""
    language, scope = query.language, query.scope
    parts = [language.gettext("As of the end of %(day)s", day=language.date(query.on))]
    if scope.authority is not None:
        parts.append(words.label("authorities", scope.authority))
    if scope.category is not None:
        parts.append(words.label("categories", scope.category))
    if scope.handler is not None:
        parts.append(language.gettext("Handler %(name)s", name=pseudonym(scope.handler)))
    if scope.without_paused:
        parts.append(language.gettext("Without paused cases"))
    for name, value in parameters:
        match name, value:
            case "open", "true":
                parts.append(language.gettext("Open"))
            case "open", _:
                parts.append(language.gettext("Closed"))
            case "status", _:
                parts.append(words.label("caseStatuses", value))
            case "stage", _:
                parts.append(words.label("stages", value))
            case "standing", _:
                parts.append(words.label("serviceStatuses", value))
            case "paused", "true":
                parts.append(language.gettext("Paused"))
            case "paused", _:
                parts.append(language.gettext("Not paused"))
            case "withTasks", "true":
                parts.append(language.gettext("With manual tasks"))
            case "withTasks", _:
                parts.append(language.gettext("Without manual tasks"))
            case "filedFrom", _:
                parts.append(language.gettext("Filed from %(day)s", day=language.date(date.fromisoformat(value))))
            case "filedUntil", _:
                parts.append(language.gettext("Filed before %(day)s", day=language.date(date.fromisoformat(value))))
            case "closedFrom", _:
                parts.append(language.gettext("Closed from %(day)s", day=language.date(date.fromisoformat(value))))
            case "closedUntil", _:
                parts.append(language.gettext("Closed before %(day)s", day=language.date(date.fromisoformat(value))))
            case "ageFrom", _:
                parts.append(language.gettext("At least %(days)s days old", days=language.integer(int(value))))
            case "ageUntil", _:
                parts.append(language.gettext("Less than %(days)s days old", days=language.integer(int(value))))
            case _:
                # The scope was listed above, and other parameters do not filter.
                pass
    return parts
