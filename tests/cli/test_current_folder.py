"""What lies in the folder in which somebody starts us is never run: a stranger's `http.py` beside his files."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from infra.child_process import IMPORT_PATH, running_child
from tests.cli.conftest import CommandLine, SmallJournal
from tests.cli.shell import ROOT, SHOW, surroundings
from tests.world.servers import reachable_directory
from tests.world.waiting import wait_until

STRANGERS = ("http", "json", "tempfile", "socket", "logging", "uvicorn", "httpx", "psycopg2", "yaml")
"""Modules of Python and of others that we import, and that Python itself has not imported before."""

MODULE = [sys.executable, "-m", "api.cli"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder in which somebody left modules that bear the names of others; any that is run leaves a mark."""
    made = tmp_path / "downloads"
    made.mkdir()
    for name in STRANGERS:
        made.joinpath(f"{name}.py").write_text(
            f"open({str(made / 'run')!r}, 'a').write('{name} ')\nraise SystemExit(99)\n"
        )
    return made


def strangers_run(folder: Path) -> str:
    mark = folder / "run"
    return mark.read_text() if mark.exists() else ""


@pytest.fixture
def script(tmp_path: Path) -> list[str]:
    """The command as an installer writes it."""
    written = tmp_path / "bin" / "permit"
    written.parent.mkdir()
    written.write_text(f"#!{sys.executable}\nimport sys\nfrom api.cli.main import main\nsys.exit(main())\n")
    written.chmod(0o755)
    return [str(written)]


def given(home: Path, python_path: str = str(ROOT), **settings: str) -> dict[str, str]:
    return {**surroundings(home, **settings), "PYTHONPATH": python_path}


@pytest.mark.parametrize(
    "python_path",
    [f":{ROOT}", *(pytest.param(each, marks=pytest.mark.nightly) for each in (str(ROOT), f"{ROOT}:", f".:{ROOT}"))],
)
def test_a_command_runs_nothing_of_the_current_folder(
    folder: Path, script: list[str], tmp_path: Path, python_path: str
) -> None:
    for command in (MODULE, script):
        done = subprocess.run(
            [*command, *SHOW], cwd=folder, env=given(tmp_path, python_path), capture_output=True, text=True, check=False
        )
        assert strangers_run(folder) == ""
        assert done.returncode == 0, done.stderr


def test_in_the_source_tree_itself_the_command_is_found(tmp_path: Path) -> None:
    environment = given(tmp_path)
    del environment["PYTHONPATH"]
    done = subprocess.run([*MODULE, *SHOW], cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def announced(command: list[str], folder: Path, environment: Mapping[str, str], beginning: str) -> str:
    """What a service says when it is ready, and its lines beside that; it is stopped at once."""
    with subprocess.Popen(
        command, cwd=folder, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        text=True,
    ) as service:  # fmt: skip
        assert service.stdout is not None
        line = service.stdout.readline()
        service.send_signal(signal.SIGTERM)
        _, errors = service.communicate(timeout=60)
    assert line.startswith(beginning), errors
    return line + errors


@pytest.mark.parametrize("python_path", [str(ROOT), f":{ROOT}"])
def test_the_simulator_runs_nothing_of_the_current_folder(folder: Path, tmp_path: Path, python_path: str) -> None:
    command = [sys.executable, "-m", "infra.crossroads.simulator", "--port=0", "--seed=1"]
    announced(command, folder, given(tmp_path, python_path), "crossroads simulator listening on ")
    assert strangers_run(folder) == ""


@pytest.mark.server
@pytest.mark.parametrize(
    ("words", "beginning", "python_path"),
    [
        (["serve", "--port=0", "--processes=2"], "listening on ", f":{ROOT}"),
        (["work", "all"], "working on all", str(ROOT)),
    ],
    ids=["serve", "work"],
)
def test_a_service_and_its_children_run_nothing_of_the_current_folder(
    permit: CommandLine, filed: SmallJournal, folder: Path, script: list[str], words: list[str], beginning: str,
    python_path: str,
) -> None:  # fmt: skip
    command = script if words[0] == "serve" else MODULE
    said = announced([*command, *words], folder, given(permit.home, python_path, **filed.settings), beginning)
    assert strangers_run(folder) == ""
    # the one that people start, and none of its children, says whose journal it is
    assert said.count("serving the journal of PERMIT_DATABASE_URL; today is ") == (words[0] == "serve")


@pytest.mark.nightly
@pytest.mark.server
def test_a_demonstration_runs_nothing_of_the_current_folder(folder: Path, script: list[str]) -> None:
    with reachable_directory() as home:
        done = subprocess.run(
            [*script, "demo", "--once", "--cases=10"], cwd=folder, env=given(Path(home)), capture_output=True,
            text=True, check=False, timeout=150,
        )  # fmt: skip
    assert strangers_run(folder) == ""
    assert done.returncode == 0, done.stderr


def test_a_child_of_a_child_inherits_no_current_folder(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # given a parent that was started with the current folder on its path
    monkeypatch.chdir(folder)
    monkeypatch.setenv("PYTHONPATH", f":{ROOT}")
    # when it starts a child, and something of the child starts Python
    with running_child(
        "infra.crossroads.simulator", ["--until-stdin-closes", "--port=0", "--seed=1"],
        announcement="crossroads simulator listening on ",
    ) as child:  # fmt: skip
        assert child.announced
    grandchild = subprocess.run(
        [sys.executable, "-c", "import http, json, sys; print('' in sys.path)"],
        env={**os.environ, **IMPORT_PATH}, capture_output=True, text=True, check=True,
    )  # fmt: skip
    # then no folder of a stranger is looked into
    assert (grandchild.stdout, strangers_run(folder)) == ("False\n", "")


@pytest.mark.nightly
@pytest.mark.server
def test_a_benchmark_runs_nothing_of_the_current_folder(folder: Path, script: list[str]) -> None:
    """It makes the peer's environment first, by Python's own venv; once that has begun, it is stopped."""
    folder.joinpath("venv.py").write_text(folder.joinpath("http.py").read_text())
    with reachable_directory() as home:
        made = Path(home, "bench-peer", "bin")
        with subprocess.Popen(
            [*script, "bench", "append"], cwd=folder, env=given(Path(home)), stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, start_new_session=True, text=True,
        ) as bench:  # fmt: skip
            wait_until(lambda: made.exists() or bench.poll() is not None, because="the environment is begun", within=60)
            begun = made.exists()
            if bench.poll() is None:
                os.killpg(bench.pid, signal.SIGKILL)
            _, said = bench.communicate(timeout=60)
        assert begun, said
    assert strangers_run(folder) == ""
