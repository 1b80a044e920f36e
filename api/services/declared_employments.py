"""What employments were declared of a worker (Dimona), to fill in a work history: queried live, from the bank itself.

The bank answers about persons in the authority's register alone. So the worker is entered in it for the one question,
and taken out again at once, unless a case of the same person needs the entry.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from api.services.employer_lookups import EmployerLookups, apart
from api.services.refusals import RegisterUnavailable
from domain.case.value_checks import same_day_of_year
from domain.crossroads.answers import CheckKind, DeclaredEmployment, WorkRelation
from infra.postgres.journal.case_index import CaseIndex
from infra.structured_logs import get_logger

YEARS_LOOKED_BACK: Final = 10
"""More than any term of work that a permit of unlimited duration rests on; what is older is nobody's question here."""

_NO_CASE: Final = UUID(int=0)

_log = get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclaredEmployments:
    """One worker's own employments; safe between threads. ``index`` finds the cases of the same person."""

    lookups: EmployerLookups
    index: CaseIndex

    def of(self, ssin: str, *, authority: str, actor: str, today: date) -> tuple[WorkRelation, ...]:
        """The employments that touch the last ten years, oldest first.

        Raises :class:`RegisterUnavailable` and ``DatabaseUnavailable``.
        """
        bank, since = self.lookups.bank, same_day_of_year(today, -YEARS_LOOKED_BACK)

        self.lookups.consult("register", lambda it: (None, bank.register(ssin, it)), authority=authority, actor=actor)
        try:
            found = self.lookups.consult(
                CheckKind.DECLARED_EMPLOYMENT.value,
                lambda it: apart(bank.declared_employment(ssin, since, today, it)),
                authority=authority,
                actor=actor,
            )
        finally:
            self._unregister(ssin, authority=authority, actor=actor)
        return found.relations if isinstance(found, DeclaredEmployment) else ()

    def _unregister(self, ssin: str, *, authority: str, actor: str) -> None:
        if self.lookups.consultations.others_registered(_NO_CASE, self.index.subjects_of(ssin)):
            return
        try:
            self.lookups.consult(
                "unregister",
                lambda it: (None, self.lookups.bank.unregister(ssin, it)),
                authority=authority,
                actor=actor,
            )
        except RegisterUnavailable:
            # It is on record in the log of consultations; the bank's own term for the inscription ends it.
            _log.error("declared_employments.not_unregistered")
