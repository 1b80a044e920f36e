"""The packaged law, and a writer of small law directories that a case can bend."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from domain.law.rulebook import Rulebook

WriteLaw = Callable[..., Path]


@pytest.fixture(scope="session")
def law() -> Rulebook:
    return Rulebook.load()


@pytest.fixture
def write_law(tmp_path: Path) -> WriteLaw:
    """Write ``text`` as a law file of an authority; answers with the directory to load."""

    def write(text: str, authority: str = "flanders", name: str = "law.toml") -> Path:
        directory = tmp_path / "values"
        (directory / authority).mkdir(parents=True, exist_ok=True)
        (directory / authority / name).write_text(text, encoding="utf-8")
        return directory

    return write
