"""The Makefile is the front door: it says what there is, and what is missing on this machine."""

import os
import re
import shutil
import subprocess
import sys
import tomllib
from importlib import metadata
from pathlib import Path
from runpy import run_path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]

pytestmark = pytest.mark.skipif(shutil.which("make") is None, reason="needs make")


def make(*arguments: str, **settings: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        ["make", *arguments], cwd=ROOT, env=os.environ | settings, capture_output=True, text=True, check=False
    )


def test_help_names_every_target_of_the_design() -> None:
    said = make("help").stdout
    for target in ("help", "demo", "test", "check", "serve", "bench", "docs"):
        assert f"make {target} " in said


@pytest.mark.parametrize(
    ("python_says_no_to", "sentence"),
    [
        ("version_info", "Python 3.11, 3.12 or 3.13 is needed"),
        ("import venv", "comes without venv. Install it"),
    ],
)
def test_an_unfit_python_is_told_in_a_sentence(tmp_path: Path, python_says_no_to: str, sentence: str) -> None:
    # given a Python that fails at exactly that question
    python = tmp_path / "python"
    python.write_text(f'#!/bin/sh\ncase "$2" in *"{python_says_no_to}"*) exit 1;; esac\n')
    python.chmod(0o755)
    # when
    made = make("env", f"PYTHON={python}", f"VENV={tmp_path}/venv")
    # then
    assert made.returncode != 0
    assert sentence in made.stderr
    assert not (tmp_path / "venv").exists()


def test_arguments_pass_through_to_the_demo(tmp_path: Path) -> None:
    said = make("--dry-run", "demo", "ARGS=--once --cases 500", f"VENV={tmp_path}/venv").stdout
    assert f"{tmp_path}/venv/bin/permit demo --once --cases 500" in said


def test_the_lock_file_fits_every_requirement_of_the_project() -> None:
    # given the versions that the lock chose; a package may have one for each Python
    chosen = re.findall(r"^([\w.-]+)==([^ ;]+)", (ROOT / "requirements-dev.lock").read_text(), re.MULTILINE)
    required = [*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["dev"]]
    for requirement in map(Requirement, required):
        versions = [version for name, version in chosen if name == requirement.name.lower()]
        assert versions, f"{requirement.name} is not in requirements-dev.lock: run make lock"
        assert all(requirement.specifier.contains(each) for each in versions), requirement


def test_the_environment_knows_the_version_that_the_project_states() -> None:
    assert metadata.version(PROJECT["name"]) == PROJECT["version"]


def test_a_machine_that_reaches_no_package_index_is_told_so_and_starts_over_next_time(tmp_path: Path) -> None:
    # when
    made = make("env", f"VENV={tmp_path}/venv", PIP_NO_INDEX="1", PIP_FIND_LINKS=str(tmp_path))
    # then
    assert made.returncode != 0
    assert "fetching up to" in made.stderr
    # pytest's directory is closed to other users: root is told at once, not after the environment is made
    assert ("PostgreSQL runs as another user, who cannot pass" in made.stderr) == (os.geteuid() == 0)
    assert "Check that this machine reaches a package index" in made.stderr
    assert (tmp_path / "venv" / ".being-made").exists()
    assert not (tmp_path / "venv" / ".complete").exists()


def test_a_process_that_a_command_starts_may_import_the_command_anew() -> None:
    # as a process does that was spawned: once more would be twice
    run_path(str(Path(sys.executable).with_name("permit")), run_name="__mp_main__")
