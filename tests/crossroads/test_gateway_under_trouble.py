"""A bank that is slow, wrong, away or overrun: asked again where that helps, and never guessed at."""

import contextlib
import json
import socket
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import httpx
import pytest

from domain.crossroads.answers import CheckUnanswered, EmployerOnRegister, NoDataFound, UnansweredReason
from infra.crossroads_gateway import HttpCrossroadsGateway
from infra.crossroads_simulator.holdings import HoldingShares, undertaking

SSIN = "85073003328"
EMPLOYER = next(
    number
    for number in (f"0{index:07d}{97 - index % 97:02d}" for index in range(2_000_000, 2_000_100))
    if undertaking(2026, number, HoldingShares(no_data=0.2, inactive=0.2)) is not None
)

Opener = Callable[..., HttpCrossroadsGateway]

REASON_OF_TROUBLE = {
    "serviceUnavailable": "serviceUnavailable",
    "tooManyRequests": "tooManyRequests",
    "sourceUnavailable": "sourceUnavailable",
    "internalError": "internalError",
    "connectionCut": "connectionFailed",
    "garbage": "malformedAnswer",
    "wrongSchema": "malformedAnswer",
}


@pytest.mark.parametrize("trouble", REASON_OF_TROUBLE)
def test_a_trouble_that_passes_ends_in_the_answer(
    trouble: str, gateway: HttpCrossroadsGateway, administration: httpx.Client
) -> None:
    ticket = f"t-passing-{trouble}"
    choose_fate(administration, ticket, trouble, failing_attempts=2)

    answer = gateway.employer(EMPLOYER, ticket=ticket)

    assert isinstance(answer, EmployerOnRegister)
    assert attempts_of(administration, ticket) == 3


@pytest.mark.parametrize("trouble", REASON_OF_TROUBLE)
def test_a_trouble_that_lasts_leaves_the_check_unanswered(
    trouble: str, gateway: HttpCrossroadsGateway, administration: httpx.Client
) -> None:
    ticket = f"t-lasting-{trouble}"
    choose_fate(administration, ticket, trouble)

    unanswered = why_unanswered(gateway, ticket)

    assert (unanswered.reason, unanswered.attempts) == (REASON_OF_TROUBLE[trouble], 3)
    assert attempts_of(administration, ticket) == 3


def test_a_bank_that_stays_silent_is_left_after_the_time_out(
    simulator: str, open_gateway: Opener, administration: httpx.Client
) -> None:
    choose_fate(administration, "t-mute", "silence")
    began = time.monotonic()

    unanswered = why_unanswered(open_gateway(simulator, timeout=0.15, attempts=2), "t-mute")

    assert (unanswered.reason, unanswered.attempts) == ("timeout", 2)
    assert time.monotonic() - began < 1.5


def test_an_answer_that_drips_in_is_cut_off_by_the_clock(scripted_bank: Any, open_gateway: Opener) -> None:
    # Given a bank whose every byte comes well within the time-out, and whose reply would take a minute
    scripted_bank.says(200, b"x" * 3_000)
    scripted_bank.seconds_between_bytes = 0.02
    began = time.monotonic()

    unanswered = why_unanswered(open_gateway(scripted_bank.address, timeout=0.2, attempts=1), "t-drip")

    assert unanswered.reason == "timeout"
    assert time.monotonic() - began < 1.5


def test_nobody_listening_is_a_failed_connection(open_gateway: Opener) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

    unanswered = why_unanswered(open_gateway(f"http://127.0.0.1:{port}"), "t-nobody")

    assert (unanswered.reason, unanswered.attempts) == ("connectionFailed", 3)


def test_the_time_the_bank_asks_to_stay_away_is_kept(scripted_bank: Any, open_gateway: Opener) -> None:
    scripted_bank.says(429, {"type": "urn:problem-type:belgif:tooManyRequests"}, Retry_After="1")
    began = time.monotonic()

    unanswered = why_unanswered(open_gateway(scripted_bank.address, attempts=2), "t-overrun")

    assert (unanswered.reason, unanswered.attempts) == ("tooManyRequests", 2)
    assert 1.0 <= time.monotonic() - began < 2.5


@pytest.mark.parametrize(
    "retry_after", ["6", "9" * 30, format_datetime(datetime.now(UTC) + timedelta(hours=1), usegmt=True)]
)
def test_no_longer_than_the_budget(retry_after: str, scripted_bank: Any, open_gateway: Opener) -> None:
    scripted_bank.says(503, b"", Retry_After=retry_after)
    began = time.monotonic()

    unanswered = why_unanswered(open_gateway(scripted_bank.address, total_budget=5.0), "t-patience")

    assert (unanswered.reason, unanswered.attempts) == ("serviceUnavailable", 1)
    assert time.monotonic() - began < 1.5


@pytest.mark.parametrize("retry_after", ["soon", "-1", "1e3", "", "Thu, 99 Foo 2026"])
def test_an_unreadable_retry_after_is_no_reason_to_wait_or_to_fall(
    retry_after: str, scripted_bank: Any, gateway_to_script: HttpCrossroadsGateway
) -> None:
    scripted_bank.says(503, b"", Retry_After=retry_after)

    unanswered = why_unanswered(gateway_to_script, "t-unreadable")

    assert (unanswered.reason, unanswered.attempts) == ("serviceUnavailable", 3)


def test_a_maintenance_window_is_named_and_not_waited_out(
    gateway: HttpCrossroadsGateway, administration: httpx.Client
) -> None:
    choose_fate(administration, "t-maintenance", "maintenance")

    unanswered = why_unanswered(gateway, "t-maintenance")

    assert (unanswered.reason, unanswered.attempts) == ("maintenance", 1)


@pytest.mark.parametrize(
    ("code", "reason", "attempts"),
    [
        ("MSG00005", "ssinUnknown", 1),
        ("MSG00006", "ssinReplaced", 1),
        ("MSG00008", "requestRejected", 1),
        ("MSG00009", "personDeceased", 1),
        ("MSG00012", "notRegistered", 1),
        ("MSG00013", "noAccess", 1),
        ("40003", "notRegistered", 1),
        ("70002", "internalError", 3),
        ("99996", "sourceUnavailable", 3),
        ("MSG99999", "unknownCode", 1),
    ],
)
def test_only_a_code_that_may_pass_is_asked_again(
    code: str, reason: str, attempts: int, scripted_bank: Any, gateway_to_script: HttpCrossroadsGateway
) -> None:
    scripted_bank.says(200, reply("NO_RESULT", code))

    unanswered = why_unanswered(gateway_to_script, "t")

    assert (unanswered.reason, unanswered.attempts) == (reason, attempts)
    assert len(scripted_bank.requests) == attempts


@pytest.mark.parametrize(
    ("status", "reason", "attempts"),
    [
        (301, "malformedAnswer", 3),
        (204, "malformedAnswer", 3),
        (400, "requestRejected", 1),
        (403, "noAccess", 1),
        (404, "requestRejected", 1),
        (500, "internalError", 3),
        (502, "serviceUnavailable", 3),
    ],
)
def test_an_http_status_other_than_ok_is_never_an_answer(
    status: int, reason: str, attempts: int, scripted_bank: Any, gateway_to_script: HttpCrossroadsGateway
) -> None:
    scripted_bank.says(status, b"", Location="/elsewhere")

    unanswered = why_unanswered(gateway_to_script, "t")

    assert (unanswered.reason, unanswered.attempts) == (reason, attempts)


def employer_found(**changes: Any) -> dict[str, Any]:
    employer = {"enterpriseNumber": EMPLOYER, "name": "Maes Bouw BV", "active": True, **changes}
    return reply("DATA_FOUND", "MSG00000", employer=employer)


def wages_found(*quarters: dict[str, Any], employer: str = EMPLOYER) -> dict[str, Any]:
    return reply("DATA_FOUND", "MSG00000", declaration={"enterpriseNumber": employer, "quarters": list(quarters)})


def reply(value: str, code: str, **found: Any) -> dict[str, Any]:
    status = {"value": value, "code": code, "description": ""}
    return {"ticket": "t", "ticketCbss": "c", "status": status, **found}


def test_the_replies_that_the_next_two_tests_spoil_are_answers(
    scripted_bank: Any, gateway_to_script: HttpCrossroadsGateway
) -> None:
    scripted_bank.says(200, employer_found())
    assert isinstance(gateway_to_script.employer(EMPLOYER, ticket="t"), EmployerOnRegister)
    scripted_bank.says(200, wages_found({"quarter": "2025Q1", "grossEuroCents": 1}))
    assert gateway_to_script.declared_wages(SSIN, EMPLOYER, ["2025Q1"], ticket="t") != NoDataFound()


@pytest.mark.parametrize(
    "spoiled",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"<html>", id="not JSON"),
        pytest.param(b"[" * 100_000, id="deep"),
        pytest.param(json.dumps(employer_found()).encode() + b" " * 1_000_000, id="endless"),
        pytest.param(b"null", id="null"),
        pytest.param({**employer_found(), "ticket": "another"}, id="ticket of another question"),
        pytest.param(employer_found(enterpriseNumber="0403019261"), id="another undertaking"),
        pytest.param(employer_found(active="true"), id="truth as text"),
        pytest.param(employer_found(active=1), id="truth as number"),
        pytest.param(employer_found(name=""), id="no name"),
        pytest.param(employer_found(name="Maes\x00"), id="control character"),
        pytest.param(employer_found(surprise=1), id="one property more"),
        pytest.param(reply("DATA_FOUND", "MSG00000"), id="found, but nothing in it"),
        pytest.param(reply("DATA_FOUND", "MSG00000", employer=None), id="found null"),
        pytest.param(reply("DATA_FOUND", "MSG00100", employer={}), id="status and code disagree"),
        pytest.param(reply("NO_DATA_FOUND", "MSG00000"), id="no data, yet OK"),
        pytest.param({**employer_found(), **reply("NO_DATA_FOUND", "MSG00100")}, id="no data, yet data"),
        pytest.param(reply("PERHAPS", "MSG00000"), id="unknown status"),
    ],
)
def test_a_reply_on_an_employer_that_is_not_as_documented_is_no_answer(
    spoiled: bytes | dict[str, Any], scripted_bank: Any, gateway_to_script: HttpCrossroadsGateway
) -> None:
    scripted_bank.says(200, spoiled)

    assert why_unanswered(gateway_to_script, "t").reason == "malformedAnswer"


@pytest.mark.parametrize(
    "spoiled",
    [
        pytest.param(wages_found(), id="no quarters"),
        pytest.param(wages_found({"quarter": "2025Q1", "grossEuroCents": 1.0}), id="fraction"),
        pytest.param(wages_found({"quarter": "2025Q1", "grossEuroCents": "100"}), id="text"),
        pytest.param(wages_found({"quarter": "2025Q1", "grossEuroCents": True}), id="truth"),
        pytest.param(wages_found({"quarter": "2025Q1", "grossEuroCents": -1}), id="negative"),
        pytest.param(wages_found({"quarter": "2025Q1", "grossEuroCents": 10**12}), id="absurd"),
        pytest.param(wages_found({"quarter": "2024Q4", "grossEuroCents": 1}), id="quarter not asked for"),
        pytest.param(wages_found(*[{"quarter": "2025Q1", "grossEuroCents": 1}] * 2), id="quarter twice"),
        pytest.param(
            wages_found({"quarter": "2025Q1", "grossEuroCents": 1}, employer="0403019261"),
            id="another employer",
        ),
    ],
)
def test_a_reply_on_wages_that_is_not_as_documented_is_no_answer(
    spoiled: dict[str, Any], scripted_bank: Any, gateway_to_script: HttpCrossroadsGateway
) -> None:
    scripted_bank.says(200, spoiled)
    with pytest.raises(CheckUnanswered) as unanswered:
        gateway_to_script.declared_wages(SSIN, EMPLOYER, ["2025Q1"], ticket="t")

    assert unanswered.value.reason == UnansweredReason.MALFORMED_ANSWER


def test_the_breaker_opens_for_all_and_recovers_when_the_bank_does(
    simulator: str, open_gateway: Opener, administration: httpx.Client
) -> None:
    gateway = open_gateway(simulator, attempts=1, breaker_threshold=4, breaker_reset=0.5)
    # Given an outage that four callers in a row have met
    administration.put("/outage", json={"trouble": "serviceUnavailable"})
    assert [why_unanswered(gateway, f"t-o{n}").reason for n in range(4)] == ["serviceUnavailable"] * 4

    # Then the next is held back without a call
    held_back = why_unanswered(gateway, "t-held-back")
    assert (held_back.reason, held_back.attempts) == ("breakerOpen", 0)
    assert attempts_of(administration, "t-held-back") == 0

    # When the time is over and the bank is still away, one call finds out and the breaker stays open
    time.sleep(0.55)
    assert why_unanswered(gateway, "t-first-trial").reason == "serviceUnavailable"
    assert why_unanswered(gateway, "t-held-back").reason == "breakerOpen"

    # When the bank is back and the time is over, all are answered again
    administration.delete("/outage")
    time.sleep(0.55)
    assert isinstance(gateway.employer(EMPLOYER, ticket="t-second-trial"), EmployerOnRegister)
    assert isinstance(gateway.employer(EMPLOYER, ticket="t-as-before"), EmployerOnRegister)


def test_a_question_whose_retry_meets_the_open_breaker_tells_how_often_it_called(
    simulator: str, open_gateway: Opener, administration: httpx.Client
) -> None:
    choose_fate(administration, "t-opens", "connectionCut")

    unanswered = why_unanswered(open_gateway(simulator, attempts=3, breaker_threshold=2), "t-opens")

    assert (unanswered.reason, unanswered.attempts) == ("breakerOpen", 2)


def test_only_one_caller_tries_whether_the_bank_is_back(
    simulator: str, open_gateway: Opener, administration: httpx.Client
) -> None:
    gateway = open_gateway(simulator, attempts=1, timeout=0.3, breaker_threshold=1, breaker_reset=0.2)
    administration.put("/outage", json={"trouble": "silence"})
    assert why_unanswered(gateway, "t-trip").reason == "timeout"
    time.sleep(0.25)

    # When eight callers come at once after the breaker's time is over
    together = threading.Barrier(8)

    def ask(caller: int) -> str:
        together.wait()
        return why_unanswered(gateway, f"t-trial-{caller}").reason

    with ThreadPoolExecutor(8) as callers:
        reasons = sorted(callers.map(ask, range(8)))

    assert reasons == ["breakerOpen"] * 7 + ["timeout"]


@pytest.mark.parametrize(
    ("status", "content"),
    [(200, reply("NO_DATA_FOUND", "MSG00100")), (404, {}), (429, {}), (200, reply("NO_RESULT", "MSG00005"))],
)
def test_a_bank_that_answers_what_we_do_not_like_is_not_failing(
    status: int, content: dict[str, Any], scripted_bank: Any, open_gateway: Opener
) -> None:
    gateway = open_gateway(scripted_bank.address, attempts=1, breaker_threshold=2)
    scripted_bank.says(status, content)

    for _ in range(5):
        with contextlib.suppress(CheckUnanswered):
            gateway.employer(EMPLOYER, ticket="t")

    assert len(scripted_bank.requests) == 5


def why_unanswered(gateway: HttpCrossroadsGateway, ticket: str) -> CheckUnanswered:
    with pytest.raises(CheckUnanswered) as unanswered:
        gateway.employer(EMPLOYER, ticket=ticket)
    return unanswered.value


def choose_fate(
    administration: httpx.Client, ticket: str, trouble: str, *, failing_attempts: int | None = None
) -> None:
    fate: dict[str, Any] = {"ticket": ticket, "trouble": trouble}
    if failing_attempts is not None:
        fate["failingAttempts"] = failing_attempts
    administration.put("/tickets", json={"tickets": [fate]}).raise_for_status()


def attempts_of(administration: httpx.Client, ticket: str) -> int:
    made: dict[str, int] = administration.get("/attempts").json()["attempts"]
    return made.get(ticket, 0)
