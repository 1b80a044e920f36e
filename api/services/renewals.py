"""Which permit an application renews, and which applications renew it: for whoever may read both."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from api.composition import Program
from api.services.access import AuthorisedCaller
from api.services.cases import CaseService
from api.services.own_rows import OwnRows
from api.services.refusals import ApplicationUnknown
from domain.case.renewals import RENEWAL_OF
from infra.postgres.read_models.case_snapshots import CaseSnapshot
from infra.postgres.read_models.row_scope import rows_within
from projections.lists.own_queries import renewals_of


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkedCase:
    """Another case, by its reference."""

    case_id: UUID
    reference: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Renewals:
    """``renewed`` is the application of the permit that this one renews; ``renewed_by`` renew this one."""

    renewed: LinkedCase | None
    renewed_by: tuple[LinkedCase, ...]


class RenewalService:
    """Safe between threads."""

    def __init__(self, program: Program, cases: CaseService) -> None:
        self._program = program
        self._cases = cases
        self._own_rows = OwnRows(program)

    def around(self, caller: AuthorisedCaller, snapshot: CaseSnapshot) -> Renewals:
        """The cases before and after a case that the caller has read; those that the caller may not read are not there.

        A renewal is found once the read model of the lists has come to it.
        """
        renewed = snapshot.file().body.get(RENEWAL_OF)
        with rows_within(self._program.readers, self._own_rows.within_reach(caller).rows) as cursor:
            following = renewals_of(cursor, snapshot.case_id)
        readable = (self._readable(caller, each) for each in following)
        return Renewals(
            renewed=None if renewed is None else self._readable(caller, UUID(renewed)),
            renewed_by=tuple(each for each in readable if each is not None),
        )

    def _readable(self, caller: AuthorisedCaller, case_id: UUID) -> LinkedCase | None:
        try:
            return LinkedCase(case_id=case_id, reference=self._cases.case(caller, case_id).case.reference)
        except ApplicationUnknown:
            return None
