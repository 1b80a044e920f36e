"""``permit bench migrate`` on a small file: both rows, and what was measured is what was loaded."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import cast

import pytest

from domain.migration.batch import Fate
from infra.benchmarks.legacy_extract import write_extract
from infra.benchmarks.migrating import bench_migrate
from infra.benchmarks.peer import Peer
from infra.migration.judging import RecordJudge
from infra.migration.rehearsal import NothingTaken, Rehearsal
from infra.migration.sources import SOURCES, MigratingAuthority


def test_the_extract_has_what_real_ones_have(tmp_path: Path) -> None:
    write_extract(tmp_path / "brussels.csv", 1_000)
    judge = RecordJudge(source=SOURCES[MigratingAuthority.BRUSSELS], digest_key=b"key")
    rehearsal = Rehearsal(judge, NothingTaken(), today=date(2026, 11, 29))
    assert len(list(rehearsal.run([tmp_path / "brussels.csv"]))) == 1_000
    count = rehearsal.count.records
    assert (count.fates[Fate.RETOLD], dict(count.quarantined)) == (970, {"amountInvalid": 30})
    assert len(count.by_status) == 5


@pytest.mark.server
def test_both_sides_are_measured(admin_url: str) -> None:
    report = bench_migrate(admin_url, cast(Peer, None), records=3_000, runs=1)
    assert [row.case for row in report.rows] == ["load", "the same file again"]
    assert all(row.ours > 0 and row.peer > 0 for row in report.rows)
    assert report.machine["records"] == 3_000
