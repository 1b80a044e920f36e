"""What a receiver lost is sent again; a secret is replaced without a gap; a pause waits; a deletion is silent."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from api.composition import Program
from domain.civil_time import civil_day
from infra.clock import SystemClock
from infra.postgres.webhooks.deliveries import Deliveries
from tests.webhooks.hooks import Hooks
from tests.webhooks.receiver import Receiver
from tests.webhooks.verifying import verified_by
from tests.world.service_clients import ServiceClient, problem_of
from tests.world.waiting import wait_until

pytestmark = [pytest.mark.server, pytest.mark.usefixtures("workers")]


def test_everything_from_a_position_on_is_sent_again_in_order_under_the_same_ids(
    hooks: Hooks, employer: ServiceClient, receiver: Receiver
) -> None:
    hook = hooks.make(receiver.url)
    for _ in range(3):
        employer.file()
    wait_until(lambda: len(receiver.received) == 3 and hook.is_done, because="all are told")
    second = hook.deliveries()[1]
    again = hook.post("replays", {"fromPosition": second["position"]})
    assert again.json() == {"deliveries": 2}
    wait_until(lambda: len(receiver.received) == 5 and hook.is_done, because="two are told again")
    ids = [each.id for each in receiver.received]
    assert ids[3:] == ids[1:3]
    assert receiver.received[4].body == receiver.received[2].body


def test_or_from_a_day_on_or_a_single_one(hooks: Hooks, employer: ServiceClient, receiver: Receiver) -> None:
    hook = hooks.make(receiver.url)
    for _ in range(2):
        employer.file()
    wait_until(lambda: len(receiver.received) == 2 and hook.is_done, because="both are told")
    today = civil_day(SystemClock().now())
    assert hook.post("replays", {"fromDay": (today + timedelta(days=1)).isoformat()}).json() == {"deliveries": 0}
    assert hook.post("replays", {"fromDay": (today - timedelta(days=1)).isoformat()}).json() == {"deliveries": 2}
    wait_until(lambda: len(receiver.received) == 4 and hook.is_done, because="both are told again")
    first = hook.deliveries()[-1]
    assert hook.post("replays", {"deliveryId": first["id"]}).json() == {"deliveries": 1}
    wait_until(lambda: len(receiver.received) == 5 and hook.is_done, because="one is told again")
    assert receiver.received[-1].id == receiver.received[0].id


@pytest.mark.parametrize(
    ("body", "name"),
    [
        ({}, "$"),
        ({"fromDay": "2026-01-20", "fromPosition": 3}, "$"),
        ({"fromPosition": -1}, "fromPosition"),
        ({"fromPosition": 2**63}, "fromPosition"),
        ({"fromDay": "2026-02-30"}, "fromDay"),
        ({"deliveryId": "unknown"}, "deliveryId"),
        ({"deliveryId": "0190a000-0000-7abc-8def-00000000000a"}, "deliveryId"),
        ({"everything": True}, "everything"),
    ],
)
def test_what_is_to_be_sent_again_is_said_in_one_way(hooks: Hooks, body: dict[str, object], name: str) -> None:
    refused = hooks.make("https://hr.example.be/").post("replays", body)
    assert problem_of(refused) == (400, "badRequest")
    assert name in {each["name"] for each in refused.json()["issues"]}


def test_while_a_secret_is_replaced_both_verify_and_later_the_new_one_alone(
    hooks: Hooks, program: Program, receiver: Receiver
) -> None:
    hook = hooks.make(receiver.url)
    changed = hook.post("secrets")
    assert changed.status_code == 201
    new = changed.json()["secret"]
    ends = datetime.fromisoformat(changed.json()["previousSecretValidUntil"])
    assert ends - SystemClock().now() > timedelta(hours=program.limits.webhooks.rotation_hours - 1)
    hook.post("testNotices")
    wait_until(lambda: receiver.received, because="it is told")
    both = receiver.received[-1]
    assert verified_by(both, hook.secret)
    assert verified_by(both, new)
    assert len(both.headers["webhook-signature"].split(" ")) == 2
    # when the time of the old one is over
    found = program.subscriptions.at_work(UUID(hook.id))
    assert found is not None
    past = replace(found.secrets[1], valid_until=datetime(2026, 1, 1, tzinfo=UTC))
    program.subscriptions.save(replace(found, secrets=(found.secrets[0], past)), over=found.version)
    hook.post("testNotices")
    wait_until(lambda: len(receiver.received) == 2, because="it is told")
    assert verified_by(receiver.received[-1], new)
    assert not verified_by(receiver.received[-1], hook.secret)
    # and a third one ends what was before the second at once
    hook.post("secrets")
    third = program.subscriptions.at_work(UUID(hook.id))
    assert third is not None
    assert [each.text for each in third.secrets[1:]] == [new]


def test_what_happens_while_it_is_paused_waits_and_a_test_does_not(
    hooks: Hooks, employer: ServiceClient, receiver: Receiver
) -> None:
    hook = hooks.make(receiver.url)
    assert hook.post("pauses").json()["state"] == "paused"
    employer.file()
    wait_until(lambda: hook.read()["waiting"] == 1, because="it waits")
    hook.post("testNotices")
    wait_until(lambda: receiver.received, because="the test comes")
    time.sleep(0.5)
    assert [each.kind for each in receiver.received] == ["webhooks.notify.tested"]
    assert hook.post("resumptions").json()["state"] == "active"
    wait_until(lambda: hook.is_done, because="what waited is told")
    assert receiver.received[-1].kind == "applications.notify.submitted"


def test_a_test_that_does_not_arrive_is_tried_once_and_says_why(hooks: Hooks, receiver: Receiver) -> None:
    hook = hooks.make(receiver.url)
    receiver.always(500)
    hook.post("testNotices")
    wait_until(lambda: hook.is_done, because="it is settled")
    time.sleep(0.5)
    (sent,) = hook.deliveries()
    assert (sent["outcome"], sent["status"], sent["trouble"], sent["attempts"]) == ("failed", 500, "refused", 1)
    assert len(receiver.received) == 1
    assert "failingSince" not in hook.read()


def test_a_deleted_one_is_sent_nothing_more(hooks: Hooks, employer: ServiceClient, receiver: Receiver) -> None:
    kept, hook = hooks.make(f"{receiver.url}/kept"), hooks.make(receiver.url)
    receiver.always(500)
    employer.file()
    wait_until(lambda: any(each.path == "/notices" for each in receiver.received), because="it was tried")
    hooks.client.client.delete(hook.path)
    tried = len([each for each in receiver.received if each.path == "/notices"])
    receiver.always(200)
    employer.file()
    wait_until(lambda: kept.is_done, because="the other one is told")
    # one may have been under way
    assert len([each for each in receiver.received if each.path == "/notices"]) <= tried + 1
    assert hooks.client.get(hook.path).status_code == 404


def test_deliveries_are_forgotten_after_their_days(
    hooks: Hooks, employer: ServiceClient, receiver: Receiver, program: Program
) -> None:
    hook = hooks.make(receiver.url)
    employer.file()
    wait_until(lambda: receiver.received and hook.is_done, because="it is told")
    deliveries: Deliveries = program.deliveries
    kept = program.limits.webhooks.kept
    now = SystemClock().now()
    deliveries.forget(now - kept)
    assert len(hook.deliveries()) == 1
    deliveries.forget(now + timedelta(days=1))
    assert hook.deliveries() == []
