"""Receivers that are down, slow, wrong or gone: nothing is lost, nothing is followed, and nobody else waits."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest

from api.composition import Program
from infra.clock import SystemClock
from infra.postgres.read_models.row_scope import EVERYTHING
from tests.webhooks.hooks import Hook, Hooks
from tests.webhooks.receiver import Authority, Received, Receiver, receiving
from tests.world.service_clients import ServiceClient
from tests.world.waiting import wait_until

pytestmark = [pytest.mark.server, pytest.mark.usefixtures("workers")]


def first_of(hook: Hook) -> dict[str, object]:
    """The delivery of the oldest event; nothing where none has been taken in yet."""
    found = hook.deliveries()
    return dict(found[-1]) if found else {}


def troubled(hook: Hook) -> bool:
    return "trouble" in first_of(hook)


@pytest.fixture
def other(certificate: Path) -> Iterator[Receiver]:
    with receiving(certificate) as opened:
        yield opened


def test_what_a_receiver_that_is_down_misses_comes_when_it_is_back_in_order(
    hooks: Hooks, employer: ServiceClient, certificate: Path
) -> None:
    # given a receiver that has gone away
    with receiving(certificate) as receiver:
        port = receiver.port
    hook = hooks.make(receiver.url)
    cases = [employer.file().json()["id"] for _ in range(3)]
    wait_until(lambda: first_of(hook).get("trouble") == "noConnection", because="an attempt has failed")
    assert hook.read()["failingSince"]
    # when it is back
    with receiving(certificate, port=port) as back:
        wait_until(lambda: hook.is_done, because="all is delivered")
        # then it gets everything, in the order of the log
        assert [each.content["subject"] for each in back.received] == cases
    assert "failingSince" not in hook.read()
    assert int(str(first_of(hook)["attempts"])) > 1


@pytest.mark.parametrize("status", [500, 503, 404, 400])
def test_a_refusal_is_tried_again_under_the_same_id(
    hooks: Hooks, employer: ServiceClient, receiver: Receiver, status: int
) -> None:
    hook = hooks.make(receiver.url)
    receiver.always(status)
    employer.file()
    wait_until(lambda: len(receiver.received) >= 3, because="it is tried again")
    assert (first_of(hook)["status"], first_of(hook)["trouble"]) == (status, "refused")
    receiver.always(200)
    wait_until(lambda: hook.is_done, because="it is taken")
    assert len({each.id for each in receiver.received}) == 1
    assert len({each.body for each in receiver.received}) == 1
    assert first_of(hook)["outcome"] == "delivered"
    assert "trouble" not in first_of(hook)


def test_a_receiver_that_asks_to_be_left_alone_is(
    hooks: Hooks, employer: ServiceClient, receiver: Receiver, program: Program
) -> None:
    hook = hooks.make(receiver.url)
    receiver.always(503, Retry_After="7200")
    employer.file()
    wait_until(lambda: troubled(hook), because="it was asked")
    # then as long as this service waits for anybody, and no longer
    longest = program.limits.webhooks.longest_pause_seconds
    (waiting,) = program.deliveries.log(EVERYTHING, UUID(hook.id), limit=5, after=None)
    assert waiting.tried_at is not None
    assert (waiting.due_at - waiting.tried_at).total_seconds() >= longest


def test_a_redirect_is_not_followed(hooks: Hooks, employer: ServiceClient, receiver: Receiver, other: Receiver) -> None:
    hook = hooks.make(receiver.url)
    receiver.always(307, Location=other.url)
    employer.file()
    wait_until(lambda: len(receiver.received) >= 2, because="it is tried again")
    assert first_of(hook)["trouble"] == "redirected"
    assert other.received == []


def test_who_is_gone_is_sent_nothing_more_until_its_owner_goes_on(
    hooks: Hooks, employer: ServiceClient, receiver: Receiver
) -> None:
    hook = hooks.make(receiver.url)
    receiver.always(410)
    employer.file()
    # then it has stopped after one attempt, and says why
    wait_until(lambda: hook.read()["state"] == "stopped", because="it stops")
    assert hook.read()["stoppedFor"] == "gone"
    employer.file()
    time.sleep(0.7)
    assert len(receiver.received) == 1
    # when its owner goes on, then what waited comes
    receiver.always(200)
    assert hook.post("resumptions").json()["state"] == "active"
    wait_until(lambda: hook.is_done, because="all is delivered")
    assert len({each.id for each in receiver.received}) == 2


def test_who_takes_nothing_for_days_is_given_up(
    hooks: Hooks, employer: ServiceClient, receiver: Receiver, program: Program
) -> None:
    hook = hooks.make(receiver.url)
    receiver.always(500)
    employer.file()
    wait_until(lambda: "failingSince" in hook.read(), because="it fails")
    assert hook.read()["state"] == "active"
    # when it has failed for as many days as the limit says
    found = program.subscriptions.at_work(UUID(hook.id))
    assert found is not None
    since = SystemClock().now() - timedelta(days=program.limits.webhooks.give_up_days)
    program.subscriptions.save(replace(found, failing_since=since), over=found.version)
    # then it stops
    wait_until(lambda: hook.read()["state"] == "stopped", because="it is given up")
    assert hook.read()["stoppedFor"] == "unreachable"


def test_a_certificate_that_nobody_trusts_is_sent_nothing(
    hooks: Hooks, employer: ServiceClient, tmp_path_factory: pytest.TempPathFactory, authority: Authority
) -> None:
    # given one of an unknown authority, and one of a known authority for another host
    directory = tmp_path_factory.mktemp("elsewhere")
    unknown = Authority.make(directory).issue(directory, "localhost")
    misnamed = authority.issue(directory, "other.example")
    for certificate in (unknown, misnamed):
        with receiving(certificate) as receiver:
            hook = hooks.make(receiver.url)
            employer.file()
            wait_until(lambda at=hook: troubled(at), because="it was tried")  # type: ignore[misc]
            assert first_of(hook)["trouble"] == "certificate"
            assert receiver.received == []
            hooks.delete_all()


def test_a_slow_receiver_is_cut_off_and_holds_up_nobody(
    hooks: Hooks, employer: ServiceClient, receiver: Receiver, other: Receiver, program: Program
) -> None:
    # given more receivers that never answer than there are threads for
    def never(_: Received) -> tuple[int, dict[str, str]]:
        receiver.closing.wait(30)
        return 200, {}

    receiver.answer = never
    slow = [hooks.make(receiver.url) for _ in range(program.limits.webhooks.at_once + 2)]
    employer.file()
    wait_until(lambda: all(troubled(each) for each in slow), because="each has been cut off once", within=30)
    assert first_of(slow[0])["trouble"] == "tooSlow"
    # when another one is told of something
    quick = hooks.make(other.url)
    filed = employer.file()
    began = time.monotonic()
    wait_until(lambda: other.received, because="the quick one is told")
    # then it does not wait for a call to the slow ones to end
    assert time.monotonic() - began < program.limits.webhooks.call_seconds
    assert other.received[0].content["subject"] == filed.json()["id"]
    wait_until(lambda: quick.is_done, because="it is settled")
    receiver.closing.set()


def test_an_answer_without_end_is_not_read_to_its_end(
    hooks: Hooks, employer: ServiceClient, receiver: Receiver
) -> None:
    hook = hooks.make(receiver.url)
    receiver.always(200, X_Filling="x" * 60_000)
    employer.file()
    wait_until(lambda: troubled(hook), because="it was tried")
    assert first_of(hook)["trouble"] == "noHttp"
