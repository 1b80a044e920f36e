"""Nasty values in every place of every example: each command ends with 0, 1 or 2, and says why."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.conftest import CommandLine, SmallJournal
from tests.cli.test_tree import COMMANDS

SERVICES = {"demo", "serve", "work", "bench"}
WITHOUT_A_DATABASE = ("law show", "law check", "token", "assess")
NASTY = (
    "", "-1", "0", "99999999999999999999999999", "1e400", "nan", "é€", "'; drop table x; --", "%s", "{x}", "[bold]",
    "a" * 5000, "/nonexistent/x", "/", "/dev/null", "2026-13-40", "0001-01-01", "9999-12-31", "2026-01-01", "a=b", "=",
)  # fmt: skip


def spoilt(path: str) -> Iterator[list[str]]:
    """The example with each of its values in turn replaced by each nasty one."""
    words = shlex.split(COMMANDS[path].example)
    for place in range(len(path.split()), len(words)):
        if not words[place].startswith("--"):
            yield from ([*words[:place], nasty, *words[place + 1 :]] for nasty in NASTY)


def require_sentences(permit: CommandLine, path: str) -> None:
    for line in spoilt(path):
        ended = permit(*line)
        assert ended.code in (0, 1, 2), line
        assert ended.code == 0 or ended.said.strip(), line


@pytest.fixture(autouse=True)
def with_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("facts.json", "permits.csv", "report.json"):
        Path(name).touch()
    Path("draft-law").mkdir()


@pytest.mark.parametrize("path", WITHOUT_A_DATABASE)
def test_commands_that_need_no_database(permit: CommandLine, path: str) -> None:
    require_sentences(permit, path)


@pytest.mark.nightly
@pytest.mark.server
@pytest.mark.parametrize("path", sorted({*COMMANDS} - SERVICES - {*WITHOUT_A_DATABASE, "topics document"}))
def test_every_command_on_a_journal(permit: CommandLine, filed: SmallJournal, path: str) -> None:
    require_sentences(permit, path)
