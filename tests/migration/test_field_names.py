"""By what the fields of a record are called where anybody reads it."""

from __future__ import annotations

import pytest

from domain.migration.field_names import NO_NAME, shown_name


@pytest.mark.parametrize(
    "name",
    ["remarque", "travailleur.sexe", "Traité par", "Bemerkung (intern)", "column 19", "n° 2024", "nom (2)", "_id"],
)
def test_a_name_of_a_field_is_shown(name: str) -> None:
    assert shown_name(name) == name


@pytest.mark.parametrize(
    "text",
    [
        "",
        "85073003328",
        "travailleur.85.07.30-033.28",
        "né le 30/07/1985",
        "Roy, Priya",
        "priya@example.org",
        "x" * 101,
    ],
)
def test_a_text_that_is_none_is_not_shown(text: str) -> None:
    assert shown_name(text) == NO_NAME
