"""The pages for contributors: each is followed to the letter in a copy of the repository, and what it makes works."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Final

import pytest

from tests.docs.worked_examples import Addition, NotAsThePageSays, instructions_of

ROOT: Final = Path(__file__).parents[2]
PAGES: Final = ROOT / "docs" / "contributing"
COPIED: Final = ("domain", "projections", "consumers", "infra", "api", "tests", "docs")

BUILDS_ON: Final = {"event": (), "step": ("event",), "read-model": ("event",)}
"""The pages, each with those whose example it goes on from."""


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A copy of the repository to add to."""
    for folder in COPIED:
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__"))
    for file in (*ROOT.glob("*.md"), ROOT / "pyproject.toml", ROOT / "Makefile"):
        shutil.copy(file, tmp_path)
    return tmp_path


@pytest.mark.server
@pytest.mark.timeout(900)
@pytest.mark.parametrize("page", BUILDS_ON)
def test_what_a_page_adds_works(tree: Path, page: str, admin_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    # given a repository to which the pages before have been applied, and a server for the tests that are run in it
    monkeypatch.setenv("PERMIT_TEST_DATABASE_URL", admin_url)
    for earlier in BUILDS_ON[page]:
        carry_out(earlier, tree, proofs=False)
    # when the page is followed, then what it runs passes
    carry_out(page, tree, proofs=True)


def carry_out(page: str, tree: Path, *, proofs: bool) -> None:
    for each in instructions_of(PAGES / f"{page}.md"):
        if isinstance(each, Addition) or proofs or not each.proves:
            try:
                each.carry_out(tree)
            except NotAsThePageSays as why:
                pytest.fail(str(why), pytrace=False)
