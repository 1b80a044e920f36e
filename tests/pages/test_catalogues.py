"""Every sentence of the pages stands in every catalogue, and nothing else does."""

import re
from collections.abc import Mapping
from itertools import chain
from pathlib import Path

import pytest
from babel.messages.catalog import Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

import api.pages
import api.steps
import api.words

PAGES = Path(api.pages.__file__).parent
STEPS = Path(api.steps.__file__).parent
WORDS = Path(api.words.__file__).parent
PLACEHOLDER = re.compile(r"%\(\w+\)s|%%|%")

Sentence = str | tuple[str, str]


@pytest.fixture(scope="module")
def sentences() -> Mapping[Sentence, str]:
    """The sentences in Python and templates, each with a file that says it."""
    found = chain(
        extract_from_dir(
            PAGES,
            method_map=[("**.py", "python"), ("templates/**.html", "jinja2")],
            options_map={"templates/**.html": {"silent": "false", "trimmed": "true"}},
        ),
        extract_from_dir(STEPS, method_map=[("**.py", "python")]),
    )
    return {message if isinstance(message, str) else tuple(message): file for file, _, message, *_ in found}


def translations(code: str) -> list[Message]:
    """Of all catalogues but that of the sentences, which the interface says too and which has a test of its own."""
    found = []
    for catalogue in sorted((WORDS / "catalogues" / code / "LC_MESSAGES").glob("*.po")):
        if catalogue.stem != "sentences":
            with catalogue.open("rb") as stored:
                found += [message for message in read_po(stored, locale=code, abort_invalid=True) if message.id]
    return found


def forms(text: Sentence) -> tuple[str, ...]:
    return (text,) if isinstance(text, str) else tuple(text)


def placeholders(text: Sentence) -> list[set[str]]:
    return [set(PLACEHOLDER.findall(each)) for each in forms(text)]


def test_sentences_are_found_in_templates(sentences: Mapping[Sentence, str]) -> None:
    assert sentences["Skip to the content"] == "templates/base.html"
    assert ("%(num)s event still to be read", "%(num)s events still to be read") in sentences


@pytest.mark.parametrize("code", ["nl", "fr", "de"])
def test_a_catalogue_says_all_and_nothing_else(code: str, sentences: Mapping[Sentence, str]) -> None:
    known = {tuple(each.id) if each.pluralizable else each.id: each for each in translations(code)}
    missing = {sentence: file for sentence, file in sentences.items() if sentence not in known}
    assert not missing, f"the catalogues of {code} lack these sentences"
    assert not known.keys() - sentences.keys(), f"the catalogues of {code} have sentences that no page says"
    untold = [each.id for each in known.values() if each.fuzzy or not all(form.strip() for form in forms(each.string))]
    assert not untold, f"the catalogues of {code} leave these empty or uncertain"


@pytest.mark.parametrize("code", ["nl", "fr", "de"])
def test_a_translation_has_the_placeholders_of_its_sentence(code: str) -> None:
    for each in translations(code):
        theirs, ours = placeholders(each.string), placeholders(each.id)
        assert len(forms(each.string)) == len(ours)
        # a form for one thing may write the one as a word, or stand for none too and write it as a number
        counted = {"%(num)s"} if each.pluralizable else set()
        assert all(a | counted == b | counted for a, b in zip(theirs, ours, strict=True)), each.id
        assert theirs[-1] == ours[-1], each.id
        assert not any("%" in form for form in theirs), f"a lone per cent sign in {each.id}: write it twice"
