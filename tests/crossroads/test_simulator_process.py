"""The simulator as a process: it announces itself, keeps identifiers to itself, and leaves no orphan."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from infra.child_process import ChildDidNotStart
from infra.crossroads.simulator.holdings import company_name
from infra.crossroads.simulator.troubles import Trouble, TroubleShares, fate_of
from infra.crossroads.simulator_process import running_simulator
from tests.world.waiting import wait_until

REPOSITORY = Path(__file__).resolve().parents[2]
SSIN = "85073003328"
WAGES = "/crossroads/v1/declaredWages/query"
EMPLOYERS = "/crossroads/v1/employers/query"


@pytest.fixture(scope="module")
def client() -> Iterator[httpx.Client]:
    """A client of a simulator that answers every ticket unless told otherwise."""
    with (
        running_simulator(7, transient_share=0, outage_share=0) as address,
        httpx.Client(base_url=address, trust_env=False) as its_client,
    ):
        yield its_client


def test_it_answers_in_the_banks_manner(client: httpx.Client) -> None:
    question = {
        "ticket": "t1",
        "legalContext": "SINGLE_PERMIT:WORK_PART",
        "purpose": "X",
        "enterpriseNumber": "0202239951",
    }

    answered = client.post(EMPLOYERS, json=question, headers={"BelGov-Trace-Id": "trace-of-mine"})

    assert answered.status_code == 200
    assert answered.json()["status"] == {"value": "DATA_FOUND", "code": "MSG00000", "description": "OK"}
    assert answered.json()["ticket"] == "t1"
    assert answered.json()["employer"]["name"] == company_name("0202239951")
    assert answered.headers["BelGov-Related-Trace-Id"] == "trace-of-mine"
    assert answered.headers["BelGov-Trace-Id"] != "trace-of-mine"


@pytest.mark.parametrize(("trouble", "status"), [("tooManyRequests", 429), ("serviceUnavailable", 503)])
def test_a_problem_says_how_long_to_stay_away(client: httpx.Client, trouble: str, status: int) -> None:
    client.put("/admin/tickets", json={"tickets": [{"ticket": trouble, "trouble": trouble}]})
    question = {"ticket": trouble, "legalContext": "X", "purpose": "X", "enterpriseNumber": "0202239951"}

    refused = client.post(EMPLOYERS, json=question)

    assert refused.status_code == status
    assert refused.headers["Content-Type"] == "application/problem+json"
    assert refused.headers["Retry-After"] == "1"
    assert refused.json()["type"] == f"urn:problem-type:belgif:{trouble}"
    assert refused.json()["retryAfterSec"] == 1


def test_a_wrong_question_is_refused_by_the_name_of_its_property_and_not_by_its_value(
    client: httpx.Client,
) -> None:
    question = {
        "ticket": "t",
        "legalContext": "X",
        "purpose": "X",
        "ssin": f"{SSIN}0",
        "enterpriseNumber": "0202239951",
    }

    refused = client.post(WAGES, json={**question, "quarters": ["2025Q1"]})

    assert refused.status_code == 400
    assert refused.json()["type"] == "urn:problem-type:belgif:badRequest"
    assert [issue["name"] for issue in refused.json()["issues"]] == ["ssin"]
    assert SSIN not in refused.text


def test_it_cannot_be_reached_from_another_machine(client: httpx.Client) -> None:
    assert client.base_url.host == "127.0.0.1"
    # Given the same port at another address of this very machine
    with socket.socket() as elsewhere, pytest.raises(OSError, match="refused"):
        elsewhere.connect(("127.0.0.2", client.base_url.port))


def test_it_dies_with_a_parent_that_is_killed_outright() -> None:
    program = (
        "import time\n"
        "from infra.crossroads.simulator_process import running_simulator\n"
        "with running_simulator(1) as address:\n"
        "    print(address, flush=True)\n"
        "    time.sleep(60)\n"
    )
    with subprocess.Popen([sys.executable, "-c", program], cwd=REPOSITORY, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        address = parent.stdout.readline().strip()
        assert httpx.get(f"{address}/admin/attempts", trust_env=False).status_code == 200

        os.kill(parent.pid, signal.SIGKILL)

    wait_until(lambda: is_gone(address), because="the simulator is gone", within=5.0)


def test_it_ends_with_its_block() -> None:
    with running_simulator(1) as address:
        assert httpx.get(f"{address}/admin/attempts", trust_env=False).status_code == 200

    assert is_gone(address)


def test_a_simulator_that_cannot_start_says_so(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(ChildDidNotStart, match="code 2"), running_simulator(1, outage_share=1.5):
        pytest.fail("it started")

    assert "a share lies between 0 and 1" in capfd.readouterr().err


def test_the_seed_deals_troubles_out_in_the_shares_asked_for() -> None:
    shares = TroubleShares(slow=0.1, transient=0.2, outage=0.1)

    fates = [fate_of(2026, "employerRegister", f"ticket-{n}", shares) for n in range(5_000)]

    always = [it for it in fates if it.trouble is not None and it.failing_attempts is None]
    passing = [it for it in fates if it.trouble is not None and it.failing_attempts is not None]
    assert 400 < len(always) < 600
    assert 780 < len(passing) < 1_020
    assert 400 < sum(it.slow for it in fates) < 600
    assert {it.failing_attempts for it in passing} == {1, 2}
    assert all(it.trouble_of_attempt(3) is None for it in passing)
    assert all(it.trouble_of_attempt(99) is it.trouble for it in always)
    assert Trouble.SILENCE not in {it.trouble for it in fates}


def is_gone(address: str) -> bool:
    try:
        httpx.get(f"{address}/admin/attempts", trust_env=False)
    except httpx.TransportError:
        return True
    return False
