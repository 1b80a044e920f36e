"""Structured communications: taken back to the fee they were given out for, and mistyped ones noticed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.be import ogm_vcs

from domain.codes import FEE_RECIPIENTS
from domain.identifiers import PREFIX_BY_AUTHORITY, ApplicationReference, IdentifierInvalid
from domain.structured_communications import FeeOfApplication, StructuredCommunication, looks_structured

FEES = st.builds(
    FeeOfApplication,
    reference=st.builds(
        ApplicationReference,
        authority=st.sampled_from(sorted(PREFIX_BY_AUTHORITY)),
        year=st.integers(2000, 2099),
        number=st.integers(0, 9_999_999),
    ),
    recipient=st.sampled_from(FEE_RECIPIENTS),
)


def given_out(fee: FeeOfApplication) -> StructuredCommunication:
    communication = StructuredCommunication.of(fee)
    assert communication is not None
    return communication


def test_the_federal_fee_of_a_flemish_application() -> None:
    fee = FeeOfApplication(reference=ApplicationReference.parse("FL-2026-0001234-87"), recipient="federal")
    assert str(given_out(fee)) == "+++126/0001/23443+++"


@given(FEES)
def test_it_can_be_taken_back_to_the_application_and_the_recipient(fee: FeeOfApplication) -> None:
    communication = given_out(fee)
    assert StructuredCommunication.parse(str(communication)) == communication
    assert communication.fee == fee


@given(FEES, FEES)
def test_no_two_fees_have_the_same(one: FeeOfApplication, other: FeeOfApplication) -> None:
    assert (given_out(one) == given_out(other)) is (one == other)


@given(FEES)
def test_its_check_digits_are_those_of_an_independent_library(fee: FeeOfApplication) -> None:
    assert ogm_vcs.is_valid(given_out(fee).digits)


@given(FEES, st.integers(0, 11), st.integers(1, 9))
def test_one_mistyped_digit_is_noticed(fee: FeeOfApplication, place: int, more: int) -> None:
    digits = given_out(fee).digits
    mistyped = digits[:place] + str((int(digits[place]) + more) % 10) + digits[place + 1 :]
    with pytest.raises(IdentifierInvalid, match="last two digits do not fit"):
        StructuredCommunication.parse(mistyped)


def test_where_the_remainder_is_nought_the_check_digits_are_97() -> None:
    assert StructuredCommunication.parse("000000009797").digits == "000000009797"
    with pytest.raises(IdentifierInvalid, match="last two digits do not fit"):
        StructuredCommunication.parse("000000009700")


@pytest.mark.parametrize(
    "text",
    ["+++090/9337/55493+++", "***090/9337/55493***", "090/9337/55493", "090933755493", " 090 9337 55493 ",
     "+++ 090 / 9337 / 55493 +++", "090.9337.55493", "090-9337-55493"],
)  # fmt: skip
def test_it_is_read_however_it_is_printed(text: str) -> None:
    assert looks_structured(text)
    assert str(StructuredCommunication.parse(text)) == "+++090/9337/55493+++"


@pytest.mark.parametrize(
    "text",
    ["", "P-1", "+++090/9337/55493", "090/9337/55493***", "+++090/9337/55493***", "0909337554931", "\u0660" * 12],
)
def test_another_reference_does_not_look_like_one(text: str) -> None:
    assert not looks_structured(text)
    with pytest.raises(IdentifierInvalid, match="does not have the right form"):
        StructuredCommunication.parse(text)


@pytest.mark.parametrize("digits", ["090933755493", "999999999948"])
def test_one_that_this_service_never_gives_out_stands_for_no_fee(digits: str) -> None:
    assert StructuredCommunication.parse(digits).fee is None


@pytest.mark.parametrize("year", [1999, 2100])
def test_a_year_outside_the_century_has_none(year: int) -> None:
    reference = ApplicationReference(authority="flanders", year=year, number=1)
    assert StructuredCommunication.of(FeeOfApplication(reference=reference, recipient="federal")) is None
