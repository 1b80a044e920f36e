"""What the enterprise register holds under a number, to prefill a form: queried live, from the bank itself.

The same limits and the same log as for the checks of cases: who queried what, when, under which law.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeVar
from uuid import uuid4

from api.services.refusals import RegisterUnavailable
from consumers.check_queue import ConsultationEntry
from consumers.crossroads import ConsultingAuthority
from domain.crossroads.answers import (
    CheckKind,
    CheckUnanswered,
    Consultation,
    EmployerAnswer,
    Exchange,
    NoDataFound,
)
from domain.crossroads.bank import Answered, CrossroadsBank
from domain.crossroads.check_process import BLAMES_THE_BANK
from domain.crossroads.service_calendar import ServiceCalendar
from infra.postgres.checks.consultation_log import ConsultationLog
from infra.postgres.checks.crossroads_gate import CrossroadsGate

_SECONDS_TO_WAIT: Final = 5

Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True, kw_only=True)
class EmployerLookups:
    """One query for each request; safe for many threads."""

    bank: CrossroadsBank
    gate: CrossroadsGate
    consultations: ConsultationLog
    consulting: ConsultingAuthority
    calendar: ServiceCalendar
    now: Callable[[], datetime]

    def look_up(self, enterprise_number: str, *, authority: str, actor: str) -> EmployerAnswer:
        """What the register holds. Raises :class:`RegisterUnavailable` and ``DatabaseUnavailable``."""
        return self.consult(
            CheckKind.EMPLOYER_REGISTER.value,
            lambda it: apart(self.bank.employer(enterprise_number, it)),
            authority=authority,
            actor=actor,
        )

    def consult(
        self,
        operation: str,
        call: Callable[[Consultation], tuple[Answer, Exchange]],
        *,
        authority: str,
        actor: str,
    ) -> Answer:
        """Make one call to the bank, within its limits and on record.

        Raises :class:`RegisterUnavailable` and ``DatabaseUnavailable``.
        """
        if not self.calendar.is_open(self.now()) or not self.gate.admit(1, self.now()):
            raise RegisterUnavailable(_SECONDS_TO_WAIT)
        consultation = Consultation(
            ticket=str(uuid4()),
            trace_id=str(uuid4()),
            legal_context=self.consulting.legal_context,
            purpose=self.consulting.purpose,
        )
        self.consultations.about_to_consult(
            ConsultationEntry(
                trace_id=consultation.trace_id,
                ticket=consultation.ticket,
                operation=operation,
                case_id=None,
                revision=None,
                subject=None,
                actor=actor,
                authority=authority,
                legal_context=consultation.legal_context,
                purpose=consultation.purpose,
                at=self.now(),
            )
        )
        try:
            answer, exchange = call(consultation)
        except CheckUnanswered as why:
            self.consultations.ended(consultation.trace_id, why.reason.value, why.exchange, self.now())
            if why.reason in BLAMES_THE_BANK:
                self.gate.failed(self.now())
            else:
                self.gate.went_well()
            raise RegisterUnavailable(max(_SECONDS_TO_WAIT, round(why.stay_away_seconds))) from None
        outcome = "done" if answer is None else "noData" if isinstance(answer, NoDataFound) else "found"
        self.consultations.ended(consultation.trace_id, outcome, exchange, self.now())
        self.gate.went_well()
        return answer


def apart(answered: Answered[Answer]) -> tuple[Answer, Exchange]:
    """The answer, and the exchange that brought it."""
    return answered.answer, answered.exchange
