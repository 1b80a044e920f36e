"""The one form of every benchmark's report."""

import json

from infra.benchmarks.runs import BenchmarkReport


def require_form(report: BenchmarkReport, benchmark: str, cases: tuple[str, ...]) -> None:
    """Fail unless ``report`` has a row of events for each of ``cases``, both sides measured."""
    require_report(report, benchmark, dict.fromkeys(cases, "events/s"))


def require_report(report: BenchmarkReport, benchmark: str, units: dict[str, str]) -> None:
    """Fail unless ``report`` has a row for each case of ``units``, in its unit and with both sides measured."""
    told = json.loads(json.dumps(report.as_json()))
    assert set(told) == {"benchmark", "machine", "rows"}
    assert told["benchmark"] == benchmark
    assert "fsync on" in told["machine"]["durability"]
    assert {row["case"]: row["unit"] for row in told["rows"]} == units
    for row in told["rows"]:
        assert set(row) == {"case", "ours", "peer", "ratio", "unit"}
        assert row["ours"] > 0
        assert row["peer"] > 0
        # Rates are whole numbers in a report, so a slow side rounds by more than the ratio does.
        assert abs(row["ratio"] - row["ours"] / row["peer"]) < 0.01 * max(1, row["ratio"])
