"""``permit bench end-to-end``: from an application filed over HTTP to the Crossroads Bank's answer in the journal.

Service, relay and check workers are processes of their own, the bank is the simulator in another. The other side is
the same without Kafka: the check workers read the journal themselves.
"""

from __future__ import annotations

import json
import statistics
import time
from contextlib import ExitStack
from typing import Final
from uuid import UUID, uuid4

import httpx

from api.benchmarks.over_http import APPLICATION, EMPLOYER
from api.benchmarks.served import ServedProgram, served_program
from api.http.problems import API_ROOT
from consumers.topics import TOPICS
from infra.benchmarks.kafka_here import broker_for_benchmarks, machine_with_kafka
from infra.benchmarks.peer import Peer
from infra.benchmarks.runs import BenchmarkImpossible, BenchmarkReport, Row
from infra.child_process import running_child
from infra.crossroads.simulator_process import running_simulator
from infra.identity.caller import Role
from infra.kafka.topic_admin import create_missing

_RECORDS: Final = 500
_WARMING_UP: Final = 20
_PATIENCE: Final = 30.0
_LOOK_AGAIN: Final = 0.002


def bench_end_to_end(
    admin_url: str, _peer: Peer, *, records: int = _RECORDS, warming_up: int = _WARMING_UP
) -> BenchmarkReport:
    """``records`` applications one after the other on each side, after ``warming_up`` that are not counted: nothing
    else is under way."""
    with broker_for_benchmarks() as kafka:
        ours = _milliseconds(admin_url, kafka, records, warming_up)
        peer = _milliseconds(admin_url, None, records, warming_up)
        about = {
            **machine_with_kafka(admin_url, kafka),
            "runs": 1,
            "records": records,
            "ours": "HTTP, journal, relay, Kafka, intake, work table, simulator over HTTP, journal; one at a time",
            "peer": "the same in processes of the same number, the intake reading the journal itself",
        }
    rows = tuple(
        Row(
            case=f"submit to answer {name}",
            ours=round(of(ours), 1),
            peer=round(of(peer), 1),
            ratio=round(of(ours) / of(peer), 2),
            unit="ms",
        )
        for name, of in (("p50", statistics.median), ("p95", _p95))
    )
    return BenchmarkReport(benchmark="end-to-end", machine=about, rows=rows)


def _milliseconds(admin_url: str, kafka: str | None, records: int, warming_up: int) -> list[float]:
    """How long each application took from its POST to the recorded answer."""
    with ExitStack() as opened:
        simulator = opened.enter_context(
            running_simulator(1, slow_share=0, transient_share=0, outage_share=0, no_data_share=0)
        )
        prefix = f"bench-{uuid4().hex[:8]}."
        served = opened.enter_context(served_program(admin_url, processes=1))
        # Without Kafka means without the one of the settings too.
        environment = {**served.environment, "PERMIT_CROSSROADS_URL": simulator, "PERMIT_KAFKA": ""}
        if kafka is not None:
            create_missing(kafka, TOPICS, prefix)
            environment |= {"PERMIT_KAFKA": kafka, "PERMIT_KAFKA_TOPIC_PREFIX": prefix}
        for what in ("crossroads",) if kafka is None else ("relay", "crossroads"):
            opened.enter_context(
                running_child(
                    "api.cli",
                    ["work", what, "--until-stdin-closes"],
                    announcement="working on ",
                    environment=environment,
                )
            )
        client = opened.enter_context(httpx.Client(base_url=served.address, trust_env=False, timeout=_PATIENCE))
        token = served.token(Role.EMPLOYER, enterprise_number=EMPLOYER)
        taken = [_answered_within(served, client, token) for _ in range(warming_up + records)]
    return taken[warming_up:]


def _answered_within(served: ServedProgram, client: httpx.Client, token: str) -> float:
    began = time.perf_counter()
    filed = client.post(
        f"{API_ROOT}/applications?another=true",
        content=json.dumps(APPLICATION),
        headers={
            "Authorization": f"Bearer {token}",
            "Content-Type": "application/json",
            "Idempotency-Key": str(uuid4()),
        },
    )
    filed.raise_for_status()
    case_id = UUID(filed.json()["id"])
    with served.program.readers.connection() as connection, connection.cursor() as cursor:
        while time.perf_counter() < began + _PATIENCE:
            cursor.execute(_ANSWERED, (case_id,))
            if cursor.rowcount:
                return (time.perf_counter() - began) * 1_000
            time.sleep(_LOOK_AGAIN)
    raise BenchmarkImpossible(f"a check had no answer within {_PATIENCE:.0f} s")


def _p95(values: list[float]) -> float:
    return statistics.quantiles(values, n=20)[-1]


_ANSWERED: Final = "select from journal where stream = %s and type = 'CrossroadsCheckAnswered'"
