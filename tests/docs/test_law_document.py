"""docs/law.md is what the data say."""

from __future__ import annotations

from pathlib import Path

from api.http.assessment_content import tellers_of
from api.words.code_lists import CodeLists
from api.words.languages import SOURCE_LANGUAGE, Languages
from api.words.law_document import law_document
from domain.law.rulebook import Rulebook

PAGE = Path(__file__).parents[2] / "docs" / "law.md"


def test_the_page_is_current() -> None:
    english = tellers_of(Languages.load(), CodeLists.load())[SOURCE_LANGUAGE]
    document = law_document(Rulebook.load(), english)
    assert PAGE.read_text(encoding="utf-8") == document, "permit law document > docs/law.md"


def test_every_provision_and_every_term_stands_in_it() -> None:
    rulebook = Rulebook.load()
    page = PAGE.read_text(encoding="utf-8")

    names = [each.id for each in (*rulebook.provisions, *rulebook.terms.all())]
    assert [name for name in names if f"| {name} |" not in page] == []
