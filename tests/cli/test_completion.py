"""Completion in bash, zsh and fish: scripts that the shell takes, and words that are right there."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import typer

from api.cli.main import main
from tests.cli.shell import PERMIT, ROOT, surroundings

QUESTIONS = {
    "bash": lambda line: {"COMP_WORDS": line, "COMP_CWORD": str(len(line.split(" ")) - 1)},
    "zsh": lambda line: {"_TYPER_COMPLETE_ARGS": line},
    "fish": lambda line: {"_TYPER_COMPLETE_ARGS": line, "_TYPER_COMPLETE_FISH_ACTION": "get-args"},
}
"""How each shell's script asks what may stand at the end of a line."""


def answered(shell: str, line: str, home: Path) -> str:
    asked = {"_PERMIT_COMPLETE": f"complete_{shell}", **QUESTIONS[shell](line)}
    done = subprocess.run(PERMIT, env=surroundings(home, **asked), capture_output=True, text=True, check=False)
    assert done.stderr == ""
    assert not (home / "postgres").exists()
    return done.stdout


@pytest.mark.parametrize(
    "shell", [each if each == "bash" else pytest.param(each, marks=pytest.mark.nightly) for each in QUESTIONS]
)
def test_the_words_that_may_stand_there_are_offered(tmp_path: Path, shell: str) -> None:
    commands = answered(shell, "permit ", tmp_path)
    assert all(name in commands for name in ("demo", "serve", "dead-letters", "migrate"))
    assert "quarantine" in answered(shell, "permit migrate qu", tmp_path)
    assert "dead-letters" not in answered(shell, "permit s", tmp_path)
    assert "flanders" in answered(shell, "permit law show fl", tmp_path)
    assert "caseHandler" in answered(shell, "permit token --role c", tmp_path)
    assert "--known-on" in answered(shell, "permit law show --k", tmp_path)


@pytest.fixture
def path_with_permit(tmp_path: Path) -> str:
    """A PATH on which ``permit`` is this program."""
    program = tmp_path / "bin" / "permit"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -m api.cli "$@"\n')
    program.chmod(0o755)
    return f"{program.parent}:{surroundings(tmp_path)['PATH']}"


@pytest.mark.parametrize("shell", [each for each in QUESTIONS if shutil.which(each)])
def test_it_is_installed_for_the_shell_that_runs_it(tmp_path: Path, path_with_permit: str, shell: str) -> None:
    environment = surroundings(tmp_path / "home", PATH=path_with_permit, HOME=str(tmp_path), PYTHONPATH=str(ROOT))
    installed = subprocess.run(
        # A word of the shell's own comes last: it would become its last program instead of waiting for it.
        [shell, "-c", "permit --install-completion && permit --show-completion && echo done"],
        env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (installed.returncode, installed.stderr) == (0, "")
    assert installed.stdout.endswith("done\n")
    assert f"{shell} completion installed in {tmp_path}" in installed.stdout


@pytest.mark.skipif(shutil.which("bash") is None, reason="bash is not here")
def test_bash_itself_completes(tmp_path: Path, path_with_permit: str) -> None:
    environment = surroundings(tmp_path / "home", PATH=path_with_permit, HOME=str(tmp_path), PYTHONPATH=str(ROOT))
    script = """
        eval "$(permit --show-completion)"
        COMP_WORDS=(permit mig) COMP_CWORD=1
        _permit_completion permit
        printf '%s\\n' "${COMPREPLY[@]}"
    """
    done = subprocess.run(["bash", "-c", script], env=environment, capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ("migrate\n", "")


def test_where_no_shell_is_recognised_it_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    # given completion that finds no shell above it: it ends with 1
    commands = typer.Typer(add_completion=False)

    @commands.command()
    def complete(show_completion: bool = False) -> None:
        raise typer.Exit(1)

    with pytest.raises(SystemExit) as ended:
        main(["--show-completion"], commands=commands)
    said = capsys.readouterr()
    assert (ended.value.code, said.out) == (2, "")
    assert "the shell was not recognised: run this in bash, zsh, fish or PowerShell itself" in said.err
