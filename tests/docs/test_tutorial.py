"""The tutorial is true: its lines, run as they stand, print what stands below them."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

from tests.world.servers import NoServer, give_up, reachable_directory

PAGE: Final = Path(__file__).parents[2] / "docs" / "tutorial.md"

STOPS_AT_THE_FIRST_FAULT: Final = "set -euo pipefail\n"
LEAVES_NO_SERVICE_BEHIND: Final = "trap 'kill $(jobs -p) 2> /dev/null || true; wait' EXIT\n"

SECONDS: Final = 300
"""It starts a server and a dozen programs, one after the other, perhaps beside other tests."""


@pytest.mark.server
@pytest.mark.tutorial
@pytest.mark.timeout(SECONDS)
def test_the_lines_of_the_tutorial_print_what_it_says() -> None:
    page = PAGE.read_text(encoding="utf-8")
    if shutil.which("curl") is None:
        give_up(NoServer("it is not installed"), "curl")
    with reachable_directory() as folder:
        printed = run(STOPS_AT_THE_FIRST_FAULT + LEAVES_NO_SERVICE_BEHIND + "".join(blocks(page, "sh")), folder)
    assert printed == "".join(blocks(page, "text"))


def blocks(page: str, language: str) -> list[str]:
    """The code blocks of a page that are written in ``language``, in their order."""
    return re.findall(rf"^```{language}\n(.*?)^```$", page, re.DOTALL | re.MULTILINE)


def run(script: str, folder: Path) -> str:
    """What the script printed; the test fails with all it said if it did not come to its end."""
    # The settings of this run are not the reader's: the tutorial begins in a home and with a database of its own.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PERMIT_")}
    environment["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{environment['PATH']}"
    with subprocess.Popen(
        ["bash", "-c", script],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as shell:
        try:
            printed, complaints = shell.communicate(timeout=SECONDS)
        except subprocess.TimeoutExpired:
            # The whole session, so that the service and its database end too.
            os.killpg(shell.pid, signal.SIGTERM)
            printed, complaints = shell.communicate()
            complaints += f"\nit had not come to its end after {SECONDS} seconds"
    if shell.returncode != 0:
        log = folder / "service.log"
        said = log.read_text(encoding="utf-8") if log.exists() else ""
        pytest.fail(f"exit code {shell.returncode}\n{printed}\n{complaints}\n{said}", pytrace=False)
    return printed
