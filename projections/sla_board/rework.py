"""How often the applicant had to be asked again, for what, and the results of checks at the Crossroads Bank."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

from projections.read_model import Cursor, rows_of
from projections.sla_board.scope import EVERYTHING, SCOPED, Scope, parameters


@dataclass(frozen=True, slots=True, kw_only=True)
class Rework:
    """Of ``cases`` that closed in a period: how many needed no request, and what the requests of the others cost.

    ``days_with_applicant`` is the sum of the days on which a request was open.
    """

    cases: int
    first_time_right: int
    requests: int
    days_with_applicant: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestedItem:
    """``times`` counts the requests that name the item."""

    item: str
    times: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckOutcome:
    """How many cases have a check in this state; see `CheckState`."""

    check: str
    state: str
    cases: int


def rework(cursor: Cursor, first: date, on: date, scope: Scope = EVERYTHING) -> Rework:
    """Of the cases that closed on the days from ``first`` to ``on``, both included."""
    cursor.execute(SCOPED + _REWORK, parameters(on, scope, first=first))
    (found,) = rows_of(cursor, Rework)
    return found


def requested_items(
    cursor: Cursor, first: date, on: date, scope: Scope = EVERYTHING, *, most: int = 10
) -> list[RequestedItem]:
    """What was requested most in the cases that closed on those days, the most frequent first."""
    cursor.execute(SCOPED + _ITEMS, parameters(on, scope, first=first, most=most))
    return rows_of(cursor, RequestedItem)


def check_outcomes(cursor: Cursor, first: date, on: date, scope: Scope = EVERYTHING) -> list[CheckOutcome]:
    """The checks of the cases that were filed on those days, as they are now."""
    cursor.execute(SCOPED + _CHECKS, parameters(on, scope, first=first))
    return rows_of(cursor, CheckOutcome)


_REWORK: Final = """
select count(*), count(*) filter (where requests = 0), coalesce(sum(requests), 0)::int,
       coalesce(sum(case when not isempty(c.with_applicant)
                         then (select sum(upper(days) - lower(days)) from unnest(c.with_applicant) days) end), 0)::int
  from scoped c
 where c.closed_on >= %(first)s and c.closed_on <= %(on)s
"""

_ITEMS: Final = """
select item, count(*)
  from scoped c cross join unnest(c.items) item
 where c.closed_on >= %(first)s and c.closed_on <= %(on)s
 group by item
 order by count(*) desc, item
 limit %(most)s
"""

_CHECKS: Final = """
select split_part(outcome, ':', 1), split_part(outcome, ':', 2), count(*)
  from scoped c cross join unnest(c.checks) outcome
 where c.filed_on >= %(first)s
 group by 1, 2
 order by 1, 2
"""
