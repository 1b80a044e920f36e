"""That the deciding day is one reading of several, told once and in every language."""

from datetime import date

import pytest

from api.words.code_lists import CodeLists
from api.words.languages import Languages
from api.words.sentences.readings import readings_text
from api.words.sentences.wording import Wording
from domain.law.findings import Verdict
from domain.law.other_readings import OtherReading, Readings
from domain.law.provisions.procedure import ReferenceDateBasis

LANGUAGES, LISTS = Languages.load(), CodeLists.load()


def reading(basis: ReferenceDateBasis, day: date | None, verdict: Verdict) -> OtherReading:
    return OtherReading(basis=basis, provision="FL-1", legal_reference_date=day, verdict=verdict)


def told(code: str, *others: OtherReading) -> str:
    readings = Readings(selected=ReferenceDateBasis.FILED_ON, verdict=Verdict.MET, others=others)
    return readings_text(readings, Wording(LANGUAGES.by_code[code], LISTS))


WORK = reading(ReferenceDateBasis.EMPLOYMENT_START, date(2025, 2, 2), Verdict.NOT_MET)
SAME = reading(ReferenceDateBasis.DECIDED_ON, date(2025, 3, 1), Verdict.MET)
OPEN = reading(ReferenceDateBasis.ADMISSIBLE_ON, None, Verdict.UNDETERMINED)


@pytest.mark.parametrize(
    ("code", "first", "differs"),
    [
        ("nl", "de dag van de aanvraag: een van de 4 lezingen", "Als de eerste werkdag (2 februari 2025) bepalend was"),
        ("fr", "le jour de la demande\xa0:", "Si le premier jour de travail (2 février 2025)"),
        ("de", "bestimmt der Tag des Antrags: eine von 4 Lesarten", "Wäre der erste Arbeitstag (2. Februar 2025)"),
        ("en", "the day of filing: one of 4 readings", "If the first day of work (2 February 2025) decided"),
    ],
)
def test_a_reading_with_another_outcome_is_told_in_every_language(code: str, first: str, differs: str) -> None:
    line = told(code, WORK, SAME, OPEN)
    assert first in line
    assert differs in line
    assert line.count("2025") == 1, "a reading with the same outcome needs no words"


@pytest.mark.parametrize(
    ("code", "line"),
    [
        ("nl", "Als de eerste werkdag (2 februari 2025) bepalend was, zou het resultaat zijn: niet voldaan."),
        (
            "fr",
            "Si le premier jour de travail (2 février 2025) était déterminant, "
            "la conclusion serait\xa0: condition non remplie.",
        ),
        ("de", "Wäre der erste Arbeitstag (2. Februar 2025) maßgeblich, lautete das Ergebnis: nicht erfüllt."),
    ],
)
def test_the_other_outcome_agrees_with_the_word_that_it_belongs_to(code: str, line: str) -> None:
    assert line in told(code, WORK)


def test_the_day_of_the_question_has_no_clause_that_needs_a_comma_in_german() -> None:
    asked = reading(ReferenceDateBasis.ONGOING, date(2026, 11, 29), Verdict.NOT_MET)
    assert "Wäre der Tag der Anfrage (29. November 2026) maßgeblich" in told("de", asked)


def test_where_no_outcome_differs_that_is_all_that_is_told() -> None:
    assert told("en", SAME).endswith("The other readings whose day is known give the same outcome.")


def test_a_reading_whose_day_is_not_in_the_facts_is_not_told_as_another_outcome() -> None:
    line = told("en", OPEN)
    assert line.endswith("Not known from these facts: the day of the declaration of admissibility.")
    assert "outcome" not in line
