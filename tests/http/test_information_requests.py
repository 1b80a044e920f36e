"""Asking the applicant, and its answer: in time, too late, and by whom."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from infra.identity.caller import Role
from tests.documents.files import pdf
from tests.world.bodies import ADMISSIBLE, CANARIES, FEE, QUESTION
from tests.world.clocks import StoppedClock
from tests.world.service_clients import ServiceClient, ServiceClients, case_path, problem_of

pytestmark = pytest.mark.server

ANSWER: dict[str, Any] = {"answer": "Het diploma volgt per post."}
LAST_DAY = "2026-02-04"
"""Fifteen days after a request of 20 January 2026."""
NOBODYS = "5b7f0c9e-0d4e-4d0c-9a0d-6d1f6f0c2c11"
"""The id of no request."""


def asked_about(employer: ServiceClient, handler: ServiceClient) -> tuple[httpx.Response, str]:
    """A case whose applicant was asked on the day of filing, and the path of the answer."""
    filed = employer.file()
    asked = handler.change(filed, "informationRequests", QUESTION, tag=employer.employer_found(filed))
    assert asked.status_code == 201, asked.text
    (request,) = employer.case(asked)["informationRequests"]
    assert request["replyBy"] == LAST_DAY
    return asked, f"informationRequests/{request['id']}/answers"


def test_the_applicant_is_asked_and_answers(employer: ServiceClient, handler: ServiceClient) -> None:
    asked, answers = asked_about(employer, handler)
    answered = employer.change(asked, answers, ANSWER)
    assert (answered.status_code, answered.json()["status"]) == (201, "submitted")
    (request,) = handler.case(asked)["informationRequests"]
    assert (request["question"], request["answer"]) == (QUESTION["question"], ANSWER["answer"])
    assert request["answeredBy"] == "employer:hr-7"


def test_a_handler_writes_down_an_answer_that_came_on_paper(employer: ServiceClient, handler: ServiceClient) -> None:
    asked, answers = asked_about(employer, handler)
    answered = handler.change(asked, answers, ANSWER)
    assert answered.status_code == 201
    (request,) = employer.case(asked)["informationRequests"]
    assert request["answeredBy"] == "caseHandler:handler-12"


def test_an_answer_on_the_last_day_is_in_time(
    employer: ServiceClient, handler: ServiceClient, clock: StoppedClock
) -> None:
    asked, answers = asked_about(employer, handler)
    clock.move_to(LAST_DAY)
    assert employer.change(asked, answers, ANSWER).status_code == 201


def test_an_answer_after_the_term_is_too_late(
    employer: ServiceClient, handler: ServiceClient, clock: StoppedClock
) -> None:
    asked, answers = asked_about(employer, handler)
    clock.move_to("2026-02-05")
    written = employer.written
    late = employer.change(asked, answers, ANSWER)
    assert problem_of(late) == (409, "answerTermExpired")
    assert LAST_DAY in late.json()["detail"]
    assert employer.written == written
    # and the handler may declare the application inadmissible for that
    body = {"outcome": "inadmissible", "grounds": ["answerTermExpired"]}
    declared = handler.change(asked, "admissibilityDecisions", body)
    assert (declared.status_code, declared.json()["status"]) == (201, "inadmissible")
    # on record stands that the file went back to the region when the term ran out, not when somebody noticed
    read = employer.case(asked)
    (alarm,) = read["alarms"]
    assert (alarm["clock"], alarm["kind"], alarm["dueOn"]) == ("answer", "breached", LAST_DAY)
    (pause,) = read["pauses"]
    assert (pause["from"], pause["to"]) == ("2026-01-20", "2026-02-05")


def test_a_file_that_is_with_the_applicant_is_not_decided(employer: ServiceClient, handler: ServiceClient) -> None:
    filed = employer.file()
    paid = handler.change(filed, "feePayments", FEE, tag=employer.employer_found(filed))
    ready = handler.change(paid, "admissibilityDecisions", ADMISSIBLE)
    asked = handler.change(ready, "informationRequests", QUESTION)
    written = handler.written
    for change, body in (
        ("workPartDecisions", {"outcome": "granted"}),
        ("informationRequests", QUESTION),
        ("clockCorrections", {"kind": "resume", "on": "2026-01-20", "motivation": "toch verder"}),
    ):
        refused = handler.change(asked, change, body)
        assert problem_of(refused) == (409, "informationOutstanding"), change
        assert LAST_DAY in refused.json()["detail"]
    assert handler.written == written


def test_a_request_is_answered_once(employer: ServiceClient, handler: ServiceClient) -> None:
    asked, answers = asked_about(employer, handler)
    answered = employer.change(asked, answers, ANSWER)
    written = employer.written
    assert problem_of(employer.change(answered, answers, ANSWER)) == (409, "informationAlreadyProvided")
    assert employer.written == written


@pytest.mark.parametrize("request_id", [NOBODYS, "no-uuid", NOBODYS.upper()])
def test_a_request_that_was_never_made(employer: ServiceClient, handler: ServiceClient, request_id: str) -> None:
    asked, _ = asked_about(employer, handler)
    written = employer.written
    missing = employer.change(asked, f"informationRequests/{request_id}/answers", ANSWER)
    assert problem_of(missing) == (404, "resourceNotFound")
    (issue,) = missing.json()["issues"]
    assert (issue["in"], issue["name"]) == ("path", "informationRequestId")
    assert employer.written == written


def test_an_answer_names_documents_that_are_in_the_case(employer: ServiceClient, handler: ServiceClient) -> None:
    asked, answers = asked_about(employer, handler)
    written = employer.written
    refused = employer.change(asked, answers, {**ANSWER, "documents": ["0" * 64]})
    assert problem_of(refused) == (409, "documentNotAttached")
    assert "documents[0]" in refused.json()["detail"]
    assert employer.written == written
    attached = employer.attach(asked, pdf())
    (document,) = employer.case(asked)["documents"]
    assert employer.change(attached, answers, {**ANSWER, "documents": [document["sha256"]]}).status_code == 201


def test_question_and_answer_are_for_who_may_read_the_file(
    clients: ServiceClients, employer: ServiceClient, handler: ServiceClient
) -> None:
    asked, answers = asked_about(employer, handler)
    answered = employer.change(asked, answers, {"answer": "Zwaluwina heeft het diploma."})
    # the answers to those who write repeat nothing of it
    assert not any(canary in each.text for each in (asked, answered) for canary in CANARIES)
    # nor do the terms and clocks that operations watch
    watched = clients.of(Role.OPERATIONS).get(f"{case_path(asked)}/deadlines")
    assert watched.status_code == 200
    assert not any(canary in watched.text for canary in CANARIES)
