"""A legal reference in the four languages, as an administration cites it."""

from __future__ import annotations

import pytest

from api.sentences.legal_references import cited, cited_or_not_found, with_legal_basis
from api.sentences.wording import Wording
from domain.law.legal_reference import NOT_FOUND
from tests.sentences.tellings import LANGUAGES, LISTS

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


def test_the_sentence_of_an_earlier_decision_stands_as_it_was_written() -> None:
    assert cited("article not found", WORDINGS["en"]) == "“article not found”"
