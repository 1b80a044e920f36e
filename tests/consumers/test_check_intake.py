"""Requests on the topic of checks: what is asked becomes work once, and what is no request is set aside alone."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from uuid import UUID, uuid4

import pytest

from consumers.check_intake import CheckIntake
from consumers.messages import REGISTRATION_ENDED
from consumers.topics import APPLICATIONS, CHECK_REQUESTS
from infra.kafka.lag import consumer_lags
from infra.kafka.producers import Outgoing
from infra.kafka.sending import Sender
from infra.kafka.topic_admin import cluster_id
from infra.message_wire import WireRecord
from infra.postgres.messages.dead_letters import Coordinates
from infra.postgres.messages.inbox import Arrived
from infra.postgres.operations import Operations
from tests.transport.consumed_journal import ConsumedJournal, consumed_journal, running
from tests.world.waiting import wait_until

pytestmark = pytest.mark.server

REQUESTED = "crossroadsChecks.notify.requested"


@pytest.fixture
def consumed(admin_url: str) -> Iterator[ConsumedJournal]:
    with consumed_journal(admin_url, 3) as made:
        yield made


def request(
    case: UUID, *, kind: str = REQUESTED, schema: str = "1", authority: str = "flanders", **data: object
) -> WireRecord:
    """A request about a case as the relay sends it, with these members of its data changed."""
    headers = {
        "ce_specversion": "1.0", "ce_id": f"{case}/2", "ce_source": "urn:single-permit:test",
        "ce_type": f"be.{authority}.singlepermit.v1.{kind}", "ce_time": "2026-03-02T09:00:00+00:00",
        "ce_subject": str(case), "ce_streamversion": "2", "ce_position": "2", "ce_schemaversion": schema,
    }  # fmt: skip
    value = {"applicationId": str(case), "check": "employerRegister", "revision": 1, **data}
    sent = [(name, content.encode()) for name, content in headers.items()]
    return WireRecord(str(case).encode(), json.dumps(value).encode(), sent)


def receive(consumed: ConsumedJournal, *records: WireRecord) -> None:
    arrived = [
        Arrived(Coordinates("cluster", CHECK_REQUESTS.name, 0, offset), CHECK_REQUESTS.name, each)
        for offset, each in enumerate(records)
    ]
    consumed.inbox(CheckIntake()).receive(arrived, lambda _cursor: None)


def case_of(consumed: ConsumedJournal) -> UUID:
    return consumed.events()[0][0]


def work(consumed: ConsumedJournal) -> Sequence[tuple[UUID, str, int]]:
    return consumed.ask("select case_id, what, revision from check_work order by what")


def test_a_request_becomes_work_once(consumed: ConsumedJournal) -> None:
    case = case_of(consumed)
    ended = request(case, kind=REGISTRATION_ENDED, schema="2", check="unregistration", revision=7)
    receive(consumed, request(case), request(case), ended)
    assert work(consumed) == [(case, "employerRegister", 1), (case, "unregistration", 7)]
    assert consumed.letters.listed() == []


def test_what_is_no_request_is_set_aside_with_its_reason_and_the_others_become_work(consumed: ConsumedJournal) -> None:
    case, stranger = case_of(consumed), uuid4()
    wrong = {
        "unknown.ce_schemaversion": request(case, schema="99"),
        "unreadable.ce_schemaversion": request(case, schema="one"),
        "unknown.ce_type": request(case, kind="crossroadsChecks.notify.invented"),
        "unknown.check": request(case, check="unregistration"),
        "unreadable.revision": request(case, revision=2**40),
        "applicationId.otherThanSubject": request(case, applicationId=str(stranger)),
        "unknown.application": request(stranger),
        "noValue": WireRecord(str(case).encode(), None, request(case).headers),
    }
    receive(consumed, *wrong.values(), request(case))
    assert [letter.reason for letter in consumed.letters.listed()] == list(wrong)
    assert work(consumed) == [(case, "employerRegister", 1)]


@pytest.mark.parametrize(
    "changes",
    [{"kind": "applications.notify.submitted"}, {"authority": "nowhere"}],
    ids=["of another topic", "authority"],
)
def test_a_kind_that_the_contract_does_not_have_here_is_unknown(
    consumed: ConsumedJournal, changes: dict[str, str]
) -> None:
    receive(consumed, request(case_of(consumed), **changes))  # type: ignore[arg-type]
    assert [letter.reason for letter in consumed.letters.listed()] == ["unknown.ce_type"]


def test_a_request_of_a_case_whose_first_event_has_not_come_on_its_topic_is_carried_out(
    consumed: ConsumedJournal, kafka: str
) -> None:
    # given a request on its topic, and no event at all on the topic of applications
    consumed.make_topics(kafka)
    case, stranger = case_of(consumed), uuid4()
    sender = Sender(kafka)
    topic = consumed.prefix + CHECK_REQUESTS.name
    sender.send([Outgoing(topic, request(case)), Outgoing(topic, request(stranger))])
    sender.close()
    # when it is consumed
    with running(consumed.loop(kafka, CheckIntake())) as ended:
        wait_until(
            lambda: work(consumed) == [(case, "employerRegister", 1)], because="it is work: the journal has the case"
        )
        wait_until(lambda: len(consumed.letters.listed()) == 1, because="that of a stranger is set aside")
    assert ended == []
    standings = Operations(consumed.pool).consumers(cluster_id(kafka))
    lags = consumer_lags(kafka, standings, consumed.prefix, consumed.ask("select now()")[0][0])
    assert {each.topic: each.offsets for each in lags} == {CHECK_REQUESTS.name: 0}
    assert APPLICATIONS.name not in {each.topic for each in lags}
