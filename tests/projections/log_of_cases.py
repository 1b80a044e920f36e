"""A log with cases in it, made as the product makes them: commands decided over a real journal."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import chain
from pathlib import Path
from uuid import UUID, uuid4

import psycopg2

import infra.postgres.server
from domain.case.application import (
    Application,
    Document,
    LabourMarketEvidence,
    VacancyPublication,
)
from domain.case.commands import (
    AddLabourMarketEvidence,
    AssignCase,
    AttachDocument,
    CaseCommand,
    CommandContext,
    CorrectPause,
    DecideAdmissibility,
    DecideResidencePart,
    DecideWorkPart,
    ForwardToImmigrationOffice,
    Minted,
    PauseClock,
    ProvideInformation,
    RaiseDeadline,
    RecordCrossroadsAnswer,
    RecordCrossroadsFailure,
    RecordFeePayment,
    RequestInformation,
    ResumeClock,
    SubmitApplication,
    WithdrawApplication,
)
from domain.case.folding import fold
from domain.case.handling import Receipt, handle
from domain.case.legacy_events import LegacyRecordRetold
from domain.crossroads.answers import (
    CheckKind,
    CrossroadsAnswer,
    DeclaredEmployment,
    EmployerOnRegister,
    NoDataFound,
    WorkRelation,
)
from domain.deadlines.clocks import ANSWER, BREACHED, ClockRules
from domain.law.rulebook import Rulebook
from infra.event_codec import EventCodec
from infra.keys import MasterKey
from infra.postgres.journal.folded_cases import FoldedCases
from infra.postgres.journal.journal import PostgresJournal
from infra.postgres.journal.key_store import PostgresKeyStore
from infra.postgres.journal.mapper import EventMapper
from infra.postgres.journal.recorder import JournalRecorder
from infra.postgres.read_models.case_files import CaseFiles
from infra.postgres.read_models.case_snapshots import CaseSnapshot, CaseSnapshots
from infra.postgres.read_models.schema import read_model_migrations
from infra.postgres.read_models.timelines import Timelines
from infra.postgres.server.connection_pool import ConnectionPool
from infra.postgres.server.connections import Role
from infra.postgres.server.migrate import migrate_journal
from infra.workers.projection_runner import ProjectionRunner
from projections.case_file.table import CaseFileModel
from projections.read_model import ReadModel
from projections.registered import registered_read_models
from projections.sla_board.model import SlaBoard
from projections.timeline.model import TimelineModel
from tests.stored_events.samples import SAMPLES
from tests.world.applications import application
from tests.world.clocks import StoppedClock
from tests.world.databases import program_databases
from tests.world.limits import USUAL_CASE_LIMITS

ORIGIN = "tests/projections"
FILED = datetime(2026, 2, 2, 9, tzinfo=UTC)
RULES = ClockRules.load()
TARGETS = RULES.targets
TARGET = TARGETS["flanders"]

CANARIES = (
    "Zephyrine", "Quillfeather", "1987-06-05", "49321.17", "Underwater basket weaver", "Candidate Xanthippe",
    "the file is in order", "the post no longer exists", "took another post", "which diploma", "the diploma of Ghent",
    "the counter was flooded", "the counter is dry", "the flood came later",
)  # fmt: skip
"""The personal values of the applications and acts here; none may ever be found in clear."""

ORDINARY = application(
    "mediumSkilledOther",
    pay="49321.17",
    worker={"given_name": "Zephyrine", "family_name": "Quillfeather", "birth_date": date(1987, 6, 5)},
    employment={"title": "Underwater basket weaver", "start": date(2026, 6, 1)},
)

EVIDENCE = LabourMarketEvidence(
    publications=(
        VacancyPublication(channel="VDAB", from_=date(2025, 11, 10), to=date(2026, 1, 26)),
        VacancyPublication(channel="EURES", from_=date(2025, 11, 10), to=date(2026, 1, 26)),
    ),
    candidates=("Candidate Xanthippe had no diploma",),
)

DIPLOMA = Document(kind="diploma", sha256="d1" * 32, media_type="application/pdf", size=2048)

ON_REGISTER = EmployerOnRegister(
    enterprise_number="0202239951",
    name="Acme NV",
    active=True,
    founded_on=date(1994, 3, 1),
    has_staff=True,
    has_debts=False,
)
EMPLOYED = DeclaredEmployment(
    relations=(WorkRelation(enterprise_number="0202239951", start=date(2020, 1, 6), last_day=None),)
)
NO_DATA = NoDataFound()


@dataclass(frozen=True, slots=True, kw_only=True)
class LogOfCases:
    """A journal to give commands to, and what reads it."""

    url: str
    keys_url: str
    recorder: JournalRecorder
    journal: PostgresJournal
    keys: PostgresKeyStore
    rulebook: Rulebook
    writers: ConnectionPool
    readers: ConnectionPool
    clock: StoppedClock

    def file(self, application: Application = ORDINARY, at: datetime = FILED) -> UUID:
        case_id = uuid4()
        minted = Minted(reference=f"FL-2026-{case_id.hex[:7]}", worker_subject=self.keys.mint())
        self.give(case_id, SubmitApplication(application=application, minted=minted), at)
        return case_id

    def take_over(self, at: datetime = FILED) -> UUID:
        """A case of Brussels as a record of its former system tells it."""
        told = next(each for each in SAMPLES if isinstance(each, LegacyRecordRetold))
        case_id = uuid4()
        context = CommandContext(actor="system:migration", command_id=str(case_id), now=at)
        self.journal.append(
            self.journal.read(case_id),
            [replace(told, reference=f"BXL/{case_id.hex[:7]}", worker_subject=self.keys.mint())],
            AssignCase(handler="nobody"),
            context,
            "0" * 64,
            told.authority,
        )
        return case_id

    def answer(
        self,
        case_id: UUID,
        at: datetime,
        answer: CrossroadsAnswer = ON_REGISTER,
        check: CheckKind = CheckKind.EMPLOYER_REGISTER,
    ) -> Receipt:
        command = RecordCrossroadsAnswer(check=check, revision=1, ticket="t-1", answer=answer, answer_sha256="0" * 64)
        return self.give(case_id, command, at)

    def no_answer(self, case_id: UUID, at: datetime) -> Receipt:
        check = CheckKind.EMPLOYER_REGISTER
        return self.give(case_id, RecordCrossroadsFailure(check=check, revision=1, reason="timeout", attempts=3), at)

    def add_evidence(self, case_id: UUID, at: datetime) -> Receipt:
        return self.give(case_id, AddLabourMarketEvidence(evidence=EVIDENCE), at)

    def attach(self, case_id: UUID, at: datetime, document: Document = DIPLOMA) -> Receipt:
        return self.give(case_id, AttachDocument(document=document), at)

    def pay(self, case_id: UUID, at: datetime) -> Receipt:
        command = RecordFeePayment(
            recipient="federal", amount=Decimal("138.00"), paid_on=at.date(), payment_reference="+++001+++"
        )
        return self.give(case_id, command, at)

    def assign(self, case_id: UUID, at: datetime, handler: str = "handler-7") -> Receipt:
        return self.give(case_id, AssignCase(handler=handler), at)

    def ask(self, case_id: UUID, at: datetime) -> UUID:
        """Ask the applicant for his diploma and give the id of the request."""
        request_id = uuid4()
        command = RequestInformation(request_id=request_id, items=("diploma",), question="which diploma is it")
        self.give(case_id, command, at)
        return request_id

    def provide(self, case_id: UUID, request_id: UUID, at: datetime, documents: tuple[str, ...] = ()) -> Receipt:
        command = ProvideInformation(request_id=request_id, answer="the diploma of Ghent", documents=documents)
        return self.give(case_id, command, at)

    def let_answer_term_run_out(self, case_id: UUID, at: datetime) -> Receipt:
        asked = fold(self.journal.read(case_id).events).open_request
        command = RaiseDeadline(
            clock=ANSWER, kind=BREACHED, due_on=asked.reply_by, crossed_on=asked.reply_by + timedelta(days=1)
        )
        return self.give(case_id, command, at)

    def pause(self, case_id: UUID, on: date, at: datetime) -> Receipt:
        command = PauseClock(on=on, ground="forceMajeure", motivation="the counter was flooded")
        return self.give(case_id, command, at)

    def resume(self, case_id: UUID, on: date, at: datetime) -> Receipt:
        return self.give(case_id, ResumeClock(on=on, motivation="the counter is dry"), at)

    def correct_pause(self, case_id: UUID, number: int, from_: date, to: date | None, at: datetime) -> Receipt:
        command = CorrectPause(pause=number, from_=from_, to=to, motivation="the flood came later")
        return self.give(case_id, command, at)

    def admit(self, case_id: UUID, at: datetime) -> Receipt:
        return self.give(case_id, DecideAdmissibility(outcome="admissible", motivation="the file is in order"), at)

    def declare_inadmissible(self, case_id: UUID, at: datetime) -> Receipt:
        command = DecideAdmissibility(
            outcome="inadmissible", grounds=("other",), motivation="the post no longer exists"
        )
        return self.give(case_id, command, at)

    def grant_work(self, case_id: UUID, at: datetime) -> Receipt:
        return self.give(case_id, DecideWorkPart(outcome="granted", motivation="the file is in order"), at)

    def forward(self, case_id: UUID, at: datetime) -> Receipt:
        return self.give(case_id, ForwardToImmigrationOffice(), at)

    def grant_residence(self, case_id: UUID, at: datetime) -> Receipt:
        return self.give(case_id, DecideResidencePart(outcome="granted"), at)

    def grant(self, case_id: UUID, at: datetime) -> Receipt:
        """Admit the file, grant the work part, forward it and grant the residence part: five events."""
        self.admit(case_id, at)
        self.grant_work(case_id, at)
        self.forward(case_id, at)
        return self.grant_residence(case_id, at)

    def refuse(self, case_id: UUID, at: datetime) -> Receipt:
        """Admit the file and refuse the work part, which ends the case: three events."""
        self.admit(case_id, at)
        command = DecideWorkPart(outcome="refused", grounds=("other",), motivation="the post no longer exists")
        return self.give(case_id, command, at)

    def withdraw(self, case_id: UUID, at: datetime) -> Receipt:
        return self.give(case_id, WithdrawApplication(reason="took another post"), at)

    def give(self, case_id: UUID, command: CaseCommand, at: datetime) -> Receipt:
        context = CommandContext(actor="tests", command_id=str(uuid4()), now=at)
        return handle(self.journal, self.rulebook, case_id, command, context, limits=USUAL_CASE_LIMITS).receipt

    def some_cases(self, number: int) -> list[UUID]:
        """Cases of every course, filed day after day since October, their events mixed up in the log."""
        first = datetime(2025, 10, 15, 23, 30, tzinfo=UTC)
        filed = {self.file(_variant(n), first + timedelta(days=n)): first + timedelta(days=n) for n in range(number)}
        for n, (case_id, at) in enumerate(filed.items()):
            if n % 6 == 1:
                self.no_answer(case_id, at + timedelta(hours=1))
            elif n % 6 != 0:
                self.answer(case_id, at + timedelta(minutes=1), NO_DATA if n % 6 == 2 else ON_REGISTER)
        for n, (case_id, at) in enumerate(filed.items()):
            if n % 6 in (1, 3):
                self.grant(case_id, at + timedelta(days=40 + n))
            elif n % 6 == 4:
                self.refuse(case_id, at + timedelta(days=61))
            elif n % 6 == 2:
                self.add_evidence(case_id, at + timedelta(days=30))
            elif n % 6 == 5:
                self.withdraw(case_id, at + timedelta(days=3))
        return list(filed)

    def runner(self, read_model: ReadModel, *, page_size: int = 2_000) -> ProjectionRunner:
        return ProjectionRunner(self.recorder, read_model, self.writers, page_size=page_size)

    def catch_up(self, *, page_size: int = 2_000) -> None:
        for read_model in registered_read_models():
            self.runner(read_model, page_size=page_size).catch_up()

    def case_files(self) -> CaseFiles:
        return CaseFiles(self.readers, self.keys, origin=ORIGIN, clock=self.clock, rules=RULES)

    def snapshots(self) -> CaseSnapshots:
        """Cases as the product reads them, each as a long one: what is shown comes from its tables, and from the stream
        what these do not have, from the second reading on."""
        folds = FoldedCases(self.writers, self.keys, origin=ORIGIN, every=1)
        mapper = EventMapper(EventCodec(ORIGIN, self.keys))
        journal = PostgresJournal(self.recorder, mapper, digest_key=b"d" * 32, folds=folds)
        return CaseSnapshots(journal, self.case_files(), self.timelines())

    def shown(self, case_id: UUID) -> CaseSnapshot:
        """A case that is there, read as a long one is."""
        snapshots = self.snapshots()
        first = snapshots.read(case_id)
        assert first is not None
        assert first.case.worker_subject, "its fold is kept when it is first needed"
        snapshot = snapshots.read(case_id)
        assert snapshot is not None
        return snapshot

    def timelines(self) -> Timelines:
        return Timelines(self.readers, self.keys, origin=ORIGIN)

    def erase(self, case_id: UUID) -> None:
        """Destroy the worker's key, and let this process forget it at once."""
        subject = self.journal.read(case_id).events[0].worker_subject
        run(
            self.keys_url, "update permit.data_key set wrapped = null, destroyed_at = now() where subject = %s", subject
        )
        self.keys._cache.clear()


BOARD = SlaBoard(TARGETS)
FILES = CaseFileModel()
TIMELINE = TimelineModel()


JOURNAL_MIGRATIONS = Path(infra.postgres.server.__file__).parent / "migrations" / "journal"


def read_model_tables(url: str) -> list[str]:
    """The tables that are computed from the log: those that its own migrations do not make."""
    made = (re.findall(r"create table (\w+)", each.read_text()) for each in JOURNAL_MIGRATIONS.glob("*.sql"))
    kept = ["schema_migration", *chain.from_iterable(made)]
    return [
        table
        for (table,) in run(
            url,
            "select tablename::text from pg_tables where schemaname = 'permit' and tablename <> all(%s) order by 1",
            kept,
        )
    ]


def digests(url: str) -> dict[str, str]:
    """What the tables of the read models hold, down to the last field, in one digest each."""
    return {
        table: run(url, f"select md5(coalesce(string_agg(t::text, '|' order by t::text), '')) from permit.{table} t")[
            0
        ][0]
        for table in read_model_tables(url)
    }


def forget_read_models(url: str) -> None:
    run(url, "; ".join(f"delete from permit.{table}" for table in (*read_model_tables(url), "tracking")))


def run(url: str, statement: str, *parameters: object) -> list[tuple]:
    """Run a statement as whoever made the server's databases and give its rows, if it has any."""
    with closing(psycopg2.connect(url)) as connection, connection, connection.cursor() as cursor:
        cursor.execute("set local permit.rows = 'everything:'")
        cursor.execute(statement, parameters or None)
        return cursor.fetchall() if cursor.description else []


@dataclass(frozen=True, slots=True, kw_only=True)
class LogDatabases:
    url: str
    keys_url: str


@contextmanager
def log_databases(admin_url: str) -> Iterator[LogDatabases]:
    """Databases for a log and its keys, with the tables of all read models."""
    with program_databases(admin_url) as (url, keys_url):
        migrate_journal(url, origin=ORIGIN, read_models=read_model_migrations(registered_read_models()))
        yield LogDatabases(url=url, keys_url=keys_url)


@contextmanager
def open_log(databases: LogDatabases) -> Iterator[LogOfCases]:
    """An empty log: whatever another test left in these databases is wiped."""
    forget_read_models(databases.url)
    run(
        databases.url,
        "delete from permit.journal; delete from permit.command; delete from permit.case_fold;"
        " update permit.journal_head set position = 0, known_at = '-infinity'",
    )
    with ExitStack() as opened:
        master = MasterKey(b"k" * 32)
        keys = opened.enter_context(closing(PostgresKeyStore(databases.keys_url, master)))
        recorder = opened.enter_context(closing(JournalRecorder(databases.url)))
        yield LogOfCases(
            url=databases.url,
            keys_url=databases.keys_url,
            recorder=recorder,
            journal=PostgresJournal(
                recorder, EventMapper(EventCodec(ORIGIN, keys)), digest_key=master.command_digest_key
            ),
            keys=keys,
            rulebook=Rulebook.load(),
            writers=opened.enter_context(closing(ConnectionPool(databases.url, Role.WRITER, size=8))),
            readers=opened.enter_context(closing(ConnectionPool(databases.url, Role.READER, size=8))),
            clock=StoppedClock(FILED),
        )


def _variant(n: int) -> Application:
    category = ("mediumSkilledOther", "teacher", "nurse")[n % 3]
    return replace(ORDINARY, category=category)
