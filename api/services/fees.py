"""What is read of the fees of cases: what each owes, and what was paid."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from api.composition import Program
from api.services.access import AuthorisedCaller
from api.services.cases import CaseService
from domain.case.fees import CaseFee, case_fees
from infra.postgres.read_models.case_snapshots import CaseSnapshot


@dataclass(frozen=True, slots=True, kw_only=True)
class FeesOfCase:
    """The ``fees`` of an open case by the law known today, and all ``payments`` on record, voided ones too."""

    version: int
    fees: tuple[CaseFee, ...]
    payments: tuple[Mapping[str, Any], ...]


class FeeService:
    """The use cases of fees; safe between threads."""

    def __init__(self, program: Program, cases: CaseService) -> None:
        self._program = program
        self._cases = cases

    def of_case(self, caller: AuthorisedCaller, case_id: UUID) -> FeesOfCase:
        """The fees and payments of a case at one version. Raises ``ApplicationUnknown``."""
        return self.of_snapshot(self._cases.case(caller, case_id))

    def owed(self, caller: AuthorisedCaller, case_id: UUID) -> tuple[CaseFee, ...]:
        """The fees alone, without the payments on record. Raises ``ApplicationUnknown``."""
        return case_fees(self._cases.case(caller, case_id).case, self._program.rulebook, self._cases.today)

    def of_snapshot(self, snapshot: CaseSnapshot) -> FeesOfCase:
        """The same of a case that has been read."""
        return FeesOfCase(
            version=snapshot.version,
            fees=case_fees(snapshot.case, self._program.rulebook, self._cases.today),
            payments=tuple(snapshot.file().body["fees"]),
        )
