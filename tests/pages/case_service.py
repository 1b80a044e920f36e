"""The pages of cases over a real program on a socket: cases are filed and people are signed in as they would be."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import psycopg2
from playwright.sync_api import BrowserContext

from api.app import create_app
from api.composition import Program, open_program
from api.crossroads import employer_lookups
from api.pages.session import SESSION_COOKIE
from domain.case.application import Application
from domain.case.commands import CaseCommand, CommandContext, Minted, RecordCrossroadsAnswer, SubmitApplication
from domain.crossroads.answers import CheckKind, CrossroadsAnswer, EmployerOnRegister, PersonOnRegister
from domain.identifiers import ApplicationReference
from infra.clock import SystemClock
from infra.identity.caller import CLAIM_OF_ROLE, Caller, Claim, Role
from infra.identity.chooser_secret import ChooserSecret
from infra.identity.development_issuer import DevelopmentIssuer
from infra.postgres.read_models.case_files import CaseFileView
from infra.settings import Settings
from infra.wire_format import canonical_json, wire_adapter
from tests.pages.served import served
from tests.world.bodies import application_body
from tests.world.clocks import StoppedClock
from tests.world.databases import program_databases

FILED_AT = datetime(2026, 1, 20, 10, tzinfo=UTC)
EMPLOYER, OTHER_EMPLOYER, SSIN = "0202239951", "0420429375", "85073003328"
CLAIMED = {Claim.ENTERPRISE_NUMBER: EMPLOYER, Claim.SSIN: SSIN, Claim.AUTHORITY: "flanders"}


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseService:
    """``address`` is where the pages are; ``issuer`` is whose tokens they accept."""

    program: Program
    clock: StoppedClock
    issuer: DevelopmentIssuer
    address: str
    keys_url: str

    def token(self, role: Role, subject: str = "h-1", *, value: str | None = None) -> str:
        claim = CLAIM_OF_ROLE[role]
        given = value or CLAIMED[claim]
        caller = Caller(
            role=role,
            subject=subject,
            token_id=str(uuid4()),
            authority=given if claim is Claim.AUTHORITY else None,
            enterprise_number=given if claim is Claim.ENTERPRISE_NUMBER else None,
            ssin=given if claim is Claim.SSIN else None,
        )
        return self.issuer.issue(caller, now=SystemClock().now())

    @property
    def secret(self) -> str:
        """What the chooser of roles asks for."""
        return ChooserSecret.open(self.program.settings.home).text

    def sign_in(self, context: BrowserContext, role: Role, subject: str = "h-1", *, value: str | None = None) -> None:
        token = self.token(role, subject, value=value)
        context.add_cookies([{"name": SESSION_COOKIE, "value": token, "url": self.address, "sameSite": "Strict"}])

    def filed(self, **changes: Any) -> UUID:
        """A new case whose employer the Crossroads Bank knows."""
        case_id = uuid4()
        body = application_body(**changes)
        filed: Application = wire_adapter(Application).validate_json(canonical_json(body))
        number = self.program.references.take()
        reference = ApplicationReference(authority=filed.authority, year=2026, number=number)
        subject = self.program.keys.mint()
        minted = Minted(reference=str(reference), worker_subject=subject)
        self.does(case_id, SubmitApplication(application=filed, minted=minted), f"employer:{EMPLOYER}")
        employer = EmployerOnRegister(
            enterprise_number=filed.employer.enterprise_number,
            name=filed.employer.name,
            active=True,
            founded_on=date(1994, 3, 1),
            has_staff=True,
            has_debts=False,
        )
        answers: dict[CheckKind, CrossroadsAnswer] = {
            CheckKind.EMPLOYER_REGISTER: employer,
            CheckKind.WORKER_IDENTITY: PersonOnRegister(),
        }
        self.bank_answers(case_id, answers)
        return case_id

    def bank_answers(self, case_id: UUID, answers: Mapping[CheckKind, CrossroadsAnswer]) -> None:
        """The Crossroads Bank says this of a case that nobody has corrected yet."""
        for check, answer in answers.items():
            answered = RecordCrossroadsAnswer(
                check=check, revision=1, ticket="T-1", answer=answer, answer_sha256="00" * 32
            )
            self.does(case_id, answered, "system:crossroads")

    def does(self, case_id: UUID, command: CaseCommand, actor: str = "caseHandler:h-1") -> None:
        context = CommandContext(actor=actor, command_id=str(uuid4()), now=self.clock.now())
        self.program.handle(case_id, command, context)

    def catch_up(self) -> None:
        """Let the read models read the log to its end."""
        for runner in self.program.projection_runners().values():
            runner.catch_up()

    def file(self, case_id: UUID) -> CaseFileView:
        """The file of a case that is there."""
        snapshot = self.program.case_snapshots.read(case_id)
        assert snapshot is not None
        return snapshot.file()

    def erase(self, case_id: UUID) -> None:
        """Destroy the key of the worker of a case."""
        view = self.file(case_id)
        connection = psycopg2.connect(self.keys_url)
        with connection, connection.cursor() as cursor:
            cursor.execute(
                "update permit.data_key set wrapped = null, destroyed_at = now() where subject = %s",
                (str(view.worker_subject),),
            )
        connection.close()
        # This process forgets it at once.
        self.program.keys._cache.clear()


@contextmanager
def case_service(admin_url: str, home: Path, *, bank: str | None = None) -> Iterator[CaseService]:
    """``bank`` is the address of a Crossroads Bank whose registers are looked up."""
    clock = StoppedClock(FILED_AT)
    with (
        program_databases(admin_url) as (journal_url, keys_url),
        open_program(
            Settings(home=home, database_url=journal_url, key_database_url=keys_url), set_up=True, clock=clock
        ) as program,
        employer_lookups(program, bank) as lookups,
    ):
        issuer = DevelopmentIssuer.open(home, create=True)
        app = create_app(program, issuer, lookups=lookups)
        with served(app) as address:
            yield CaseService(program=program, clock=clock, issuer=issuer, address=address, keys_url=keys_url)
