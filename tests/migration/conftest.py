"""A migration under way in a database of its own, and the command line beside it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.conftest import CommandLine
from tests.migration.moving import Moving, moving


@pytest.fixture
def move(admin_url: str, tmp_path: Path) -> Iterator[Moving]:
    with moving(admin_url, tmp_path) as under_way:
        yield under_way


@pytest.fixture
def command_line(move: Moving, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> CommandLine:
    """``permit`` on the same database."""
    settings = move.program.settings
    permit = CommandLine(settings.home, monkeypatch, capsys)
    permit.set(
        {
            "PERMIT_HOME": str(settings.home),
            "PERMIT_DATABASE_URL": settings.database_url or "",
            "PERMIT_KEY_DATABASE_URL": settings.key_database_url or "",
            "COLUMNS": "300",
            "NO_COLOR": "1",
        }
    )
    return permit
