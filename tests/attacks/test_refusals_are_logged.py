"""Somebody who tries what they may not leaves a trace: by pseudonym, without the address, and never without end."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from api.composition import Program
from api.http.refusal_log import RefusalLog
from api.server import running_server
from infra.identity.caller import Role
from infra.identity.development_issuer import DevelopmentIssuer
from infra.structured_logs import configure_logging
from tests.identity.callers import SSIN
from tests.world.service_clients import ServiceClients

UNKNOWN = "0" * 8 + "-0000-0000-0000-" + "0" * 12


def logged(capsys: pytest.CaptureFixture[str], event: str) -> list[dict[str, Any]]:
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines() if line.startswith("{")]
    return [each for each in lines if each["event"] == event]


@pytest.mark.server
def test_each_refusal_says_who_what_and_under_which_trace(
    program: Program, issuer: DevelopmentIssuer, capsys: pytest.CaptureFixture[str]
) -> None:
    configure_logging()
    with running_server(program) as address, ServiceClients(program, address, issuer) as clients:
        answers = [
            clients.without_token().get("applications"),
            clients.bearing("eyJ.no.good").get("applications"),
            clients.of(Role.WORKER).get("migrations"),
            clients.of(Role.WORKER).get(f"applications/{UNKNOWN}"),
        ]
        clients.of(Role.WORKER).get("applications")
    assert [each.status_code for each in answers] == [401, 401, 403, 404]
    refused = logged(capsys, "request.refused")
    assert [(each["status"], each["operation"], each["caller"]) for each in refused] == [
        (401, "getApplications", "-"),
        (401, "getApplications", "-"),
        (403, "getMigrations", "worker:w_9f3c"),
        (404, "getApplication", "worker:w_9f3c"),
    ]
    assert [each["trace"] for each in refused] == [each.headers["BelGov-Trace-Id"] for each in answers]
    # and neither the worker's number nor the id of a case
    assert not [each for each in refused if SSIN in str(each) or UNKNOWN in str(each)]


@pytest.mark.server
def test_sessions_that_begin_and_that_do_not_are_told_apart(
    program: Program, issuer: DevelopmentIssuer, capsys: pytest.CaptureFixture[str]
) -> None:
    configure_logging()
    with running_server(program) as address, ServiceClients(program, address, issuer) as clients:
        token = clients.of(Role.CASE_HANDLER).client.headers["Authorization"].removeprefix("Bearer ")
        for sent in (
            {"token": token},
            {"token": "eyJ.no.good"},
            {"role": "employer", "sub": "me", "secret": "guessed"},
        ):
            httpx.post(f"{address}/session", data=sent, trust_env=False)
    said = capsys.readouterr().err
    assert said.count('"session.begins"') == 1
    assert "caseHandler:handler-12" in said
    assert said.count('"session.refused"') == 2
    assert "guessed" not in said


def test_ten_thousand_refusals_are_sixty_lines_a_minute_and_a_number(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging()
    seconds = [0.0]
    log = RefusalLog(clock=lambda: seconds[0])
    for _ in range(10_000):
        log.answered(401, {"type": "http"}, "t")
    assert len(logged(capsys, "request.refused")) == 60
    seconds[0] = 61.0
    log.answered(200, {"type": "http"}, "t")
    log.answered(403, {"type": "http"}, "t")
    (line,) = logged(capsys, "request.refused")
    assert line["left_out_before"] == 9_940
