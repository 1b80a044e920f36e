"""Board and queue on a socket over a database of their own, and how readers of each role sign in to them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from threading import Thread
from uuid import UUID, uuid4

from fastapi import FastAPI
from playwright.sync_api import Page

from api.composition import Program, open_program
from api.http.authentication import Authentication
from api.http.body_limits import BodyGuard
from api.http.outermost import ErrorBoundary
from api.http.quotas import Quotas
from api.pages.rendering import Pages
from api.pages.routes.board import board_pages
from api.pages.routes.bulk_assignment import bulk_assignment_pages
from api.pages.routes.queue import queue_pages
from api.pages.session import Readers
from api.pages.static_files import static_routes
from api.services.all_services import Services
from api.words.code_lists import CodeLists
from domain.case.application import Application
from domain.case.commands import AssignCase, CaseCommand, CommandContext, Minted, SubmitApplication
from domain.identifiers import ApplicationReference
from infra.clock import SystemClock
from infra.identity.caller import Caller, Role
from infra.identity.development_issuer import DevelopmentIssuer
from infra.identity.ended_sessions import EndedSessions
from infra.settings import Settings
from infra.workers.projection_runner import ProjectionRunner
from projections.check_times.model import CheckTimes
from projections.lists.work_queue import WorkQueue
from projections.recorded_event import RecordedEvent
from projections.sla_board.model import SlaBoard
from tests.identity.callers import CALLERS, SUPERVISOR_OF_ALL
from tests.pages.served import served
from tests.projections.log_of_cases import ORDINARY, run
from tests.world.clocks import StoppedClock
from tests.world.databases import program_databases

NOW = datetime(2026, 3, 21, 9, 30, tzinfo=UTC)
HANDLER = replace(CALLERS[Role.CASE_HANDLER], subject="handler-1")
OTHER_HANDLER = replace(HANDLER, subject="handler-2", token_id="t-8")
OPERATIONS = CALLERS[Role.OPERATIONS]
EMPLOYER = CALLERS[Role.EMPLOYER]
SUPERVISOR = SUPERVISOR_OF_ALL


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardService:
    """The pages at ``address``; the clock stands until a test sets it."""

    address: str
    program: Program
    clock: StoppedClock
    issuer: DevelopmentIssuer

    def token(self, caller: Caller) -> str:
        return self.issuer.issue(caller, now=SystemClock().now())

    def sign_in(self, page: Page, caller: Caller) -> None:
        page.context.add_cookies([{"name": "session", "value": self.token(caller), "url": self.address}])

    def show(self, events: Iterable[RecordedEvent]) -> None:
        """Put the cases of a made log on board and queue, as if that log were the journal and read to its end."""
        batch = list(events)
        with self.program.writers.transaction() as connection, connection.cursor() as cursor:
            SlaBoard(self.program.clock_rules.targets).project(batch, cursor)
            WorkQueue().project(batch, cursor)
            CheckTimes().project([each for each in batch if each.name in CheckTimes.handles], cursor)
        for name in (SlaBoard.name, WorkQueue.name, CheckTimes.name):
            run(
                self.program.journal_url,
                "insert into permit.tracking (name, position) values (%s, %s)"
                " on conflict (name) do update set position = excluded.position",
                name,
                len(batch),
            )
        run(self.program.journal_url, "update permit.journal_head set position = %s", len(batch))

    def file(self, number: int, at: datetime, application: Application = ORDINARY) -> tuple[UUID, str]:
        """File an application in the journal; gives its id and its reference."""
        reference = str(ApplicationReference(authority=application.authority, year=at.year, number=number))
        minted = Minted(reference=reference, worker_subject=self.program.keys.mint())
        case_id = uuid4()
        self.give(case_id, SubmitApplication(application=application, minted=minted), at)
        return case_id, reference

    def assign(self, case_id: UUID, caller: Caller, at: datetime) -> None:
        self.give(case_id, AssignCase(handler=caller.actor), at)

    def give(self, case_id: UUID, command: CaseCommand, at: datetime) -> None:
        self.program.handle(case_id, command, CommandContext(actor="tests", command_id=str(uuid4()), now=at))

    def has_caught_up(self) -> None:
        """Wait until the queue, which follows the journal, has read all that is in it."""
        self.program.recorder.wait(WorkQueue.name, self.program.recorder.max_notification_id(), timeout=20)

    @contextmanager
    def following(self) -> Iterator[None]:
        """The queue follows the journal until the end of the `with`."""
        runner = ProjectionRunner(self.program.recorder, WorkQueue(), self.program.writers)
        thread = Thread(target=runner.run, name="queue-follows")
        thread.start()
        try:
            yield
        finally:
            runner.stop()
            thread.join()


@contextmanager
def board_service(admin_url: str, home: Path) -> Iterator[BoardService]:
    with (
        program_databases(admin_url) as (journal_url, keys_url),
        open_program(Settings(home=home, database_url=journal_url, key_database_url=keys_url), set_up=True) as opened,
    ):
        clock = StoppedClock(NOW)
        program = replace(opened, clock=clock)
        issuer = DevelopmentIssuer.open(home / "issuer", create=True)
        with served(_app(program, issuer)) as address:
            yield BoardService(address=address, program=program, clock=clock, issuer=issuer)


def _app(program: Program, issuer: DevelopmentIssuer) -> FastAPI:
    app = FastAPI(openapi_url=None)
    pages = Pages.load()
    services = Services.of(program)
    authentication = Authentication(issuer.verifier(), EndedSessions(program.settings.home))
    quotas = Quotas(program.limits.requests, program.limit_counts)
    readers = Readers(services.access, authentication, quotas, pages.languages, CodeLists.load(), program.notes)
    app.add_middleware(ErrorBoundary, quotas=quotas)
    app.state.body_guard = BodyGuard(program.limits.bodies, program.limit_counts)
    app.state.access, app.state.pages, app.state.readers = services.access, pages, readers
    app.include_router(static_routes(pages.static))
    app.include_router(board_pages(services.boards, pages, readers))
    app.include_router(queue_pages(services, pages, readers))
    app.include_router(bulk_assignment_pages(services.assignment, pages, readers))
    return app
