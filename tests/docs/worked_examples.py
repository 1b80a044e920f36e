"""The worked example of a page, read from the page itself: which files it makes, where it adds lines, what it runs.

A block of code follows the line that says where it goes::

    New file `api/steps/notes.py`:
    In `domain/case/commands.py`, before `class CorrectCase:`:
    In `domain/case/events.py`, after `| CaseAssigned`:
    At the end of `tests/case/vocabulary.py`:
    Run:
    Proof:

A line that is named is the only one of its file that reads so, spaces at its ends apart. Lines that are added to a
file are a block of ``diff``, each after a plus.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_PLACE: Final = re.compile(
    r"^(?:New file `(?P<new>[^`]+)`"
    r"|In `(?P<file>[^`]+)`, (?P<side>before|after) `(?P<line>[^`]+)`"
    r"|At the end of `(?P<ended>[^`]+)`"
    r"|(?P<run>Run|Proof)):\n\n```\w+\n(?P<block>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)
_FENCE: Final = re.compile(r"^```\w", re.MULTILINE)
_LONGEST_RUN_SECONDS: Final = 600


class NotAsThePageSays(Exception):
    """The page cannot be followed in this tree. The text names the block and why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Addition:
    """``block`` becomes a new file, or goes ``before`` or ``after`` a ``line`` of one; to its end without a line."""

    file: str
    block: str
    side: str | None = None
    line: str | None = None

    def carry_out(self, tree: Path) -> None:
        """Raises :class:`NotAsThePageSays`."""
        path = tree / self.file
        if self.side is None:
            if path.exists():
                raise NotAsThePageSays(f"{self.file} is there already")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(self.block, encoding="utf-8")
            return
        if not path.is_file():
            raise NotAsThePageSays(f"there is no {self.file}")
        lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
        at = len(lines) if self.line is None else _only(lines, self.line, self.file) + (self.side == "after")
        path.write_text("".join((*lines[:at], self.block, *lines[at:])), encoding="utf-8")


@dataclass(frozen=True, slots=True, kw_only=True)
class Commands:
    """Lines of shell, run in the tree with this Python; ``proves``: they only show that all is well."""

    block: str
    proves: bool

    def carry_out(self, tree: Path) -> None:
        """Raises :class:`NotAsThePageSays` with what the lines printed, if one of them fails."""
        ran = subprocess.run(
            ["bash", "-euxo", "pipefail", "-c", self.block],
            cwd=tree,
            env={
                **os.environ,
                "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
                "PYTHONPATH": str(tree),
                "PYTHONDONTWRITEBYTECODE": "1",
            },
            capture_output=True,
            text=True,
            timeout=_LONGEST_RUN_SECONDS,
            check=False,
        )
        if ran.returncode != 0:
            raise NotAsThePageSays(f"{ran.stderr}\n{ran.stdout}")


Instruction = Addition | Commands


def instructions_of(page: Path) -> list[Instruction]:
    """All of a page, in its order. Raises :class:`NotAsThePageSays` for a block of code that no line places."""
    text = page.read_text(encoding="utf-8")
    found = list(_instructions(text))
    if len(found) != len(_FENCE.findall(text)):
        raise NotAsThePageSays(f"{page.name} has a block of code without a line that says where it goes")
    return found


def _instructions(text: str) -> Iterator[Instruction]:
    for each in _PLACE.finditer(text):
        block = each["block"]
        if each["file"] or each["ended"]:
            block = _added(block)
        if each["run"]:
            yield Commands(block=block, proves=each["run"] == "Proof")
        elif each["new"]:
            yield Addition(file=each["new"], block=block)
        elif each["ended"]:
            yield Addition(file=each["ended"], block=block, side="after")
        else:
            yield Addition(file=each["file"], block=block, side=each["side"], line=each["line"])


def _added(block: str) -> str:
    lines = block.splitlines(keepends=True)
    if not all(each.startswith("+") for each in lines):
        raise NotAsThePageSays(f"a line is added without a plus:\n{block}")
    return "".join(each.removeprefix("+") for each in lines)


def _only(lines: list[str], wanted: str, file: str) -> int:
    found = [number for number, line in enumerate(lines) if line.strip() == wanted.strip()]
    if len(found) != 1:
        raise NotAsThePageSays(f"{file} has {len(found)} lines that read {wanted!r}, and not one")
    return found[0]
