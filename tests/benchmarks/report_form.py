"""The one form of every benchmark's report."""

import json

from infra.benchmarks.runs import BenchmarkReport


def require_form(report: BenchmarkReport, benchmark: str, cases: tuple[str, ...]) -> None:
    """Fail unless ``report`` is one of ``benchmark`` with a row for each of ``cases``, both sides measured."""
    told = json.loads(json.dumps(report.as_json()))
    assert set(told) == {"benchmark", "machine", "rows"}
    assert told["benchmark"] == benchmark
    assert "fsync on" in told["machine"]["durability"]
    assert tuple(row["case"] for row in told["rows"]) == cases
    for row in told["rows"]:
        assert set(row) == {"case", "ours", "peer", "ratio", "unit"}
        assert row["unit"] == "events/s"
        assert row["ours"] > 0
        assert row["peer"] > 0
        # Rates are whole numbers in a report, so a slow side rounds by more than the ratio does.
        assert abs(row["ratio"] - row["ours"] / row["peer"]) < 0.01 * max(1, row["ratio"])
