"""The countries: all of them, and every one that the law or a former system names."""

from __future__ import annotations

import pytest
from babel import Locale

from domain.case.spellings import country, nationality
from domain.law.provisions.job import FreeMovement
from domain.law.rulebook import Rulebook
from domain.migration.vocabulary import Vocabularies
from domain.places.countries import country_codes, nationality_codes

OF_ISO_3166_1 = 249


def test_they_are_those_of_iso_3166_1_with_kosovo_and_the_stateless() -> None:
    assert len(country_codes()) == OF_ISO_3166_1 + len({"XK"})
    assert {"IN", "GB", "TR", "XK"} <= country_codes()
    assert not {"UK", "EL", "EU", "UN", "ZZ", "XX", "SU", "YU"} & country_codes()
    assert nationality_codes() - country_codes() == {"XXA"}


def test_every_country_has_a_name_in_every_language() -> None:
    for language in ("nl", "fr", "de", "en"):
        assert country_codes() - set(Locale(language).territories) == set()


def test_the_law_speaks_of_none_that_is_not_among_them() -> None:
    named = {code for each in Rulebook.load().provisions if isinstance(each, FreeMovement) for code in each.scope}
    assert named <= country_codes()


def test_no_word_of_a_former_system_stands_for_another() -> None:
    assert set(Vocabularies.load().words["nationality"].values()) <= country_codes()


@pytest.mark.parametrize("code", ["XK", "XXA", "IN"])
def test_kosovo_and_the_stateless_are_taken_like_any_other(code: str) -> None:
    assert list(nationality("worker.nationality", code)) == []


@pytest.mark.parametrize("code", ["XX", "ZZ", "XXX", "XXB", "in", ""])
def test_a_nationality_that_nobody_knows_is_none(code: str) -> None:
    (issue,) = nationality("worker.nationality", code)
    assert issue.path == "worker.nationality"
    assert [each.code for each in country("transfer.country", "XXA")] == ["schemaViolation"]


def test_an_unknown_one_says_what_to_write() -> None:
    (issue,) = nationality("worker.nationality", "UK")
    assert (issue.code, issue.problem) == ("invalidInput", "no country has this code")
    assert "GB, not UK" in issue.remedy
