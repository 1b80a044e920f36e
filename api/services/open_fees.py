"""What a party still has to pay, over all its open applications."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from api.composition import Program
from api.services.access import AuthorisedCaller
from api.services.cases import CaseService
from api.services.lists import ListService
from domain.case.fees import CaseFee, case_fees
from infra.postgres.read_models.case_snapshots import CaseSnapshot
from projections.lists.keyset_pages import LONGEST_PAGE, Page
from projections.lists.own_queries import Wanted

_STILL_OPEN: Final = Wanted(only_open=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenFee:
    """A fee of which less is paid than is certainly due; nothing in it is about the worker."""

    case_id: UUID
    reference: str
    fee: CaseFee


class OpenFeeService:
    """The use cases of what is still to be paid; safe between threads."""

    def __init__(self, program: Program, cases: CaseService, lists: ListService) -> None:
        self._program = program
        self._cases = cases
        self._lists = lists

    def page(self, caller: AuthorisedCaller, *, limit: int, after: str | None) -> Page[OpenFee]:
        """What is to be paid of the next ``limit`` open applications, newest first: fewer or more fees than that.

        What is owed depends on facts under the worker's key, so the stream of each application is read. Raises
        ``PlaceUnusable``.
        """
        found = self._lists.find(caller, _STILL_OPEN, limit=limit, after=after)
        # The list lags behind: by its stream an application may be another's by now.
        of_caller = self._cases.within_reach(caller, (each.case_id for each in found.items))
        items = tuple(fee for snapshot in of_caller for fee in self._of(snapshot))
        return Page(items=items, next=found.next)

    def every(self, caller: AuthorisedCaller) -> Iterator[OpenFee]:
        """The same of all open applications, read a page at a time."""
        after = None
        while True:
            page = self.page(caller, limit=LONGEST_PAGE, after=after)
            yield from page.items
            if page.next is None:
                return
            after = page.next

    def _of(self, snapshot: CaseSnapshot) -> Iterator[OpenFee]:
        case = snapshot.case
        if not snapshot.stream.is_live(case.facts.authority):
            return
        for fee in case_fees(case, self._program.rulebook, self._cases.today):
            if fee.is_to_pay:
                yield OpenFee(case_id=snapshot.case_id, reference=case.reference, fee=fee)
