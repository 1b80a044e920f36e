"""What happens on an application reaches the HR system of its employer: signed, in order, without anybody's data."""

from __future__ import annotations

from base64 import b64encode

import pytest

from api.composition import Program
from api.http.status_content import status_content
from api.services.operations import installation_figures
from tests.webhooks.hooks import Hooks
from tests.webhooks.receiver import Receiver
from tests.webhooks.verifying import verified_by, verify_of_the_page
from tests.world.bodies import APPLICATION, QUESTION
from tests.world.service_clients import ServiceClient
from tests.world.waiting import wait_until

pytestmark = [pytest.mark.server, pytest.mark.usefixtures("workers")]


def test_an_application_that_is_filed_is_told_to_the_hr_system(
    hooks: Hooks, employer: ServiceClient, receiver: Receiver
) -> None:
    # given an HR system that is told of what happens
    hook = hooks.make(receiver.url)
    # when the employer files
    filed = employer.file()
    case_id, file = filed.json()["id"], employer.case(filed)
    # then it is told: signed, which application, and how it stands
    wait_until(lambda: receiver.received, because="the notice comes")
    wait_until(lambda: hook.is_done, because="it is settled")
    (received,) = receiver.received
    assert verified_by(received, hook.secret)
    assert not verified_by(received, "whsec_" + b64encode(b"of somebody else").decode())
    assert received.headers["content-type"] == "application/cloudevents+json; charset=utf-8"
    assert received.path == "/notices"
    content = received.content
    assert content["id"] == received.id == f"{case_id}/1"
    assert content["source"].startswith("urn:single-permit:")
    assert {name: content[name] for name in ("specversion", "type", "subject", "service", "datacontenttype")} == {
        "specversion": "1.0",
        "type": "be.flanders.singlepermit.v1.applications.notify.submitted",
        "subject": case_id,
        "service": "single-permit",
        "datacontenttype": "application/json",
    }
    assert content["data"] == {
        "applicationId": case_id,
        "reference": file["reference"],
        "streamVersion": 1,
        "status": "submitted",
        "stage": "admissibility",
    }
    # and the log says that it was
    (sent,) = hook.deliveries()
    assert {name: sent[name] for name in ("kind", "outcome", "status", "attempts", "reference", "applicationId")} == {
        "kind": "applications.notify.submitted",
        "outcome": "delivered",
        "status": 204,
        "attempts": 1,
        "reference": file["reference"],
        "applicationId": case_id,
    }


def test_nothing_of_a_person_is_in_a_notice(hooks: Hooks, employer: ServiceClient, receiver: Receiver) -> None:
    hooks.make(receiver.url)
    employer.file()
    wait_until(lambda: receiver.received, because="the notice comes")
    sent = receiver.received[0].body.decode()
    worker = APPLICATION["worker"]
    for personal in ("ssin", "familyName", "givenName", "birthDate"):
        assert personal not in sent
        assert worker.get(personal, "\0") not in sent


def test_what_follows_is_told_in_its_order_with_the_day_of_the_answer(
    hooks: Hooks, employer: ServiceClient, handler: ServiceClient, receiver: Receiver
) -> None:
    hook = hooks.make(receiver.url)
    filed = employer.file()
    # when the authority asks, is answered, and the employer withdraws
    tag = employer.all_answered(filed)
    asked = handler.change(filed, "informationRequests", QUESTION, tag=tag)
    assert asked.status_code == 201, asked.text
    request = employer.case(filed)["informationRequests"][0]
    answered = employer.change(asked, f"informationRequests/{request['id']}/answers", {"answer": "Hierbij."})
    assert answered.status_code == 201, answered.text
    assert employer.change(answered, "withdrawals", {}).status_code == 201
    # then each is told in the order in which it happened, and what nobody has to know is not
    kinds = [
        "applications.notify.submitted",
        "informationRequests.notify.sent",
        "informationRequests.notify.answered",
        "applications.notify.withdrawn",
    ]
    wait_until(lambda: len(receiver.received) == len(kinds), because="all notices come")
    assert [each.kind for each in receiver.received] == kinds
    told = [each.content["data"] for each in receiver.received]
    assert [each["status"] for each in told] == ["submitted", "informationRequested", "submitted", "withdrawn"]
    assert [each.get("dueOn") for each in told] == [None, request["replyBy"], None, None]
    versions = [each["streamVersion"] for each in told]
    assert versions == sorted(versions)
    wait_until(lambda: hook.is_done, because="all are settled")


def test_what_happened_before_is_not_told(hooks: Hooks, employer: ServiceClient, receiver: Receiver) -> None:
    before = employer.file()
    hook = hooks.make(receiver.url)
    after = employer.file()
    wait_until(lambda: receiver.received and hook.is_done, because="the notice comes")
    assert [each.content["subject"] for each in receiver.received] == [after.json()["id"]]
    assert before.json()["id"] not in str(hook.deliveries())


def test_a_test_comes_when_it_is_asked_for(hooks: Hooks, receiver: Receiver) -> None:
    hook = hooks.make(receiver.url)
    made = hook.post("testNotices")
    assert made.status_code == 201
    wait_until(lambda: receiver.received, because="the test comes")
    (received,) = receiver.received
    assert verified_by(received, hook.secret)
    assert received.kind == "webhooks.notify.tested"
    assert received.content["data"] == {"isTest": True}
    assert received.id == made.json()["id"]


def test_the_code_of_the_page_takes_no_forged_and_no_old_notice(hooks: Hooks, receiver: Receiver) -> None:
    hook, verify = hooks.make(receiver.url), verify_of_the_page()
    hook.post("testNotices")
    wait_until(lambda: receiver.received, because="the test comes")
    (received,) = receiver.received
    headers, sent_at = received.headers, float(received.headers["webhook-timestamp"])
    assert verify(headers, received.body, hook.secret, sent_at + 299)
    assert not verify(headers, received.body, hook.secret, sent_at + 301)
    assert not verify(headers, received.body + b" ", hook.secret, sent_at)
    assert not verify({**headers, "webhook-id": "another"}, received.body, hook.secret, sent_at)
    assert not verify({**headers, "webhook-timestamp": "soon"}, received.body, hook.secret, sent_at)


def test_what_waits_and_what_fails_is_told_to_those_who_monitor(
    hooks: Hooks, employer: ServiceClient, receiver: Receiver, program: Program
) -> None:
    hooks.make(receiver.url)
    paused = hooks.make(receiver.url)
    paused.post("pauses")
    receiver.always(500)
    employer.file()
    wait_until(lambda: any("failingSince" in each for each in hooks.listed()), because="it fails")
    told = status_content(installation_figures(program, program.readers))["webhooks"]
    assert told["states"] == {"active": 1, "paused": 1, "stopped": 0}
    assert (told["failing"], told["waiting"]) == (1, 1)
    assert told["oldestSeconds"] > 0
