"""What of a record's free text may lie in clear, and how long each text may be at most."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from domain.case.refusals import InvalidInput
from domain.migration.file_numbers import may_lie_in_clear
from domain.migration.identities import case_id_of, reference_of
from domain.migration.plausible_days import Calendar
from domain.migration.precheck import Accepted, Refused, precheck
from domain.migration.reading import CanonicalRecord
from domain.migration.retelling import Lineage, retell
from domain.migration.sources.brussels import BRUSSELS as MAPPING
from domain.migration.vocabulary import Vocabularies
from tests.migration.samples import BRUSSELS

SUBJECT = UUID(int=7)
LINEAGE = Lineage(record_id=UUID(int=8), digest="5e" * 32, mapping_version=1)


def of_brussels(**changes: str) -> Accepted | Refused:
    return precheck(MAPPING.read({**BRUSSELS, **changes}), Vocabularies.load(), Calendar(date(2025, 6, 1)))


def accepted(judged: Accepted | Refused) -> CanonicalRecord:
    assert isinstance(judged, Accepted), judged
    return judged.record


@pytest.mark.parametrize(
    "number",
    [
        "BXL/2025/00001",
        "WAL-2020-000000",
        "DG 2024/002",
        "7",
        "PW_2019.00417-bis",
        "202-2024/12 345 678 901",
        "x" * 63 + "1",
    ],
)
def test_a_file_number_is_what_its_case_is_called(number: str) -> None:
    assert may_lie_in_clear(number)
    assert reference_of("brussels", number) == number


@pytest.mark.parametrize(
    "text",
    [
        "Hartenlust",
        "Hartenlust, Mevrouw 7",
        "Müller 1985",
        "jan.peeters@example.be 1",
        "/2025/1",
        "2025/1 ",
        "2025\t1",
        "2025\n1",
        "٢٠٢٥",
        "",
    ],
)
def test_a_text_of_another_shape_stays_under_the_key(text: str) -> None:
    assert reference_of("brussels", text) == f"brussels/{case_id_of('brussels', text)}"


@pytest.mark.parametrize(
    "text",
    [
        "85073003328",
        "85.07.30-033.28",
        "850730 033 28",
        "850730-03328",
        "BXL/85.07.30-033.28/1",
        "D85073003328",
        "00010100105",
    ],
)
def test_a_national_number_is_no_file_number(text: str) -> None:
    assert not may_lie_in_clear(text)


@pytest.mark.parametrize("text", ["85073003329", "185073003328", "850730033281"])
def test_eleven_digits_are_none_that_do_not_check_or_are_part_of_more(text: str) -> None:
    assert may_lie_in_clear(text)


def test_the_event_tells_the_number_once() -> None:
    event = retell(accepted(of_brussels()), SUBJECT, LINEAGE)
    assert (event.reference, event.file_number) == ("BXL/2025/00001", None)
    event = retell(accepted(of_brussels(no_dossier="Hartenlust, Mevrouw 7")), SUBJECT, LINEAGE)
    assert event.file_number == "Hartenlust, Mevrouw 7"
    assert "Hartenlust" not in event.reference


LENGTHS = {
    "no_dossier": ("key", 64),
    "nom": ("family_name", 200),
    "prenom": ("given_name", 200),
    "employeur": ("employer_name", 200),
    "fonction": ("job_title", 1_000),
}
"""By column: the name in the canonical record, and its length in characters."""


@pytest.mark.parametrize("column", LENGTHS)
def test_precheck_and_event_take_texts_of_the_same_length(column: str) -> None:
    name, longest = LENGTHS[column]
    record = accepted(of_brussels(**{column: "é" * longest}))
    retell(record, SUBJECT, LINEAGE)
    # one character more passes neither, whichever door it came by
    too_long: dict[str, Any] = {name: "é" * (longest + 1)}
    assert not isinstance(of_brussels(**{column: too_long[name]}), Accepted)
    with pytest.raises(InvalidInput, match=f"longer than {longest} characters") as refused:
        retell(replace(record, **too_long), SUBJECT, LINEAGE)
    assert "é" not in str(refused.value)


def test_a_field_that_was_put_right_has_a_name_of_some_length() -> None:
    record: CanonicalRecord = accepted(of_brussels())
    with pytest.raises(InvalidInput, match="corrected"):
        retell(record, SUBJECT, replace(LINEAGE, corrected=("f" * 201,)))
