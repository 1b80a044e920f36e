"""Every sentence told of a case stands in every catalogue, and nothing else does."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

import api.words
import api.words.sentences

SOURCES = Path(api.words.sentences.__file__).parent
CATALOGUES = Path(api.words.__file__).parent / "catalogues"
PLACEHOLDER = re.compile(r"%\(\w+\)s|%")
BEFORE_FRENCH_SIGNS = re.compile(r"[^\xa0](?=[:;?!»](?:\s|$))|«(?!\xa0)")

Forms = tuple[str, ...]


def spoken() -> set[Forms]:
    found = extract_from_dir(SOURCES, method_map=[("**.py", "python")])
    return {(message,) if isinstance(message, str) else tuple(message) for _, _, message, *_ in found}


def catalogue(code: str) -> dict[Forms, Forms]:
    """The translations that are there and certain."""
    with (CATALOGUES / code / "LC_MESSAGES" / "sentences.po").open("rb") as stored:
        messages = [each for each in read_po(stored, locale=code, abort_invalid=True) if each.id and not each.fuzzy]
    return {_forms(each.id): _forms(each.string) for each in messages}


def _forms(text: str | list[str] | tuple[str, ...]) -> Forms:
    return (text,) if isinstance(text, str) else tuple(text)


@pytest.mark.parametrize("code", ["nl", "fr", "de"])
def test_a_catalogue_says_all_and_nothing_else(code: str) -> None:
    known = catalogue(code)
    assert ("Legal basis: %(reference)s.",) in known
    assert known.keys() == spoken()
    assert [ours for ours, theirs in known.items() if not all(form.strip() for form in theirs)] == []


@pytest.mark.parametrize("code", ["nl", "fr", "de"])
def test_a_translation_has_the_placeholders_of_its_sentence(code: str) -> None:
    for ours, theirs in catalogue(code).items():
        assert [sorted(PLACEHOLDER.findall(form)) for form in theirs] == [
            sorted(PLACEHOLDER.findall(form)) for form in ours
        ]


def test_french_has_a_no_break_space_before_double_punctuation() -> None:
    for theirs in catalogue("fr").values():
        for form in theirs:
            assert BEFORE_FRENCH_SIGNS.search(form) is None, form
