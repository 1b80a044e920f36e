"""The README's two commands, word by word, on bare Debian 12 (Python 3.11) and 13 (3.13), as root and as a user."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.fresh_machines.bare_machine import NoBareMachine
from tests.fresh_machines.newcomers import README_COMMANDS, RELEASES, USERS, try_on

ROOT = Path(__file__).parents[2]
LONGEST_HOURS = 3


@pytest.mark.nightly
@pytest.mark.timeout(LONGEST_HOURS * 3600)
@pytest.mark.skipif(
    shutil.which("git") is None or not (ROOT / ".git").exists(), reason="needs git and a clone to clone from"
)
@pytest.mark.parametrize("release", RELEASES)
def test_a_newcomer_comes_through(release: str) -> None:
    done = []
    log = ROOT / "build" / f"fresh-machine-{release}.log"
    log.parent.mkdir(exist_ok=True)
    log.unlink(missing_ok=True)
    try:
        for step in try_on(release, users=USERS, commands=README_COMMANDS):
            with log.open("a", encoding="utf-8") as lines:
                lines.write(
                    f"--- {step.user:9} {step.seconds:6.0f} s  exit {step.code}  {step.command}\n{step.output}\n"
                )
            assert step.code == 0, step.output
            done.append((step.user, step.command.rpartition("&& ")[2]))
    except NoBareMachine as why:
        pytest.skip(f"no bare machine can be made here: {why}")
    for user in USERS:
        for command in README_COMMANDS:
            assert (user, command) in done


def test_the_commands_tried_are_those_of_the_readme() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    for command in README_COMMANDS:
        words = command.replace(' ARGS="--once"', "")
        assert f"\n{words} " in readme, f"the README no longer has {words!r} at the start of a line"
