"""The cases behind a number of the SLA board, the most urgent first; and the ones that are nearly or already late."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date
from typing import Final
from uuid import UUID

from projections.lists.keyset_pages import Page, PlaceUnusable, keys_of, length_of_page, page_of, place
from projections.read_model import Cursor, rows_of
from projections.sla_board.scope import AS_OF, EVERYTHING, Scope, parameters

_ORDER: Final = "boardDueDay"
_NEVER: Final = "infinity"
"""The due day, for sorting, of a case without a target."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """Which cases of a scope are meant; what is None does not matter.

    ``standings`` are codes of the board: ``inTime``, ``atRisk``, ``late``, ``notMeasured``. ``filed`` and ``closed``
    are days ``[first, after_last)``; ``age`` is days since filing ``[from, to)``.
    """

    is_open: bool | None = None
    status: str | None = None
    stage: str | None = None
    standings: tuple[str, ...] | None = None
    is_paused: bool | None = None
    with_tasks: bool | None = None
    filed: tuple[date, date] | None = None
    closed: tuple[date, date] | None = None
    age: tuple[int, int] | None = None


ALL_CASES: Final = Cell()


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseOnBoard:
    """A case as it was on the given day; ``due_on`` is None when no target is known for its authority."""

    case_id: UUID
    reference: str
    authority: str
    category: str
    kind: str
    renewal: bool
    handler: str | None
    status: str
    stage: str
    standing: str
    is_paused: bool
    filed_on: date
    due_on: date | None
    closed_on: date | None
    manual_tasks: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Urgency:
    """Open cases that are at risk, and open cases that are late."""

    nearing: int
    breached: int


def cases_behind(
    cursor: Cursor,
    on: date,
    scope: Scope = EVERYTHING,
    cell: Cell = ALL_CASES,
    *,
    limit: int = 50,
    after: str | None = None,
) -> Page[CaseOnBoard]:
    """A page of the cases in ``cell`` as of the end of ``on``, by due day and case id.

    Raises PlaceUnusable for an ``after`` that is not the ``next`` of such a page, ValueError for a ``limit`` that
    is too long.
    """
    length = length_of_page(limit)
    after_due, after_case = (None, None) if after is None else _place(after)
    cursor.execute(
        AS_OF + _CASES,
        parameters(on, scope, after_due=after_due, after_case=after_case, limit=length + 1, **_columns(cell)),
    )
    found = rows_of(cursor, CaseOnBoard)
    return page_of([(place(_ORDER, _sorted_by(each), str(each.case_id)), each) for each in found], length)


def number_behind(cursor: Cursor, on: date, scope: Scope = EVERYTHING, cell: Cell = ALL_CASES) -> int:
    """How many cases `cases_behind` lists, over all its pages."""
    cursor.execute(AS_OF + _NUMBER, parameters(on, scope, **_columns(cell)))
    (found,) = cursor.fetchall()
    return int(found[0])


def urgency(cursor: Cursor, on: date, scope: Scope = EVERYTHING) -> Urgency:
    """How many are nearing their due day and how many have passed it; `cases_behind` has the list."""
    cursor.execute(AS_OF + _URGENCY, parameters(on, scope))
    (found,) = rows_of(cursor, Urgency)
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingAtStage:
    """How many open cases are at a stage; how many of them are late, and how many paused."""

    stage: str
    cases: int
    late: int
    paused: int


def waiting_at_stages(cursor: Cursor, on: date, scope: Scope = EVERYTHING) -> list[WaitingAtStage]:
    """Where the open cases wait, the fullest stage first."""
    cursor.execute(AS_OF + _WAITING, parameters(on, scope))
    return rows_of(cursor, WaitingAtStage)


def oldest(cursor: Cursor, on: date, scope: Scope = EVERYTHING, *, number: int = 10) -> list[CaseOnBoard]:
    """The open cases that were filed first."""
    cursor.execute(AS_OF + _OLDEST, parameters(on, scope, limit=length_of_page(number)))
    return rows_of(cursor, CaseOnBoard)


def _columns(cell: Cell) -> dict[str, object]:
    """The cell as parameters of the statement."""
    spans = {name: getattr(cell, name) or (None, None) for name in ("filed", "closed", "age")}
    given = {name: value for name, value in asdict(cell).items() if name not in spans}
    given["standings"] = None if cell.standings is None else list(cell.standings)
    for name, (from_, to) in spans.items():
        given |= {f"{name}_from": from_, f"{name}_to": to}
    return given


def _place(given: str) -> tuple[str, str]:
    due, case = keys_of(given, _ORDER, 2)
    try:
        return due if due == _NEVER else date.fromisoformat(due).isoformat(), str(UUID(case))
    except ValueError:
        raise PlaceUnusable("it is not a position in a list: give the one received with the previous page") from None


def _sorted_by(case: CaseOnBoard) -> str:
    return _NEVER if case.due_on is None else case.due_on.isoformat()


_SHOWN: Final = """
select case_id, reference, authority, category, kind, renewal, handler, status, stage, standing, is_paused, filed_on,
       due_on, closed_on, manual_tasks
  from judged
"""

_IN_CELL: Final = """
 where (%(is_open)s::boolean is null or (closed_on is null) = %(is_open)s)
   and (%(status)s::text is null or status = %(status)s)
   and (%(stage)s::text is null or stage = %(stage)s)
   and (%(standings)s::text[] is null or standing = any(%(standings)s::text[]))
   and (%(is_paused)s::boolean is null or is_paused = %(is_paused)s)
   and (%(with_tasks)s::boolean is null or (manual_tasks > 0) = %(with_tasks)s)
   and (%(filed_from)s::date is null or filed_on >= %(filed_from)s and filed_on < %(filed_to)s)
   and (%(closed_from)s::date is null or closed_on >= %(closed_from)s and closed_on < %(closed_to)s)
   and (%(age_from)s::int is null
        or measured_on - filed_on >= %(age_from)s and measured_on - filed_on < %(age_to)s)
"""

_CASES: Final = (
    _SHOWN
    + _IN_CELL
    + """
   and (%(after_case)s::uuid is null
        or (coalesce(due_on, 'infinity'), case_id) > (%(after_due)s::date, %(after_case)s::uuid))
 order by coalesce(due_on, 'infinity'), case_id
 limit %(limit)s
"""
)

_COUNTED: Final = """
select count(*)
  from judged
"""

_NUMBER: Final = _COUNTED + _IN_CELL

_URGENCY: Final = """
, standings as (
    select standing, count(*) as n
      from judged
     where closed_on is null
     group by standing
)
select coalesce(sum(n) filter (where standing = 'atRisk'), 0)::int,
       coalesce(sum(n) filter (where standing = 'late'), 0)::int
  from standings
"""

_WAITING: Final = """
select stage, count(*)::int, (count(*) filter (where standing = 'late'))::int, (count(*) filter (where is_paused))::int
  from judged
 where closed_on is null
 group by stage
 order by 2 desc, stage
"""

_OLDEST: Final = (
    _SHOWN
    + """
 where closed_on is null
 order by filed_on, case_id
 limit %(limit)s
"""
)
