"""``permit bench growth`` measures the same at each number of cases, and says what becomes of it."""

import pytest

from api.benchmarks.growth import Effort, bench_growth
from infra.benchmarks.peer import Peer
from infra.benchmarks.runs import BenchmarkImpossible
from tests.benchmarks.report_form import require_report

MILLISECONDS = ("case read", "list of 100", "work queue, 100", "board page")
LITTLE = Effort(runs=1, reads=16, lists=16, boards=16, creates=2, new_cases=10)


@pytest.mark.server
@pytest.mark.nightly
def test_the_report_has_every_measure_at_every_number_of_cases(admin_url: str, no_peer: Peer) -> None:
    report = bench_growth(admin_url, no_peer, sizes=(40, 20), effort=LITTLE)

    units = dict.fromkeys(
        (*MILLISECONDS, *(f"{each}, p95" for each in MILLISECONDS), "append of a command", "board computed"), "ms"
    ) | dict.fromkeys(("read models filled", "catch-up", "replay"), "events/s")
    cases = {f"{measure}, {size} cases": unit for measure, unit in units.items() for size in (20, 40)}
    require_report(report, "growth", cases)
    assert report.machine["events"] == {"20 cases": 172, "40 cases": 344}
    assert set(report.machine["slope"]) == set(units)
    rows = {row.case: row for row in report.rows}
    assert all(rows[f"{measure}, 20 cases"].ratio == 1.0 for measure in units)
    # a slope is of times, also where the figure is a rate
    read, replay = rows["case read, 40 cases"], rows["replay, 40 cases"]
    assert report.machine["slope"]["case read"] == pytest.approx(read.ours / read.peer, abs=0.01)
    assert report.machine["slope"]["replay"] == pytest.approx(replay.peer / replay.ours, abs=0.01)


@pytest.mark.parametrize(
    ("sizes", "sentence"),
    [((10_000, 25_001), "a multiple of 2000"), ((10_000, 10_000), "two numbers of cases at least")],
)
def test_sizes_that_cannot_be_measured_or_compared_are_refused_at_once(
    no_peer: Peer, sizes: tuple[int, ...], sentence: str
) -> None:
    with pytest.raises(BenchmarkImpossible, match=sentence):
        bench_growth("postgresql:///no-such-server", no_peer, sizes=sizes)
