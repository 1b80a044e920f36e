"""Two sides compared: their sums, and where these differ every fact."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from hashlib import sha256

import pytest

from domain.migration.reconciliation import NAMED, Difference, Facts, Reconciled, Side, bucket_of, compared

FACTS: Facts = {
    "key": "BXL/1", "status": "decidedGranted", "category": "highlySkilled", "filedOn": "2025-03-07",
    "grossPay": "4000.00", "payPeriod": "month", "validTo": "2026-04-25",
}  # fmt: skip

Cases = Mapping[str, Facts | None]


def digest(key: str, facts: Facts) -> int:
    return int.from_bytes(sha256(repr((key, sorted(facts.items()))).encode()).digest())


def reconciled(source: Cases, target: Cases) -> Reconciled:
    ours, theirs = Side.of(source.items(), digest), Side.of(target.items(), digest)
    return compared(ours, theirs, source.items, target.items)


def test_sides_that_tell_the_same_agree_in_whatever_order() -> None:
    cases = {f"BXL/{number}": {**FACTS, "key": f"BXL/{number}"} for number in range(600)}
    found = reconciled(cases, dict(reversed(cases.items())))
    assert found.agrees
    assert (found.differing_buckets, found.differences, found.difference_count) == ((), (), 0)
    assert found.source == found.target
    assert (found.source.by_year, found.source.pay) == ({"2025": 600}, {"month": Decimal("2400000.00")})


def test_one_fact_that_differs_is_found_and_named() -> None:
    found = reconciled({"BXL/1": FACTS, "BXL/2": FACTS}, {"BXL/1": {**FACTS, "validTo": None}, "BXL/2": FACTS})
    assert not found.agrees
    assert found.differences == (Difference(key="BXL/1", facts=("validTo",)),)
    assert found.differing_buckets == (bucket_of("BXL/1"),)


@pytest.mark.parametrize(
    ("source", "target", "missing"), [({"BXL/1": FACTS}, {}, "target"), ({}, {"X": FACTS}, "source")]
)
def test_a_case_that_one_side_does_not_have_is_named(source: Cases, target: Cases, missing: str) -> None:
    (difference,) = reconciled(source, target).differences
    assert (difference.facts, difference.missing) == ((), missing)


def test_a_case_without_a_record_that_passes_differs_in_all_it_says() -> None:
    (difference,) = reconciled({"BXL/1": {}}, {"BXL/1": FACTS}).differences
    assert difference.facts == tuple(sorted(FACTS))


def test_what_was_erased_is_withheld_on_both_sides() -> None:
    found = reconciled({"BXL/1": None}, {"BXL/1": None})
    assert (found.agrees, found.source.withheld, found.target.withheld) == (True, 1, 1)


def test_one_that_was_erased_on_one_side_only_shows_in_the_sums() -> None:
    found = reconciled({"BXL/1": FACTS}, {"BXL/1": None})
    assert (found.agrees, found.differences) == (False, ())


def test_beyond_a_hundred_differences_are_counted() -> None:
    cases = {f"BXL/{number}": FACTS for number in range(NAMED + 5)}
    found = reconciled(cases, {})
    assert (len(found.differences), found.difference_count) == (NAMED, NAMED + 5)
