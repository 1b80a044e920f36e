"""What an administration's sentence never holds, by language: each check tells the faults that it finds."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Final

from api.words.sentences.legal_references import ACTS
from domain.law.legal_reference import NOT_FOUND, PROJECT_BRIEF
from tests.sentences.tellings import LISTS

Check = Callable[[str, str], Iterator[str]]
"""Takes a text and the code of its language."""

ENGLISH_WORDS: Final = frozenset(
    {
        "the", "and", "not", "with", "from", "must", "law", "threshold", "worker", "which", "this", "that", "been",
        "year", "years", "month", "months", "day", "days", "amount", "required", "below", "disputed", "confirmed",
        "found", "employer", "filing", "applies", "decides", "known", "application", "vacancy", "published",
    }
)  # fmt: skip
"""Words that no sentence in Dutch, French or German has; the three share others with English."""

GERMAN_SMALL_WORDS: Final = frozenset(
    {
        # articles
        "der", "die", "das", "dem", "den", "des", "ein", "eine", "einem", "einen", "einer", "eines",
        # pronouns
        "er", "sie", "es", "wir", "ihr", "dies", "dieser", "diese", "dieses", "diesem", "diesen", "jener", "jene",
        "jenes", "jenem", "jenen", "welcher", "welche", "welches", "kein", "keine", "keinem", "keinen", "keiner",
        "alle", "beide", "was", "wer", "man",
        # prepositions
        "ab", "am", "an", "auf", "aus", "außerhalb", "bei", "beim", "bis", "durch", "für", "gegen", "im", "in",
        "innerhalb", "mit", "nach", "ohne", "seit", "über", "um", "unter", "vom", "von", "vor", "zu", "zum", "zur",
        "zwischen",
        # conjunctions
        "aber", "als", "da", "dass", "denn", "ob", "oder", "obwohl", "sofern", "sowohl", "sondern", "und", "weil",
        "wenn",
    }
)  # fmt: skip

_FRENCH_MONTHS: Final = "janvier|février|mars|avril|mai|juin|juillet|août|septembre|octobre|novembre|décembre"
_GERMAN_MONTHS: Final = "Januar|Februar|März|April|Mai|Juni|Juli|August|September|Oktober|November|Dezember"

_WORD: Final = re.compile(r"[^\W\d_]+")
_TWO_SPACES: Final = re.compile(r"[ \u00a0\u202f]{2}")
_NOT_ELIDED: Final = re.compile(
    r"\b(?:de|le|la|que|ne|se|me|te|je|jusque|lorsque|puisque|parce que|quoique)[ \u00a0]+[aàâeéèêëiîïoôuùûœ]\w*",
    re.IGNORECASE,
)
_NOT_CONTRACTED: Final = re.compile(r"\b(?:de|à)[ \u00a0]+les?\b", re.IGNORECASE)
_WRONG_ORDINALS: Final[Mapping[str, re.Pattern[str]]] = {
    "nl": re.compile(r"\b1de\b|\b8de\b|\b\d+(?:th|st|er)\b"),
    "fr": re.compile(rf"(?<!\d)1 (?:{_FRENCH_MONTHS})|(?<!\d)0?1e\b|\b(?:[2-9]|[1-9]\d)er\b|§[ \u00a0]1(?!\d|er)"),
    "de": re.compile(rf"\b\d{{1,2}} (?:{_GERMAN_MONTHS})|\b\d+(?:te|ten|er)\b"),
    "en": re.compile(
        r"(?<!1)1(?:nd|rd|th)\b|(?<!1)2(?:st|rd|th)\b|(?<!1)3(?:st|nd|th)\b|1[123](?:st|nd|rd)\b|[04-9](?:st|nd|rd)\b"
    ),
}
_AFTER_A_STOP: Final = re.compile(r"(?:; |, |\()([A-ZÄÖÜ]\w*)")
_MACHINE_DAY: Final = re.compile(r"\d{4}-\d\d-\d\d|\bP\d+[DWMY]\b|(?<!\d)\d{1,2}/\d{1,2}/\d{4}")
_LONG_NUMBER: Final = re.compile(r"(?<![\d.,/\u00a0\u202f])\d{4,}(?![\d/])")
_CODE_OF_MUNICIPALITY: Final = re.compile(r"(?:\(|, )\d{5}\b")
_FOREIGN_DECIMAL: Final[Mapping[str, re.Pattern[str]]] = {
    "nl": re.compile(r"\d\.\d{1,2}(?!\d)"),
    "fr": re.compile(r"\d\.\d{1,2}(?!\d)"),
    "de": re.compile(r"\d\.\d{1,2}(?!\d)"),
    "en": re.compile(r"\d,\d{1,2}(?!\d)"),
}
_EARLIEST_YEAR, _LATEST_YEAR = 1900, 2100
_OF_THE_PROGRAM: Final = re.compile(r"%\(|\bNone\b|\b[a-z]+[A-Z]\w*|\b[A-Z]{2,3}-[A-Z0-9]+(?:-[A-Z0-9]+)*\b|[\[\]{}_]")
_BARE_FRENCH_SIGN: Final = re.compile(r"[^\u00a0\u202f][:;?!»]|«(?!\u00a0)")
_NESTED_QUOTES: Final[Mapping[str, re.Pattern[str]]] = {
    "nl": re.compile(r"“[^”]*“"),
    "fr": re.compile(r"«[^»]*«"),
    "de": re.compile(r"„[^“]*„"),
    "en": re.compile(r"“[^”]*“"),
}


def untranslated_acts(text: str, language: str) -> Iterator[str]:
    """An act by its name in another language."""
    acts = LISTS.code_list(ACTS)
    assert acts is not None
    ours = {act.label.written_in(language) for act in acts.codes.values()}
    for act in acts.codes.values():
        yield from (name for name in act.label.by_language().values() if name not in ours and name in text)


def editors_notes(text: str, language: str) -> Iterator[str]:
    """What handlers are told and parties are not: that a place was not found, and how sure a provision is."""
    acts, confidences = LISTS.code_list(ACTS), LISTS.code_list("lawConfidences")
    assert acts is not None
    assert confidences is not None
    told = (acts.codes[NOT_FOUND], acts.codes[PROJECT_BRIEF], *confidences.codes.values())
    for code in told:
        label = code.label.written_in(language)
        if label.casefold() in text.casefold():
            yield label


def english_words(text: str, language: str) -> Iterator[str]:
    if language != "en":
        # Identifiers of provisions are written in capitals.
        yield from (word for word in _WORD.findall(text) if not word.isupper() and word.casefold() in ENGLISH_WORDS)


def two_spaces(text: str, language: str) -> Iterator[str]:
    yield from _TWO_SPACES.findall(text)


def missing_elisions(text: str, language: str) -> Iterator[str]:
    if language == "fr":
        yield from _NOT_ELIDED.findall(text)
        yield from _NOT_CONTRACTED.findall(text)


def wrong_ordinals(text: str, language: str) -> Iterator[str]:
    yield from _WRONG_ORDINALS[language].findall(text)


def capitals_of_small_words(text: str, language: str) -> Iterator[str]:
    if language == "de":
        yield from (word for word in _AFTER_A_STOP.findall(text) if word.casefold() in GERMAN_SMALL_WORDS)


def unformatted_figures(text: str, language: str) -> Iterator[str]:
    yield from _MACHINE_DAY.findall(text)
    yield from _FOREIGN_DECIMAL[language].findall(text)
    for number in _LONG_NUMBER.findall(_CODE_OF_MUNICIPALITY.sub("", text)):
        if not _EARLIEST_YEAR <= int(number) <= _LATEST_YEAR:
            yield number


def words_of_the_program(text: str, language: str) -> Iterator[str]:
    """A code, a placeholder or the identifier of a provision."""
    yield from _OF_THE_PROGRAM.findall(text)


def bare_signs(text: str, language: str) -> Iterator[str]:
    if language == "fr":
        yield from _BARE_FRENCH_SIGN.findall(text)


def nested_quotes(text: str, language: str) -> Iterator[str]:
    yield from _NESTED_QUOTES[language].findall(text)


CHECKS: Final[tuple[Check, ...]] = (
    untranslated_acts, editors_notes, english_words, two_spaces, missing_elisions, wrong_ordinals,
    capitals_of_small_words, unformatted_figures, words_of_the_program, bare_signs, nested_quotes,
)  # fmt: skip

CHECKS_OF_REMARKS: Final = tuple(
    each for each in CHECKS if each not in (editors_notes, words_of_the_program, unformatted_figures)
)
"""Remarks name provisions and say how sure they are: that is what they are for."""


def faults(text: str, language: str, checks: tuple[Check, ...] = CHECKS) -> list[str]:
    """The faults of a text, each with the check that found it."""
    return [f"{check.__name__}: {found!r}" for check in checks for found in check(text, language)]
