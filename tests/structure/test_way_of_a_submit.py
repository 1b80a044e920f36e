"""From the route to the row: the files that a submit passes through are few, and docs/flows/command.md lists them.

A file is on the way when one of its functions is waiting while the application is read, decided on, encrypted, sealed
or sent to the database. What only answers a question on the side (a rule of law, a check of a field) is not.
"""

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from types import FrameType
from typing import Final
from uuid import uuid4

import httpx
import pytest

from api.composition import open_program
from api.http.problems import API_ROOT
from api.server import running_server
from infra.clock import SystemClock
from infra.identity.caller import Role
from infra.identity.development_issuer import DevelopmentIssuer
from infra.settings import Settings
from tests.identity.callers import CALLERS
from tests.world.bodies import application_body
from tests.world.databases import program_databases

pytestmark = pytest.mark.server

ROOT: Final = Path(__file__).parents[2]
PAGE: Final = ROOT / "docs/flows/command.md"
MOST: Final = 24
PACKAGES: Final = ("domain", "projections", "consumers", "infra", "api")

STATIONS: Final = {
    ("api/http/bodies.py", "read_body"),
    ("domain/case/completeness.py", "check_application"),
    ("api/permissions.py", "may_file"),
    ("domain/case/filing.py", "submit"),
    ("infra/stored_form/keyed_parts.py", "sealed"),
    ("domain/audit/merkle.py", "leaf_hash"),
    ("infra/postgres/journal/append_function.py", "append"),
}
"""Where something is done with the application itself."""


class Way:
    """The files of ours that were waiting at a station, and the stations that were reached."""

    def __init__(self) -> None:
        self.files: set[str] = set()
        self.reached: set[tuple[str, str]] = set()

    def notice(self, frame: FrameType, event: str, _argument: object) -> None:
        if event != "call":
            return
        station = _ours(frame.f_code.co_filename), frame.f_code.co_name
        if station[0] is not None and station in STATIONS:
            self.reached.add((station[0], station[1]))
            waiting: FrameType | None = frame
            while waiting is not None:
                if (file := _ours(waiting.f_code.co_filename)) is not None:
                    self.files.add(file)
                waiting = waiting.f_back


@cache
def _ours(filename: str) -> str | None:
    """A file of the repository by its path in it; None for one of a library."""
    path = Path(filename)
    if not path.is_relative_to(ROOT) or path.relative_to(ROOT).parts[0] not in PACKAGES:
        return None
    return path.relative_to(ROOT).as_posix()


@contextmanager
def followed() -> Iterator[Way]:
    """Follows the threads that are started in the block."""
    way, before = Way(), threading.getprofile()
    threading.setprofile(way.notice)
    try:
        yield way
    finally:
        threading.setprofile(before)


@pytest.fixture(scope="module")
def way(admin_url: str, tmp_path_factory: pytest.TempPathFactory) -> Way:
    home = tmp_path_factory.mktemp("home")
    with program_databases(admin_url) as (journal_url, keys_url):
        settings = Settings(home=home, database_url=journal_url, key_database_url=keys_url)
        with open_program(settings, set_up=True) as program, followed() as way, running_server(program) as address:
            token = DevelopmentIssuer.open(home, create=True).issue(CALLERS[Role.EMPLOYER], now=SystemClock().now())
            headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": str(uuid4())}
            filed = httpx.post(
                f"{address}{API_ROOT}/applications", json=application_body(), headers=headers, timeout=60
            )
            assert filed.status_code == 201, filed.text
    return way


def listed() -> list[str]:
    section = PAGE.read_text(encoding="utf-8").split("## From the route to the row")[1].split("\n## ")[0]
    return re.findall(r"^\d+\. `([^`]+)`", section, flags=re.MULTILINE)


def test_a_submit_passes_through_the_files_that_the_page_lists(way: Way) -> None:
    assert way.reached == STATIONS
    python = [each for each in listed() if each.endswith(".py")]
    assert set(python) == way.files
    assert all((ROOT / each).is_file() for each in listed())


def test_they_are_few() -> None:
    assert len(listed()) <= MOST
