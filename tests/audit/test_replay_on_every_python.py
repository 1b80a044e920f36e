"""Every installed Python from 3.11 on comes to the same digests; the names of the tests say which were found."""

from __future__ import annotations

import io
import json
import os
import pickle
import re
import subprocess
import sys
from datetime import UTC, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import tzdata
from pydantic_core import TzInfo

from domain.audit.replay import ReplayOutcome, replay_case
from domain.case.events import CaseEvent
from domain.law.rule_sets import RuleSets
from tests.audit.test_replay_is_pure import CASE, decided_case
from tests.audit.test_replay_of_engine_1 import STORED, case_id, read

ROOT = Path(__file__).parents[2]
OLDEST = (3, 11)
NAME = re.compile(r"python3\.\d+")


def places() -> list[Path]:
    """Where Pythons lie: what a shell would find, and the versions that pyenv holds but has not switched on."""
    of_the_shell = [Path(each) for each in os.environ.get("PATH", "").split(os.pathsep) if each]
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    return [*of_the_shell, *sorted(pyenv.glob("versions/*/bin"))]


@cache
def pythons() -> dict[str, str]:
    """The programs by their full version, such as 3.12.1; the one that runs the tests is among them."""
    candidates = [sys.executable]
    for place in places():
        if place.is_dir():
            candidates += [str(each) for each in sorted(place.iterdir()) if NAME.fullmatch(each.name)]
    found: dict[str, str] = {}
    for candidate in candidates:
        asked = subprocess.run(
            [candidate, "-c", "import platform; print(platform.python_version())"],
            capture_output=True, text=True, check=False, timeout=60,
        )  # fmt: skip
        version = asked.stdout.strip()
        # A name may lead to nothing: pyenv has one for each version it holds and answers for those switched on.
        if asked.returncode == 0 and tuple(int(each) for each in version.split(".")[:2]) >= OLDEST:
            found.setdefault(version, candidate)
    return found


class WithoutPackages(pickle.Pickler):
    """Moments that were read from the journal say with a package's class that they are UTC: they say it plainly."""

    def reducer_override(self, value: Any) -> Any:
        if isinstance(value, TzInfo):
            assert value.utcoffset(None) == timedelta(0)
            return UTC.__reduce__()
        return NotImplemented


def pickled(cases: list[tuple[UUID, list[tuple[int, CaseEvent]]]]) -> bytes:
    written = io.BytesIO()
    WithoutPackages(written).dump(cases)
    return written.getvalue()


@pytest.mark.parametrize("version", list(pythons()))
def test_this_python_comes_to_the_same_digests(version: str) -> None:
    # given a case of today and those of the first engine
    law = RuleSets.load()
    cases = [(CASE, decided_case(law.current)), *((case_id(each), list(enumerate(read(each), 1))) for each in STORED)]
    here = [replay_case(case, events, law) for case, events in cases]

    # when the domain replays them elsewhere: no package, and the same table of time zones
    zones = Path(tzdata.__file__).parent / "zoneinfo"
    environment = {"PYTHONPATH": str(ROOT), "PYTHONTZPATH": str(zones), "PYTHONDONTWRITEBYTECODE": "1"}
    run = subprocess.run(
        [pythons()[version], "-S", str(ROOT / "tests" / "audit" / "replay_elsewhere.py")],
        input=pickled(cases), env=environment, capture_output=True, check=False, timeout=120,
    )  # fmt: skip

    # then
    assert run.returncode == 0, run.stderr.decode()
    told = json.loads(run.stdout)
    assert (told["python"], told["packages"]) == (version, [])
    assert told["ruleSet"] == law.current.sha256
    assert told["outcomes"] == [ReplayOutcome.IDENTICAL.value]
    assert told["digests"] == [each.digest for each in here]


def test_the_python_of_the_tests_is_among_those_found() -> None:
    assert sys.executable in pythons().values()
