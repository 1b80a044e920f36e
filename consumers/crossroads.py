"""Carrying out a check at the Crossroads Bank: find the identifiers, log, call, and record what came back.

The work says only case, check and revision; the identifiers are read from the case when they are needed. A question
without an answer is retried while there is hope, and is then a task for a person: never a pass, never a refusal.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Final, TypeVar, assert_never
from uuid import uuid4

from consumers.check_queue import (
    Cases,
    CheckAlarms,
    ConsultationEntry,
    Consultations,
    DueCheck,
    DueChecks,
    Gate,
    Persons,
)
from consumers.messages import UNREGISTRATION
from domain.case.checking import is_awaited
from domain.case.commands import (
    CaseCommand,
    CommandContext,
    RecordCrossroadsAnswer,
    RecordCrossroadsFailure,
    RecordIdentifierReplaced,
)
from domain.case.folding import fold
from domain.case.identified import Identified, identified
from domain.case.refusals import NotRecordable
from domain.crossroads.answers import (
    ABOUT_THE_WORKER,
    CheckKind,
    CheckUnanswered,
    Consultation,
    CrossroadsAnswer,
    Exchange,
    NoDataFound,
    UnansweredReason,
    ticket_of,
)
from domain.crossroads.bank import CrossroadsBank
from domain.crossroads.check_process import (
    BLAMES_THE_BANK,
    AskAgain,
    AskUnder,
    GiveUp,
    Outcome,
    Patience,
    Record,
    RegisterFirst,
    RequestedCheck,
    next_step,
)
from domain.crossroads.declared_quarters import quarters_to_ask

ACTOR: Final = "crossroadsConsumer"

Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsultingAuthority:
    """Under which law (at most 64 characters) and in which quality we consult."""

    legal_context: str = "SINGLE_PERMIT:WORK_PART"
    purpose: str = "WORK_PERMIT_APPLICATION"


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckWorker:
    """Carries out claimed work; doing a piece twice records its outcome once. Safe for many threads.

    ``now`` is the machine's time, in which work waits; ``case_now`` the time in which the cases live.
    """

    cases: Cases
    bank: CrossroadsBank
    work: DueChecks
    gate: Gate
    consultations: Consultations
    persons: Persons
    alarms: CheckAlarms
    now: Callable[[], datetime]
    case_now: Callable[[], datetime]
    chance: Callable[[], float]
    patience: Patience
    authority: ConsultingAuthority = field(default_factory=ConsultingAuthority)

    def carry_out(self, work: DueCheck) -> None:
        """Do the work, and settle it or put it back.

        Raises what the journal or the database raises: then the claim runs out and the work falls due again.
        """
        events = self.cases.events_of(work.case_id)
        if not events:
            # Taken from a topic before the intake looked up in the journal which cases there are.
            self.work.settle(work, "noSuchCase", self.now())
            return
        about = identified(events)
        if work.what == UNREGISTRATION:
            self._unregister(work, about)
            return
        case = fold(events)
        if case is None or not is_awaited(case, CheckKind(work.what), work.revision):
            # Requested again since, answered already (by a worker that then died), or the case has ended.
            self.work.settle(work, "notAwaited", self.now())
            return
        if work.what in ABOUT_THE_WORKER and about.ssin is None:
            # Never given, or erased: there is no person to consult about.
            self._give_up(work, GiveUp(UnansweredReason.SSIN_UNKNOWN), work.attempts)
            return
        self._ask(work, about)

    def give_up(self, work: DueCheck) -> None:
        """Work that has waited too long without a possible consultation: a person looks, unless it is settled."""
        case = fold(self.cases.events_of(work.case_id))
        if case is None:
            self.work.settle(work, "noSuchCase", self.now())
        elif work.what == UNREGISTRATION:
            self.work.put_back(work, self.now() + self.patience.longest_pause, None)
        elif is_awaited(case, CheckKind(work.what), work.revision):
            reason = UnansweredReason(work.last_error or UnansweredReason.SERVICE_UNAVAILABLE)
            self._give_up(work, GiveUp(reason), work.attempts)
        else:
            self.work.settle(work, "notAwaited", self.now())

    def _ask(self, work: DueCheck, about: Identified) -> None:
        outcome: Outcome
        registered = False
        if not self.work.count_attempt(work):
            return
        try:
            if work.what in ABOUT_THE_WORKER and not self.consultations.is_registered(work.case_id):
                self._register(work, about)
                registered = True
            outcome = self._outcome(work, about)
            if isinstance(outcome, CheckUnanswered) and outcome.reason is UnansweredReason.NOT_REGISTERED:
                # The bank may have forgotten somebody whom we had registered.
                requested = RequestedCheck(asked_at=work.asked_at, attempts=work.attempts + 1, registered=registered)
                if isinstance(next_step(requested, outcome, self.patience, self.now(), 0), RegisterFirst):
                    self._register(work, about)
                    registered = True
                    outcome = self._outcome(work, about)
        except CheckUnanswered as why:
            outcome = why
        self._take(work, about, outcome, registered)

    def _take(self, work: DueCheck, about: Identified, outcome: Outcome, registered: bool) -> None:
        now = self.now()
        attempts = work.attempts + 1
        requested = RequestedCheck(asked_at=work.asked_at, attempts=attempts, registered=registered)
        self._tell_gate(outcome, now)
        step = next_step(requested, outcome, self.patience, now, self.chance())
        match step:
            case Record(answer):
                found = RecordCrossroadsAnswer(
                    check=CheckKind(work.what),
                    revision=work.revision,
                    ticket=ticket_of(str(work.case_id), work.what, work.revision),
                    answer=answer,
                    answer_sha256=sha256(repr(answer).encode()).hexdigest(),
                )
                try:
                    self._record(work, found)
                except NotRecordable:
                    # An answer that no log can hold is none: retried while there is hope, then a person's task.
                    self._take(work, about, CheckUnanswered(UnansweredReason.MALFORMED_ANSWER), registered)
                else:
                    self.work.settle(work, _name_of(answer), self.now())
            case AskAgain(pause, reason):
                self.work.put_back(work, now + pause, reason.value)
            case AskUnder(ssin):
                check = CheckKind(work.what)
                self._record(
                    work,
                    RecordIdentifierReplaced(check=check, revision=work.revision, ssin=ssin, attempts=attempts),
                )
                self.work.settle(work, UnansweredReason.SSIN_REPLACED.value, self.now())
            case GiveUp():
                self._give_up(work, step, attempts)
            case RegisterFirst():
                self.work.put_back(work, now, UnansweredReason.NOT_REGISTERED.value)
            case _:
                assert_never(step)

    def _tell_gate(self, outcome: Outcome, now: datetime) -> None:
        if isinstance(outcome, CheckUnanswered) and outcome.reason in BLAMES_THE_BANK:
            self.gate.failed(now)
        else:
            self.gate.went_well()

    def _give_up(self, work: DueCheck, step: GiveUp, attempts: int) -> None:
        if step.alarms_security:
            self.alarms.access_denied(work.what, step.reason.value, attempts)
        self._record(
            work,
            RecordCrossroadsFailure(
                check=CheckKind(work.what), revision=work.revision, reason=step.reason.value, attempts=attempts
            ),
        )
        self.work.settle(work, step.reason.value, self.now())

    def _record(self, work: DueCheck, command: CaseCommand) -> None:
        # A fresh id for each attempt: a question sent twice (after a crash) may be answered differently, and it
        # is the case that takes the first answer and ignores the second. No digest of the answer here: command
        # ids are in clear in the journal, and a wage is quickly guessed from its digest.
        context = CommandContext(
            actor=ACTOR,
            command_id=f"{ticket_of(str(work.case_id), work.what, work.revision)}/{uuid4()}",
            now=self.case_now(),
            causation_id=work.event_id,
        )
        self.cases.handle(work.case_id, command, context)

    def _outcome(self, work: DueCheck, about: Identified) -> Outcome:
        try:
            return self._consulted(
                work, about, work.what, lambda consultation: self._question(work, about, consultation)
            )
        except CheckUnanswered as why:
            return why

    def _question(
        self, work: DueCheck, about: Identified, consultation: Consultation
    ) -> tuple[CrossroadsAnswer, Exchange]:
        match CheckKind(work.what):
            case CheckKind.EMPLOYER_REGISTER:
                employer = self.bank.employer(about.employer_number, consultation)
                return employer.answer, employer.exchange
            case CheckKind.DECLARED_WAGES:
                quarters = quarters_to_ask(about.filed_on)
                wages = self.bank.declared_wages(_ssin(about), about.employer_number, quarters, consultation)
                return wages.answer, wages.exchange
            case CheckKind.WORKER_IDENTITY:
                person = self.bank.person(_ssin(about), consultation)
                return person.answer, person.exchange
            case CheckKind.DECLARED_EMPLOYMENT:
                since = about.worked_since or about.filed_on
                employment = self.bank.declared_employment(_ssin(about), since, about.filed_on, consultation)
                return employment.answer, employment.exchange
            case unknown:
                assert_never(unknown)

    def _register(self, work: DueCheck, about: Identified) -> None:
        """Enter the person in the authority's register. Raises :class:`CheckUnanswered`."""
        ssin = _ssin(about)
        self._consulted(work, about, "register", lambda it: (None, self.bank.register(ssin, it)))
        self.consultations.registered(work.case_id, about.worker_subject, self.now())

    def _unregister(self, work: DueCheck, about: Identified) -> None:
        """The case has ended: no person is consulted about without a purpose of another case."""
        if not self.consultations.is_registered(work.case_id):
            self.work.settle(work, "notRegistered", self.now())
            return
        if about.ssin is None:
            # Erased: the number is known nowhere any more, so the bank's own term for the inscription ends it.
            self.work.settle(work, "withheld", self.now())
            return
        ssin = about.ssin
        if not self.consultations.others_registered(work.case_id, self.persons.subjects_of(ssin)):
            if not self.work.count_attempt(work):
                return
            try:
                self._consulted(work, about, "unregister", lambda it: (None, self.bank.unregister(ssin, it)))
            except CheckUnanswered as why:
                self._tell_gate(why, self.now())
                requested = RequestedCheck(asked_at=work.asked_at, attempts=work.attempts + 1, registered=True)
                step = next_step(requested, why, self.patience, self.now(), self.chance())
                if isinstance(step, AskAgain):
                    self.work.put_back(work, self.now() + step.pause, why.reason.value)
                else:
                    self.alarms.not_unregistered(why.reason.value)
                    self.work.settle(work, why.reason.value, self.now())
                return
        self.consultations.unregistered(work.case_id, self.now())
        self.work.settle(work, "unregistered", self.now())

    def _consulted(
        self, work: DueCheck, about: Identified, operation: str, call: Callable[[Consultation], tuple[Answer, Exchange]]
    ) -> Answer:
        """Log, call, log how it ended. Raises what the call raises, and what the log raises before any call."""
        consultation = Consultation(
            ticket=ticket_of(str(work.case_id), work.what, work.revision),
            trace_id=str(uuid4()),
            legal_context=self.authority.legal_context,
            purpose=self.authority.purpose,
        )
        self.consultations.about_to_consult(
            ConsultationEntry(
                trace_id=consultation.trace_id,
                ticket=consultation.ticket,
                operation=operation,
                case_id=work.case_id,
                revision=work.revision,
                subject=None if work.what == CheckKind.EMPLOYER_REGISTER else about.worker_subject,
                actor=ACTOR,
                authority=about.authority,
                legal_context=consultation.legal_context,
                purpose=consultation.purpose,
                at=self.now(),
            )
        )
        try:
            answer, exchange = call(consultation)
        except CheckUnanswered as why:
            self.consultations.ended(consultation.trace_id, why.reason.value, why.exchange, self.now())
            raise
        self.consultations.ended(consultation.trace_id, _name_of(answer), exchange, self.now())
        return answer


def _ssin(about: Identified) -> str:
    if about.ssin is None:
        raise AssertionError("a check about nobody has been given up before")
    return about.ssin


def _name_of(answer: object) -> str:
    if answer is None:
        return "done"
    return "noData" if isinstance(answer, NoDataFound) else "found"
