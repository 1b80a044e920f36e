"""From filing to decision over HTTP, and what happens to requests that are sent twice or too late."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from uuid import UUID, uuid4

import httpx
import pytest

from tests.http.counter import APPLICATION, EVIDENCE, Counter, application

pytestmark = pytest.mark.server

NOBODYS_ID = "0190a000-0000-7abc-8def-00000000000a"


def case_path(filed: httpx.Response) -> str:
    return f"applications/{filed.json()['id']}"


def test_an_application_is_filed_and_read_back(counter: Counter) -> None:
    # when an employer files
    filed = counter.file()
    # then the answer names the case, its version, its terms and its place in the journal
    assert filed.status_code == 201
    body = filed.json()
    assert body["reference"].startswith("FL-2026-")
    assert (body["status"], body["stage"]) == ("submitted", "submitted")
    assert body["deadlines"] == {"target": {"dueOn": "2026-03-21", "atRiskFrom": "2026-03-11"}}
    assert filed.headers["Location"] == body["href"] == f"{counter.client.base_url}applications/{body['id']}"
    assert filed.headers["ETag"] == f'"{body["version"]}"'
    assert UUID(body["id"]).version == 7
    assert len(body["receipt"]["leafHash"]) == 64
    assert body["receipt"]["position"] == counter.written
    # and the case reads as it was filed
    read = counter.get(body["href"])
    assert read.status_code == 200
    assert read.headers["ETag"] == filed.headers["ETag"]
    assert read.headers["Content-Type"] == "application/json"
    found = read.json()
    assert found["worker"] == APPLICATION["worker"]
    assert found["employment"] == APPLICATION["employment"]
    assert found["labourMarketTest"]["publications"] == APPLICATION["labourMarketTest"]["publications"]
    assert [found[name] for name in ("href", "reference", "stage")] == [body[n] for n in ("href", "reference", "stage")]
    assert None not in found.values()


def test_a_case_is_decided(counter: Counter) -> None:
    # given an application whose employer was found on the register
    filed = counter.file()
    etag = counter.employer_found(filed)
    # and whose assessment says that the rules are met
    assessed = counter.get(f"{case_path(filed)}/assessment")
    assert assessed.headers["ETag"] == etag
    assert (assessed.json()["verdict"], assessed.json()["pendingChecks"]) == ("met", [])
    # when the case handler grants it
    decided = counter.post(f"{case_path(filed)}/workPartDecisions", {"outcome": "granted"}, If_Match=etag)
    # then it is decided, and the receipt proves the decision
    assert decided.status_code == 201
    assert decided.json()["status"] == "decidedGranted"
    assert decided.json()["receipt"]["position"] == counter.written
    assert decided.headers["Location"] == filed.headers["Location"]
    assert counter.get(filed.headers["Location"]).json()["decision"]["outcome"] == "granted"


def test_evidence_is_added_and_the_application_withdrawn(counter: Counter) -> None:
    filed = counter.file(application(labourMarketTest=None))
    added = counter.post(f"{case_path(filed)}/labourMarketTests", EVIDENCE, If_Match=filed.headers["ETag"])
    assert (added.status_code, added.json()["status"]) == (201, "submitted")
    withdraw = f"{case_path(filed)}/withdrawals"
    withdrawn = counter.post(withdraw, {"reason": "ander werk"}, If_Match=added.headers["ETag"])
    assert (withdrawn.status_code, withdrawn.json()["status"]) == (201, "withdrawn")
    # withdrawing once more brings nothing new: no event, no receipt, another status
    written = counter.written
    again = counter.post(withdraw, {}, If_Match=withdrawn.headers["ETag"])
    assert (again.status_code, again.json()["status"]) == (200, "withdrawn")
    assert "receipt" not in again.json()
    assert counter.written == written


def test_a_repeated_filing_is_answered_as_the_first_time(counter: Counter) -> None:
    # given a filing whose case has moved on since
    key = str(uuid4())
    first = counter.file(key=key)
    counter.post(f"{case_path(first)}/withdrawals", {}, If_Match=first.headers["ETag"])
    written = counter.written
    # when the same request comes again, then so does the first answer
    again = counter.file(key=key)
    assert (again.status_code, again.json()) == (first.status_code, first.json())
    assert [again.headers[name] for name in ("Location", "ETag")] == [first.headers[n] for n in ("Location", "ETag")]
    assert counter.written == written


def test_a_repeated_decision_is_answered_as_the_first_time(counter: Counter) -> None:
    filed = counter.file()
    etag, key = counter.employer_found(filed), str(uuid4())
    decide = f"{case_path(filed)}/workPartDecisions"
    first = counter.post(decide, {"outcome": "granted"}, key=key, If_Match=etag)
    again = counter.post(decide, {"outcome": "granted"}, key=key, If_Match=etag)
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json() == first.json()


@pytest.mark.parametrize("same_case", [True, False])
def test_a_key_stands_for_one_command(counter: Counter, same_case: bool) -> None:
    # given a key that was used
    key = str(uuid4())
    filed, other = counter.file(), counter.file()
    counter.post(f"{case_path(filed)}/withdrawals", {"reason": "one"}, key=key, If_Match=filed.headers["ETag"])
    written = counter.written
    # when it is used for another body, or for another case
    path, reason = (case_path(filed), "two") if same_case else (case_path(other), "one")
    refused = counter.post(f"{path}/withdrawals", {"reason": reason}, key=key, If_Match=filed.headers["ETag"])
    # then it is refused
    assert refused.status_code == 409
    assert refused.json()["type"] == "urn:problem-type:singlePermit:idempotencyKeyReused"
    assert counter.written == written


def test_two_employers_may_choose_the_same_key(counter: Counter) -> None:
    key = str(uuid4())
    one = counter.file(key=key, SinglePermit_Actor="haven-1")
    two = counter.file(key=key, SinglePermit_Actor="haven-2")
    assert (one.status_code, two.status_code) == (201, 201)
    assert one.json()["id"] != two.json()["id"]


def test_eight_repetitions_at_once_make_one_case(counter: Counter) -> None:
    # given the same request in eight hands
    key, ready, written = str(uuid4()), Barrier(8), counter.written

    def file_it(_: int) -> httpx.Response:
        ready.wait()
        return counter.file(key=key)

    # when all are sent together
    with ThreadPoolExecutor(8) as hands:
        answers = list(hands.map(file_it, range(8)))
    # then there is one case, and eight times the same answer
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.text for answer in answers}) == 1
    assert counter.written == written + answers[0].json()["version"]


def test_of_eight_that_saw_the_same_version_one_wins(counter: Counter) -> None:
    filed = counter.file(application(labourMarketTest=None))
    ready = Barrier(8)

    def add(_: int) -> httpx.Response:
        ready.wait()
        return counter.post(f"{case_path(filed)}/labourMarketTests", EVIDENCE, If_Match=filed.headers["ETag"])

    with ThreadPoolExecutor(8) as hands:
        answers = list(hands.map(add, range(8)))
    assert sorted(answer.status_code for answer in answers) == [201, *[412] * 7]
    # the losers are told which version they should have seen
    lost = next(answer.json() for answer in answers if answer.status_code == 412)
    assert lost["type"] == "urn:problem-type:singlePermit:staleVersion"
    assert lost["expectedVersion"] == filed.json()["version"]
    assert lost["currentVersion"] == counter.get(filed.headers["Location"]).json()["version"]


def test_a_case_that_does_not_allow_it_refuses_in_its_own_words(counter: Counter) -> None:
    # given a case whose check is still out
    filed = counter.file()
    written, decide = counter.written, f"{case_path(filed)}/workPartDecisions"
    pending = counter.post(decide, {"outcome": "granted"}, If_Match=filed.headers["ETag"])
    # then deciding waits for it
    assert (pending.status_code, pending.json()["type"]) == (409, "urn:problem-type:singlePermit:checkPending")
    assert counter.written == written
    # and a refusal needs a ground that the file bears
    etag = counter.employer_found(filed)
    unfounded = counter.post(decide, {"outcome": "refused", "grounds": ["labourMarketTest"]}, If_Match=etag)
    assert (unfounded.status_code, unfounded.json()["type"]) == (
        409,
        "urn:problem-type:singlePermit:groundNotSupported",
    )


def test_an_authority_that_is_not_live_takes_no_application(counter: Counter) -> None:
    written = counter.written
    refused = counter.file(application(authority="wallonia"))
    assert (refused.status_code, refused.json()["type"]) == (409, "urn:problem-type:singlePermit:authorityNotLive")
    assert counter.written == written


@pytest.mark.parametrize("path", ["", "/assessment"])
@pytest.mark.parametrize("case_id", [NOBODYS_ID, "no-uuid", NOBODYS_ID.upper()])
def test_a_case_that_is_not_there(counter: Counter, case_id: str, path: str) -> None:
    missing = counter.get(f"applications/{case_id}{path}")
    assert missing.status_code == 404
    assert missing.json()["type"] == "urn:problem-type:belgif:resourceNotFound"
    assert missing.json()["issues"][0]["in"] == "path"


def test_a_case_that_is_not_there_cannot_be_changed(counter: Counter) -> None:
    written = counter.written
    missing = counter.post(f"applications/{NOBODYS_ID}/withdrawals", {}, If_Match='"1"')
    assert missing.status_code == 404
    assert counter.written == written


def test_the_board_and_the_health_are_there(counter: Counter) -> None:
    board = counter.get("serviceLevels?on=2026-01-20")
    assert board.status_code == 200
    assert board.json()["on"] == "2026-01-20"
    assert set(board.json()["total"]) >= {"open", "inTime", "atRisk", "late"}
    # and with it what came in and went out on each of the thirty days that end with it
    flow = board.json()["flow"]
    assert (flow[0]["day"], flow[-1]["day"], len(flow)) == ("2025-12-22", "2026-01-20", 30)
    assert set(flow[-1]) == {"day", "inflow", "outflow"}
    health = counter.get("health")
    assert (health.status_code, health.json()) == (200, {"status": "UP"})
