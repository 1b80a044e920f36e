"""``permit audit replay --all`` says the same under any hash seed, time zone and locale, and on any day."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from tests.audit.installation import Installation

pytestmark = pytest.mark.server

ROOT = Path(__file__).parents[2]
REPLAY = ("audit", "replay", "--all", "--json")
DAYS = 400

HASH_SEEDS = ("0", "1", "4242")
ZONES = ("UTC", "Pacific/Kiritimati", "America/Adak")
LOCALES = (
    {"LC_ALL": "nl_BE.UTF-8"},
    # Left to itself Python would take UTF-8 for this one; files that name no encoding are then read as ASCII.
    {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"},
)
EVERY_SEED_IN_EVERY_ZONE = [
    {"PYTHONHASHSEED": seed, "TZ": zone} | LOCALES[number % len(LOCALES)]
    for number, (seed, zone) in enumerate(product(HASH_SEEDS, ZONES))
]
EACH_ONCE = [EVERY_SEED_IN_EVERY_ZONE[number] for number in (1, 5, 6)]
"""Every seed, every zone and both locales."""


def run(installation: Installation, program: list[str], surroundings: dict[str, str]) -> tuple[dict[str, Any], str]:
    """What a process of its own told, and what it wrote on standard error."""
    outside = {name: value for name, value in os.environ.items() if not name.startswith(("PERMIT_", "LC_", "LANG"))}
    ended = subprocess.run(
        [sys.executable, *program, *REPLAY],
        cwd=ROOT, env={**outside, **installation.settings, **surroundings},
        capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    assert ended.returncode == 0, ended.stderr
    told: dict[str, Any] = json.loads(ended.stdout)
    return told, ended.stderr


@pytest.fixture(scope="module")
def as_usual(installation: Installation) -> dict[str, Any]:
    """What the replay tells in the surroundings of the tests."""
    return run(installation, ["-m", "api.cli"], {})[0]


def test_every_verdict_is_identical(as_usual: dict[str, Any]) -> None:
    assert (as_usual["cases"], as_usual["verdicts"], as_usual["identical"]) == (4, 9, 9)
    assert (as_usual["otherRuleSets"], as_usual["different"]) == (0, [])


@pytest.mark.parametrize(
    "surroundings",
    [
        pytest.param(EACH_ONCE, id="each once"),
        pytest.param(EVERY_SEED_IN_EVERY_ZONE, id="every seed in every zone", marks=pytest.mark.nightly),
    ],
)
def test_hash_seed_time_zone_and_locale_change_nothing(
    installation: Installation, as_usual: dict[str, Any], surroundings: list[dict[str, str]]
) -> None:
    with ThreadPoolExecutor(os.cpu_count()) as processes:
        told = list(processes.map(lambda each: run(installation, ["-m", "api.cli"], each)[0], surroundings))

    assert told == [as_usual] * len(surroundings)


def test_a_clock_four_hundred_days_on_changes_nothing(installation: Installation, as_usual: dict[str, Any]) -> None:
    moved_clock = str(ROOT / "tests" / "audit" / "moved_clock.py")
    before = datetime.now(UTC)

    told, errors = run(installation, [moved_clock, str(DAYS), "api.cli"], {"TZ": "UTC"})

    # by datetime, by date and by the seconds since 1970 it really was another day there
    after = datetime.now(UTC)
    moment, day, seconds = errors.splitlines()[0].split()
    days_there = {str((now + timedelta(days=DAYS)).date()) for now in (before, after)}
    assert {moment, day} <= days_there
    since = timedelta(seconds=int(seconds)) - timedelta(days=DAYS)
    assert before.timestamp() - 1 <= since.total_seconds() <= after.timestamp() + 1
    assert told == as_usual
