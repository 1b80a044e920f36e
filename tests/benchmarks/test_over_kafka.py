"""``permit bench relay``, ``consume`` and ``end-to-end`` go through a real Kafka and say so."""

import pytest

from api.benchmarks.end_to_end import bench_end_to_end
from infra.benchmarks.consuming import bench_consume
from infra.benchmarks.peer import Peer
from infra.benchmarks.relaying import bench_relay
from tests.benchmarks.report_form import require_form, require_report

pytestmark = pytest.mark.server


@pytest.fixture(autouse=True)
def broker(kafka: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """The broker of this session instead of one for each report."""
    monkeypatch.setenv("PERMIT_KAFKA", kafka)
    return kafka


def test_a_journal_is_relayed(admin_url: str, peer: Peer) -> None:
    report = bench_relay(admin_url, peer, cases=30, runs=1)
    require_form(report, "relay", ("relay, kafka-python", "relay, confluent-kafka"))
    assert (report.machine["transport"], report.machine["records"] > 200) == ("kafka", True)
    assert report.machine["broker"].startswith("Apache Kafka 4.")
    assert report.machine["clusterId"]


@pytest.mark.nightly
def test_a_topic_is_consumed_by_one_process_and_by_two(admin_url: str, peer: Peer) -> None:
    report = bench_consume(admin_url, peer, cases=30, runs=1, processes=(1, 2))
    require_form(report, "consume", ("consume, 1 process", "consume, 2 processes"))


@pytest.mark.nightly
def test_an_application_gets_its_answer(admin_url: str, peer: Peer) -> None:
    report = bench_end_to_end(admin_url, peer, records=5, warming_up=1)
    require_report(report, "end-to-end", {"submit to answer p50": "ms", "submit to answer p95": "ms"})
    assert (report.machine["transport"], report.machine["records"]) == ("kafka", 5)
