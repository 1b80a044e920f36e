"""Which cases a query of the SLA board is about, and how they were at the end of its day.

Every measure is counted over :data:`AS_OF`: one row a case filed by that day, with what had happened by then. Two
columns are of today whatever the day: the handler and the number of manual tasks.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, Final


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Cases of one authority, category and handler; None is all of them.

    ``without_paused`` leaves out the open cases that are paused on the given day, and the closed ones that had a
    paused day before they closed.
    """

    authority: str | None = None
    category: str | None = None
    handler: str | None = None
    without_paused: bool = False


EVERYTHING: Final = Scope()


def parameters(on: date, scope: Scope, **more: object) -> dict[str, Any]:
    """The parameters of a statement that begins with :data:`AS_OF`."""
    return {"on": on, **asdict(scope), **more}


SCOPED: Final = """
with scoped as not materialized (
    select c.*
      from sla_board_case c
     where c.filed_on <= %(on)s
       and (%(authority)s::text is null or c.authority = %(authority)s)
       and (%(category)s::text is null or c.category = %(category)s)
       and (%(handler)s::text is null or c.handler = %(handler)s)
       and not (%(without_paused)s
                and coalesce(case when c.closed_on <= %(on)s then lower(c.paused) < c.closed_on
                                  else c.paused @> %(on)s::date end, false))
)
"""
"""The rows of the cases meant, for statements that need no more; what happened after the given day is in them."""

_JUDGED: Final = """
, on_day as (
    select c.case_id, c.reference, c.authority, c.category, c.kind, c.renewal, c.handler,
           c.filed_on, c.paused, c.paused_days, c.paused_from,
           case when c.closed_on <= %(on)s then c.closed_on end as closed_on,
           case when c.closed_on <= %(on)s then c.status
                when c.with_applicant @> %(on)s::date then 'informationRequested'
                when c.admissible_on <= %(on)s then 'admissible'
                else 'submitted' end as status,
           case when c.closed_on <= %(on)s then 'closed'
                when c.with_applicant @> %(on)s::date then 'additionalInformation'
                when c.admissible_on is null or c.admissible_on > %(on)s then 'admissibility'
                when c.work_part_on is null or c.work_part_on > %(on)s then 'workPart'
                else 'residencePart' end as stage,
           case when c.closed_on <= %(on)s then 0 else c.manual_tasks end as manual_tasks,
           least(c.closed_on, %(on)s::date) as measured_on
      from scoped c
), moved as (
    select o.*,
           case when isempty(o.paused) then 0
                when o.closed_on is not null or upper(o.paused) <= o.measured_on then o.paused_days
                when o.paused_from <= o.measured_on then o.paused_days + (o.measured_on - o.paused_from)
                else (select coalesce(sum(upper(days) - lower(days)), 0)::int
                        from unnest(o.paused * datemultirange(daterange(o.filed_on, o.measured_on))) days)
           end as paused_before,
           o.closed_on is null and o.paused @> %(on)s::date as is_paused
      from on_day o
), as_of as (
    select m.*,
           (m.filed_on + t.term)::date + m.paused_before as due_on,
           ((m.filed_on + t.term)::date - t.warning)::date + m.paused_before as at_risk_from,
           m.measured_on >= t.valid_from as is_measured
      from moved m
      left join sla_board_target t using (authority)
), judged as (
    select a.*,
           case when is_measured is not true then 'notMeasured'
                when measured_on > due_on then 'late'
                when closed_on is null and measured_on >= at_risk_from then 'atRisk'
                else 'inTime' end as standing
      from as_of a
)
"""

AS_OF: Final = SCOPED + _JUDGED
"""The due day is the term from filing and the days paused since, before the given day or the day of closing: as
:class:`domain.deadlines.service_levels.ServiceTarget` says, and a test compares the two. While a pause is open its
end is not known, and the days are counted up to the given day."""
