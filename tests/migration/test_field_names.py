"""By what the fields of a record are called where anybody reads it."""

from __future__ import annotations

import pytest

from domain.migration.field_names import OTHER_FIELD, shown_name


@pytest.mark.parametrize(
    "name",
    ["remarque", "travailleur.sexe", "Traité par", "column 19", "historique[3].auteur", r"remarque\x00"],
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
    assert shown_name(text) == OTHER_FIELD
