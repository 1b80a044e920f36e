"""What Prometheus reads: every number of ``permit status``, by name, without a token and without anything personal."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from api.http.metric_definitions import METRICS, OF_THE_DATABASE
from api.http.metrics import rendered_metrics
from tests.world.service_clients import ServiceClient

ROOT = Path(__file__).parents[2]

WELL: dict[str, Any] = {
    "databases": {"journal": True, "keys": True},
    "appendsSucceed": True,
    "figuresRead": True,
    "limitsReached": {"headerBytes": 3},
}
OVER_KAFKA: dict[str, Any] = {
    "relay": {"name": "relay", "position": 7, "lagEvents": 3, "lagSeconds": 1.5, "cluster": "c", "epoch": 2},
    "consumers": [{"name": "crossroads-intake", "topic": "t.v1", "lagOffsets": 5, "lagSeconds": 0.25}],
    "projections": [{"name": "timeline", "lagEvents": 1, "lagSeconds": 0.5, "parked": 2, "skipped": 7}],
    "crossroads": {
        "work": {"open": 4, "due": 2, "underWay": 1, "late": 1, "oldestSeconds": 61.0},
        "breaker": {"state": "open", "failures": 20, "openUntil": None},
        "outcomes": [{"check": "employerRegister", "outcome": "found", "number": 9}],
    },
    "webhooks": {"states": {"active": 3, "paused": 1, "stopped": 0}, "failing": 2, "waiting": 8, "oldestSeconds": 30.5},
    "parkedStreams": {"migration": 2},
    "deadLetters": {"crossroads-intake": 1},
    "stoppedConsumers": [{"name": "legacy-brussels", "failed": 600, "records": 1000, "stoppedAt": "2026-03-02T09:00Z"}],
}


def samples(figures: dict[str, Any] | None, process: dict[str, Any] = WELL) -> dict[tuple[str, ...], float]:
    told = rendered_metrics(process, figures).decode()
    families = text_string_to_metric_families(told)
    return {(each.name, *each.labels.values()): each.value for family in families for each in family.samples}


def test_each_number_has_a_name() -> None:
    told = samples(OVER_KAFKA)
    assert (told["permit_database_answers", "journal"], told["permit_database_answers", "keys"]) == (1, 1)
    assert (told["permit_appends_succeed",], told["permit_figures_read",]) == (1, 1)
    assert told["permit_kafka_reachable",] == 1
    assert (told["permit_relay_lag_events",], told["permit_relay_lag_seconds",]) == (3, 1.5)
    assert told["permit_consumer_lag", "crossroads-intake", "t.v1"] == 5
    assert told["permit_projection_lag_seconds", "timeline"] == 0.5
    assert told["permit_projection_parked_streams", "timeline"] == 2
    assert told["permit_projection_skipped_events", "timeline"] == 7
    assert [told["permit_crossroads_work", state] for state in ("open", "due", "underWay", "late")] == [4, 2, 1, 1]
    assert [told["permit_crossroads_breaker", state] for state in ("closed", "halfOpen", "open")] == [0, 0, 1]
    assert told["permit_crossroads_outcomes_total", "employerRegister", "found"] == 9
    assert (told["permit_parked_streams", "migration"], told["permit_dead_letters", "crossroads-intake"]) == (2, 1)
    assert [told["permit_webhooks", state] for state in ("active", "paused", "stopped")] == [3, 1, 0]
    assert (told["permit_webhooks_failing",], told["permit_webhook_notices_waiting",]) == (2, 8)
    assert told["permit_webhook_notices_oldest_seconds",] == 30.5
    assert told["permit_consumer_stopped", "legacy-brussels"] == 1
    assert told["permit_limit_reached_total", "headerBytes"] == 3


def test_a_journal_that_takes_nothing_is_told() -> None:
    assert samples(OVER_KAFKA, {**WELL, "appendsSucceed": False})["permit_appends_succeed",] == 0


def test_without_the_figures_of_the_database_what_the_process_knows_is_told_and_that_they_are_left_out() -> None:
    away = {**WELL, "databases": {"journal": False, "keys": False}, "appendsSucceed": False, "figuresRead": False}
    told = samples(None, away)
    assert told == {
        ("permit_database_answers", "journal"): 0,
        ("permit_database_answers", "keys"): 0,
        ("permit_appends_succeed",): 0,
        ("permit_figures_read",): 0,
        ("permit_limit_reached_total", "headerBytes"): 3,
    }
    assert not {name for name, *_ in told} & {each.name for each in OF_THE_DATABASE}


def test_brokers_that_do_not_answer_are_told_and_the_rest_still_is() -> None:
    told = samples({**OVER_KAFKA, "relay": {"unavailable": "nobody answers"}, "consumers": []})
    assert told["permit_kafka_reachable",] == 0
    assert ("permit_relay_lag_events",) not in told
    assert told["permit_crossroads_work", "open"] == 4


@pytest.mark.server
def test_the_service_answers_a_scraper_without_a_token(employer: ServiceClient, address: str) -> None:
    # given a case, whose worker and employer are in no metric
    employer.file()
    answer = httpx.get(f"{address}/metrics", trust_env=False)
    assert answer.status_code == 200, answer.text
    assert answer.headers["Content-Type"].startswith("text/plain")
    families = {each.name: each for each in text_string_to_metric_families(answer.text)}
    assert {each.labels["projection"] for each in families["permit_projection_lag_events"].samples} >= {"timeline"}
    assert "permit_relay_lag_events" not in families  # nothing is relayed without Kafka
    assert {each.labels["topic"] for each in families["permit_consumer_lag"].samples} == {"journal"}
    assert "0202239951" not in answer.text


def test_the_operations_page_lists_every_metric() -> None:
    page = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    rows = [tuple(cell.strip() for cell in line.strip("| \n").split("|")) for line in page.splitlines()]
    listed = [row for row in rows if row[0].startswith("`permit_") and len(row) == 4]
    assert listed == [
        (f"`{each.name}`", each.kind.value, ", ".join(each.labels) or "-", each.meaning) for each in METRICS
    ]


def test_nothing_else_names_a_metric() -> None:
    sources = [path for package in ("consumers", "infra", "api") for path in (ROOT / package).rglob("*.py")]
    naming = {
        path.name
        for path in sources
        if any(each.name.removesuffix("_total") in path.read_text(encoding="utf-8") for each in METRICS)
    }
    assert naming == {"metric_definitions.py"}
