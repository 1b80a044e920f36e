"""The documents are true: their links lead somewhere, their commands exist, their code runs."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from api.composition import open_program
from api.server import running_server
from api.workers import running_workers
from infra.crossroads.simulator_process import running_simulator
from infra.settings import Settings
from tests.docs.worked_examples import Addition, instructions_of
from tests.world.databases import program_databases
from tests.world.servers import NoServer, give_up, reachable_directory

ROOT = Path(__file__).parent.parent.parent
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """A running service, and the directory in which its issuer of tokens keeps its key."""

    address: str
    home: Path


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_link_leads_somewhere(document: Path) -> None:
    targets = re.findall(r"\]\(([^)#]+)\)", document.read_text(encoding="utf-8"))
    missing = [target for target in targets if "://" not in target and not (document.parent / target).exists()]
    assert missing == []


NOT_OF_TODAY = ("docs/adr/", "CHANGELOG.md")
"""Records: they say what was so when they were written."""

OF_TODAY = [each for each in DOCUMENTS if not each.relative_to(ROOT).as_posix().startswith(NOT_OF_TODAY)]
OF_OTHERS = {"HttpOnly"}
ROOMS = (".ci", "api", "consumers", "docs", "domain", "infra", "projections", "tests")


@pytest.mark.parametrize("document", OF_TODAY, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_path_that_is_named_is_there(document: Path) -> None:
    named = re.findall(rf"`((?:{'|'.join(map(re.escape, ROOMS))})/[\w./*-]+)`", document.read_text(encoding="utf-8"))
    assert [each for each in named if each not in made_by(document) and not any(ROOT.glob(each))] == []


@pytest.mark.parametrize("document", OF_TODAY, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_class_and_event_that_is_named_is_there(document: Path, words_of_the_code: set[str]) -> None:
    prose = re.sub(r"^```.*?^```$", "", document.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    named = set(re.findall(r"`([A-Z][a-z]+(?:[A-Z][a-z]+)+)(?:\([^`]*\))?`", prose))
    assert {each for each in named - words_of_the_code - OF_OTHERS if each not in made_by(document)} == set()


@pytest.fixture(scope="module")
def words_of_the_code() -> set[str]:
    sources = [each for room in ROOMS if room not in {"docs", "tests"} for each in (ROOT / room).rglob("*.py")]
    return {word for each in sources for word in re.findall(r"\w+", each.read_text(encoding="utf-8"))}


def made_by(document: Path) -> str:
    """What a page for contributors adds: the files by their names, and the code."""
    if document.parent != ROOT / "docs" / "contributing":
        return ""
    pages = sorted(document.parent.glob("*.md"))
    return "\n".join(
        f"{each.file}\n{each.block}" if isinstance(each, Addition) else each.block
        for page in pages
        for each in instructions_of(page)
    )


def test_every_permit_command_in_the_readme_exists() -> None:
    commands = set(re.findall(r"(?:bin/|`)permit ([a-z]+)", (ROOT / "README.md").read_text(encoding="utf-8")))
    help_of_permit = [sys.executable, "-m", "api.cli", "--help"]
    named = subprocess.run(help_of_permit, capture_output=True, text=True, cwd=ROOT, check=True)
    assert {command for command in commands if command not in named.stdout} == set()


@pytest.mark.parametrize("page", ["README.md", "CONTRIBUTING.md"])
def test_every_make_target_exists(page: str) -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"(?:^|`)make ([a-z]+)", (ROOT / page).read_text(encoding="utf-8"), re.MULTILINE))
    assert targets
    assert {target for target in targets if not re.search(rf"^{target}:", makefile, re.MULTILINE)} == set()


@pytest.mark.server
def test_ci_runs_the_commands_of_the_readme_as_they_stand() -> None:
    block = (ROOT / "README.md").read_text(encoding="utf-8").partition("```sh\n")[2].partition("```")[0]
    first, second = (line.partition("#")[0].strip() for line in block.splitlines())
    ci = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    # The first one goes on serving, and in CI nobody presses Ctrl-C.
    assert f"{first} ARGS=--once\n" in ci
    assert f" {second}\n" in ci


def test_the_curl_lines_of_the_http_page_run(service: Service, tmp_path: Path) -> None:
    if shutil.which("curl") is None:
        give_up(NoServer("it is not installed"), "curl")
    blocks = re.findall(r"```sh\n(.*?)```", (ROOT / "docs" / "http.md").read_text(encoding="utf-8"), re.DOTALL)
    script = "set -euo pipefail\n" + "\n".join(blocks)
    ran = subprocess.run(
        ["bash", "-c", script],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env={
            **os.environ,
            "BASE": f"{service.address}/rest/singlePermit/v1",
            "PERMIT_HOME": str(service.home),
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        },
        timeout=60,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert '"verdict":"met"' in (tmp_path / "assessment.json").read_text(encoding="utf-8")


@pytest.fixture
def service(admin_url: str) -> Iterator[Service]:
    with reachable_directory() as home, program_databases(admin_url) as (url, keys_url):
        settings = Settings(home=home, database_url=url, key_database_url=keys_url)
        with (
            open_program(settings, set_up=True) as program,
            running_simulator(7, outage_share=0, transient_share=0, no_data_share=0, inactive_share=0) as bank,
            running_workers(program, crossroads_url=bank) as workers,
            running_server(program, port=0, workers=workers) as address,
        ):
            yield Service(address=address, home=home)
