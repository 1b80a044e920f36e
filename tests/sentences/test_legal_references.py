"""A legal reference in the four languages, as an administration cites it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import domain.law
from api.words.sentences.earlier_references import EARLIER_REFERENCES
from api.words.sentences.legal_references import ACTS, cited, cited_or_not_found, with_legal_basis
from api.words.sentences.wording import Wording
from domain.law.legal_reference import NOT_FOUND, LegalReference
from tests.sentences.tellings import LANGUAGES, LISTS

EARLIER = Path(domain.law.__path__[0]) / "earlier_rule_sets"
POINT = "flemishDecision2018 art. 17, 1"
WORDINGS = {each.code: Wording(each, LISTS) for each in LANGUAGES}
PARAGRAPH = "flemishDecision2018 art. 18 § 1; amended by flemishDecision2024"


@pytest.mark.parametrize(
    ("language", "point", "paragraph"),
    [
        (
            "nl",
            "besluit van de Vlaamse Regering van 7 december 2018, art. 17, 1°",
            "besluit van de Vlaamse Regering van 7 december 2018, art. 18, § 1 "
            "(gewijzigd bij: besluit van de Vlaamse Regering van 8 maart 2024)",
        ),
        (
            "fr",
            "arrêté du Gouvernement flamand du 7 décembre 2018, art. 17, 1°",
            "arrêté du Gouvernement flamand du 7 décembre 2018, art. 18, § 1er "
            "(modification\u00a0: arrêté du Gouvernement flamand du 8 mars 2024)",
        ),
        (
            "de",
            "Erlass der Flämischen Regierung vom 7. Dezember 2018, Art. 17 Nr. 1",
            "Erlass der Flämischen Regierung vom 7. Dezember 2018, Art. 18 § 1 "
            "(geändert durch: Erlass der Flämischen Regierung vom 8. März 2024)",
        ),
        (
            "en",
            "Decision of the Flemish Government of 7 December 2018, art. 17, 1°",
            "Decision of the Flemish Government of 7 December 2018, art. 18, § 1 "
            "(amended by: Decision of the Flemish Government of 8 March 2024)",
        ),
    ],
)
def test_each_language_cites_in_its_own_way(language: str, point: str, paragraph: str) -> None:
    assert cited(POINT, WORDINGS[language]) == point
    assert cited(PARAGRAPH, WORDINGS[language]) == paragraph


def test_what_was_not_found_is_told_to_those_who_keep_the_law_and_to_nobody_else() -> None:
    english = WORDINGS["en"]

    assert cited(NOT_FOUND, english) is None
    assert with_legal_basis("The term is 15 days.", NOT_FOUND, english) == "The term is 15 days."
    assert cited_or_not_found(NOT_FOUND, english) == "No legal basis found"


def test_a_place_that_an_earlier_rule_set_wrote_in_english_is_cited_in_the_language_of_the_reader() -> None:
    earlier = "Flemish Government Decision of 7 December 2018, art. 17 (specific categories)"

    assert cited(earlier, WORDINGS["nl"]) == "besluit van de Vlaamse Regering van 7 december 2018, art. 17"
    assert cited("article not found", WORDINGS["nl"]) is None, "a note of an editor is no place"
    assert cited_or_not_found("article not found", WORDINGS["en"]) == "No legal basis found"
    assert cited("a text that nobody knows", WORDINGS["en"]) == "“a text that nobody knows”"


def test_every_sentence_that_stands_for_a_place_in_an_earlier_rule_set_is_known() -> None:
    written = {
        sentence
        for file in EARLIER.rglob("*.toml")
        for sentence in re.findall(r'^legal_reference = "(.*)"$', file.read_text(encoding="utf-8"), re.MULTILINE)
    }

    assert written
    assert written - EARLIER_REFERENCES.keys() == set()
    acts = LISTS.code_list(ACTS)
    assert acts is not None
    for place in map(LegalReference.parse, EARLIER_REFERENCES.values()):
        assert place is not None
        assert set(place.acts) <= acts.codes.keys()
