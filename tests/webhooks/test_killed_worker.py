"""Workers that are killed in the middle: nothing is lost, what comes twice has the same id, and the order stays."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from threading import Event
from typing import IO

import pytest

from api.composition import Program
from infra.child_process import python_running
from infra.postgres.webhooks.subscriptions import INTAKE
from tests.webhooks.hooks import Hooks
from tests.webhooks.receiver import Received, Receiver
from tests.world.service_clients import ServiceClient
from tests.world.waiting import wait_until

pytestmark = pytest.mark.server

ROOT = Path(__file__).parents[2]


@contextmanager
def worker(program: Program) -> Iterator[subprocess.Popen[str]]:
    """``permit work webhooks`` as a process of its own, over the databases of the test."""
    settings = program.settings
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("PERMIT_")},
        "PYTHONPATH": str(ROOT),
        "PERMIT_HOME": str(settings.home),
        "PERMIT_DATABASE_URL": str(settings.database_url),
        "PERMIT_KEY_DATABASE_URL": str(settings.key_database_url),
        "PERMIT_WEBHOOK_HOSTS": settings.webhook_hosts,
        "PERMIT_WEBHOOK_CA_FILE": str(settings.webhook_ca_file),
    }
    process = subprocess.Popen(
        python_running("api.cli", "work", "webhooks"),
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        assert _first_line(process) == "working on webhooks\n"
        yield process
    finally:
        process.kill()
        process.wait()
        if process.stdout is not None:
            process.stdout.close()


def _first_line(process: subprocess.Popen[str]) -> str:
    output: IO[str] | None = process.stdout
    assert output is not None
    return output.readline()


def leases_run_out(program: Program) -> None:
    """As the time would bring about by itself."""
    with program.writers.connection() as connection, connection.cursor() as cursor:
        cursor.execute("update webhook_subscription set leased_until = now() where lease is not null")


def test_a_worker_killed_in_the_middle_of_a_call_loses_nothing(
    program: Program, hooks: Hooks, employer: ServiceClient, receiver: Receiver
) -> None:
    # given a receiver that has the first notice and has not answered yet
    hook = hooks.make(receiver.url)
    answers = Event()

    def late(_: Received) -> tuple[int, dict[str, str]]:
        answers.wait(20)
        return 200, {}

    receiver.answer = late
    with worker(program) as killed:
        cases = [employer.file().json()["id"] for _ in range(3)]
        wait_until(lambda: receiver.received, because="the first call is under way")
        # when its worker is killed
        killed.kill()
        killed.wait()
    answers.set()
    leases_run_out(program)
    # then another one goes on: what may have arrived comes again under its id, and the others after it
    with worker(program):
        wait_until(lambda: hook.is_done, because="all are told")
    told = [each.content["subject"] for each in receiver.received]
    assert told == [cases[0], *cases]
    assert len({each.id for each in receiver.received}) == 3
    assert [each["attempts"] for each in reversed(hook.deliveries())] == [2, 1, 1]


def test_several_workers_tell_each_thing_once_and_in_order(
    program: Program, hooks: Hooks, employer: ServiceClient, receiver: Receiver
) -> None:
    several = [hooks.make(f"{receiver.url}/{number}") for number in range(3)]
    with ExitStack() as opened:
        for _ in range(2):
            opened.enter_context(worker(program))
        cases = [employer.file().json()["id"] for _ in range(6)]
        wait_until(lambda: len(receiver.received) >= 18, because="all are told")
        wait_until(lambda: all(each.is_done for each in several), because="all are settled")
    for number in range(3):
        told = [each.content["subject"] for each in receiver.received if each.path.endswith(f"/{number}")]
        assert told == cases


def test_a_position_that_was_lost_tells_nothing_twice(
    program: Program, hooks: Hooks, employer: ServiceClient, receiver: Receiver
) -> None:
    hook = hooks.make(receiver.url)
    with worker(program):
        employer.file()
        wait_until(lambda: receiver.received and hook.is_done, because="it is told")
    # The worker may have been killed before it gave the subscription back.
    leases_run_out(program)
    # given an intake that reads all of the journal again
    with program.writers.connection() as connection, connection.cursor() as cursor:
        cursor.execute("update tracking set position = 0 where name = %s", (INTAKE,))
    with worker(program):
        employer.file()
        wait_until(lambda: len(receiver.received) == 2 and hook.is_done, because="the next one is told")
    assert len(hook.deliveries()) == 2
