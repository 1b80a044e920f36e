"""Names are compared by their letters, and whoever types one is one person however it is typed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.migration.comparison import Kinship, Likelihood, Traits, kinship, likelihood
from domain.names import acting_name, folded_name, folded_number, name_forms

LATIN = st.text(st.characters(max_codepoint=0x17F, categories=("L",)), min_size=1, max_size=12)
BLANKS = st.sampled_from([" ", "  ", "\t", "\u00a0", "\u2003"])
UNSEEN = st.sampled_from(["\u200b", "\u200d", "\ufeff", "\u00ad", "\u2060", "\u034f", "\u3164", "\x00"])
BETWEEN = st.sampled_from(
    ["-", "\u2010", "\u2011", "\u2013", "'", "\u2019", "\u02bc", "\u02b9", "`", "\u00b4", " ", "\u200b", "."]
)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("N'Diaye", "N\u2019Diaye"), ("N'Diaye", "NDIAYE"), ("N'Diaye", "N\u02bcDiaye"), ("N'Diaye", "N\ua78cdiaye"),
        ("Wałęsa", "Walesa"), ("Đặng", "Dang"), ("Sørensen", "Sorensen"), ("Ħamrun", "Hamrun"), ("Ŧuomas", "Tuomas"),
        ("Y\u0131ld\u0131z", "Yildiz"), ("YILDIZ", "Y\u0131ld\u0131z"), ("İnci", "Inci"),
        ("Ben-Salah", "Ben Salah"), ("Ben-Salah", "Bensalah"), ("Ben\u2011Salah", "BEN \u2013 SALAH"),
        ("Ben\u200bSalah", "Ben Salah"), ("Œuvrard", "Oeuvrard"), ("Æbelø", "AEBELO"), ("Weiß", "Weiss"),
        ("Þór", "Thor"), ("Zoë", "Zoe\u0308"), ("ﬁsher", "Fisher"), ("Ɓello", "Bello"), ("Lambert", "lambert"),
    ],
)  # fmt: skip
def test_a_name_in_another_spelling_is_the_same_name(one: str, other: str) -> None:
    assert folded_name(one) == folded_name(other) != ""


@pytest.mark.parametrize(("one", "other"), [("Walesa", "Walosa"), ("Ben Salah", "Ben Saleh"), ("Иванов", "Петров")])
def test_another_name_is_another(one: str, other: str) -> None:
    assert folded_name(one) != folded_name(other)


@given(LATIN, BETWEEN, LATIN)
def test_neither_case_nor_what_stands_between_makes_another_name(one: str, between: str, other: str) -> None:
    assert folded_name(f"{one}{between}{other}") == folded_name(one) + folded_name(other)
    assert folded_name(one.upper()) == folded_name(one.lower()) == folded_name(folded_name(one)) == folded_name(one)


@given(LATIN, LATIN)
def test_the_two_parts_are_found_in_either_order(family: str, given_name: str) -> None:
    one, swapped = name_forms(family, given_name), name_forms(given_name, family)
    assert one is not None
    assert swapped is not None
    assert one[0] == swapped[0]
    assert (one[1] == swapped[1]) is (folded_name(family + given_name) == folded_name(given_name + family))


@pytest.mark.parametrize(
    ("family", "given_name"), [(None, "Ann"), ("", None), ("'", "Ann"), ("Nov?k", "A"), ("Roy", "\ufffd")]
)
def test_a_name_that_tells_nobody_from_another_has_no_form(family: str | None, given_name: str | None) -> None:
    assert name_forms(family, given_name) is None


@given(LATIN, LATIN, BLANKS, UNSEEN)
def test_who_acts_is_one_person_however_the_name_is_typed(one: str, other: str, blank: str, unseen: str) -> None:
    typed = f"{blank}{unseen}{one.upper()}{blank}{blank}{unseen}{other}{unseen}{blank}"
    assert acting_name(typed) == acting_name(f"{one.lower()} {other.lower()}".upper())
    assert acting_name(acting_name(typed)) == acting_name(typed)


@pytest.mark.parametrize(
    "typed", ["ann", "Ann", " ANN ", "\uff21\uff4e\uff4e", "a\u200bnn", "\ufeffann", "an\u034fn", "ann\n"]
)
def test_ann_is_ann(typed: str) -> None:
    assert acting_name(typed) == "ann"


@pytest.mark.parametrize("typed", ["", " ", "\u200b", "\u3164", "\u2800", "\x00", "\u00a0\ufeff"])
def test_nobody_is_nobody(typed: str) -> None:
    assert acting_name(typed) == ""


def test_ann_peeters_and_annpeeters_are_two() -> None:
    assert acting_name("ann  peeters") == acting_name("Ann Peeters") != acting_name("annpeeters")


@given(st.text(st.sampled_from("bxlBXL/2023-"), min_size=1), BLANKS)
def test_a_file_number_is_one_in_any_case_and_with_any_blanks(number: str, blank: str) -> None:
    assert folded_number(blank.join(number.upper())) == folded_number(number.lower()) == number.lower()


WRITTEN, SWAPPED, ANOTHER = b"a" * 16 + b"1" * 16, b"a" * 16 + b"2" * 16, b"b" * 32


@pytest.mark.parametrize(
    ("one", "other", "found", "sure"),
    [
        (Traits(person=b"p"), Traits(person=b"p"), Kinship.SAME_PERSON_BY_NUMBER, Likelihood.CERTAIN),
        (Traits(name_birth=WRITTEN), Traits(name_birth=WRITTEN), Kinship.SAME_PERSON_BY_NAME, Likelihood.LIKELY),
        (
            Traits(name_birth=WRITTEN, person=b"p"), Traits(name_birth=SWAPPED),
            Kinship.SAME_PERSON_BY_SWAPPED_NAME, Likelihood.POSSIBLE,
        ),
    ],
)  # fmt: skip
def test_what_makes_two_records_one_person_and_how_sure_it_is(
    one: Traits, other: Traits, found: Kinship, sure: Likelihood
) -> None:
    assert kinship(one, "brussels", other, "brussels") == (found,)
    assert likelihood((found, Kinship.OVERLAPPING_PERMITS)) is sure


def test_two_numbers_are_two_people_and_two_names_too() -> None:
    two = Traits(person=b"q", name_birth=WRITTEN)
    assert kinship(Traits(person=b"p", name_birth=WRITTEN), "brussels", two, "brussels") == ()
    assert kinship(Traits(name_birth=WRITTEN), "brussels", Traits(name_birth=ANOTHER), "brussels") == ()
    assert kinship(Traits(), "brussels", Traits(), "brussels") == ()


def test_the_best_of_what_was_found_counts_and_nothing_has_no_likelihood() -> None:
    both = (Kinship.SAME_PERSON_BY_SWAPPED_NAME, Kinship.SAME_FILE_NUMBER)
    assert likelihood(both) is Likelihood.LIKELY
    with pytest.raises(ValueError, match="nothing was found"):
        likelihood((Kinship.OVERLAPPING_PERMITS,))
