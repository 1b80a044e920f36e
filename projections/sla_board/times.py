"""How long the SLA board's cases take: the age of those that are open beside the times of those that were completed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

from projections.read_model import Cursor, rows_of
from projections.sla_board.scope import AS_OF, EVERYTHING, SCOPED, Scope, parameters

AGE_BIN: Final = 10
"""Days in a bar of the histogram of ages."""

_WINDOW: Final = 6
"""Calendar months over which percentiles are taken, the month named included."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AgeBin:
    """Open cases whose age in days lies in ``[from_days, from_days + AGE_BIN)``."""

    from_days: int
    cases: int


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueFront:
    """The day of filing of the oldest case of a category that waits for each step; None when none waits."""

    category: str
    admissibility: date | None
    work_part: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Percentiles:
    """Days below or at which half, 80, 90 and 95 in a hundred of ``cases`` lie; None when there are none."""

    cases: int
    p50: int | None
    p80: int | None
    p90: int | None
    p95: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthOfPercentiles:
    """The days from filing to closing of the cases that closed in the six months that end with ``month``."""

    month: date
    completed: Percentiles


@dataclass(frozen=True, slots=True, kw_only=True)
class CyclePoint:
    """``cases`` closed on ``closed_on`` after ``days``, of which ``paused`` had a paused day."""

    closed_on: date
    days: int
    cases: int
    paused: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthOnTime:
    """Cases that closed in the month that begins with ``month``; ``paused`` of all of them had a paused day."""

    month: date
    in_time: int
    late: int
    not_measured: int
    paused: int


def ages(cursor: Cursor, on: date, scope: Scope = EVERYTHING) -> list[AgeBin]:
    """The open cases by age, from the youngest bar to the last that is not empty."""
    cursor.execute(SCOPED + _AGES, parameters(on, scope, width=AGE_BIN))
    found = dict(cursor.fetchall())
    return [AgeBin(from_days=low, cases=found.get(low, 0)) for low in range(0, max(found, default=-1) + 1, AGE_BIN)]


def age_of_open(cursor: Cursor, on: date, scope: Scope = EVERYTHING) -> Percentiles:
    """The age in days of the open cases; to be shown beside :func:`percentiles`, which knows nothing of them."""
    cursor.execute(SCOPED + _AGE_OF_OPEN, parameters(on, scope))
    (found,) = rows_of(cursor, Percentiles)
    return found


def queue_fronts(cursor: Cursor, on: date, scope: Scope = EVERYTHING) -> list[QueueFront]:
    """How far each category with open cases has come: "we are at the applications of ..."."""
    cursor.execute(AS_OF + _QUEUE_FRONTS, parameters(on, scope))
    return rows_of(cursor, QueueFront)


def percentiles(cursor: Cursor, on: date, scope: Scope = EVERYTHING, *, months: int = 12) -> list[MonthOfPercentiles]:
    """For each of ``months`` calendar months up to that of ``on``, the cases completed in six months."""
    cursor.execute(SCOPED + _PERCENTILES, parameters(on, scope, months=months, window=_WINDOW))
    return [
        MonthOfPercentiles(month=month, completed=Percentiles(cases=cases, p50=p50, p80=p80, p90=p90, p95=p95))
        for month, cases, p50, p80, p90, p95 in cursor.fetchall()
    ]


def cycle_times(cursor: Cursor, first: date, on: date, scope: Scope = EVERYTHING) -> list[CyclePoint]:
    """The cases that closed on the days from ``first`` to ``on``, both included, by day and by how long they took."""
    cursor.execute(SCOPED + _CYCLE_TIMES, parameters(on, scope, first=first))
    return rows_of(cursor, CyclePoint)


def on_time_by_month(cursor: Cursor, on: date, scope: Scope = EVERYTHING, *, months: int = 12) -> list[MonthOnTime]:
    """For each of ``months`` calendar months up to that of ``on``, quiet ones included."""
    cursor.execute(AS_OF + _ON_TIME, parameters(on, scope, months=months))
    return rows_of(cursor, MonthOnTime)


_AGES: Final = """
select (%(on)s - c.filed_on) / %(width)s * %(width)s, count(*)
  from scoped c
 where (c.closed_on is null or c.closed_on > %(on)s)
 group by 1
"""

_AGE_OF_OPEN: Final = """
select cases, (taken)[1], (taken)[2], (taken)[3], (taken)[4]
  from (select count(*) as cases,
               percentile_disc(array[0.5, 0.8, 0.9, 0.95]) within group (order by %(on)s - c.filed_on) as taken
          from scoped c
         where (c.closed_on is null or c.closed_on > %(on)s)) open_now
"""

_QUEUE_FRONTS: Final = """
, oldest as (
    select category, stage, min(filed_on) as filed_on
      from on_day
     where closed_on is null
     group by category, stage
)
select category, min(filed_on) filter (where stage = 'admissibility'), min(filed_on) filter (where stage = 'workPart')
  from oldest
 group by category
 order by category
"""

# Few different numbers of days occur in a month, so cases are counted by them first and summed up over the window.
_PERCENTILES: Final = """
, months as (
    select month::date
      from generate_series(date_trunc('month', %(on)s::timestamp) - make_interval(months => %(months)s - 1),
                           date_trunc('month', %(on)s::timestamp), '1 month') month
), counted as (
    select date_trunc('month', c.closed_on::timestamp)::date as month, c.closed_on - c.filed_on as days, count(*) as n
      from scoped c
     where c.closed_on <= %(on)s
       and c.closed_on >= date_trunc('month', %(on)s::timestamp) - make_interval(months => %(months)s + %(window)s - 2)
     group by 1, 2
), in_window as (
    select months.month, days, sum(n) as n
      from months
      join counted on counted.month <= months.month
                  and counted.month > months.month - make_interval(months => %(window)s)
     group by 1, 2
), ranked as (
    select month, days, sum(n) over (partition by month order by days) as so_far,
           sum(n) over (partition by month) as cases
      from in_window
)
select months.month, coalesce(max(cases), 0)::int,
       min(days) filter (where so_far >= 0.5 * cases), min(days) filter (where so_far >= 0.8 * cases),
       min(days) filter (where so_far >= 0.9 * cases), min(days) filter (where so_far >= 0.95 * cases)
  from months
  left join ranked using (month)
 group by months.month
 order by months.month
"""

_CYCLE_TIMES: Final = """
select c.closed_on, c.closed_on - c.filed_on, count(*),
       count(*) filter (where not isempty(c.paused) and lower(c.paused) < c.closed_on)
  from scoped c
 where c.closed_on >= %(first)s and c.closed_on <= %(on)s
 group by 1, 2
 order by 1, 2
"""

_ON_TIME: Final = """
, months as (
    select month::date
      from generate_series(date_trunc('month', %(on)s::timestamp) - make_interval(months => %(months)s - 1),
                           date_trunc('month', %(on)s::timestamp), '1 month') month
), closings as (
    select closed_on, standing, paused_before > 0 as was_paused, count(*) as n
      from judged
     where closed_on >= (select min(month) from months)
     group by 1, 2, 3
)
select months.month,
       coalesce(sum(n) filter (where standing = 'inTime'), 0)::int,
       coalesce(sum(n) filter (where standing = 'late'), 0)::int,
       coalesce(sum(n) filter (where standing = 'notMeasured'), 0)::int,
       coalesce(sum(n) filter (where was_paused), 0)::int
  from months
  left join closings on date_trunc('month', closings.closed_on::timestamp)::date = months.month
 group by months.month
 order by months.month
"""
