"""The workers and the simulated bank over a socket, by each of its faces: from the question to the fact in the case."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import httpx
import pytest

from infra.crossroads.simulator_process import running_simulator
from tests.consumers.check_counter import SSIN, CheckCounter, check_counter
from tests.crossroads.asking import FACES, bank_at
from tests.transport.consumed_journal import running
from tests.world.waiting import wait_until

pytestmark = pytest.mark.server

NEWER = "85473003331"


@pytest.fixture(params=FACES)
def counter(request: pytest.FixtureRequest, bank: str, unnamed_journal: str) -> Iterator[CheckCounter]:
    with check_counter(unnamed_journal) as counter, closing(bank_at(bank, face=request.param)) as asked:
        counter.bank = asked  # type: ignore[assignment]
        yield counter


@pytest.fixture
def bank() -> Iterator[str]:
    with running_simulator(7, transient_share=0, outage_share=0, slow_share=0, no_data_share=0) as address:
        yield address


def administer(bank: str, what: str, content: dict[str, object]) -> None:
    httpx.put(f"{bank}/admin/{what}", json=content, trust_env=False).raise_for_status()


def test_a_worker_whose_number_was_replaced_is_checked_under_the_newer_one(counter: CheckCounter, bank: str) -> None:
    # given a renewal of a worker who has another number by now, with wages declared under it
    administer(bank, "persons", {"persons": [{"ssin": SSIN, "status": "replaced", "replacedBy": NEWER}]})
    quarters = [{"quarter": each, "grossEuroCents": 1_500_000} for each in ("2024Q4", "2025Q1", "2025Q2", "2025Q3")]
    wages = {"ssin": NEWER, "enterpriseNumber": "0202239951", "quarters": quarters}
    administer(bank, "wages", {"declarations": [wages]})
    # when the workers are at it
    case = counter.renewal()
    with running(counter.intake(), counter.working()) as ended:
        wait_until(lambda: counter.case(case).pending_checks == (), because="all checks are answered")
        wait_until(
            lambda: counter.ask("select count(*) from check_work where settled_at is null") == [(0,)],
            because="all settled",
        )
    # then the case has the newer number, the wages that were declared under it, and no task
    assert ended == []
    names = counter.names(case)
    assert names.count("PersonIdentifierReplaced") == 1
    assert counter.case(case).worker_numbers == (SSIN, NEWER)
    assert counter.case(case).salary is not None
    assert counter.case(case).manual_tasks == ()
    # and the bank was told to register nobody under the old number
    operations = httpx.get(f"{bank}/admin/operations", trust_env=False).json()["operations"]
    assert sorted(operations.values()) == sorted([["employerRegister"], ["register"], ["register", "declaredWages"]])


def test_somebody_who_died_is_a_task_for_a_person(counter: CheckCounter, bank: str) -> None:
    administer(bank, "persons", {"persons": [{"ssin": SSIN, "status": "deceased"}]})
    case = counter.renewal()
    with running(counter.intake(), counter.working()):
        wait_until(lambda: counter.case(case).pending_checks == (), because="all checks are answered or given up")
    tasks = {(task.subject, task.reason) for task in counter.case(case).manual_tasks}
    assert ("declaredWages", "personDeceased") in tasks
