"""What the intake does with applications that nobody can read, with erased people, and where nobody subscribed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from uuid import UUID

import psycopg2
import pytest

from api.composition import Program
from infra.clock import SystemClock
from infra.postgres.webhooks.subscriptions import INTAKE
from infra.workers.webhook_intake import WebhookIntake
from tests.webhooks.hooks import Hooks
from tests.webhooks.receiver import Receiver
from tests.world.service_clients import ServiceClient
from tests.world.waiting import wait_until

pytestmark = pytest.mark.server


@pytest.fixture
def intake(program: Program) -> WebhookIntake:
    """An intake of the test's own, one page at a time."""
    return WebhookIntake(
        program.recorder, program.writers, program.deliveries, kept=timedelta(days=90), now=SystemClock().now
    )


def all_of(intake: WebhookIntake) -> None:
    while intake.take_in():
        pass


def position_of(program: Program) -> int | None:
    return program.recorder.max_tracking_id(INTAKE)


def test_where_nobody_subscribed_nothing_is_read(
    program: Program, employer: ServiceClient, hooks: Hooks, intake: WebhookIntake
) -> None:
    # given a webhook that was there once
    hooks.make("https://hr.example.be/")
    all_of(intake)
    hooks.delete_all()
    before = position_of(program)
    # when much happens
    for _ in range(3):
        employer.file()
    assert not intake.take_in()
    assert position_of(program) == before
    # then the next one begins behind it
    hooks.make("https://hr.example.be/")
    assert position_of(program) == program.recorder.max_notification_id()


def test_of_two_intakes_one_writes(
    program: Program, employer: ServiceClient, hooks: Hooks, intake: WebhookIntake
) -> None:
    hook = hooks.make("https://hr.example.be/")
    for _ in range(3):
        employer.file()
    other = WebhookIntake(
        program.recorder, program.writers, program.deliveries, kept=timedelta(days=90), now=SystemClock().now
    )
    for each in (intake, other, intake, other):
        all_of(each)
    assert len(hook.deliveries()) == 3
    assert position_of(program) == program.recorder.max_notification_id()


@contextmanager
def unreadable(program: Program, case_id: str) -> Iterator[None]:
    """The first event of a case as a later version of the program would have written it."""
    change = "update permit.journal set schema = %s where stream = %s and version = 1 returning schema"
    with closing(psycopg2.connect(program.journal_url)) as connection, connection.cursor() as cursor:
        cursor.execute("select schema from permit.journal where stream = %s and version = 1", (case_id,))
        ((schema,),) = cursor.fetchall()
        cursor.execute("alter table permit.journal disable trigger all")
        cursor.execute(change, (99, case_id))
        connection.commit()
        try:
            yield
        finally:
            cursor.execute(change, (schema, case_id))
            cursor.execute("alter table permit.journal enable trigger all")
            connection.commit()


def test_an_application_that_cannot_be_read_waits_and_the_others_do_not(
    program: Program, employer: ServiceClient, hooks: Hooks, intake: WebhookIntake
) -> None:
    hook = hooks.make("https://hr.example.be/")
    strange, usual = employer.file(), employer.file()
    with unreadable(program, strange.json()["id"]):
        all_of(intake)
        assert [each["applicationId"] for each in hook.deliveries()] == [usual.json()["id"]]
        assert position_of(program) == program.recorder.max_notification_id()
    # when this program can read it, and looks again
    assert employer.change(strange, "withdrawals", {}).status_code == 201
    again = WebhookIntake(
        program.recorder, program.writers, program.deliveries, kept=timedelta(days=90), now=SystemClock().now
    )
    all_of(again)
    all_of(again)
    assert [each["kind"] for each in reversed(hook.deliveries()) if each["applicationId"] == strange.json()["id"]] == [
        "applications.notify.submitted",
        "applications.notify.withdrawn",
    ]


@pytest.mark.usefixtures("workers")
def test_of_an_erased_worker_what_happened_can_be_told_again(
    program: Program, employer: ServiceClient, hooks: Hooks, receiver: Receiver
) -> None:
    hook = hooks.make(receiver.url)
    filed = employer.file()
    wait_until(lambda: receiver.received and hook.is_done, because="it is told")
    # given a worker whose key was destroyed
    snapshot = program.case_snapshots.read(UUID(filed.json()["id"]))
    assert snapshot is not None
    keys_url = program.settings.key_database_url
    assert keys_url is not None
    with closing(psycopg2.connect(keys_url)) as connection, connection, connection.cursor() as cursor:
        cursor.execute(
            "update permit.data_key set wrapped = null, destroyed_at = now() where subject = %s",
            (str(snapshot.case.worker_subject),),
        )
    program.keys._cache.clear()
    # when it is told again, then it says the same: there was nothing of the worker in it
    hook.post("replays", {"fromPosition": 0})
    wait_until(lambda: len(receiver.received) == 2 and hook.is_done, because="it is told again")
    assert receiver.received[0].body == receiver.received[1].body
    assert "withheld" not in receiver.received[1].body.decode()
