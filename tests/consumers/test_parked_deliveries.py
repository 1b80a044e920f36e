"""Delivery in process: an event of which no message can be made holds up its own case and nobody else's."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread
from uuid import UUID

import pytest

from consumers.check_intake import CheckIntake
from infra.postgres.read_models.parked_streams import ParkedStream, list_parked
from infra.workers.in_process_delivery import InProcessDelivery
from tests.consumers.check_counter import CheckCounter
from tests.projections.log_of_cases import run
from tests.projections.poison import insert
from tests.world.waiting import wait_until

pytestmark = pytest.mark.server

REQUESTED = "CrossroadsCheckRequested"


@contextmanager
def delivering(*intakes: InProcessDelivery) -> Iterator[None]:
    threads = [Thread(target=each.run) for each in intakes]
    for each in threads:
        each.start()
    try:
        yield
    finally:
        for intake in intakes:
            intake.stop()
        for each in threads:
            each.join(20)
            assert not each.is_alive()


def asked_again(counter: CheckCounter, case_id: UUID, revision: int) -> None:
    asked = {"check": "employerRegister", "effectiveAt": "2026-02-02T09:00:00Z", "revision": revision}
    insert(counter.book.recorder, case_id, REQUESTED, json.dumps({"clear": asked}).encode())


def work_of(counter: CheckCounter, case_id: UUID) -> list[int]:
    rows = counter.ask("select revision from check_work where case_id = %s order by revision", case_id)
    return [revision for (revision,) in rows]


def parked(counter: CheckCounter) -> list[ParkedStream]:
    return list_parked(counter.pool, limit=10)


def test_the_others_get_their_work_and_the_case_gets_it_once_a_message_can_be_made(counter: CheckCounter) -> None:
    # given a case whose second question is in no form that anybody knows, and more of it and of others behind
    ill = counter.first()
    insert(counter.book.recorder, ill, REQUESTED, b"nothing")
    position = counter.book.recorder.max_notification_id()
    asked_again(counter, ill, 3)
    sound = counter.first()

    with delivering(counter.intake()):
        wait_until(lambda: work_of(counter, sound) == [1], because="the sound case is work")
        wait_until(lambda: parked(counter) != [], because="the stream is parked")
        asked_again(counter, ill, 4)
        late = counter.first()
        wait_until(lambda: work_of(counter, late) == [1], because="the later case is work")

    # then that case has what came before, and is named with what waits
    assert work_of(counter, ill) == [1]
    (named,) = parked(counter)
    assert (named.follower, named.stream, named.position) == (CheckIntake.name, ill, position)
    assert (named.event, named.reason, named.skipped) == (f"{REQUESTED}.v1", "UnreadableEvent", 2)

    # when the event can be read, as by a later version of the program
    body = b'{"clear":{"check":"employerRegister","effectiveAt":"2026-02-02T09:00:00Z","revision":2}}'
    run(counter.book.url, "update permit.journal set body = %s where position = %s", body, position)
    with delivering(counter.intake(), counter.intake()):
        wait_until(lambda: parked(counter) == [], because="nothing is parked any more")
    assert work_of(counter, ill) == [1, 2, 3, 4]


def test_a_start_that_changes_nothing_leaves_it_parked(counter: CheckCounter) -> None:
    ill = counter.first()
    insert(counter.book.recorder, ill, REQUESTED, b"nothing")
    for _ in range(2):
        with delivering(counter.intake()):
            wait_until(lambda: parked(counter) != [], because="the stream is parked")
            sound = counter.first()
            wait_until(lambda: work_of(counter, sound) == [1], because="the sound case is work")  # noqa: B023
    assert [(each.stream, each.skipped) for each in parked(counter)] == [(ill, 0)]
