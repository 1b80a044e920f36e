"""A small journal of cases as the product files them, and a superuser who forges it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import psycopg2
from psycopg2.extensions import connection as Connection

from domain.audit.merkle import leaf_hash
from domain.case.commands import (
    CaseCommand,
    CommandContext,
    DecideAdmissibility,
    DecideWorkPart,
    Minted,
    RecordCrossroadsAnswer,
    RecordFeePayment,
    SubmitApplication,
)
from domain.case.events import CaseEvent
from domain.case.handling import Receipt, handle
from domain.crossroads.answers import CheckKind, CrossroadsAnswer, DeclaredWages, EmployerOnRegister, QuarterWages
from domain.law.rulebook import Rulebook
from infra.event_codec import EventCodec
from infra.log_address import OpenLog
from infra.postgres.journal.journal import PostgresJournal
from infra.postgres.journal.mapper import EventMapper
from infra.postgres.journal.recorder import JournalRecorder
from infra.postgres.server.connection_pool import ConnectionPool
from infra.postgres.server.connections import Role, connect
from infra.postgres.server.migrate import migrate_journal
from infra.stored_form.leaf import Envelope, place_of, sealed_leaf
from tests.journal.appends import JournalAsStored
from tests.keys.case_index_in_memory import CaseIndexInMemory
from tests.keys.keys_in_memory import KeysInMemory
from tests.world.applications import NINE_WEEKS, application
from tests.world.limits import USUAL_CASE_LIMITS

ORIGIN = "tests/audit"
FIRST_DAY = datetime(2026, 1, 20, 9, 0, tzinfo=UTC)


@dataclass
class CaseBook:
    """Files and decides cases through the product's own commands, each a minute after the one before."""

    url: str
    law: Rulebook
    keys: Any = field(default_factory=KeysInMemory)
    """Where workers get their keys: in memory, so that a test can destroy them, or a key store."""

    def __post_init__(self) -> None:
        migrate_journal(self.url, origin=ORIGIN)
        self.codec = EventCodec(ORIGIN, self.keys)
        self.index = CaseIndexInMemory()
        self.recorder = JournalRecorder(self.url, pool_size=2)
        self.journal = PostgresJournal(self.recorder, EventMapper(self.codec), digest_key=b"k" * 32, index=self.index)
        self.readers = ConnectionPool(self.url, Role.READER, size=2)
        self._now = FIRST_DAY
        self._commands = 0

    @property
    def log(self) -> LogOfTheBook:
        return LogOfTheBook(self.url, self.keys)

    def close(self) -> None:
        self.readers.close()
        self.recorder.close()

    def carry_out(self, case: UUID, command: CaseCommand) -> Receipt:
        self._now += timedelta(minutes=1)
        self._commands += 1
        context = CommandContext(actor="case handler", command_id=f"c{self._commands}", now=self._now)
        return handle(self.journal, self.law, case, command, context, limits=USUAL_CASE_LIMITS).receipt

    def filed(self, category: str, pay: str, *, evidence: bool = False, renewal: bool = False) -> UUID:
        minted = Minted(reference="FL-2026-0000001-23", worker_subject=self.keys.mint())
        filing = application(category, pay=pay, evidence=NINE_WEEKS if evidence else None, renewal=renewal)
        return self.carry_out(uuid4(), SubmitApplication(application=filing, minted=minted)).case_id

    def answered(self, case: UUID, check: CheckKind, answer: CrossroadsAnswer) -> None:
        self.carry_out(
            case, RecordCrossroadsAnswer(check=check, revision=1, ticket="t", answer=answer, answer_sha256="00")
        )

    def checked(self, category: str, pay: str, *, evidence: bool = False, wages: str | None = None) -> UUID:
        """A case whose checks have all been answered; ``wages`` (a quarter) makes it a renewal."""
        case = self.filed(category, pay, evidence=evidence, renewal=wages is not None)
        employer = EmployerOnRegister(
            enterprise_number="0202239951",
            name="Proximus",
            active=True,
            founded_on=date(1994, 3, 1),
            has_staff=True,
            has_debts=False,
        )
        self.answered(case, CheckKind.EMPLOYER_REGISTER, employer)
        if wages is not None:
            quarters = ("2024Q4", "2025Q1", "2025Q2", "2025Q3")
            declared = DeclaredWages(quarters=tuple(QuarterWages(quarter=q, gross=Decimal(wages)) for q in quarters))
            self.answered(case, CheckKind.DECLARED_WAGES, declared)
        return case

    def admitted(self, case: UUID) -> UUID:
        """The case once the fee has been paid and it has been declared admissible."""
        paid = RecordFeePayment(
            recipient="federal", amount=Decimal("152.00"), paid_on=date(2026, 1, 19), payment_reference="P-1"
        )
        self.carry_out(case, paid)
        self.carry_out(case, DecideAdmissibility(outcome="admissible", motivation="the payment was seen"))
        return case

    def granted(self, category: str, pay: str, *, evidence: bool = False, wages: str | None = None) -> UUID:
        """A case whose work part is granted; the residence part is still to come."""
        case = self.admitted(self.checked(category, pay, evidence=evidence, wages=wages))
        # Whether the work is on the list of the employment service is for a person to look up.
        looked_up = "the occupation is on the list" if category == "mediumSkilledOther" else None
        self.carry_out(case, DecideWorkPart(outcome="granted", motivation=looked_up))
        return case

    def refused(self, category: str, pay: str, *, ground: str) -> UUID:
        case = self.admitted(self.checked(category, pay))
        self.carry_out(case, DecideWorkPart(outcome="refused", grounds=(ground,)))
        return case

    def event(self, case: UUID, event_type: type[Any]) -> tuple[int, Any]:
        """The version and the event of the first of its type."""
        return next((version, event) for version, event in self.events(case) if isinstance(event, event_type))

    def events(self, case: UUID) -> Iterator[tuple[int, CaseEvent]]:
        """All events of the case with their versions, with what lies apart in them."""
        for row in JournalAsStored.of(self.url).of_stream(case):
            yield row.version, self.codec.decode(row.type, row.schema, row.body, row.stream, row.version)

    def position(self, case: UUID, version: int) -> int:
        with superuser(self.url) as connection, connection.cursor() as cursor:
            cursor.execute("select position from journal where stream = %s and version = %s", (str(case), version))
            return cursor.fetchone()[0]

    def tamper(self, statement: str, *values: object) -> None:
        """As somebody who has the whole database server in hand."""
        with superuser(self.url) as connection, connection.cursor() as cursor:
            cursor.execute(statement, values)

    def rewrite(self, case: UUID, version: int, event: CaseEvent) -> None:
        """Put ``event`` in the place of a recorded one and seal it anew, with all that follows in the case."""
        encoded = self.codec.encode(event, case, version)
        self.rewrite_body(case, version, encoded.body, roots=encoded.roots)

    def rewrite_body(self, case: UUID, version: int, body: bytes, *, roots: bytes | None = None) -> None:
        """As :meth:`rewrite`, with these bytes; ``roots`` are those of its encrypted parts, if they are new."""
        with superuser(self.url) as connection, connection.cursor() as cursor:
            cursor.execute(
                "select version, type, schema, envelope, body from journal"
                " where stream = %s and version >= %s order by version",
                (str(case), version),
            )
            prev: bytes | None = None
            for at, type_, schema, stored, stored_body in cursor.fetchall():
                envelope = Envelope.read(bytes(stored))
                if prev is not None:
                    envelope = envelope._replace(prev=prev)
                if at == version and roots is not None:
                    envelope = envelope._replace(parts=roots)
                body_now = body if at == version else bytes(stored_body)
                leaf, sealed = sealed_leaf(
                    place_of(ORIGIN, case, at, type_, schema), body_now, envelope.recorded_at, envelope.prev,
                    envelope.parts, envelope.context,
                )  # fmt: skip
                prev = leaf_hash(leaf)
                cursor.execute(
                    "update journal set body = %s, envelope = %s, leaf_hash = %s where stream = %s and version = %s",
                    (body_now, sealed, prev, str(case), at),
                )


@dataclass(frozen=True)
class LogOfTheBook:
    """A book's journal, opened anew by each process."""

    url: str
    keys: Any

    @contextmanager
    def open(self) -> Iterator[OpenLog]:
        with closing(connect(self.url, Role.READER)) as connection:
            yield OpenLog(connection, EventCodec(ORIGIN, self.keys), self.keys)


@contextmanager
def superuser(url: str) -> Iterator[Connection]:
    connection = psycopg2.connect(url, options="-c search_path=permit,public")
    try:
        with connection:
            yield connection
    finally:
        connection.close()
