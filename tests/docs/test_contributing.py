"""The pages for contributors: each is followed to the letter in a copy of the repository, and what it makes works.

That every page names what is there is tried in the gate, what it adds in `make nightly`.
"""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Final

import pytest

from tests.docs.worked_examples import Addition, Commands, NotAsThePageSays, instructions_of

ROOT: Final = Path(__file__).parents[2]
PAGES: Final = ROOT / "docs" / "contributing"
COPIED: Final = (".ci", "domain", "projections", "consumers", "infra", "api", "tests", "docs")

BUILDS_ON: Final = {
    "event": (),
    "step": ("event",),
    "read-model": ("event",),
    "consumer": ("event",),
    "rule": (),
}
"""The pages, each with those whose example it goes on from."""

FORMAT_AND_LINT: Final = Commands(block="ruff format --check --quiet .\nruff check --quiet .\n", proves=True)
TYPES_AND_LAYERS: Final = Commands(block="mypy\nlint-imports\n", proves=True)


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A copy of the repository to add to."""
    for folder in COPIED:
        # With what is compiled: it stays valid, and the copy's short processes need not compile it again.
        shutil.copytree(ROOT / folder, tmp_path / folder)
    for file in (*ROOT.glob("*.md"), ROOT / "pyproject.toml", ROOT / "Makefile"):
        shutil.copy(file, tmp_path)
    return tmp_path


def test_every_page_is_followed_and_can_be_found_from_the_first_one() -> None:
    assert {each.stem for each in PAGES.glob("*.md")} == BUILDS_ON.keys()
    front = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    assert [page for page in BUILDS_ON if f"](docs/contributing/{page}.md)" not in front] == []


def test_every_place_that_a_page_names_is_there_and_what_it_adds_is_written_as_everything_here(tree: Path) -> None:
    for page in BUILDS_ON:
        carry_out(page_of(page), tree, proofs=False)
    FORMAT_AND_LINT.carry_out(tree)


@pytest.mark.nightly
@pytest.mark.server
@pytest.mark.timeout(900)
@pytest.mark.parametrize("page", BUILDS_ON)
def test_what_a_page_adds_works(tree: Path, page: str, admin_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    # given the pages that come before it, and a server for the tests that it runs
    monkeypatch.setenv("PERMIT_TEST_DATABASE_URL", admin_url)
    for earlier in BUILDS_ON[page]:
        carry_out(page_of(earlier), tree, proofs=False)
    # when the page is followed, then what it runs passes
    carry_out(page_of(page), tree)


@pytest.mark.nightly
@pytest.mark.timeout(1800)
def test_all_pages_together_keep_types_and_layers(tree: Path) -> None:
    for page in BUILDS_ON:
        carry_out(page_of(page), tree, proofs=False)
    TYPES_AND_LAYERS.carry_out(tree)


@pytest.mark.parametrize(
    ("written", "complaint"),
    [
        ("```python\nx = 1\n```\n", "without a line that says where it goes"),
        ("In `README.md`, after `# Single permit`:\n\n```diff\nno plus\n```\n", "without a plus"),
        ("In `README.md`, after `no such line`:\n\n```diff\n+a\n```\n", "has 0 lines"),
        ("In `no/such.py`, after `a`:\n\n```diff\n+a\n```\n", "there is no no/such.py"),
        ("New file `README.md`:\n\n```text\na\n```\n", "is there already"),
        ("Proof:\n\n```sh\ntrue\nfalse\ntrue\n```\n", "+ false"),
    ],
)
def test_a_page_that_cannot_be_followed_fails(tmp_path: Path, written: str, complaint: str) -> None:
    (tmp_path / "README.md").write_text("# Single permit\n", encoding="utf-8")
    page = tmp_path / "page.md"
    page.write_text(written, encoding="utf-8")
    with pytest.raises(NotAsThePageSays, match=re.escape(complaint)):
        carry_out(page, tmp_path)


def page_of(name: str) -> Path:
    return PAGES / f"{name}.md"


def carry_out(page: Path, tree: Path, *, proofs: bool = True) -> None:
    for each in instructions_of(page):
        if isinstance(each, Addition) or proofs or not each.proves:
            each.carry_out(tree)
