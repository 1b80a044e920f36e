"""The words of the pages: those that a trial with readers asked for, and French as its typography has it."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

import api.pages
import api.words
from api.steps.procedure import STEPS
from api.words.languages import Languages

PAGES, WORDS = Path(api.pages.__file__).parent, Path(api.words.__file__).parent
LANGUAGES = Languages.load()
NO_BREAK = "\N{NO-BREAK SPACE}"

NOT_SAID = {
    "en": (
        "There is something to mend", "fill this in", "Done and recorded", "Nothing is asked of you",
        "You are asked for something", "Decision aimed at by", "Least pay on a day", "Cases behind a number",
        "Past the due day", "What has to be done again", "The file is with", "Correct the clock",
        "This cannot be taken as it was sent", "There is no application of yours", "Stale Version",
        "Document Not Of Its Type", "Ground Not Supported",
    ),
    "nl": (
        "beweert te zijn", "wordt u nu iets gevraagd", "deel werk", "deel verblijf", "Gedaan en vastgelegd",
        "opgeschort", "opschort", "ligt stil", "lag stil", "stilliggend",
    ),
    "fr": ("demande quelque chose maintenant", "Banque Carrefour", "Banque-carrefour"),
    "de": ("um etwas gebeten", "einen eID"),
}  # fmt: skip


def catalogued(code: str) -> Iterator[tuple[str, str]]:
    """What the pages say in a language, each with where: the catalogues and the labels of codes."""
    for catalogue in sorted((WORDS / "catalogues" / code / "LC_MESSAGES").glob("*.po")):
        with catalogue.open("rb") as stored:
            for message in read_po(stored, locale=code, abort_invalid=True):
                said = (message.string,) if isinstance(message.string, str) else message.string
                yield from ((catalogue.name, each) for each in said if message.id)
    yield from labelled(code)


def labelled(code: str) -> Iterator[tuple[str, str]]:
    for file in sorted((WORDS / "code_lists").glob("*.toml")):
        listed = tomllib.loads(file.read_text())
        for part in (*listed["list"], *listed["code"]):
            yield from ((file.name, part[name]) for name in (code, f"description_{code}") if name in part)


def in_sources() -> Iterator[tuple[str, str]]:
    """What pages say in English."""
    for file in (*PAGES.rglob("*.html"), *PAGES.rglob("*.py"), *(PAGES.parent / "steps").rglob("*.py")):
        yield file.name, file.read_text()
    yield from labelled("en")


@pytest.mark.parametrize("code", NOT_SAID)
def test_words_that_readers_did_not_understand_are_not_said(code: str) -> None:
    said = in_sources() if code == "en" else catalogued(code)
    found = [(where, words) for where, text in said for words in NOT_SAID[code] if words in text]
    assert not found


def test_words_that_readers_asked_for() -> None:
    english, dutch = LANGUAGES.by_code["en"], LANGUAGES.by_code["nl"]
    done = {each.resource: each.done for each in STEPS}
    assert done["answers"](english) == "Your answer was sent"
    assert done["informationRequests"](dutch) == "Uw vraag is verstuurd"
    said = {
        name: LANGUAGES.by_code["nl"].gettext(name) for name in ("Work part", "Rules and calculator", "Waiting for")
    }
    assert said == {
        "Work part": "Luik arbeid", "Rules and calculator": "Regels en rekenhulp", "Waiting for": "Wacht op",
    }  # fmt: skip


def test_french_has_a_no_break_space_before_its_double_marks() -> None:
    wrong = [
        (where, text)
        for where, text in catalogued("fr")
        # An address and a time have a colon without a space; a mark after a mark has its space before the first.
        if re.search(rf"[^{NO_BREAK}0-9?!]([:;?!»])(?!//)", text) or re.search(rf"«[^{NO_BREAK}]", text)
    ]
    assert not wrong


def test_french_has_typographic_apostrophes() -> None:
    assert not [text for _, text in catalogued("fr") if re.search(r"\w'\w", text)]


def test_a_colon_after_a_word_is_that_of_the_language() -> None:
    """A label and what follows it are put together with ``language.colon``."""
    in_templates = re.compile(r"(?:\}\}|</span>|\">): ?(?:\{\{|<)")
    in_python = re.compile(r"f\"\{(?:label|labels\[\w+\]|title|each\.label|text)\}: \{")
    found = [
        (file.name, match[0])
        for file in (*PAGES.rglob("*.html"), *PAGES.rglob("*.py"))
        for match in (in_templates if file.suffix == ".html" else in_python).finditer(file.read_text())
    ]
    assert not found


def test_each_step_says_in_its_own_words_that_it_was_taken() -> None:
    said: Mapping[str, set[str]] = {
        each.code: {step.done(each) for step in STEPS} | {step.title(each) for step in STEPS} for each in LANGUAGES
    }
    assert {code: len(sentences) for code, sentences in said.items()} == dict.fromkeys(said, 2 * len(STEPS))
