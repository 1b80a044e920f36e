"""What came in and went out of the SLA board's cases, and how many were in each stage, day after day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from projections.read_model import Cursor, rows_of
from projections.sla_board.scope import EVERYTHING, SCOPED, Scope, parameters


class Step(StrEnum):
    """Of what length the periods of a flow are; weeks begin on Monday."""

    DAY = "day"
    WEEK = "week"


@dataclass(frozen=True, slots=True, kw_only=True)
class DayFlow:
    """Cases filed and cases closed in the period that begins with ``day``."""

    day: date
    inflow: int
    outflow: int

    @property
    def net(self) -> int:
        """By how many cases the work grew."""
        return self.inflow - self.outflow


@dataclass(frozen=True, slots=True, kw_only=True)
class DayOfStages:
    """How many cases were in each stage at the end of ``day``; all but ``closed`` are open."""

    day: date
    admissibility: int
    additional_information: int
    work_part: int
    residence_part: int
    closed: int


def flow(
    cursor: Cursor, first: date, after_last: date, scope: Scope = EVERYTHING, *, by: Step = Step.DAY
) -> list[DayFlow]:
    """Inflow and outflow of the days ``[first, after_last)``, by day or by week, quiet ones included."""
    last = after_last - timedelta(days=1)
    cursor.execute(SCOPED + _FLOW, parameters(last, scope, first=first, step=by.value, length=f"1 {by.value}"))
    return rows_of(cursor, DayFlow)


def stages_by_day(cursor: Cursor, first: date, after_last: date, scope: Scope = EVERYTHING) -> list[DayOfStages]:
    """The cumulative flow of the days ``[first, after_last)``."""
    cursor.execute(SCOPED + _STAGES, parameters(after_last - timedelta(days=1), scope, first=first))
    return rows_of(cursor, DayOfStages)


_FLOW: Final = """
, periods as (
    select day::date
      from generate_series(date_trunc(%(step)s, %(first)s::timestamp), %(on)s::timestamp, %(length)s::interval) day
), filed as (
    select date_trunc(%(step)s, c.filed_on::timestamp)::date as day, count(*) as cases
      from scoped c
     where c.filed_on >= %(first)s
     group by 1
), closed as (
    select date_trunc(%(step)s, c.closed_on::timestamp)::date as day, count(*) as cases
      from scoped c
     where c.closed_on >= %(first)s and c.closed_on <= %(on)s
     group by 1
)
select day, coalesce(filed.cases, 0), coalesce(closed.cases, 0)
  from periods
  left join filed using (day)
  left join closed using (day)
 order by day
"""

# Steps are counted once a day and summed up: a case is in admissibility from filing until it is admitted or closes,
# and so on. The applicant gets a file while it is in admissibility or in the work part, and no file leaves its stage
# before it is back; so the cases with an applicant are taken out of the stage in which they were asked. What ended
# before the first day is only counted.
_STAGES: Final = """
, cases as materialized (
    select c.filed_on, c.closed_on,
           least(c.admissible_on, c.closed_on) as admissibility_until,
           case when c.admissible_on is not null then least(c.work_part_on, c.closed_on) end as work_until,
           c.admissible_on, c.with_applicant,
           case when c.work_part_on < c.closed_on or c.closed_on is null then c.work_part_on end as residence_from
      from scoped c
     where c.closed_on is null or c.closed_on >= %(first)s
), asked as (
    select lower(days) as from_day, least(upper(days), s.closed_on) as to_day,
           s.admissible_on is null or s.admissible_on > lower(days) as before_admission
      from cases s cross join unnest(s.with_applicant) days
     where not isempty(s.with_applicant) and coalesce(upper(s.with_applicant) > %(first)s, true)
), steps as (
    select greatest(filed_on, %(first)s) as day, count(*) as n, 'filed' as step from cases group by 1
    union all
    select greatest(admissibility_until, %(first)s), count(*), 'admitted'
      from cases where admissibility_until <= %(on)s group by 1
    union all
    select greatest(work_until, %(first)s), count(*), 'workEnded'
      from cases where work_until <= %(on)s group by 1
    union all
    select greatest(admissible_on, %(first)s), count(*), 'workBegun'
      from cases where admissible_on <= %(on)s group by 1
    union all
    select greatest(residence_from, %(first)s), count(*), 'residenceBegun'
      from cases where residence_from <= %(on)s group by 1
    union all
    select greatest(closed_on, %(first)s), count(*), 'residenceEnded'
      from cases where residence_from is not null and closed_on <= %(on)s group by 1
    union all
    select greatest(closed_on, %(first)s), count(*), 'closed'
      from cases where closed_on <= %(on)s group by 1
    union all
    select %(first)s, count(*), 'closed' from scoped c where c.closed_on < %(first)s
    union all
    select greatest(from_day, %(first)s), count(*), case when before_admission then 'askedEarly' else 'askedLate' end
      from asked where from_day <= %(on)s group by 1, 3
    union all
    select greatest(to_day, %(first)s), -count(*), case when before_admission then 'askedEarly' else 'askedLate' end
      from asked where to_day <= %(on)s group by 1, 3
), by_day as (
    select days.day,
           coalesce(sum(n) filter (where step = 'filed'), 0) - coalesce(sum(n) filter (where step = 'admitted'), 0)
               - coalesce(sum(n) filter (where step = 'askedEarly'), 0) as admissibility,
           coalesce(sum(n) filter (where step in ('askedEarly', 'askedLate')), 0) as additional,
           coalesce(sum(n) filter (where step = 'workBegun'), 0)
               - coalesce(sum(n) filter (where step = 'workEnded'), 0)
               - coalesce(sum(n) filter (where step = 'askedLate'), 0) as work,
           coalesce(sum(n) filter (where step = 'residenceBegun'), 0)
               - coalesce(sum(n) filter (where step = 'residenceEnded'), 0) as residence,
           coalesce(sum(n) filter (where step = 'closed'), 0) as closed
      from (select day::date
              from generate_series(%(first)s::timestamp, %(on)s::timestamp, '1 day') day) days
      left join steps using (day)
     group by days.day
)
select day,
       (sum(admissibility) over so_far)::int, (sum(additional) over so_far)::int, (sum(work) over so_far)::int,
       (sum(residence) over so_far)::int, (sum(closed) over so_far)::int
  from by_day
window so_far as (order by day)
 order by day
"""
