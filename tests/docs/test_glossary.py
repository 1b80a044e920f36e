"""docs/glossary.md has the words of the domain in four languages, as the code lists write them."""

import re
import tomllib
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
COLUMNS = ["English", "Nederlands", "Français", "Deutsch", "Meaning", "Source"]
LANGUAGES = {"en": "English", "nl": "Nederlands", "fr": "Français", "de": "Deutsch"}
# English may differ: a label such as "Work" stands below a heading in its list, and alone it would say too little.
NATIONAL = ("nl", "fr", "de")


def test_there_are_at_least_forty_words_and_no_cell_is_empty() -> None:
    rows = glossary()
    assert len(rows) >= 40
    assert [row for row in rows if not all(row.values())] == []
    assert len({row["English"].casefold() for row in rows}) == len(rows)


def test_a_meaning_is_one_sentence() -> None:
    assert [row["Meaning"] for row in glossary() if not re.fullmatch(r"[A-Z][^.]*\.", row["Meaning"])] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_term_that_is_also_a_label_of_a_code_list_is_the_same_in_the_other_languages(language: str) -> None:
    different = {}
    for row in glossary():
        same_label = [code for code in codes() if code[language].casefold() == row[LANGUAGES[language]].casefold()]
        if same_label and not any(national_terms(row) == labels(code) for code in same_label):
            different[row["English"]] = [labels(code) for code in same_label]
    assert different == {}


def test_many_words_are_labels_of_code_lists() -> None:
    # Without any, the test above would prove nothing.
    listed = {labels(code) for code in codes()}
    assert sum(national_terms(row) in listed for row in glossary()) >= 25


def test_what_is_not_official_is_said_to_be_the_project_s_own() -> None:
    for row in glossary():
        named = re.findall(r"\b(nl|fr|de)(?=[,:])", row["Source"])
        assert row["Source"] == "the project's own word" or named or re.search(r"\d|\.be", row["Source"]), row


def test_a_service_target_is_paused_in_the_words_of_the_glossary() -> None:
    assert any("service target may be paused" in row["Meaning"] for row in glossary())
    suspended = [
        page.name
        for page in (ROOT / "README.md", *(ROOT / "docs").rglob("*.md"))
        if re.search(r"(target|clock)\s+is\s+suspended", page.read_text(encoding="utf-8"))
    ]
    assert suspended == []


def glossary() -> list[dict[str, str]]:
    rows = []
    for line in (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("|") and cells != COLUMNS and set(line) != set("|-"):
            rows.append(dict(zip(COLUMNS, cells, strict=True)))
    return rows


@cache
def codes() -> list[dict[str, str]]:
    lists = [*(ROOT / "api").rglob("code_lists/*.toml")]
    assert lists
    return [code for each in lists for code in tomllib.loads(each.read_text(encoding="utf-8"))["code"]]


def national_terms(row: dict[str, str]) -> tuple[str, ...]:
    return tuple(row[LANGUAGES[each]].casefold() for each in NATIONAL)


def labels(code: dict[str, str]) -> tuple[str, ...]:
    """Without the article, with which some lists write theirs to fit into a sentence."""
    articles = r"(?:de|het|la|le|les|l’|der|die|das) ?\b"  # noqa: RUF001 - the catalogues' apostrophe
    return tuple(re.sub(rf"^{articles}", "", code[each].casefold()) for each in NATIONAL)
