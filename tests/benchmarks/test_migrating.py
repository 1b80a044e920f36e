"""``permit bench migrate`` on a small file: what was measured is what was loaded, and waiting counts as waiting."""

from __future__ import annotations

import time
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import cast

import pytest

from consumers.migration.rehearsal import NothingTaken
from domain.migration.fates import Fate
from infra.benchmarks.beside_a_load import live_use
from infra.benchmarks.legacy_extract import write_extract
from infra.benchmarks.loading_apart import fresh_places, load_apart
from infra.benchmarks.migrating import bench_migrate
from infra.benchmarks.peer import Peer
from infra.migration.rehearsing import new_rehearsal
from infra.migration.sources import SOURCES, MigratingAuthority
from infra.postgres.server.connections import connect, transaction
from tests.benchmarks.report_form import require_report


def test_the_extract_has_what_real_ones_have(tmp_path: Path) -> None:
    write_extract(tmp_path / "brussels.csv", 1_000)
    rehearsal = new_rehearsal(SOURCES[MigratingAuthority.BRUSSELS], b"key", NothingTaken(), today=date(2026, 11, 29))
    assert len(list(rehearsal.run([tmp_path / "brussels.csv"]))) == 1_000
    count = rehearsal.count.records
    assert (count.fates[Fate.RETOLD], dict(count.quarantined)) == (970, {"amountInvalid": 30})
    assert len(count.by_status) == 5


@pytest.mark.nightly
@pytest.mark.server
def test_a_load_is_measured_and_so_is_who_uses_the_program_meanwhile(admin_url: str) -> None:
    report = bench_migrate(admin_url, cast(Peer, None), records=3_000, runs=1, seconds_without_load=2)
    units = {
        "load": "records/s", "load, same rows": "records/s",
        "the same file again": "records/s", "the same file again, same rows": "records/s",
        "live append, p99": "ms", "SLA board, p95": "ms",
    }  # fmt: skip
    require_report(report, "migrate", units)
    # what was timed is what there is to time: a second of appends and of looks at the board, more or less
    assert report.machine["liveWithoutLoad"]["appends"] >= 10
    assert report.machine["liveDuringLoad"]["boards"] >= 2
    assert 10 < report.machine["cpuMicrosecondsARecord"] < 100_000


@pytest.mark.server
def test_the_memory_of_a_load_is_not_that_of_the_program_that_measures_it(admin_url: str, tmp_path: Path) -> None:
    # given a program that has used far more memory than any load may
    held = bytearray(b"x") * (600 << 20)
    write_extract(tmp_path / "brussels.csv", 100)
    # when a load is measured by it
    with fresh_places(admin_url) as places:
        loaded = load_apart(places, tmp_path / "brussels.csv")
    # then the figure is that of the load
    assert 20 < loaded.peak_memory_mb < 300 < len(held) >> 20


@pytest.mark.server
def test_an_append_that_has_to_wait_shows_with_all_that_were_due_behind_it(admin_url: str) -> None:
    # given a journal whose head somebody holds for a second
    with fresh_places(admin_url) as places, closing(connect(places.journal_url, None)) as somebody:

        def held() -> None:
            with transaction(somebody) as cursor:
                cursor.execute("select from journal_head for update")
                time.sleep(1)
            time.sleep(0.5)

        found = live_use(places, held)
    # then those that were due in that second have waited as well, and the board, which needs no head, has not
    assert found.append_p99 > 700
    assert found.appends >= 20
    assert found.board_p95 < found.append_p99
