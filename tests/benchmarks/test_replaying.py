"""``permit bench replay`` really reads, verifies, decodes and folds every event, shared out over processes."""

from collections.abc import Iterator
from contextlib import closing

import psycopg2
import pytest

from infra.benchmarks.peer import Peer
from infra.benchmarks.replaying import NotAsRecorded, Replay, bench_replay, open_replay
from infra.benchmarks.runs import BenchmarkImpossible
from tests.benchmarks.report_form import require_form

pytestmark = pytest.mark.server


@pytest.fixture
def replay(admin_url: str) -> Iterator[Replay]:
    """Forty cases, 344 events, two processes."""
    with open_replay(admin_url, 40) as opened:
        yield opened


def tamper(replay: Replay, statement: str) -> None:
    with closing(psycopg2.connect(replay.journal.url)) as connection, connection, connection.cursor() as cursor:
        cursor.execute(statement)


def test_the_report_is_of_all_events_against_two_copies_and_the_library(admin_url: str, peer: Peer) -> None:
    report = bench_replay(admin_url, peer, cases=10, library_events=50, runs=1)

    require_form(report, "replay", ("86 events", "86 events, same rows", "86 events, library"))
    assert "the first 50 of the same events" in report.machine["library"]


def test_the_processes_share_all_cases_between_them(replay: Replay) -> None:
    first, second = replay.shares()

    assert first.events + second.events == 344
    assert first.cases + second.cases == 40
    assert first.closed + second.closed == 32
    assert min(first.cases, second.cases) > 0


def test_a_changed_body_ends_the_replay(replay: Replay) -> None:
    tamper(replay, "update permit.journal set body = body || ' '::bytea where position = 17")

    with pytest.raises(NotAsRecorded, match="position 17"):
        replay.ours()


def test_a_changed_leaf_ends_the_replay(replay: Replay) -> None:
    tamper(replay, "update permit.journal set leaf_hash = sha256(envelope) where position = 30")

    with pytest.raises(NotAsRecorded, match="position 30"):
        replay.ours()


def test_an_event_that_is_missing_gives_neither_side_a_figure(replay: Replay) -> None:
    tamper(replay, "delete from permit.journal where position = 344")

    with pytest.raises(BenchmarkImpossible, match="343 events of 40 cases"):
        replay.ours()
    with pytest.raises(BenchmarkImpossible, match="343 of 344"):
        replay.same_rows()
