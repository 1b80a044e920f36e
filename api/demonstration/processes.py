"""The stage of a demonstration: its own databases and clock, the simulator, the service and its workers.

Service, workers and simulator are processes of their own, as they are in production; they end with this one.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence, Set
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import date, datetime
from datetime import time as time_of_day
from hashlib import sha256
from pathlib import Path
from socket import socket
from typing import Final, TypeVar
from uuid import UUID

import httpx

from api.composition import Program, open_program
from api.databases import DEMONSTRATION_ORIGIN, databases, make_databases, require_suitable_servers
from api.demonstration import plan
from api.demonstration.callers import Callers
from api.demonstration.folder import DemonstrationFolder
from api.demonstration.people_at_work import DemonstrationFailed, Participants
from api.demonstration.plan import PlannedCase
from api.demonstration.played_before import Outcome
from api.demonstration.progress import Course
from api.demonstration.progress import Stage as Progress
from api.demonstration.season import BACKLOG_FROM
from consumers.check_intake import CheckIntake
from domain.civil_time import CIVIL_TIME, civil_day
from infra.child_process import RunningChild, starting_child
from infra.clock import DemonstrationClock
from infra.crossroads.simulator_process import starting_simulator
from infra.identity.development_issuer import DevelopmentIssuer
from infra.keys import MasterKey
from infra.postgres.checks.check_queue import CheckQueue
from infra.postgres.read_models.row_scope import EVERYTHING, rows_within
from infra.postgres.server.access import database_server
from infra.postgres.server.connections import DatabaseUnavailable
from infra.postgres.server.demonstration_databases import clear_for_demonstration
from infra.postgres.server.migrate import shipped_migrations
from infra.settings import Settings
from projections.deadline_days.model import DeadlineDays, cases_due

T = TypeVar("T")

_LONGEST_WAIT: Final = 120.0
_LOOK_AGAIN: Final = 0.03

_SCRIPT: Final = ("plan", "season", "filings", "people", "papers", "course", "showcases", "steps", "legacy")
"""The files of this package that say what is played."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    program: Program
    planned: Sequence[PlannedCase]
    clock: DemonstrationClock
    callers: Callers
    participants: Participants
    address: str
    marker: str
    outcome: Outcome | None
    """Its result, where it was played to its end before."""

    def wait_until_all_is_counted(self) -> None:
        """Wait until every check has its outcome and every read model has come to the end of the journal."""
        readers = [each.name for each in self.program.read_models]
        work = CheckQueue(self.program.writers)

        def is_done() -> bool | None:
            # In this order: what happens after a look must be seen by the next one.
            brought = self._have_come_to_the_end([CheckIntake.name])
            return (brought and not work.is_anything_open() and self._have_come_to_the_end(readers)) or None

        _waited_for(is_done, "come to the end of the journal")

    def due(self, day: date) -> Set[str]:
        """The ids of the cases that have a warning or a breach by ``day`` that is not recorded yet.

        Of what has happened up to the call; others may go on meanwhile.
        """
        end = self.program.recorder.max_notification_id() or 0
        _waited_for(lambda: self._has_come_to(DeadlineDays.name, end) or None, "come to the end of the journal")
        return self._due(day)

    def wait_until_recorded(self, day: date, cases: Set[str]) -> None:
        """Wait until none of these cases, which were due, is so any more."""
        _waited_for(lambda: not self._due(day) & cases or None, f"record what was due by {day}")

    def wait_until_all_is_recorded(self, day: date) -> None:
        """Wait until nothing is due in any case."""
        _waited_for(lambda: not self.due(day) or None, f"record what was due by {day}")

    def _have_come_to_the_end(self, readers: Sequence[str]) -> bool:
        end = self.program.recorder.max_notification_id() or 0
        return all(self._has_come_to(name, end) for name in readers)

    def _has_come_to(self, reader: str, position: int) -> bool:
        return (self.program.recorder.max_tracking_id(reader) or 0) >= position

    def _due(self, day: date) -> Set[str]:
        """As far as the read model behind it has come."""
        with rows_within(self.program.readers, EVERYTHING) as cursor:
            return {str(case_id) for case_id in cases_due(cursor, day)}


@contextmanager
def set_stage(
    settings: Settings, *, cases: int, seed: int, listening: socket, course: Course, folder: DemonstrationFolder
) -> Iterator[Stage]:
    """Everything up and running; ``course`` is notified of the progress, the processes write to the folder's log.

    Raises ``NotADemonstration`` where real applications are in the way.
    """
    with ExitStack() as opened:
        simulating = opened.enter_context(
            starting_simulator(seed, folder.log, slow_ms=100, retry_after_seconds=0),
        )
        course.begin(Progress.SERVER)
        admin_url = opened.enter_context(database_server(settings))
        course.begin(Progress.DATABASES)
        journal_url, keys_url = databases(settings, admin_url)
        require_suitable_servers(settings, journal_url, keys_url, set_up=True)
        MasterKey.from_file(settings.key_encryption_key_path, create=settings.key_encryption_key_file is None)
        make_databases(journal_url, keys_url)
        marker = _marker(settings, cases, seed)
        restarted = clear_for_demonstration(journal_url, keys_url, marker, DEMONSTRATION_ORIGIN)
        if restarted:
            folder.outcome.unlink(missing_ok=True)
        clock = DemonstrationClock(settings.demonstration_clock_path)
        if restarted or not settings.demonstration_clock_path.exists():
            clock.set(datetime.combine(BACKLOG_FROM, time_of_day(8), CIVIL_TIME))
        program = opened.enter_context(open_program(settings, set_up=True))
        planned = plan.plan(cases, seed, program.rulebook)
        course.steps = sum(each.all_steps for each in planned)
        course.begin(Progress.PROCESSES)
        simulator = simulating.ready()
        # Before the workers: one that continues after a kill queries at once.
        _declare_wages(simulator.announced, planned)
        address = _served_and_worked(opened, settings, simulator, folder.log, listening)
        callers = Callers(DevelopmentIssuer.open(settings.home, create=True))
        participants = opened.enter_context(closing(Participants(address, callers)))
        stage = Stage(
            program=program,
            planned=planned,
            clock=clock,
            callers=callers,
            participants=participants,
            address=address,
            marker=marker,
            outcome=_outcome_of(program, folder, marker),
        )
        if not restarted and stage.outcome is None:
            course.begin(Progress.RESUMING)
            # What was under way at the kill is finished first, before the clock is set back to the first day.
            stage.wait_until_all_is_counted()
            stage.wait_until_all_is_recorded(civil_day(clock.now()))
        yield stage


def _outcome_of(program: Program, folder: DemonstrationFolder, marker: str) -> Outcome | None:
    """What was stored of a demonstration that was played to its end, if it was played in this database."""
    outcome = Outcome.kept_in(folder.outcome, marker)
    if outcome is None or not all(program.journal.read(UUID(case.id)).version for case in outcome.shown.values()):
        return None
    return outcome


def _served_and_worked(
    opened: ExitStack, settings: Settings, simulator: RunningChild, log: Path, listening: socket
) -> str:
    """The address of a service with workers, each a separate process, until ``opened`` is closed."""
    environment = {"PERMIT_HOME": str(settings.home), "PERMIT_CROSSROADS_URL": simulator.announced}
    working = starting_child(
        "api.cli",
        ["work", "all", "--until-stdin-closes"],
        announcement="working on ",
        environment=environment,
        # A check under way when this process is killed must not find its bank gone: no outage was planned.
        relies_on=[simulator],
        log=log,
    )
    serving = starting_child(
        "api.cli",
        ["serve", "--no-workers", "--until-stdin-closes", f"--listening={listening.fileno()}"],
        announcement="listening on ",
        environment=environment,
        inherits=[listening.fileno()],
        log=log,
    )
    workers, service = opened.enter_context(working), opened.enter_context(serving)
    # Each is ready a good while after it was started: they get ready together, and they end together.
    for child in (workers, service):
        opened.callback(child.ask_to_end)
    workers.ready()
    address = service.ready().announced
    # From here on only the service uses it: if that is gone, callers get an error and do not wait.
    listening.close()
    return address


def _waited_for(ask: Callable[[], T | None], what: str) -> T:
    """The first answer of ``ask`` that is not None; a lost database returns, or the time limit is reached."""
    give_up = time.monotonic() + _LONGEST_WAIT
    while time.monotonic() < give_up:
        with suppress(DatabaseUnavailable):
            answer = ask()
            if answer is not None:
                return answer
        time.sleep(_LOOK_AGAIN)
    raise DemonstrationFailed(f"the workers did not {what} in {_LONGEST_WAIT:.0f} s")


def _declare_wages(simulator: str, planned: Sequence[PlannedCase]) -> None:
    """Tell the simulator what employers have declared for the workers of renewals."""
    declarations = [
        {
            "ssin": wages.ssin,
            "enterpriseNumber": wages.enterprise_number,
            "quarters": [
                {"quarter": quarter, "grossEuroCents": cents} for quarter, cents in wages.cents_by_quarter.items()
            ],
        }
        for wages in (each.filing.wages for each in planned)
        if wages is not None
    ]
    answer = httpx.put(f"{simulator}/admin/wages", json={"declarations": declarations}, timeout=60)
    answer.raise_for_status()


def _marker(settings: Settings, cases: int, seed: int) -> str:
    """What the databases of a demonstration are marked with: another plan, key or schema starts again from empty."""
    key = sha256(settings.key_encryption_key_path.read_bytes()).hexdigest()[:16]
    steps = [*shipped_migrations("journal"), *shipped_migrations("keys")]
    schema = sha256("".join(step.digest for step in steps).encode()).hexdigest()[:16]
    here = Path(__file__).parent
    script = sha256(b"".join((here / f"{name}.py").read_bytes() for name in _SCRIPT)).hexdigest()[:16]
    return f"demonstration of {cases} cases, seed {seed}, key {key}, schema {schema}, script {script}"
