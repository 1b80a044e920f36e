"""The two workers of the Crossroads checks: the one that brings the work, and the one that does it."""

from __future__ import annotations

import hmac
import random
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import timedelta

from api.composition import DEMONSTRATION_ORIGIN, Program, WorkerCases
from api.services.employer_lookups import EmployerLookups
from consumers.check_intake import CheckIntake
from consumers.crossroads import CheckWorker
from infra.clock import SystemClock
from infra.crossroads.http_bank import HttpCrossroadsBank
from infra.crossroads.policy import CrossroadsPolicy
from infra.postgres.checks.check_queue import CheckQueue
from infra.postgres.checks.consultation_log import ConsultationLog
from infra.postgres.checks.crossroads_gate import CrossroadsGate
from infra.postgres.messages.dead_letters import DeadLetters
from infra.postgres.messages.inbox import Inbox
from infra.workers.check_workers import CheckWorkerPool
from infra.workers.consumer_loop import ConsumerLoop
from infra.workers.in_process_delivery import InProcessDelivery


def check_intake(program: Program) -> ConsumerLoop | InProcessDelivery:
    """Brings the work: over Kafka where it is set, else straight from the journal."""
    intake = CheckIntake()
    inbox = Inbox(program.writers, intake, DeadLetters(program.writers, program.keys))
    settings = program.settings
    if settings.kafka is None:
        return InProcessDelivery(program.recorder, program.writers, intake, inbox)
    return ConsumerLoop(intake, inbox, program.writers, settings.kafka, prefix=settings.kafka_topic_prefix)


@contextmanager
def check_working(program: Program, crossroads_url: str) -> Iterator[CheckWorkerPool]:
    """Does the work. Raises ``PolicyUnusable``."""
    policy = policy_of(program)
    # Asking may take a registration and a second question, each with its own time-out.
    table = CheckQueue(program.writers, lease=timedelta(seconds=4 * policy.timeout_seconds + 3))
    gate = CrossroadsGate(program.writers, policy.gate)
    # Pauses and claims are counted in the machine's time, also where the cases live in a time of their own.
    machine = SystemClock()
    with closing(crossroads_bank(program, crossroads_url, policy)) as bank:
        worker = CheckWorker(
            cases=WorkerCases(program),
            bank=bank,
            work=table,
            gate=gate,
            consultations=ConsultationLog(program.writers),
            persons=program.keys,
            now=machine.now,
            case_now=program.clock.now,
            chance=random.SystemRandom().random,
            patience=policy.patience,
            authority=policy.authority,
        )
        yield CheckWorkerPool(table, gate, worker, policy.calendar, machine.now)


@contextmanager
def employer_lookups(program: Program, crossroads_url: str | None) -> Iterator[EmployerLookups | None]:
    """Look-ups of employers at the bank at this address; None without one. Raises ``PolicyUnusable``."""
    if crossroads_url is None:
        yield None
        return
    policy = policy_of(program)
    with closing(crossroads_bank(program, crossroads_url, policy)) as bank:
        yield EmployerLookups(
            bank=bank,
            gate=CrossroadsGate(program.writers, policy.gate),
            consultations=ConsultationLog(program.writers),
            consulting=policy.authority,
            calendar=policy.calendar,
            now=SystemClock().now,
        )


def crossroads_bank(program: Program, crossroads_url: str, policy: CrossroadsPolicy) -> HttpCrossroadsBank:
    """The bank at this address, by the face that the policy names."""

    def digest(content: bytes) -> str:
        return hmac.new(program.exchange_digest_key, content, "sha256").hexdigest()

    return HttpCrossroadsBank(crossroads_url, face=policy.spoken_face, timeout=policy.timeout_seconds, digest=digest)


def policy_of(program: Program) -> CrossroadsPolicy:
    """How the bank is asked; months of a demonstration pass in a minute, so its people wait less."""
    if program.recorder.origin == DEMONSTRATION_ORIGIN:
        return CrossroadsPolicy(
            timeout_seconds=0.5,
            calls_per_second=10_000,
            burst=10_000,
            first_pause_seconds=0.02,
            longest_pause_seconds=0.1,
            late_after_seconds=1.0,
            give_up_after_seconds=1.0,
            # A simulator that was killed has forgotten how often it failed a question, and fails it again.
            least_attempts=8,
        )
    file = program.settings.crossroads_policy_file
    return CrossroadsPolicy() if file is None else CrossroadsPolicy.read(file)
