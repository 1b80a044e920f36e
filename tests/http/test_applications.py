"""Filing and reading back over HTTP, and what happens to requests that are sent twice or too late."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier
from uuid import UUID, uuid4

import httpx
import pytest

from api.services.measures import MEASURES
from infra.identity.caller import Role
from tests.identity.callers import CALLERS
from tests.world.bodies import APPLICATION, EVIDENCE, application_body
from tests.world.service_clients import ServiceClient, ServiceClients, case_path

pytestmark = pytest.mark.server

NOBODYS_ID = "0190a000-0000-7abc-8def-00000000000a"


def test_an_application_is_filed_and_read_back(employer: ServiceClient) -> None:
    # when an employer files
    filed = employer.file()
    # then the answer names the case, its version, its terms and its place in the journal
    assert filed.status_code == 201
    body = filed.json()
    assert body["reference"].startswith("FL-2026-")
    assert (body["status"], body["stage"]) == ("submitted", "admissibility")
    assert body["deadlines"] == {"target": {"dueOn": "2026-03-21", "atRiskFrom": "2026-03-11"}}
    assert filed.headers["Location"] == body["href"] == f"{employer.client.base_url}applications/{body['id']}"
    assert filed.headers["ETag"] == f'"{body["version"]}"'
    assert UUID(body["id"]).version == 7
    assert len(body["receipt"]["leafHash"]) == 64
    assert body["receipt"]["position"] == employer.written
    # and the case reads as it was filed
    read = employer.get(body["href"])
    assert read.status_code == 200
    assert read.headers["ETag"] == filed.headers["ETag"]
    assert read.headers["Content-Type"] == "application/json"
    found = read.json()
    assert found["worker"] == APPLICATION["worker"]
    assert found["employment"] == APPLICATION["employment"]
    assert found["labourMarketTest"]["publications"] == APPLICATION["labourMarketTest"]["publications"]
    assert [found[name] for name in ("href", "reference", "stage")] == [body[n] for n in ("href", "reference", "stage")]
    assert None not in found.values()


def test_evidence_is_added_and_the_application_withdrawn(employer: ServiceClient) -> None:
    filed = employer.file(application_body(labourMarketTest=None))
    added = employer.post(f"{case_path(filed)}/labourMarketTests", EVIDENCE, If_Match=filed.headers["ETag"])
    assert (added.status_code, added.json()["status"]) == (201, "submitted")
    withdraw = f"{case_path(filed)}/withdrawals"
    withdrawn = employer.post(withdraw, {"reason": "ander werk"}, If_Match=added.headers["ETag"])
    assert (withdrawn.status_code, withdrawn.json()["status"]) == (201, "withdrawn")
    # withdrawing once more brings nothing new: no event, no receipt, another status
    written = employer.written
    again = employer.post(withdraw, {}, If_Match=withdrawn.headers["ETag"])
    assert (again.status_code, again.json()["status"]) == (200, "withdrawn")
    assert "receipt" not in again.json()
    assert employer.written == written


def test_a_repeated_filing_is_answered_as_the_first_time(employer: ServiceClient) -> None:
    # given a filing whose case has moved on since
    key = str(uuid4())
    first = employer.file(key=key)
    employer.post(f"{case_path(first)}/withdrawals", {}, If_Match=first.headers["ETag"])
    written = employer.written
    # when the same request comes again, then so does the first answer
    again = employer.file(key=key)
    assert (again.status_code, again.json()) == (first.status_code, first.json())
    assert [again.headers[name] for name in ("Location", "ETag")] == [first.headers[n] for n in ("Location", "ETag")]
    assert employer.written == written


@pytest.mark.parametrize("same_case", [True, False])
def test_a_key_stands_for_one_command(employer: ServiceClient, same_case: bool) -> None:
    # given a key that was used
    key = str(uuid4())
    filed, other = employer.file(), employer.file()
    employer.post(f"{case_path(filed)}/withdrawals", {"reason": "one"}, key=key, If_Match=filed.headers["ETag"])
    written = employer.written
    # when it is used for another body, or for another case
    path, reason = (case_path(filed), "two") if same_case else (case_path(other), "one")
    refused = employer.post(f"{path}/withdrawals", {"reason": reason}, key=key, If_Match=filed.headers["ETag"])
    # then it is refused
    assert refused.status_code == 409
    assert refused.json()["type"] == "urn:problem-type:singlePermit:idempotencyKeyReused"
    assert employer.written == written


def test_two_people_of_one_employer_may_choose_the_same_key(clients: ServiceClients, employer: ServiceClient) -> None:
    key = str(uuid4())
    colleague = clients.of(replace(CALLERS[Role.EMPLOYER], subject="hr-8"))
    one, two = employer.file(key=key), colleague.file(key=key)
    assert (one.status_code, two.status_code) == (201, 201)
    assert one.json()["id"] != two.json()["id"]


def test_eight_repetitions_at_once_make_one_case(employer: ServiceClient) -> None:
    # given the same request in eight hands
    key, ready, written = str(uuid4()), Barrier(8), employer.written

    def file_it(_: int) -> httpx.Response:
        ready.wait()
        return employer.file(key=key)

    # when all are sent together
    with ThreadPoolExecutor(8) as hands:
        answers = list(hands.map(file_it, range(8)))
    # then there is one case, and eight times the same answer
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.text for answer in answers}) == 1
    assert employer.written == written + answers[0].json()["version"]


def test_of_eight_that_saw_the_same_version_one_wins(employer: ServiceClient) -> None:
    filed = employer.file(application_body(labourMarketTest=None))
    ready = Barrier(8)

    def add(_: int) -> httpx.Response:
        ready.wait()
        return employer.post(f"{case_path(filed)}/labourMarketTests", EVIDENCE, If_Match=filed.headers["ETag"])

    with ThreadPoolExecutor(8) as hands:
        answers = list(hands.map(add, range(8)))
    assert sorted(answer.status_code for answer in answers) == [201, *[412] * 7]
    # the losers are told which version they should have seen
    lost = next(answer.json() for answer in answers if answer.status_code == 412)
    assert lost["type"] == "urn:problem-type:singlePermit:staleVersion"
    assert lost["expectedVersion"] == filed.json()["version"]
    assert lost["currentVersion"] == employer.get(filed.headers["Location"]).json()["version"]


def test_an_authority_that_is_not_live_takes_no_application(employer: ServiceClient) -> None:
    written = employer.written
    refused = employer.file(application_body(authority="wallonia"))
    assert (refused.status_code, refused.json()["type"]) == (409, "urn:problem-type:singlePermit:authorityNotLive")
    assert employer.written == written


@pytest.mark.parametrize("path", ["", "/assessment", "/events", "/deadlines", "/documents", f"/documents/{'0' * 64}"])
@pytest.mark.parametrize("case_id", [NOBODYS_ID, "no-uuid", NOBODYS_ID.upper()])
def test_a_case_that_is_not_there(employer: ServiceClient, case_id: str, path: str) -> None:
    missing = employer.get(f"applications/{case_id}{path}")
    assert missing.status_code == 404
    assert missing.json()["type"] == "urn:problem-type:belgif:resourceNotFound"
    assert missing.json()["issues"][0]["in"] == "path"


def test_a_case_that_is_not_there_cannot_be_changed(employer: ServiceClient) -> None:
    written = employer.written
    missing = employer.post(f"applications/{NOBODYS_ID}/withdrawals", {}, If_Match='"1"')
    assert missing.status_code == 404
    assert employer.written == written


def test_the_board_and_the_health_are_there(handler: ServiceClient) -> None:
    board = handler.get("serviceLevels?on=2026-01-20")
    assert board.status_code == 200
    assert board.json()["on"] == "2026-01-20"
    assert set(board.json()["total"]) >= {"open", "inTime", "atRisk", "late"}
    # and it leads to every measure of it
    assert [handler.get(each["href"]).status_code for each in board.json()["measures"]] == [200] * len(MEASURES)
    health = handler.get("health")
    assert (health.status_code, health.json()) == (200, {"status": "UP"})
