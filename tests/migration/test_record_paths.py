"""Places in a record, as findings name them and as people correct them."""

from __future__ import annotations

from typing import Any

import pytest

from domain.migration.findings import Finding, RefusalReason
from domain.migration.quarantine import RepairRefused
from domain.migration.record_paths import corrected, texts_of, with_text
from domain.migration.source_lines import RawRecord
from tests.migration.samples import WALLONIA


def test_a_text_is_put_where_it_belongs_and_the_record_stays_as_it_came() -> None:
    told = with_text(WALLONIA, "historique[1].le", "18/07/2024")
    assert told["historique"] == [
        {"statut": "introduite", "le": "07/07/2024"},
        {"statut": "recevable", "le": "18/07/2024"},
        {"statut": "retirée", "le": "20/08/2024", "par": "autorité"},
    ]
    assert WALLONIA["historique"][1]["le"] == "17/07/2024"
    # a part that is not there is made
    assert with_text({"validite": None}, "validite.du", "x") == {"validite": {"du": "x"}}


def test_what_was_found_at_a_field_that_is_replaced_is_found_no_more() -> None:
    found = (
        Finding(RefusalReason.TEXT_UNREADABLE, "nom", "a control character"),
        Finding(RefusalReason.TEXT_UNREADABLE, "fonction", "a control character"),
        Finding(RefusalReason.MALFORMED, "", "no record"),
    )
    raw = RawRecord(source="brussels.csv", line=2, record={"nom": "x", "fonction": "y"}, findings=found)
    put_right = corrected(raw, {"nom": "Lambert"})
    assert (put_right.record, put_right.findings) == ({"nom": "Lambert", "fonction": "y"}, found[1:2])
    assert corrected(raw, {}) is raw


@pytest.mark.parametrize(
    ("record_told", "texts"),
    [
        (
            {"a": "1", "b": None, "c": {"d": "", "e": [{"f": "2"}, "3"]}},
            {"a": "1", "b": None, "c.d": "", "c.e[0].f": "2", "c.e[1]": "3"},
        ),
        ({"a": {}, "b": []}, {"a": "", "b": ""}),
    ],
)
def test_every_text_of_a_record_is_found_by_its_place(record_told: Any, texts: dict[str, str | None]) -> None:
    assert texts_of(record_told) == texts


def test_a_column_whose_name_holds_a_full_stop_is_one_field() -> None:
    assert with_text({"Nr. ZDU": "1"}, "Nr. ZDU", "2") == {"Nr. ZDU": "2"}


@pytest.mark.parametrize("field", ["historique[9].le", "historique.le", "travailleur.nom.x"])
def test_a_place_that_the_record_does_not_have_is_named(field: str) -> None:
    with pytest.raises(RepairRefused, match="is not a field of the record"):
        with_text(WALLONIA, field, "x")
