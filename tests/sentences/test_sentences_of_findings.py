"""What a rule says of an application, as an administration writes it; and what was stored before is still told."""

from __future__ import annotations

import json
import tomllib
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import pytest

import tests.audit
from api.http.case_representation import words
from api.words.sentences.figures import condition_value
from api.words.sentences.findings import finding_text
from api.words.sentences.remarks import finding_remarks
from api.words.sentences.wording import Wording
from domain.law.assessment import assess
from domain.law.facts import ApplicationFacts, Publication, WorkDone
from domain.law.rule_codes import Rule
from domain.law.rulebook import Rulebook
from tests.sentences.language_checks import faults
from tests.sentences.tellings import LANGUAGES, LISTS, typeset

LAW: Final = Rulebook.load()
WORDINGS: Final = {each.code: Wording(each, LISTS) for each in LANGUAGES}
STORED: Final = Path(tests.audit.__path__[0])

MEDIUM: Final = ApplicationFacts(
    authority="flanders",
    category="mediumSkilledOther",
    filed_on=date(2025, 6, 2),
    contract="belgian",
    qualification_level=4,
    full_time_equivalent=Decimal(1),
    publications=(
        Publication(channel="VDAB", published_from=date(2025, 3, 1), published_to=date(2025, 5, 2)),
        Publication(channel="EURES", published_from=date(2025, 3, 1), published_to=date(2025, 5, 3)),
    ),
)
SKILLED: Final = replace(
    MEDIUM,
    category="highlySkilled",
    filed_on=date(2026, 1, 20),
    gross_pay=Decimal("3000.00"),
    pay_period="month",
    publications=None,
)
BLUE_CARD: Final = ApplicationFacts(
    authority="brussels",
    category="euBlueCard",
    filed_on=date(2025, 1, 20),
    employment_start=date(2024, 12, 1),
    employment_end=date(2025, 5, 30),
)
UNLIMITED: Final = ApplicationFacts(
    authority="flanders",
    category="unlimited",
    filed_on=date(2026, 1, 20),
    nationality="IN",
    work_history=(WorkDone(from_=date(2022, 1, 1), to=date(2025, 1, 1), basis="singlePermit"),),
)
SHORTAGE: Final = replace(
    MEDIUM,
    category="mediumSkilledShortage",
    filed_on=date(2026, 1, 20),
    occupation_code="butcher",
    renewal=False,
)


FACTS: Final = {
    "search": MEDIUM,
    "pay": SKILLED,
    "level": SKILLED,
    "levels": MEDIUM,
    "contract": BLUE_CARD,
    "history": UNLIMITED,
    "shortage": SHORTAGE,
    "workplace": replace(SKILLED, municipality_code="57097"),
    "age": replace(SKILLED, category="highlySkilledUnder30", birth_date=date(2000, 1, 1)),
    "testNotFound": replace(MEDIUM, category="seasonal"),
    "undated": replace(SKILLED, authority="german-community"),
    "payMissing": replace(SKILLED, gross_pay=None),
    "experience": replace(
        SKILLED, authority="wallonia", category="euBlueCard", gross_pay=Decimal("60000.00"), pay_period="year"
    ),
    "debts": SKILLED,
    "family": replace(
        UNLIMITED,
        nationality="TR",
        work_history=(WorkDone(from_=date(2023, 3, 1), to=date(2026, 1, 1), basis="singlePermit"),),
    ),
    "codeUnknown": replace(SHORTAGE, filed_on=date(2025, 6, 2), occupation_code="7114"),
    "content": replace(SKILLED, contract_states=("parties", "place", "wage")),
}
SAYINGS: Final = tomllib.loads((Path(__file__).parent / "what_rules_say.toml").read_text(encoding="utf-8"))


def finding_on(rule: Rule, facts: ApplicationFacts) -> dict[str, Any]:
    found = (each for finding in assess(LAW, facts).findings for each in finding.each())
    return words(next(each for each in found if each.rule is rule))


def told(rule: Rule, facts: ApplicationFacts, code: str) -> str:
    return finding_text(finding_on(rule, facts), WORDINGS[code])


@pytest.mark.parametrize("name", SAYINGS)
def test_what_a_rule_says(name: str) -> None:
    rule, expected = Rule(SAYINGS[name]["rule"]), {code: SAYINGS[name][code] for code in WORDINGS}
    for code, sentences in typeset(expected).items():
        assert sentences in told(rule, FACTS[name], code)


def test_all_the_facts_have_sentences() -> None:
    assert FACTS.keys() == SAYINGS.keys()


def test_a_label_that_is_quoted_has_its_own_quotation_marks_inside() -> None:
    quoted = {code: wording.quoted_label("categories", "mediumSkilledOther") for code, wording in WORDINGS.items()}
    assert quoted["de"].endswith("(Kategorie \u201aSonstige\u2018)“")
    assert quoted["fr"].endswith("(catégorie “autres”)\u00a0»")
    assert quoted["en"].endswith("(category \u2018other\u2019)”")


def test_the_deciding_day_is_in_dispute_for_the_handler_once_and_for_nobody_else() -> None:
    finding = finding_on(Rule.SALARY_THRESHOLD, SKILLED)
    remarks = finding_remarks(finding, WORDINGS["de"])

    assert remarks[0] == "Bestimmung FL-REFERENCE-DATE: die Quellen widersprechen sich."
    assert sum("widersprechen" in each for each in remarks) == 1
    assert "widersprechen" not in finding_text(finding, WORDINGS["de"])


def test_the_first_day_of_a_month_has_its_ordinal_in_french_only() -> None:
    french, dutch = LANGUAGES.by_code["fr"], LANGUAGES.by_code["nl"]

    assert french.date(date(2026, 1, 1), "long") == "1er janvier 2026"
    assert french.date(date(2026, 1, 1), "full") == "jeudi 1er janvier 2026"
    assert french.date(date(2026, 1, 21), "long") == "21 janvier 2026"
    assert dutch.date(date(2026, 1, 1), "long") == "1 januari 2026"


@pytest.mark.parametrize(
    ("value", "unit", "cells"),
    [
        ("2-4", "level", ("2 tot en met 4", "2 à 4", "2 bis 4", "2 to 4")),
        ("openEnded", "date", ("geen einde", "sans fin", "kein Ende", "no end")),
        ("P6M", "duration", ("6 maanden", "6 mois", "6 Monate", "6 months")),
        (
            "2026-01-01 2026-03-01", "dates",
            ("1 januari 2026 tot en met 1 maart 2026", "1er janvier 2026 au 1er mars 2026",
             "1. Januar 2026 bis 1. März 2026", "1 January 2026 to 1 March 2026"),
        ),
        ("PT", "nationality", ("Portugal",) * 4),
        (
            "permitNeeded", "nationality",
            ("een nationaliteit waarvoor een vergunning nodig is", "une nationalité soumise à permis",
             "eine Staatsangehörigkeit, die eine Erlaubnis braucht", "a nationality that needs a permit"),
        ),
    ],
)  # fmt: skip
def test_what_stands_in_the_cells_of_a_table(value: str, unit: str, cells: tuple[str, ...]) -> None:
    for code, cell in zip(("nl", "fr", "de", "en"), cells, strict=True):
        assert condition_value(value, unit, WORDINGS[code]) == cell


def stored_findings(engine: int) -> list[dict[str, Any]]:
    """The findings as the case file gives them, from the bodies of the events that a former engine wrote."""
    found: list[dict[str, Any]] = []

    def collect(part: object) -> None:
        if isinstance(part, dict):
            if "rule" in part and "trace" in part:
                found.append(part)
            for each in part.values():
                collect(each)
        elif isinstance(part, list):
            for each in part:
                collect(each)

    for case in json.loads((STORED / f"cases_of_engine_{engine}.json").read_text()):
        for event in case["events"]:
            collect(json.loads(event["body"]))
    return found


@pytest.mark.parametrize("code", WORDINGS)
def test_what_the_second_engine_stored_is_told_without_a_fault(code: str) -> None:
    stored = stored_findings(2)

    assert {each["verdict"] for each in stored} >= {"met", "notMet"}
    for finding in stored:
        assert faults(finding_text(finding, WORDINGS[code]), code) == []


def test_the_sentences_that_the_first_engine_stored_stand_as_they_were_written() -> None:
    stored = stored_findings(1)

    assert stored
    for finding in stored:
        text = finding_text(finding, WORDINGS["fr"])
        assert text.startswith(" ".join(finding["trace"]))
        assert finding["verdict"] != "notMet" or text.endswith(finding["counterfactual"])
