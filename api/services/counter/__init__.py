"""The employer's counter: one's own applications, permits, mandates, days and notices, put together."""

from __future__ import annotations

from dataclasses import dataclass

from api.composition import Program
from api.services.access import Access
from api.services.cases import CaseService
from api.services.counter.days import DayService
from api.services.counter.mandates import MandateService
from api.services.counter.notices import NoticeService
from api.services.counter.opened import OpenedRows
from api.services.counter.own_list import OwnListService
from api.services.counter.permits import PermitService
from api.services.own_rows import OwnRows


@dataclass(frozen=True, slots=True, kw_only=True)
class Counter:
    """All are safe between threads."""

    lists: OwnListService
    permits: PermitService
    mandates: MandateService
    days: DayService
    notices: NoticeService

    @classmethod
    def of(cls, program: Program, access: Access, cases: CaseService) -> Counter:
        """The services of the counter over ``program``."""
        rows, opened = OwnRows(program), OpenedRows(program, access, cases)
        permits = PermitService(program, rows, opened)
        return cls(
            lists=OwnListService(program, rows, opened, permits),
            permits=permits,
            mandates=MandateService(rows, opened),
            days=DayService(program, rows, opened, permits),
            notices=NoticeService(program, rows, opened),
        )
