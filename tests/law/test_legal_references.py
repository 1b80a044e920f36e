"""Where a rule stands: written as codes, read back as the same place."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.law.legal_reference import ACT, ARTICLE, PART, LegalReference


def test_an_article_with_its_paragraph_and_point_is_one_text() -> None:
    place = LegalReference(act="flemishDecision2018", article="18", paragraph="2", point="1")

    assert str(place) == "flemishDecision2018 art. 18 § 2, 1"
    assert LegalReference.parse(str(place)) == place


@given(
    act=st.from_regex(ACT, fullmatch=True),
    article=st.none() | st.from_regex(ARTICLE, fullmatch=True),
    paragraph=st.none() | st.from_regex(PART, fullmatch=True),
    point=st.none() | st.from_regex(PART, fullmatch=True),
    amended_by=st.none() | st.from_regex(ACT, fullmatch=True),
)
def test_what_is_written_is_read_back(
    act: str, article: str | None, paragraph: str | None, point: str | None, amended_by: str | None
) -> None:
    within = {} if article is None else {"article": article, "paragraph": paragraph, "point": point}
    place = LegalReference(act=act, amended_by=amended_by, **within)

    assert LegalReference.parse(str(place)) == place


@pytest.mark.parametrize(
    "sentence",
    [
        "Flemish Government Decision of 7 December 2018, art. 17 (specific categories)",
        "article not found",
        "cooperation agreement of 2 February 2018, arts 7-8",
        "",
    ],
)
def test_the_sentence_of_an_earlier_rule_set_is_no_code(sentence: str) -> None:
    assert LegalReference.parse(sentence) is None
