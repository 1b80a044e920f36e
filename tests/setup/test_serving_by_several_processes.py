"""``permit serve --processes``: several processes answer on one port, and none outlives the first."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest

from infra.child_process import running_child
from tests.world.databases import program_databases
from tests.world.waiting import wait_until

pytestmark = pytest.mark.server


def beside(parent: int) -> set[int]:
    """The processes that a process started to answer on its socket."""
    found = set()
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = status.read_text().rpartition(")")[2].split()
            arguments = (status.parent / "cmdline").read_bytes()
        except (FileNotFoundError, ProcessLookupError):
            continue
        if int(fields[1]) == parent and b"--listening=" in arguments:
            found.add(int(status.parent.name))
    return found


def test_all_answer_on_one_address_and_end_together(admin_url: str, tmp_path: Path) -> None:
    with program_databases(admin_url) as (journal_url, keys_url):
        environment = {
            "PERMIT_HOME": str(tmp_path),
            "PERMIT_DATABASE_URL": journal_url,
            "PERMIT_KEY_DATABASE_URL": keys_url,
        }
        arguments = ["serve", "--no-workers", "--processes=3", "--port=0", "--until-stdin-closes"]
        with running_child("api.cli", arguments, announcement="listening on ", environment=environment) as service:
            (parent,) = {
                int(each.parent.name)
                for each in Path("/proc").glob("[0-9]*/cmdline")
                if _arguments(each).find(b"--processes=3") >= 0
            }
            others = beside(parent)
            assert len(others) == 2
            health = f"{service.announced}/rest/singlePermit/v1/health"
            assert all(httpx.get(health).json() == {"status": "UP"} for _ in range(30))
        wait_until(
            lambda: not any(Path(f"/proc/{pid}/cmdline").exists() for pid in others),
            because="no process outlives the service",
        )


def _arguments(cmdline: Path) -> bytes:
    try:
        return cmdline.read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return b""
