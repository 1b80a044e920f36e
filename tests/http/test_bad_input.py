"""What cannot be taken: the answer names the field and the remedy, nothing is written, nothing personal is said."""

import json
from typing import Any
from uuid import uuid4

import httpx
import pytest

from infra.identity.caller import Role
from tests.world.bodies import APPLICATION, CANARIES, EVIDENCE, FEE, application_body
from tests.world.service_clients import ServiceClient, ServiceClients

pytestmark = [pytest.mark.server, pytest.mark.usefixtures("nothing_is_written")]


def the_issues(answer: httpx.Response) -> dict[str, str]:
    """The names and codes of a 400, after what holds for every one of them."""
    assert answer.status_code == 400, answer.text
    assert answer.headers["Content-Type"] == "application/problem+json"
    body = answer.json()
    assert body["type"] == "urn:problem-type:belgif:badRequest"
    assert body["instance"].startswith("urn:uuid:")
    assert all(": " in issue["detail"] for issue in body["issues"])
    assert not any(canary in answer.text for canary in CANARIES)
    return {issue["name"]: issue["type"].rsplit(":", 1)[-1] for issue in body["issues"]}


def publication(**changes: str) -> list[dict[str, str]]:
    return [{"channel": "VDAB", "from": "2025-11-10", "to": "2026-01-12", **changes}]


SEMANTIC = [
    ({"worker__ssin": "85073003329"}, "worker.ssin", "invalidStructure"),
    ({"worker__ssin": "85273003341"}, "worker.ssin", "invalidStructure"),  # a BIS number
    ({"employer__enterpriseNumber": "0123456789"}, "employer.enterpriseNumber", "invalidStructure"),
    ({"employment__end": "2026-02-28"}, "employment.end", "invalidPeriod"),
    ({"labourMarketTest__publications": publication(to="2025-11-10")},
     "labourMarketTest.publications[0].to", "invalidPeriod"),
    ({"employment__grossPay__amount": "-1.00"}, "employment.grossPay.amount", "outOfRange"),
    ({"employment__grossPay__amount": "1000000.01"}, "employment.grossPay.amount", "outOfRange"),
    ({"category": "wizard"}, "category", "invalidInput"),
    ({"filedBy": "representative"}, "representative", "requiredInput"),
    ({"employer__name": "Haven\u0000NV"}, "employer.name", "invalidInput"),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "name", "code"), SEMANTIC, ids=[each[1] + "-" + each[2] for each in SEMANTIC])
def test_values_that_cannot_be(employer: ServiceClient, changes: dict[str, Any], name: str, code: str) -> None:
    assert the_issues(employer.file(application_body(**changes))) == {name: code}


STRUCTURAL = [
    ({"employment__grossPay__amount": 45678.9}, "employment.grossPay.amount", "schemaViolation"),
    ({"employment__grossPay__amount": 45678}, "employment.grossPay.amount", "schemaViolation"),
    ({"employment__grossPay__amount": "4.5e4"}, "employment.grossPay.amount", "schemaViolation"),
    ({"employment__grossPay__amount": " 45_678 "}, "employment.grossPay.amount", "schemaViolation"),
    ({"employment__start": "20260301"}, "employment.start", "schemaViolation"),
    ({"employment__start": "1772323200"}, "employment.start", "schemaViolation"),
    ({"employment__start": "2026-02-30"}, "employment.start", "schemaViolation"),
    ({"worker__ssin": 85073003328}, "worker.ssin", "schemaViolation"),
    ({"renewal": "yes"}, "renewal", "schemaViolation"),
    ({"documents": {}}, "documents", "schemaViolation"),
    ({"worker": []}, "worker", "schemaViolation"),
    ({"worker": None}, "worker", "requiredInput"),
    ({"worker__nickname": "Z"}, "worker.nickname", "unknownInput"),
    ({"documents": [{"kind": "a", "sha256": "00", "mediaType": "b/c", "size": 1, "x": 1}]},
     "documents[0].x", "unknownInput"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "name", "code"), STRUCTURAL, ids=[f"{each[1]}-{n}" for n, each in enumerate(STRUCTURAL)]
)
def test_values_of_another_form(employer: ServiceClient, changes: dict[str, Any], name: str, code: str) -> None:
    assert the_issues(employer.file(application_body(**changes))) == {name: code}


def test_all_issues_are_named_at_once(employer: ServiceClient) -> None:
    wrong = application_body(worker__ssin="85073003329", employment__end="2020-01-01", procedureLanguage="sv")
    assert set(the_issues(employer.file(wrong))) == {"worker.ssin", "employment.end", "procedureLanguage"}


def test_a_field_name_that_says_something_is_not_repeated(employer: ServiceClient) -> None:
    assert the_issues(employer.file({**APPLICATION, "85073003328": 1, "Zwaluwina Vandekanarie": 1})) == {
        "?": "unknownInput"
    }


@pytest.mark.parametrize(
    ("body", "where"),
    [
        (b"", "line 1 column 1"),
        (b'{"authority": "flanders",\n "kind" }', "line 2 column 9"),
        (b'{"authority": "flanders",\n "kind": "a", "kind": "b"}', "line 2 column 15"),
        (b'{"a": [{"k": 1}, {"k": 1, "\\u006b": 2}]', "line 1 column 27"),
        (b'{"authority": "fl\xff"}', "line 1 column 18"),
        (b'{"authority": NaN}', "line 1 column"),
        (b"[" * 180_000, "more than 60000 values"),
        (b"[" * 1_000, "nested more than 64 deep"),
        (b'{"authority": ' + b"9" * 5_000 + b"}", "line 1"),
    ],
    ids=["empty", "cut", "twice", "twice, escaped", "no UTF-8", "NaN", "full", "deep", "huge number"],
)
def test_a_body_that_is_no_json(employer: ServiceClient, body: bytes, where: str) -> None:
    answer = employer.file(body)
    assert the_issues(answer) == {"$": "schemaViolation"}
    assert where in answer.text


@pytest.mark.parametrize("body", [b"[]", b"null", b'"text"', b"1"])
def test_a_body_that_is_no_object(employer: ServiceClient, body: bytes) -> None:
    assert the_issues(employer.file(body)) == {"$": "schemaViolation"}


def test_a_body_that_is_too_large(employer: ServiceClient) -> None:
    # announced, and not announced
    for content in (b" " * (1024 * 1024 + 1), (b" " * 65_536 for _ in range(17))):
        headers = {"Content-Type": "application/json", "Idempotency-Key": str(uuid4())}
        answer = employer.client.post("applications", content=content, headers=headers)
        assert (answer.status_code, answer.json()["type"]) == (413, "urn:problem-type:belgif:payloadTooLarge")
        assert answer.json()["limit"] == 1024 * 1024


@pytest.mark.parametrize("content_type", ["text/plain", "", "application/json; charset=latin-1", "application/xml"])
def test_a_body_of_another_type(employer: ServiceClient, content_type: str) -> None:
    headers = {"Idempotency-Key": str(uuid4()), "Content-Type": content_type}
    answer = employer.client.post("applications", content=json.dumps(APPLICATION), headers=headers)
    assert (answer.status_code, answer.json()["type"]) == (415, "urn:problem-type:singlePermit:unsupportedMediaType")


@pytest.mark.parametrize("key", [None, "", "x" * 129, "two words", "caf\u00e9"])
def test_a_key_that_is_missing_or_malformed(employer: ServiceClient, key: str | None) -> None:
    headers = {} if key is None else {b"Idempotency-Key": key.encode()}
    answer = employer.client.post("applications", json=APPLICATION, headers=headers)
    assert the_issues(answer) == {"Idempotency-Key": "requiredInput" if key is None else "invalidInput"}
    assert answer.json()["issues"][0]["in"] == "header"


@pytest.mark.parametrize("tag", [None, "3", 'W/"3"', '"03"', '"three"', "*", '"3", "4"'])
def test_a_version_that_is_missing_or_malformed(employer: ServiceClient, tag: str | None) -> None:
    headers = {} if tag is None else {"If_Match": tag}
    answer = employer.post(f"applications/{uuid4()}/labourMarketTests", EVIDENCE, **headers)
    assert the_issues(answer) == {"If-Match": "requiredInput" if tag is None else "invalidInput"}


def test_parameters_nobody_knows(employer: ServiceClient) -> None:
    for answer in (
        employer.get("health?verbose=1"),
        employer.get(f"applications/{uuid4()}?verbose=1"),
        employer.post("applications?verbose=1", APPLICATION),
    ):
        assert the_issues(answer) == {"verbose": "unknownInput"}
        assert answer.json()["issues"][0]["in"] == "query"


@pytest.mark.parametrize("on", ["yesterday", "2026-1-2", "20260102", "2026-02-30", ""])
def test_a_board_of_no_day(handler: ServiceClient, on: str) -> None:
    assert the_issues(handler.get(f"serviceLevels?on={on}")) == {"on": "schemaViolation"}


CHANGES = [
    (Role.EMPLOYER, "labourMarketTests", {"publications": []}, {"publications": "outOfRange"}),
    (Role.EMPLOYER, "labourMarketTests", {"publications": publication(to="2025-01-01")},
     {"publications[0].to": "invalidPeriod"}),
    (Role.EMPLOYER, "withdrawals", {"reason": " "}, {"reason": "outOfRange"}),
    (Role.EMPLOYER, "informationRequests/" + str(uuid4()) + "/answers", {"answer": "", "documents": ["zz"]},
     {"answer": "outOfRange", "documents[0]": "schemaViolation"}),
    (Role.CASE_HANDLER, "feePayments", {**FEE, "recipient": "baker", "amount": "-1.00", "paidOn": "2026-01-21"},
     {"recipient": "invalidInput", "amount": "outOfRange", "paidOn": "outOfRange"}),
    (Role.CASE_HANDLER, "feePayments", {**FEE, "amount": 144.00}, {"amount": "schemaViolation"}),
    (Role.CASE_HANDLER, "mandateVerifications", {"valid": "yes"}, {"valid": "schemaViolation"}),
    (Role.CASE_HANDLER, "assignments", {"handler": "somebody"}, {"handler": "schemaViolation"}),
    (Role.CASE_HANDLER, "informationRequests", {"items": [], "question": "?"}, {"items": "outOfRange"}),
    (Role.CASE_HANDLER, "informationRequests", {"items": ["horoscope"], "question": "?"}, {"items[0]": "invalidInput"}),
    (Role.CASE_HANDLER, "admissibilityDecisions", {"outcome": "granted"}, {"outcome": "invalidInput"}),
    (Role.CASE_HANDLER, "workPartDecisions", {"outcome": "maybe"}, {"outcome": "invalidInput"}),
    (Role.CASE_HANDLER, "workPartDecisions", {"outcome": "refused", "grounds": ["mood"]},
     {"grounds[0]": "invalidInput"}),
    (Role.CASE_HANDLER, "workPartDecisions", {"outcome": "refused", "grounds": ["other"] * 2},
     {"grounds": "invalidInput"}),
    (Role.CASE_HANDLER, "forwardings", {"to": "Brussels"}, {"to": "unknownInput"}),
    (Role.CASE_HANDLER, "residencePartDecisions", {"outcome": "granted", "decidedOn": "2026-01-21"},
     {"decidedOn": "outOfRange"}),
    (Role.CASE_HANDLER, "corrections", {"reason": "typing error"}, {"$": "requiredInput"}),
    (Role.CASE_HANDLER, "clockCorrections", {"kind": "rewind", "motivation": "why"}, {"kind": "invalidInput"}),
    (Role.CASE_HANDLER, "clockCorrections", {"kind": "pause", "motivation": "why", "to": "2026-01-20"},
     {"on": "requiredInput", "ground": "requiredInput", "to": "rejectedInput"}),
    (Role.CASE_HANDLER, "clockCorrections",
     {"kind": "pause", "motivation": "why", "on": "2026-01-20", "ground": "informationRequested"},
     {"ground": "invalidInput"}),
    (Role.CASE_HANDLER, "clockCorrections",
     {"kind": "correctPause", "motivation": "why", "pause": 0, "from": "2026-01-20"}, {"pause": "outOfRange"}),
]  # fmt: skip


@pytest.mark.parametrize(
    ("role", "path", "body", "issues"),
    CHANGES,
    ids=[f"{each[1].partition('/')[0]}-{n}" for n, each in enumerate(CHANGES)],
)
def test_changes_that_cannot_be(
    clients: ServiceClients, role: Role, path: str, body: dict[str, Any], issues: dict[str, str]
) -> None:
    answer = clients.of(role).post(f"applications/{uuid4()}/{path}", body, If_Match='"1"')
    assert the_issues(answer) == issues
