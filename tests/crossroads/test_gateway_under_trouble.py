"""A bank that is slow, wrong, away or overrun: the reason is told, and nothing is guessed."""

import json
import socket
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import httpx
import pytest

from domain.crossroads.answers import CheckUnanswered, EmployerOnRegister, NoDataFound, UnansweredReason
from infra.crossroads.http_bank import HttpCrossroadsBank
from infra.crossroads.simulator.holdings import HoldingShares, undertaking
from tests.crossroads.asking import FACES, under

SSIN = "85073003328"
EMPLOYER = next(
    number
    for number in (f"0{index:07d}{97 - index % 97:02d}" for index in range(2_000_000, 2_000_100))
    if undertaking(2026, number, HoldingShares(no_data=0.2, inactive=0.2)) is not None
)

Opener = Callable[..., HttpCrossroadsBank]

REASON_OF_TROUBLE = {
    "serviceUnavailable": "serviceUnavailable",
    "tooManyRequests": "tooManyRequests",
    "sourceUnavailable": "sourceUnavailable",
    "internalError": "internalError",
    "connectionCut": "connectionFailed",
    "garbage": "malformedAnswer",
    "wrongSchema": "malformedAnswer",
    "duplicateAnswer": "malformedAnswer",
}


@pytest.mark.parametrize("trouble", REASON_OF_TROUBLE)
def test_a_trouble_that_passes_ends_in_the_answer(
    trouble: str, gateway: HttpCrossroadsBank, administration: httpx.Client
) -> None:
    ticket = f"t-passing-{trouble}"
    choose_fate(administration, ticket, trouble, failing_attempts=2)

    assert [why_unanswered(gateway, ticket).reason for _ in range(2)] == [REASON_OF_TROUBLE[trouble]] * 2
    assert isinstance(gateway.employer(EMPLOYER, under(ticket)).answer, EmployerOnRegister)
    assert attempts_of(administration, ticket) == 3


@pytest.mark.parametrize("trouble", REASON_OF_TROUBLE)
def test_a_trouble_that_lasts_leaves_the_check_unanswered(
    trouble: str, gateway: HttpCrossroadsBank, administration: httpx.Client
) -> None:
    ticket = f"t-lasting-{trouble}"
    choose_fate(administration, ticket, trouble)

    unanswered = why_unanswered(gateway, ticket)

    assert unanswered.reason == REASON_OF_TROUBLE[trouble]
    assert attempts_of(administration, ticket) == 1


@pytest.mark.parametrize("face", FACES)
def test_an_answer_that_comes_too_late_is_had_by_asking_again(
    face: str, simulator: str, open_gateway: Opener, administration: httpx.Client
) -> None:
    choose_fate(administration, "t-late", "lateAnswer", failing_attempts=1)
    gateway = open_gateway(simulator, face=face, timeout=0.15)

    assert why_unanswered(gateway, "t-late").reason == "timeout"
    assert isinstance(gateway.employer(EMPLOYER, under("t-late")).answer, EmployerOnRegister)


def test_a_bank_that_stays_silent_is_left_after_the_time_out(
    simulator: str, open_gateway: Opener, administration: httpx.Client
) -> None:
    choose_fate(administration, "t-mute", "silence")
    began = time.monotonic()

    unanswered = why_unanswered(open_gateway(simulator, timeout=0.15), "t-mute")

    assert unanswered.reason == "timeout"
    assert time.monotonic() - began < 1.5


def test_an_answer_that_drips_in_is_cut_off_by_the_clock(scripted_bank: Any, open_gateway: Opener) -> None:
    # Given a bank whose every byte comes well within the time-out, and whose reply would take a minute
    scripted_bank.says(200, b"x" * 3_000)
    scripted_bank.seconds_between_bytes = 0.02
    began = time.monotonic()

    unanswered = why_unanswered(open_gateway(scripted_bank.address, timeout=0.2), "t-drip")

    assert unanswered.reason == "timeout"
    assert time.monotonic() - began < 1.5


def test_nobody_listening_is_a_failed_connection(open_gateway: Opener) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

    unanswered = why_unanswered(open_gateway(f"http://127.0.0.1:{port}"), "t-nobody")

    assert unanswered.reason == "connectionFailed"


@pytest.mark.parametrize(
    ("retry_after", "seconds"), [("1", 1.0), ("6", 6.0), ("9" * 30, 1e9), ("Fri, 31 Dec 9999 23:59:59 GMT", 1e9)]
)
def test_the_time_the_bank_asks_to_stay_away_is_told(
    retry_after: str, seconds: float, scripted_bank: Any, gateway_to_script: HttpCrossroadsBank
) -> None:
    scripted_bank.says(429, {"type": "urn:problem-type:belgif:tooManyRequests"}, Retry_After=retry_after)

    unanswered = why_unanswered(gateway_to_script, "t-overrun")

    assert (unanswered.reason, unanswered.stay_away_seconds) == ("tooManyRequests", seconds)


def test_it_may_be_told_as_a_moment(scripted_bank: Any, gateway_to_script: HttpCrossroadsBank) -> None:
    scripted_bank.says(503, b"", Retry_After=format_datetime(datetime.now(UTC) + timedelta(hours=1), usegmt=True))

    unanswered = why_unanswered(gateway_to_script, "t-patience")

    assert unanswered.reason == "serviceUnavailable"
    assert 3_500 < unanswered.stay_away_seconds <= 3_600


@pytest.mark.parametrize(
    "retry_after",
    [
        "soon",
        "-1",
        "1e3",
        "",
        "Thu, 99 Foo 2026",
        f"Fri, 01 Jan {'9' * 30} 00:00:00 GMT",
        f"01 Jan 2026 00:00 +{'9' * 30}",
    ],
)
def test_an_unreadable_retry_after_is_no_reason_to_wait_or_to_fall(
    retry_after: str, scripted_bank: Any, gateway_to_script: HttpCrossroadsBank
) -> None:
    scripted_bank.says(503, b"", Retry_After=retry_after)

    unanswered = why_unanswered(gateway_to_script, "t-unreadable")

    assert (unanswered.reason, unanswered.stay_away_seconds) == ("serviceUnavailable", 0.0)


def test_a_maintenance_window_is_named(gateway: HttpCrossroadsBank, administration: httpx.Client) -> None:
    choose_fate(administration, "t-maintenance", "maintenance")

    unanswered = why_unanswered(gateway, "t-maintenance")

    assert unanswered.reason == "maintenance"


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("MSG00005", "ssinUnknown"),
        ("MSG00006", "ssinReplaced"),
        ("MSG00008", "requestRejected"),
        ("MSG00009", "personDeceased"),
        ("MSG00012", "notRegistered"),
        ("MSG00013", "noAccess"),
        ("40003", "notRegistered"),
        ("70002", "internalError"),
        ("99996", "sourceUnavailable"),
        ("MSG99999", "unknownCode"),
    ],
)
def test_every_code_has_its_reason(
    code: str, reason: str, scripted_bank: Any, gateway_to_script: HttpCrossroadsBank
) -> None:
    scripted_bank.says(200, reply("NO_RESULT", code))

    unanswered = why_unanswered(gateway_to_script, "t")

    assert unanswered.reason == reason
    assert len(scripted_bank.requests) == 1


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (301, "malformedAnswer"),
        (204, "malformedAnswer"),
        (400, "requestRejected"),
        (403, "noAccess"),
        (404, "requestRejected"),
        (500, "internalError"),
        (502, "serviceUnavailable"),
    ],
)
def test_an_http_status_other_than_ok_is_never_an_answer(
    status: int, reason: str, scripted_bank: Any, gateway_to_script: HttpCrossroadsBank
) -> None:
    scripted_bank.says(status, b"", Location="/elsewhere")

    unanswered = why_unanswered(gateway_to_script, "t")

    assert unanswered.reason == reason


def employer_found(**changes: Any) -> dict[str, Any]:
    employer = {"enterpriseNumber": EMPLOYER, "name": "Maes Bouw BV", "active": True, **changes}
    return reply("DATA_FOUND", "MSG00000", employer=employer)


def wages_found(*quarters: dict[str, Any], employer: str = EMPLOYER) -> dict[str, Any]:
    return reply("DATA_FOUND", "MSG00000", declaration={"enterpriseNumber": employer, "quarters": list(quarters)})


def reply(value: str, code: str, **found: Any) -> dict[str, Any]:
    status = {"value": value, "code": code, "description": ""}
    return {"ticket": "t", "ticketCbss": "c", "status": status, **found}


def test_the_replies_that_the_next_two_tests_spoil_are_answers(
    scripted_bank: Any, gateway_to_script: HttpCrossroadsBank
) -> None:
    scripted_bank.says(200, employer_found())
    assert isinstance(gateway_to_script.employer(EMPLOYER, under("t")).answer, EmployerOnRegister)
    scripted_bank.says(200, wages_found({"quarter": "2025Q1", "grossEuroCents": 1}))
    assert gateway_to_script.declared_wages(SSIN, EMPLOYER, ["2025Q1"], under("t")).answer != NoDataFound()


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
    spoiled: bytes | dict[str, Any], scripted_bank: Any, gateway_to_script: HttpCrossroadsBank
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
    spoiled: dict[str, Any], scripted_bank: Any, gateway_to_script: HttpCrossroadsBank
) -> None:
    scripted_bank.says(200, spoiled)
    with pytest.raises(CheckUnanswered) as unanswered:
        gateway_to_script.declared_wages(SSIN, EMPLOYER, ["2025Q1"], under("t"))

    assert unanswered.value.reason == UnansweredReason.MALFORMED_ANSWER


def why_unanswered(gateway: HttpCrossroadsBank, ticket: str) -> CheckUnanswered:
    with pytest.raises(CheckUnanswered) as unanswered:
        gateway.employer(EMPLOYER, under(ticket))
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
