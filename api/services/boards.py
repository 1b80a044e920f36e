"""The status of the work against its targets: the SLA board, its measures, and the cases behind a number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from api.composition import Program
from api.services.access import AuthorisedCaller, rows_of
from api.services.freshness import Reached, reached
from api.services.measures import MEASURES, BoardReading, read_board
from api.services.refusals import NotFound, NotPermitted
from infra.postgres.read_models.row_scope import rows_within
from infra.sealed_places import Listing
from projections.lists.keyset_pages import Page
from projections.sla_board.drilldown import CaseOnBoard, Cell, cases_behind, number_behind
from projections.sla_board.model import BoardLine, CaseCounts, SlaBoard, board, total
from projections.sla_board.scope import Scope


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceLevels:
    """The board as of the end of the day ``on``; ``position`` is how far it has read the journal."""

    on: date
    position: int
    lines: tuple[BoardLine, ...]
    total: CaseCounts


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasureRows:
    """The rows of one measure as of the end of a day, with how far the board has read the journal."""

    position: int
    rows: Sequence[object]


class BoardService:
    """The use cases of the board; safe between threads. Days are civil days, by default today."""

    def __init__(self, program: Program) -> None:
        self._program = program

    @property
    def today(self) -> date:
        return self._program.today

    def require_authority(self, caller: AuthorisedCaller, authority: str | None) -> None:
        """Raises :class:`NotPermitted` for the board of another authority than the caller's own."""
        own = caller.caller.authority
        if own is not None and authority not in (None, own):
            raise NotPermitted(f"The token is for the authority {own}: ask for that.")

    def service_levels(self, caller: AuthorisedCaller, on: date, scope: Scope) -> ServiceLevels:
        """The figures of every authority, category and status of a scope."""
        position = self._position()
        with rows_within(self._program.readers, rows_of(caller)) as cursor:
            lines = tuple(board(cursor, on, scope))
        return ServiceLevels(on=on, position=position, lines=lines, total=total(lines))

    def measure(self, caller: AuthorisedCaller, name: str, on: date, scope: Scope) -> MeasureRows:
        """One of :data:`MEASURES`, which :func:`no_such_measure` names. Raises KeyError for any other."""
        read = MEASURES[name]
        position = self._position()
        with rows_within(self._program.readers, rows_of(caller)) as cursor:
            return MeasureRows(position=position, rows=read(cursor, on, scope))

    def cases(
        self, caller: AuthorisedCaller, on: date, scope: Scope, cell: Cell, *, limit: int, after: str | None
    ) -> Page[CaseOnBoard]:
        """The cases behind a number, the most urgent first. Raises ``PlaceUnusable``."""
        place = self._program.places.opened(after, Listing.BOARD_CASES)
        with rows_within(self._program.readers, rows_of(caller)) as cursor:
            page = cases_behind(cursor, on, scope, cell, limit=limit, after=place)
        return self._program.places.sealed(page, Listing.BOARD_CASES)

    def number(self, caller: AuthorisedCaller, on: date, scope: Scope, cell: Cell) -> int:
        """How many cases :meth:`cases` lists, over all its pages."""
        with rows_within(self._program.readers, rows_of(caller)) as cursor:
            return number_behind(cursor, on, scope, cell)

    def reading(self, caller: AuthorisedCaller, on: date, scope: Scope) -> BoardReading:
        """Every number of the board, read at once."""
        with rows_within(self._program.readers, rows_of(caller)) as cursor:
            return read_board(cursor, on, scope)

    def reached(self) -> Reached:
        """How far the board has come."""
        return reached(self._program, SlaBoard.name)

    def _position(self) -> int:
        return self._program.recorder.max_tracking_id(SlaBoard.name) or 0


def no_such_measure() -> NotFound:
    """For a query for one that does not exist."""
    return NotFound(f"There is no such measure; there are {', '.join(MEASURES)}.")
