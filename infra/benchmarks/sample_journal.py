"""Cases as they occur, for benchmarks to load, project and replay: decided by the product's own rules.

Every tenth course is another: granted and refused, with recruitment evidence, renewals on declared wages, answers
that never came, withdrawals, and cases still open. Their commands are in the order of time, so that the events of
a case lie as far apart in the journal as they do in life.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from hashlib import sha256
from typing import Final, TypeAlias
from uuid import UUID, uuid4

from domain.case.application import (
    Application,
    Employer,
    Employment,
    GrossPay,
    LabourMarketEvidence,
    VacancyPublication,
    Worker,
    Workplace,
)
from domain.case.commands import (
    CaseCommand,
    CommandContext,
    DecideAdmissibility,
    DecideResidencePart,
    DecideWorkPart,
    ForwardToImmigrationOffice,
    Minted,
    RecordCrossroadsAnswer,
    RecordCrossroadsFailure,
    SubmitApplication,
    WithdrawApplication,
)
from domain.case.decider import decide
from domain.case.events import CaseEvent
from domain.case.folding import evolve
from domain.case.lifecycle import Case
from domain.codes import CONTRACT_ELEMENTS
from domain.crossroads.answers import (
    CheckKind,
    CrossroadsAnswer,
    DeclaredWages,
    EmployerOnRegister,
    NoDataFound,
    QuarterWages,
    ticket_of,
)
from domain.law.rulebook import Rulebook
from infra.benchmarks.scratch import scratch_database
from infra.event_codec import EventCodec
from infra.keys import KEY_BYTES, KeyMissing, SubjectKeys
from infra.postgres.journal.append_requests import (
    Appended,
    AppendRequest,
    CommandIdentity,
    StreamHead,
    Touch,
)
from infra.postgres.journal.bulk import bulk_append
from infra.postgres.journal.sealing import encoded_on, sealed_request
from infra.postgres.read_models.schema import read_model_migrations
from infra.postgres.server.connections import Role, connect
from infra.postgres.server.migrate import migrate_journal
from infra.time_ordered_ids import time_ordered_id
from infra.wire_format import wire_time
from projections.registered import registered_read_models

ORIGIN: Final = "benchmark"

_FIRST_DAY: Final = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)
_FILED_WITHIN: Final = timedelta(days=60)
_NEW: Final = StreamHead(None, None)
_EMPLOYER: Final = "0202239951"
_QUARTERS: Final = ("2024Q4", "2025Q1", "2025Q2", "2025Q3")


class KeysInMemory:
    """Implements :class:`infra.keys.SubjectKeys`: what is measured is the work with keys, not the fetching of them."""

    def __init__(self, seed: bytes) -> None:
        self._seed = seed
        self._keys: dict[UUID, bytes] = {}

    def mint(self, *, ssin: str | None = None) -> UUID:
        subject = uuid4()
        self._keys[subject] = sha256(self._seed + subject.bytes).digest()[:KEY_BYTES]
        return subject

    def prefetch(self, subjects: Sequence[UUID]) -> None:
        """All are cached."""

    def key_to_encrypt(self, subject: UUID) -> bytes:
        key = self._keys.get(subject)
        if key is None:
            raise KeyMissing(f"no key was minted for the data subject {subject}")
        return key

    def key_to_decrypt(self, subject: UUID) -> bytes | None:
        return self.key_to_encrypt(subject)


@dataclass(frozen=True, slots=True)
class PreparedCommand:
    """What one command decided to, not encoded yet."""

    stream: UUID
    identity: CommandIdentity
    recorded_at: datetime
    events: tuple[CaseEvent, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleJournal:
    """A journal full of cases, with the tables of all read models, still empty."""

    url: str
    keys: KeysInMemory
    cases: int
    events: int


@contextmanager
def sample_journal(admin_url: str, cases: int) -> Iterator[SampleJournal]:
    """A journal of ``cases`` cases in a scratch database of its own, loaded in bulk and vacuumed."""
    keys, law = KeysInMemory(b"sample journal"), Rulebook.load()
    with loaded_journal(admin_url, prepared_commands(cases, keys, law), keys, law) as journal:
        yield journal


@contextmanager
def loaded_journal(
    admin_url: str, prepared: Sequence[PreparedCommand], keys: KeysInMemory, law: Rulebook
) -> Iterator[SampleJournal]:
    """The same of commands that are prepared already, with ``keys``."""
    with scratch_database(admin_url) as url:
        migrate_journal(url, origin=ORIGIN, read_models=read_model_migrations(registered_read_models()))
        events = load(url, sealed_requests(prepared, EventCodec(ORIGIN, keys), law.sha256))
        with closing(connect(url, None)) as connection, connection.cursor() as cursor:
            cursor.execute("vacuum (analyze) journal")
        yield SampleJournal(url=url, keys=keys, cases=len({each.stream for each in prepared}), events=events)


def load(url: str, requests: Iterable[AppendRequest]) -> int:
    """Append in bulk and give the number of events; raises the first conflict, for there should be none."""
    events = 0
    for each in bulk_append(lambda: connect(url, Role.WRITER), requests):
        if not isinstance(each.result, Appended):
            raise each.result
        events += len(each.request.events)
    return events


def prepared_commands(cases: int, keys: SubjectKeys, law: Rulebook) -> list[PreparedCommand]:
    """The commands of ``cases`` cases that brought something about, in the order of time."""
    prepared = [
        command for number in range(cases) for command in _course(number, _filed_at(number, cases), keys.mint(), law)
    ]
    prepared.sort(key=lambda command: command.recorded_at)
    return prepared


def as_whole_cases(prepared: Iterable[PreparedCommand]) -> list[PreparedCommand]:
    """The same events with one command a case: as a case comes over whole from elsewhere."""
    of_case: dict[UUID, list[PreparedCommand]] = {}
    for command in prepared:
        of_case.setdefault(command.stream, []).append(command)
    return [
        replace(commands[0], events=tuple(event for command in commands for event in command.events))
        for commands in of_case.values()
    ]


def sealed_requests(
    prepared: Iterable[PreparedCommand], codec: EventCodec, rule_set: str, *, origin: str = ORIGIN
) -> Iterator[AppendRequest]:
    """Encode, encrypt and seal as the requests are taken: each builds on the one before it on its stream."""
    heads: dict[UUID, StreamHead] = {}
    for command in prepared:
        head = heads.get(command.stream, _NEW)
        request = sealed_request(
            encoded_on(codec, command.stream, head, command.events),
            origin=origin,
            command=command.identity,
            touches=(Touch(command.stream, head),),
            recorded_at=wire_time(command.recorded_at),
            rule_set=rule_set,
        )
        heads[command.stream] = request.result
        yield request


def _filed_at(number: int, cases: int) -> datetime:
    return _FIRST_DAY + _FILED_WITHIN * number / cases


def _course(number: int, filed_at: datetime, subject: UUID, law: Rulebook) -> Iterator[PreparedCommand]:
    """Decide the commands of one case one after the other, as the product does."""
    stream = time_ordered_id(filed_at)
    case: Case | None = None
    for step, (actor, after, command) in enumerate(_commands(number, stream, subject)):
        context = CommandContext(actor=actor, command_id=f"{stream}/{step}", now=filed_at + after)
        events = decide(case, command, context, law)
        identity = CommandIdentity(actor, context.command_id, sha256(context.command_id.encode()).digest())
        yield PreparedCommand(stream, identity, context.now, tuple(events))
        for event in events:
            case = evolve(case, event)


Step: TypeAlias = tuple[str, timedelta, CaseCommand]
"""The actor, how long after filing, and the command."""

_HANDLER: Final = "caseHandler:h-1"


def _commands(number: int, stream: UUID, subject: UUID) -> Sequence[Step]:
    """The commands of one case, each with its actor and how long after filing."""
    minted = Minted(reference=f"FL-2026-{number:07d}-00", worker_subject=subject)
    decided_after = timedelta(days=20 + number % 50)

    def filed(category: str, pay: str, *, evidence: bool = False, renewal: bool = False) -> CaseCommand:
        application = _application(number, category, pay, evidence=evidence, renewal=renewal)
        return SubmitApplication(application=application, minted=minted)

    def answered(check: CheckKind, answer: CrossroadsAnswer) -> Step:
        ticket = ticket_of(str(stream), check, 1)
        digest = sha256(ticket.encode()).hexdigest()
        command = RecordCrossroadsAnswer(check=check, revision=1, ticket=ticket, answer=answer, answer_sha256=digest)
        return "crossroads", timedelta(seconds=40), command

    register = answered(
        CheckKind.EMPLOYER_REGISTER,
        EmployerOnRegister(
            enterprise_number=_EMPLOYER,
            name="Proximus",
            active=True,
            founded_on=date(1994, 3, 1),
            has_staff=True,
            has_debts=False,
        ),
    )
    admissible = DecideAdmissibility(outcome="admissible", motivation="The fee was paid at the counter.")
    admitted: Step = (_HANDLER, decided_after / 2, admissible)
    granted: tuple[Step, ...] = (
        admitted,
        (_HANDLER, decided_after, DecideWorkPart(outcome="granted", motivation="The file is in order.")),
        (_HANDLER, decided_after, ForwardToImmigrationOffice()),
        (_HANDLER, decided_after + timedelta(days=20), DecideResidencePart(outcome="granted")),
    )
    match number % 10:
        case 0 | 1 | 2:
            return (("employer", timedelta(), filed("highlySkilled", "61250.00")), register, *granted)
        case 3 | 4:
            filing = filed("mediumSkilledOther", "45310.50", evidence=True)
            return (("employer", timedelta(), filing), register, *granted)
        case 5:
            quarters = tuple(QuarterWages(quarter=quarter, gross=Decimal("16480.25")) for quarter in _QUARTERS)
            wages = answered(CheckKind.DECLARED_WAGES, DeclaredWages(quarters=quarters))
            filing = filed("highlySkilled", "65920.00", renewal=True)
            return (("employer", timedelta(), filing), register, wages, *granted)
        case 6:
            refused = DecideWorkPart(outcome="refused", grounds=("salaryThreshold",), motivation="The pay is too low.")
            filing = filed("highlySkilled", "41000.00")
            return (("employer", timedelta(), filing), register, admitted, (_HANDLER, decided_after, refused))
        case 7:
            check = CheckKind.EMPLOYER_REGISTER
            failed = RecordCrossroadsFailure(check=check, revision=1, reason="timeout", attempts=5)
            filing = filed("nurse", "48900.00")
            return (("employer", timedelta(), filing), ("crossroads", timedelta(minutes=5), failed))
        case 8:
            withdrawn = WithdrawApplication(reason="The worker has found other work in the meantime.")
            filing = filed("teacher", "52100.00")
            return (("employer", timedelta(), filing), register, ("employer", timedelta(days=6), withdrawn))
        case _:
            filing = filed("mediumSkilledOther", "39880.00")
            nothing = answered(CheckKind.EMPLOYER_REGISTER, NoDataFound())
            return (("employer", timedelta(), filing), nothing)


def _application(number: int, category: str, pay: str, *, evidence: bool, renewal: bool) -> Application:
    return Application(
        authority="flanders",
        kind="fixedTerm",
        category=category,
        procedure_language="nl",
        filed_by="employer",
        renewal=renewal,
        employer=Employer(enterprise_number=_EMPLOYER, name="Proximus"),
        worker=Worker(
            given_name="Asha",
            family_name=f"Worker {number}",
            birth_date=date(1980, 1, 1) + timedelta(days=number % 7_000),
            nationality="IN",
        ),
        employment=Employment(
            title="Maintenance engineer, second line",
            start=date(2026, 6, 1),
            end=date(2028, 5, 31),
            contract="belgian",
            contract_states=CONTRACT_ELEMENTS,
            gross_pay=GrossPay(amount=Decimal(pay), period="year"),
            full_time_equivalent=Decimal("1.0"),
            qualification_level=4 if category.startswith("mediumSkilled") else 6,
            workplace=Workplace(municipality_code="44021"),
        ),
        labour_market_test=_NINE_WEEKS if evidence else None,
    )


_NINE_WEEKS: Final = LabourMarketEvidence(
    publications=tuple(
        VacancyPublication(channel=channel, from_=date(2025, 10, 27), to=date(2026, 1, 2))
        for channel in ("VDAB", "EURES")
    ),
    candidates=("The one candidate sent by VDAB had no certificate for high voltage.",),
)
