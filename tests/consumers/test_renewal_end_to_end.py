"""A renewal through the whole program: filed, checked at a bank of its own process, verified from declared wages."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest

from api.composition import Program, open_program
from api.workers import running_workers
from domain.case.commands import CommandContext, Minted, SubmitApplication
from domain.case.events import SalaryVerified
from domain.case.folding import fold
from domain.case.lifecycle import Case
from domain.crossroads.answers import CheckKind, ticket_of
from domain.crossroads.declared_quarters import quarters_to_ask
from domain.law.findings import Verdict
from infra.crossroads.simulator_process import running_simulator
from infra.settings import Settings
from infra.time_ordered_ids import time_ordered_id
from infra.workers.supervision import Supervision
from tests.world.applications import application
from tests.world.clocks import StoppedClock
from tests.world.databases import program_databases
from tests.world.waiting import wait_until

pytestmark = pytest.mark.server

FILED_AT = datetime(2026, 1, 20, 9, tzinfo=UTC)
QUARTERS = quarters_to_ask(FILED_AT.date())
SSIN, EMPLOYER = "85073003328", "0202239951"


@dataclass(frozen=True, slots=True, kw_only=True)
class Counter:
    """Where renewals are filed, and the lever of the bank."""

    program: Program
    bank: str
    workers: Supervision

    def bank_is_told(self, path: str, body: dict[str, Any]) -> None:
        httpx.put(f"{self.bank}/admin/{path}", json=body).raise_for_status()

    def declared(self, euro_a_quarter: int, *quarters: str) -> None:
        pay = [{"quarter": quarter, "grossEuroCents": euro_a_quarter * 100} for quarter in quarters]
        self.bank_is_told("wages", {"declarations": [{"ssin": SSIN, "enterpriseNumber": EMPLOYER, "quarters": pay}]})

    def renew(self, case_id: UUID | None = None) -> UUID:
        case_id = case_id or time_ordered_id(FILED_AT)
        filed = application(renewal=True, worker={"birth_date": date(1985, 7, 30), "ssin": SSIN})
        minted = Minted(reference="VL-2026-0000001", worker_subject=self.program.keys.mint())
        context = CommandContext(actor="employer", command_id=f"filing of {case_id}", now=FILED_AT)
        self.program.handle(case_id, SubmitApplication(application=filed, minted=minted), context)
        return case_id

    def checked(self, case_id: UUID) -> Case:
        """The case once all of its checks have an outcome."""

        def case() -> Case:
            found = fold(self.program.journal.read(case_id).events)
            assert found is not None
            assert self.workers.failed == ()
            return found

        wait_until(lambda: not case().pending_checks, because="all checks have an outcome")
        return case()

    def verified_pay(self, case_id: UUID) -> SalaryVerified:
        """The last verdict on the pay."""
        events = self.program.journal.read(case_id).events
        return [event for event in events if isinstance(event, SalaryVerified)][-1]


def settings(home: Path, url: str, keys_url: str) -> Settings:
    """With little patience: what stays away for two seconds becomes a task, unless the machine slept through them."""
    policy = home / "bank.toml"
    policy.write_text(
        "first_pause_seconds = 0.05\nlongest_pause_seconds = 0.2\ngive_up_after_seconds = 2.0\nleast_attempts = 6\n"
    )
    return Settings(home=home, database_url=url, key_database_url=keys_url, crossroads_policy_file=policy)


@pytest.fixture(scope="module")
def counter(admin_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Counter]:
    home: Path = tmp_path_factory.mktemp("home")
    with (
        program_databases(admin_url) as (url, keys_url),
        open_program(settings(home, url, keys_url), set_up=True) as opened,
        running_simulator(
            7, no_data_share=0, inactive_share=0, slow_share=0, transient_share=0, outage_share=0, retry_after_seconds=0
        ) as bank,
    ):
        program = replace(opened, clock=StoppedClock(FILED_AT))
        with running_workers(program, crossroads_url=bank, projections=False) as workers:
            yield Counter(program=program, bank=bank, workers=workers)


def test_pay_that_was_declared_confirms_the_renewal(counter: Counter) -> None:
    counter.declared(15_000, *QUARTERS)
    case_id = counter.renew()
    case = counter.checked(case_id)

    verified = counter.verified_pay(case_id)
    assert verified.result.verdict == Verdict.MET.value
    assert case.manual_tasks == ()
    stored = counter.program.journal.read(case_id).events
    assert sum(type(event).__name__ == "CrossroadsCheckAnswered" for event in stored) == 2


def test_declared_pay_below_the_threshold_counts_and_not_the_contract(counter: Counter) -> None:
    counter.declared(9_000, *QUARTERS)
    case_id = counter.renew()
    counter.checked(case_id)
    assert counter.verified_pay(case_id).result.verdict == Verdict.NOT_MET.value


def test_wages_that_nobody_declared_are_a_task_for_a_person(counter: Counter) -> None:
    counter.declared(0)
    case_id = counter.renew()
    case = counter.checked(case_id)
    assert ("declaredWages", "noData") in [(task.subject, task.reason) for task in case.manual_tasks]
    assert counter.verified_pay(case_id).result.verdict == Verdict.UNDETERMINED.value


def test_a_bank_that_stays_away_is_a_task_for_a_person_and_no_verdict_on_wages(counter: Counter) -> None:
    # given an outage for this one question
    case_id = time_ordered_id(FILED_AT)
    ticket = ticket_of(str(case_id), CheckKind.DECLARED_WAGES, 1)
    counter.bank_is_told("tickets", {"tickets": [{"ticket": ticket, "trouble": "serviceUnavailable"}]})
    counter.declared(15_000, *QUARTERS)

    counter.renew(case_id)
    case = counter.checked(case_id)

    assert [(task.subject, task.reason) for task in case.manual_tasks] == [("declaredWages", "serviceUnavailable")]
    stored = [type(event).__name__ for event in counter.program.journal.read(case_id).events]
    assert stored.count("CrossroadsCheckFailed") == 1
    verdicts = [event for event in counter.program.journal.read(case_id).events if isinstance(event, SalaryVerified)]
    assert all(event.result.verdict != Verdict.MET.value for event in verdicts)


def test_a_bank_that_fails_twice_is_asked_a_third_time(counter: Counter) -> None:
    case_id = time_ordered_id(FILED_AT)
    ticket = ticket_of(str(case_id), CheckKind.DECLARED_WAGES, 1)
    counter.bank_is_told("tickets", {"tickets": [{"ticket": ticket, "trouble": "connectionCut", "failingAttempts": 2}]})
    counter.declared(15_000, *QUARTERS)

    counter.renew(case_id)
    case = counter.checked(case_id)

    assert case.manual_tasks == ()
    assert httpx.get(f"{counter.bank}/admin/attempts").json()["attempts"][ticket] >= 3
