"""The law in two times, its fingerprint, and how it is shown."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.law.published.threshold import show
from domain.law.rulebook import PACKAGED_VALUES, NothingInForce, Rulebook

WriteLaw = Callable[..., Path]

HIGHLY_SKILLED = """
[[salary_threshold]]
id = "HS"
categories = ["highlySkilled"]
amount = "40000.00"
unit = "EUR/year"
basis = "statbelAverageWage"
percentage = "100"
from = 2026-01-01
known_from = 2026-01-01
known_from_basis = "assumed"
legal_reference = "art. 17"
sources = ["a source"]
confidence = "confirmed"
"""
CORRECTED = (
    HIGHLY_SKILLED.replace('id = "HS"', 'id = "HS-corrected"\nsupersedes = ["HS"]')
    .replace("40000.00", "41000.00")
    .replace("\nfrom = 2026-01-01", "\nfrom = 2026-03-01")
    .replace("known_from = 2026-01-01", "known_from = 2026-03-20")
    .replace("assumed", "published")
)


def amount(law: Rulebook, on: date, known_on: date | None = None) -> str | None:
    return show(law, "flanders", "highlySkilled", on, known_on)["amount"]


def test_the_amount_in_force_is_found_with_its_dates_and_sources(law: Rulebook) -> None:
    assert show(law, "flanders", "highlySkilled", date(2024, 6, 1)) == {
        "authority": "flanders",
        "category": "highlySkilled",
        "amount": "46632.00",
        "unit": "EUR/year",
        "from": "2024-01-01",
        "to": "2025-01-01",
        "knownFrom": "2024-01-01",
        "knownFromBasis": "assumed",
        "legalReference": "flemishDecision2018 art. 17, 1",
        "source": "KPMG-2023-200: https://kpmg.com/xx/en/our-insights/gms-flash-alert/flash-alert-2023-200.html",
        "confidence": "confirmed",
    }


def test_nothing_in_force_is_shown_with_the_reason(law: Rulebook) -> None:
    shown = show(law, "flanders", "athlete", date(2026, 1, 1))

    assert (shown["amount"], shown["verdict"], shown["reason"]) == (None, "undetermined", "noAmountInForce")
    assert shown["authority"] == "flanders"


def test_a_correction_known_later_applies_from_then_and_not_before(write_law: WriteLaw) -> None:
    law = Rulebook.load(write_law(HIGHLY_SKILLED + CORRECTED))

    # in force on 1 April: as known on 19 March, on 20 March, and now
    assert amount(law, date(2026, 4, 1), date(2026, 3, 19)) == "40000.00"
    assert amount(law, date(2026, 4, 1), date(2026, 3, 20)) == "41000.00"
    assert amount(law, date(2026, 4, 1)) == "41000.00"
    # in force on 28 February, whenever it is asked
    assert amount(law, date(2026, 2, 28)) == "40000.00"


def test_the_order_of_entries_does_not_decide_which_correction_wins(write_law: WriteLaw) -> None:
    law = Rulebook.load(write_law(CORRECTED + HIGHLY_SKILLED))

    assert amount(law, date(2026, 4, 1)) == "41000.00"
    assert amount(law, date(2026, 4, 1), date(2026, 3, 19)) == "40000.00"


def test_what_was_not_known_yet_does_not_apply(write_law: WriteLaw) -> None:
    law = Rulebook.load(write_law(HIGHLY_SKILLED))

    assert amount(law, date(2026, 4, 1), date(2025, 12, 31)) is None


def test_an_amount_without_a_date_is_never_applied(write_law: WriteLaw) -> None:
    undated = "\n".join(line for line in HIGHLY_SKILLED.splitlines() if not line.startswith(("from", "known_from")))
    law = Rulebook.load(write_law(undated, authority="german-community"))

    found = law.salary_threshold("german-community", "highlySkilled", date(2026, 4, 1))

    assert found == NothingInForce(reason="amountUndated")


def test_the_fingerprint_does_not_depend_on_files_order_or_layout(write_law: WriteLaw, tmp_path: Path) -> None:
    together = Rulebook.load(write_law(HIGHLY_SKILLED + CORRECTED)).sha256
    shutil.rmtree(tmp_path / "values")
    write_law("# a remark\n\n\n" + CORRECTED.replace(" = ", "="), name="a.toml")
    apart = Rulebook.load(write_law(HIGHLY_SKILLED, name="z.toml")).sha256

    assert together == apart
    assert len(together) == 64


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("40000.00", "40000.01"),
        ("\nfrom = 2026-01-01\nknown_from = 2026-01-01", "\nfrom = 2026-01-02\nknown_from = 2026-01-02"),
        ("art. 17", "art. 18"),
        ("a source", "another source"),
        ('"confirmed"', '"disputed"'),
        ('["highlySkilled"]', '["highlySkilled", "nurse"]'),
        ('confidence = "confirmed"', 'confidence = "confirmed"\nlast_day = 2026-12-31'),
    ],
)
def test_the_fingerprint_changes_with_every_value(write_law: WriteLaw, old: str, new: str) -> None:
    before = Rulebook.load(write_law(HIGHLY_SKILLED)).sha256
    assert old in HIGHLY_SKILLED

    after = Rulebook.load(write_law(HIGHLY_SKILLED.replace(old, new))).sha256

    assert before != after


def test_the_same_law_for_another_authority_has_another_fingerprint(write_law: WriteLaw, tmp_path: Path) -> None:
    here = Rulebook.load(write_law(HIGHLY_SKILLED)).sha256
    shutil.rmtree(tmp_path / "values")

    assert Rulebook.load(write_law(HIGHLY_SKILLED, authority="brussels")).sha256 != here


@given(seed=st.integers(0, 2**32))
@settings(max_examples=10)
def test_shuffling_the_packaged_entries_keeps_the_fingerprint(
    tmp_path_factory: pytest.TempPathFactory, seed: int
) -> None:
    shuffled = tmp_path_factory.mktemp("law")
    for path in PACKAGED_VALUES.glob("*/*.toml"):
        lines = [line for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
        entries = "\n".join(lines).split("\n[[")[1:]
        random.Random(seed).shuffle(entries)
        (shuffled / path.parent.name).mkdir(exist_ok=True)
        text = "".join(f"[[{entry}\n" for entry in entries)
        (shuffled / path.parent.name / path.name).write_text(text, encoding="utf-8")

    assert Rulebook.load(shuffled).sha256 == Rulebook.load().sha256
