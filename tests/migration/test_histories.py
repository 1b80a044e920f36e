"""Wallonia's histories: read in the order of their days, whatever the order of their entries."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.migration.plausible_days import Calendar
from domain.migration.precheck import Accepted, Refused, precheck
from domain.migration.sources.wallonia import WALLONIA as MAPPING
from domain.migration.vocabulary import Vocabularies
from tests.migration.samples import WALLONIA

FILED = {"statut": "introduite", "le": "07/07/2024"}
ADMITTED = {"statut": "recevable", "le": "17/07/2024"}
GRANTED = {"statut": "autorisation accordée", "le": "20/08/2024"}
REVOKED = {"statut": "retirée", "le": "01/10/2024", "par": "autorité"}
LAPSED = {"statut": "caduque", "le": "02/10/2024"}


def told(history: object) -> Accepted | Refused:
    reading = MAPPING.read({**WALLONIA, "historique": history})
    return precheck(reading, Vocabularies.load(), Calendar(date(2026, 11, 29)))


def days(history: object) -> tuple[str, date, date | None, date | None]:
    outcome = told(history)
    assert isinstance(outcome, Accepted), outcome
    record = outcome.record
    return record.status, record.filed_on, record.admissible_on, record.decided_on


def refused(history: object) -> tuple[str, str]:
    outcome = told(history)
    assert isinstance(outcome, Refused), outcome
    return outcome.main, outcome.findings[0].field


@given(st.permutations([FILED, ADMITTED, GRANTED]))
def test_the_order_of_the_entries_says_nothing(history: list[Any]) -> None:
    assert days(history) == ("decidedGranted", date(2024, 7, 7), date(2024, 7, 17), date(2024, 8, 20))


@given(st.permutations([FILED, ADMITTED, GRANTED, REVOKED, LAPSED]))
def test_what_comes_after_a_decision_moves_nothing_before_it(history: list[Any]) -> None:
    assert days(history) == ("lapsed", date(2024, 7, 7), date(2024, 7, 17), date(2024, 8, 20))


def test_without_a_decision_the_case_is_decided_on_the_day_that_ends_it() -> None:
    assert days([FILED, ADMITTED, REVOKED]) == ("revoked", date(2024, 7, 7), date(2024, 7, 17), date(2024, 10, 1))


def test_the_earliest_day_is_that_of_the_filing_whatever_its_word() -> None:
    assert days([ADMITTED, GRANTED]) == ("decidedGranted", date(2024, 7, 17), date(2024, 7, 17), date(2024, 8, 20))


def test_entries_of_one_day_keep_their_order() -> None:
    same_day = {**GRANTED, "le": "17/07/2024"}
    assert days([FILED, ADMITTED, same_day])[0] == "decidedGranted"
    assert refused([FILED, same_day, ADMITTED]) == ("datesOutOfOrder", "historique[2].le")


@pytest.mark.parametrize(
    ("history", "reason", "field"),
    [
        ([], "fieldMissing", "historique"),
        (None, "fieldMissing", "historique"),
        ({"statut": "introduite", "le": "07/07/2024"}, "fieldMalformed", "historique"),
        ("introduite", "fieldMalformed", "historique"),
        ([FILED, "recevable"], "fieldMalformed", "historique[1]"),
        ([FILED, {**ADMITTED, "le": 20240717}], "fieldMalformed", "historique[1].le"),
        ([FILED, {"statut": "recevable"}, GRANTED], "fieldMissing", "historique[1].le"),
        ([FILED, {"le": "17/07/2024"}, GRANTED], "fieldMissing", "historique[1].statut"),
        ([FILED, {"statut": "recevable", "le": " "}, GRANTED], "fieldMissing", "historique[1].le"),
        ([{"statut": "introduite", "le": "31/02/2024"}], "dateInvalid", "historique[0].le"),
        ([FILED, {**ADMITTED, "le": "31/06/2024"}, GRANTED], "dateInvalid", "historique[1].le"),
        ([FILED, {"statut": "complément demandé", "le": "01/01/2062"}], "dateInvalid", "historique[1].le"),
        ([FILED, {**ADMITTED, "le": "01/01/2062"}, GRANTED], "dateInvalid", "historique[1].le"),
        ([FILED, {**ADMITTED, "statut": "x" * 1_001}, GRANTED], "fieldTooLong", "historique[1].statut"),
        ([FILED, {**GRANTED, "statut": "x" * 1_001}], "fieldTooLong", "historique[1].statut"),
        ([{**FILED, "par": "x" * 1_001}, GRANTED], "fieldTooLong", "historique[0].par"),
        ([{"statut": "introduite", "le": "01/01/1753"}, GRANTED], "dateInvalid", "historique[0].le"),
        ([FILED, {"statut": "perdue", "le": "10/07/2024"}, GRANTED], "statusUnknown", "historique[1].statut"),
        ([FILED, {"statut": "retirée", "le": "10/07/2024"}, GRANTED], "statusAmbiguous", "historique[1].statut"),
        ([FILED, GRANTED, {"statut": "refusée", "le": "21/08/2024"}], "datesOutOfOrder", "historique[2].le"),
        ([{"statut": "caduque", "le": "01/01/2024"}, FILED], "datesOutOfOrder", "historique[1].le"),
    ],
)
def test_what_is_wrong_with_a_history_stands_at_its_place(history: object, reason: str, field: str) -> None:
    assert refused(history) == (reason, field)
