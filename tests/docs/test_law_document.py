"""docs/law.md is what the data say."""

from __future__ import annotations

from pathlib import Path

from api.law_document import law_document
from domain.law.rulebook import Rulebook

PAGE = Path(__file__).parents[2] / "docs" / "law.md"


def test_the_page_is_current() -> None:
    assert PAGE.read_text(encoding="utf-8") == law_document(Rulebook.load()), "permit law document > docs/law.md"


def test_every_provision_and_every_term_stands_in_it() -> None:
    rulebook = Rulebook.load()
    page = PAGE.read_text(encoding="utf-8")

    names = [each.id for each in (*rulebook.provisions, *rulebook.terms.all())]
    assert [name for name in names if f"| {name} |" not in page] == []
