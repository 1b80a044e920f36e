"""Each check of language finds the fault that it is for, and is silent on the sentence put right."""

from __future__ import annotations

import pytest

from tests.sentences import language_checks as checks
from tests.sentences.language_checks import CHECKS, Check, faults

WRONG_AND_RIGHT: list[tuple[Check, str, str, str]] = [
    (
        checks.untranslated_acts, "nl",
        "Rechtsgrond: Decision of the Flemish Government of 7 December 2018, art. 17.",
        "Rechtsgrond: besluit van de Vlaamse Regering van 7 december 2018, art. 17.",
    ),
    (
        checks.untranslated_acts, "de",
        "Rechtsgrundlage: arrêté du Gouvernement flamand du 7 décembre 2018, Art. 17.",
        "Rechtsgrundlage: Erlass der Flämischen Regierung vom 7. Dezember 2018, Art. 17.",
    ),
    (checks.editors_notes, "en", "Legal basis: no legal basis found.", "The term is 60 days."),
    (checks.editors_notes, "fr", "Le délai (les sources se contredisent).", "Le délai est de 60_jours."),
    (checks.english_words, "nl", "De loongrens van the category.", "De loongrens van de categorie."),
    (checks.english_words, "fr", "Il faut 63 days de publication.", "Il faut 63 jours de publication."),
    (checks.english_words, "de", "Not found: ein Artikel.", "Ein Artikel wurde nicht gefunden."),
    (checks.two_spaces, "en", "The threshold  is known.", "The threshold is known."),
    (checks.two_spaces, "fr", "Le seuil _: connu.", "Le seuil_: connu."),
    (checks.missing_elisions, "fr", "Publiée auprès de EURES.", "Publiée auprès d'EURES."),
    (checks.missing_elisions, "fr", "Tant que auprès du VDAB.", "Tant qu'auprès du VDAB."),
    (checks.missing_elisions, "fr", "Le droit est déterminé par le employeur.", "Déterminé par l'employeur."),
    (checks.missing_elisions, "fr", "Le droit dépend de le jour.", "Le droit dépend du jour."),
    (checks.wrong_ordinals, "fr", "En vigueur depuis le 1 janvier 2026.", "En vigueur depuis le 1er janvier 2026."),
    (checks.wrong_ordinals, "fr", "La veille du 30er anniversaire.", "La veille du 30e anniversaire."),
    (checks.wrong_ordinals, "fr", "Voyez art. 18, §_1.", "Voyez art. 18, § 1er."),
    (checks.wrong_ordinals, "de", "Seit dem 1 Januar 2026.", "Seit dem 1. Januar 2026."),
    (checks.wrong_ordinals, "en", "The day before the 31th birthday.", "The day before the 31st birthday."),
    (checks.wrong_ordinals, "en", "The day before the 11st birthday.", "The day before the 11th birthday."),
    (checks.wrong_ordinals, "nl", "De dag vóór de 30th verjaardag.", "De dag vóór de 30e verjaardag."),
    (checks.capitals_of_small_words, "de", "Art. 17 (Die Quellen schweigen).", "Art. 17 (die Quellen schweigen)."),
    (checks.capitals_of_small_words, "de", "Das Gesetz gilt; Durch Erlass.", "Das Gesetz gilt; durch Erlass."),
    (checks.capitals_of_small_words, "de", "Das Gesetz gilt; Diese Region.", "Das Gesetz gilt; diese Region."),
    (checks.capitals_of_small_words, "de", "Das Gesetz gilt (Und mehr).", "Das Gesetz gilt (Erlass vom 8. März)."),
    (checks.capitals_of_small_words, "de", "Anzugeben: Die Dauer, Der Lohn.", "Anzugeben: die Dauer, der Lohn."),
    (checks.unformatted_figures, "nl", "Sinds 2026-01-01.", "Sinds 1 januari 2026."),
    (checks.unformatted_figures, "nl", "Minstens 1461 dagen.", "Minstens 1.461 dagen."),
    (checks.unformatted_figures, "nl", "Op basis van 13.92 maanden.", "Op basis van 13,92 maanden."),
    (checks.unformatted_figures, "en", "Annualised at 13,92 months.", "Annualised at 13.92 months."),
    (checks.unformatted_figures, "en", "The workplace 540101 lies.", "The workplace (54010) lies."),
    (checks.unformatted_figures, "fr", "Pendant P4M.", "Pendant 4 mois."),
    (checks.words_of_the_program, "en", "The basis is filedOn.", "The basis is the day of filing."),
    (checks.words_of_the_program, "en", "A function on the list FL-LIST-2026.", "A function on the list."),
    (checks.words_of_the_program, "de", "Der Betrag ist %(amount)s.", "Der Betrag ist bekannt."),
    (checks.bare_signs, "fr", "La condition est remplie: oui.", "La condition est remplie_: oui."),
    (checks.bare_signs, "fr", "La liste « autres_».", "La liste «_autres_»."),
    (checks.nested_quotes, "de", "Die Liste „Beruf („Andere“)“.", "Die Liste „Beruf (\u201aAndere\u2018)“."),
    (checks.nested_quotes, "en", "The category “other (“rest”)”.", "The category “other (\u2018rest\u2019)”."),
]  # fmt: skip


def typeset(text: str) -> str:
    """A low line stands for a no-break space, an apostrophe for a curly one."""
    return text.replace("_", "\u00a0").replace("'", "\u2019")


@pytest.mark.parametrize(("check", "language", "wrong", "right"), WRONG_AND_RIGHT)
def test_a_check_finds_its_fault_and_no_other(check: Check, language: str, wrong: str, right: str) -> None:
    assert list(check(typeset(wrong), language))
    assert faults(typeset(right), language) == []


def test_every_check_is_shown_to_find_something() -> None:
    assert {check for check, *_ in WRONG_AND_RIGHT} == set(CHECKS)
