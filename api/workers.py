"""The workers of one process, put together from the parts of the program."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from datetime import timedelta

from api.composition import Program, WorkerCases
from api.crossroads import crossroads_bank
from api.permissions import Permissions
from api.services.access import Access
from api.services.application_batches import ApplicationBatchService
from api.services.cases import CaseService
from api.services.migrations import legacy_consumer
from api.services.webhook_notices import NoticesByStream
from consumers.check_intake import CheckIntake
from consumers.consumer import Consumer
from consumers.crossroads import CheckWorker
from infra.clock import SystemClock
from infra.migration.sources import MigratingAuthority
from infra.postgres.checks.check_queue import CheckQueue
from infra.postgres.checks.consultation_log import ConsultationLog
from infra.postgres.checks.crossroads_gate import CrossroadsGate
from infra.postgres.journal.left_keys import LeftKeys
from infra.postgres.messages.dead_letters import DeadLetters
from infra.postgres.messages.inbox import Inbox
from infra.postgres.webhooks.subscriptions import INTAKE
from infra.webhooks.https_call import HttpsCalls
from infra.workers.batch_filing import BatchFiling
from infra.workers.check_workers import CheckWorkerPool, LoggedCheckAlarms
from infra.workers.command_retention import CommandRetention
from infra.workers.consumer_loop import ConsumerLoop
from infra.workers.deadline_watch import DeadlineWatcher
from infra.workers.in_process_delivery import InProcessDelivery
from infra.workers.leftovers import Leftovers, LeftUploads
from infra.workers.old_drafts import OldDrafts
from infra.workers.projection_runner import GATHER_SECONDS, ProjectionRunner
from infra.workers.relay import Relay
from infra.workers.supervision import SupervisedWorker, Supervision
from infra.workers.webhook_intake import WebhookIntake
from infra.workers.webhook_sender import WebhookSender
from projections.deadline_days.model import DeadlineDays


@contextmanager
def running_workers(
    program: Program,
    *,
    crossroads_url: str | None,
    projections: bool = True,
    deadlines: bool = True,
    relay: bool = True,
    migration: bool = True,
    webhooks: bool = True,
) -> Iterator[Supervision]:
    """Run the projections, the watch over deadlines, the Crossroads checks where the bank's address is given, and
    the relay and the consumers of legacy records where Kafka's is, and the notices to webhooks, until the block ends.

    What the journal keeps of old commands is forgotten beside the projections, what was begun for a case and never
    became part of one is collected there, and batches of applications are filed.
    """
    with ExitStack() as opened:
        workers: list[SupervisedWorker] = []
        if projections:
            workers += [SupervisedWorker(name, each) for name, each in _projection_runners(program).items()]
            if program.pace.forgets_commands:
                retention = CommandRetention(program.writers, program.clock)
                workers.append(SupervisedWorker("command-retention", retention))
            workers.append(SupervisedWorker("leftovers", _leftovers(program), run_again=True))
            workers.append(SupervisedWorker("batch-filing", _batch_filing(program), run_again=True))
        if deadlines:
            workers.append(SupervisedWorker("deadline-watch", _deadline_watch(program)))
        if crossroads_url is not None:
            checks = opened.enter_context(_check_workers(program, crossroads_url))
            workers.append(SupervisedWorker(CheckIntake.name, _delivery(program, CheckIntake()), run_again=True))
            workers.append(SupervisedWorker("crossroads-checks", checks))
        if webhooks:
            workers.append(SupervisedWorker(INTAKE, _webhook_intake(program)))
            workers.append(SupervisedWorker("webhook-sending", _webhook_sender(program)))
        if program.settings.kafka is not None:
            if relay:
                workers.append(SupervisedWorker("relay", _relay(program, program.settings.kafka)))
            for authority in MigratingAuthority if migration else ():
                consumer = opened.enter_context(legacy_consumer(program, authority, program.settings.kafka))
                workers.append(SupervisedWorker(f"legacy-{authority}", consumer, run_again=True))
        supervision = Supervision(workers)
        supervision.start()
        try:
            yield supervision
        finally:
            supervision.stop()


def _projection_runners(program: Program) -> dict[str, ProjectionRunner]:
    """At the program's pace, but for what deadlines are read from: nobody goes on with a case before a day's are
    recorded.
    """
    return {
        each.name: ProjectionRunner(
            program.recorder,
            each,
            program.writers,
            gather=GATHER_SECONDS if each.name == DeadlineDays.name else program.pace.gathering,
        )
        for each in program.read_models
    }


def _leftovers(program: Program) -> Leftovers:
    uploads = LeftUploads(program.documents, program.journal, program.document_locks)
    drafts = OldDrafts(
        program.drafts, program.batches, program.draft_keys, program.limits.drafts.retention, program.clock.now
    )
    return Leftovers((uploads, LeftKeys(program.keys.pool, program.writers), drafts, program.draft_files))


def _batch_filing(program: Program) -> BatchFiling:
    access = Access(Permissions.load())
    return BatchFiling(ApplicationBatchService(program, access, CaseService(program, access)))


def _deadline_watch(program: Program) -> DeadlineWatcher:
    return DeadlineWatcher(
        program.unhurried_readers,
        WorkerCases(program),
        program.clock_rules,
        program.clock,
        look_again=program.pace.look_at_deadlines,
    )


def _relay(program: Program, kafka: str) -> Relay:
    settings = program.settings
    return Relay(
        program.recorder,
        program.serving.writer,
        program.writers,
        kafka,
        prefix=settings.kafka_topic_prefix,
        client=settings.kafka_client,
    )


def _webhook_intake(program: Program) -> WebhookIntake:
    return WebhookIntake(
        program.recorder,
        program.writers,
        program.deliveries.working_through(program.writers),
        kept=program.limits.webhooks.kept,
        now=SystemClock().now,
    )


def _webhook_sender(program: Program) -> WebhookSender:
    limits = program.limits.webhooks
    calls = HttpsCalls(program.address_book, seconds=limits.call_seconds, ca_file=program.settings.webhook_ca_file)
    return WebhookSender(
        program.subscriptions.working_through(program.writers),
        program.deliveries.working_through(program.writers),
        NoticesByStream(program, Access(Permissions.load())),
        calls,
        limits.retries,
        # Receivers live in the machine's time, also where the cases live in a time of their own.
        now=SystemClock().now,
        chance=random.SystemRandom().random,
        at_once=limits.at_once,
    )


def _delivery(program: Program, consumer: Consumer) -> ConsumerLoop | InProcessDelivery:
    """Brings a consumer its messages: over Kafka where it is set, else straight from the journal."""
    inbox = Inbox(program.writers, consumer, DeadLetters(program.writers, program.keys))
    settings = program.settings
    if settings.kafka is None:
        return InProcessDelivery(program.recorder, program.writers, consumer, inbox)
    return ConsumerLoop(consumer, inbox, program.writers, settings.kafka, prefix=settings.kafka_topic_prefix)


@contextmanager
def _check_workers(program: Program, crossroads_url: str) -> Iterator[CheckWorkerPool]:
    """Do the work of the checks. Raises ``PolicyUnusable``."""
    policy = program.crossroads_policy
    # Asking may take a registration and a second question, each with its own time-out.
    queue = CheckQueue(program.writers, lease=timedelta(seconds=4 * policy.timeout_seconds + 3))
    gate = CrossroadsGate(program.writers, policy.gate)
    # Pauses and claims are counted in the machine's time, also where the cases live in a time of their own.
    machine = SystemClock()
    with closing(crossroads_bank(program, crossroads_url, policy)) as bank:
        worker = CheckWorker(
            cases=WorkerCases(program),
            bank=bank,
            work=queue,
            gate=gate,
            consultations=ConsultationLog(program.writers),
            persons=program.index,
            alarms=LoggedCheckAlarms(),
            now=machine.now,
            case_now=program.clock.now,
            chance=random.SystemRandom().random,
            patience=policy.patience,
            authority=policy.authority,
        )
        yield CheckWorkerPool(queue, gate, worker, policy.calendar, machine.now)
