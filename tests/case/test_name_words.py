"""Names are found by their words, however they are typed."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from domain.name_words import MOST_WORDS, are_named, findable_words, readings_of, words_of

WORD = st.text(st.characters(max_codepoint=0x17F, categories=("L",)), min_size=1, max_size=8)
BETWEEN = st.sampled_from([" ", "  ", "-", "\u2010", "\u2011", "\u2013", "\u00a0", "/", ", "])
APOSTROPHE = st.sampled_from(["'", "\u2019", "\u02bc", "`", "\u00b4", "\ua78c", "\u200b"])


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("Patel", "patel"), ("N'Diaye", "N\u2019Diaye"), ("N'Diaye", "ndiaye"), ("N'Diaye", "N Diaye"),
        ("Wałęsa", "Walesa"),
        ("Y\u0131ld\u0131z", "YILDIZ"), ("Yildiz", "Y\u0131ld\u0131z"), ("Ben-Salah", "Ben Salah"),
        ("Ben Salah", "Bensalah"), ("Bensalah", "Ben-Salah"), ("Ben-Salah", "salah"),
        ("Van den Berghe", "vandenberghe"), ("Vandenberghe", "van den Berghe"),
        ("Acme Sébastien & Fils S.A.", "acme sa"),
        ("Zoë", "Zoe\u0308"), ("Weiß", "WEISS"), ("Иванов", "иванов"), ("Smith&Co", "smith"),
    ],
)  # fmt: skip
def test_a_name_is_found_however_it_is_typed(name: str, typed: str) -> None:
    assert are_named([name], typed)


@pytest.mark.parametrize(
    ("name", "typed"),
    [("Patel", "Pate"), ("Patel", "Patela"), ("Nino Patel", "Nina Patel"), ("Ben Salah", "Ben Saleh"), ("Patel", "")],
)
def test_another_name_is_not_found(name: str, typed: str) -> None:
    assert not are_named([name], typed)


def test_words_may_be_of_worker_and_employer() -> None:
    assert are_named(["Nino", "Patel", "Acme NV"], "Patel Acme")
    # but words of two names are not one word
    assert not are_named(["Nino", "Patel"], "ninopatel")


@pytest.mark.parametrize("typed", ["", "   ", "-", "'", "\u200b", "...", "\u3164"])
def test_what_has_no_letter_is_no_name(typed: str) -> None:
    assert readings_of(typed) == ()
    assert words_of(typed) == ()


@given(st.lists(WORD, min_size=1, max_size=4), st.lists(BETWEEN, min_size=3, max_size=3), st.randoms())
def test_case_and_what_stands_between_words_make_no_difference(words: list[str], between: list[str], chance) -> None:
    assume(all(words_of(each) for each in words))
    name = words[0] + "".join(gap + each for gap, each in zip(between, words[1:], strict=False))
    typed = chance.choice((str.upper, str.lower, str.title, str.casefold))(" ".join(words))
    # both ways, because some letters change when they become capitals: a small sharp s becomes two
    assert are_named([name], typed)
    assert are_named([typed], name)


@given(WORD, APOSTROPHE, WORD)
def test_an_apostrophe_may_be_left_out_or_be_a_blank(first: str, apostrophe: str, second: str) -> None:
    assume(words_of(first) and words_of(second))
    for typed in (first + second, f"{first} {second}", f"{first}-{second}"):
        assert are_named([first + apostrophe + second], typed)


@given(st.text(max_size=200))
def test_whatever_is_typed_has_few_readings(typed: str) -> None:
    readings = readings_of(typed)
    assert len(readings) <= 24
    assert all(1 <= len(each) <= MOST_WORDS for each in readings)


@given(st.text(max_size=60))
def test_every_name_is_found_by_itself(name: str) -> None:
    assume(0 < len(words_of(name)) <= MOST_WORDS)
    assert are_named([name], name)


@given(st.text(max_size=2_000))
def test_a_long_name_has_bounded_words(name: str) -> None:
    assert len(findable_words([name])) <= 16 * 3
