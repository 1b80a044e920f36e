"""What somebody typed who looks for a case: a reference, a number or a name, in any spelling."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.case.search_text import SearchFault, SoughtCase, UnsearchableText, sought_case

TODAY = date(2026, 1, 20)


def sought(text: str) -> SoughtCase:
    return sought_case(text, today=TODAY)


@pytest.mark.parametrize(
    "text",
    ["FL-2026-0001234-87", "fl-2026-0001234-87", " FL 2026 0001234 87 ", "FL2026000123487", "FL/2026/0001234.87"],
)
def test_a_reference_is_taken_in_any_spelling(text: str) -> None:
    assert sought(text).reference == "FL-2026-0001234-87"


@pytest.mark.parametrize("text", ["85.07.30-033.28", "85073003328", "85 07 30 033 28"])
def test_a_number_of_a_person_is_taken_as_printed(text: str) -> None:
    assert sought(text).ssin == "85073003328"


@pytest.mark.parametrize("text", ["BE 0206.731.645", "0206731645", "be0206.731.645", "0206 731 645"])
def test_a_number_of_an_enterprise_is_taken_as_printed(text: str) -> None:
    assert sought(text).enterprise_number == "0206731645"


@pytest.mark.parametrize("text", ["BE 403.019.261", "403019261"])
def test_the_nought_in_front_may_be_left_out(text: str) -> None:
    assert sought(text).enterprise_number == "0403019261"


def test_anything_else_is_a_name() -> None:
    found = sought("Zwaluwina Van de Kanarie")
    assert (found.reference, found.ssin, found.enterprise_number, found.file_numbers) == (None, None, None, ())
    assert ("zwaluwina", "vandekanarie") in found.readings


def test_what_has_a_digit_may_be_the_number_of_a_former_system_or_a_name() -> None:
    found = sought("bxl/2023/17")
    assert found.file_numbers == ("bxl/2023/17", "BXL/2023/17")
    assert found.readings


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("FL-2026-0001234-88", SearchFault.WRONG_CHECK_DIGITS),
        ("XX-2026-0001234-33", SearchFault.NO_SUCH_NUMBER),
        ("85.07.30-033.29", SearchFault.WRONG_CHECK_DIGITS),
        ("BE 0206.731.646", SearchFault.WRONG_CHECK_DIGITS),
        ("\u3164", SearchFault.NOTHING),
        ("...", SearchFault.NOTHING),
        ("x" * 201, SearchFault.TOO_LONG),
    ],
)
def test_what_nothing_can_be_found_by_is_an_issue(text: str, fault: SearchFault) -> None:
    with pytest.raises(UnsearchableText) as refused:
        sought(text)
    assert refused.value.fault is fault
    (issue,) = refused.value.issues
    assert issue.path == "text"
    # and no issue repeats what may be somebody's number
    assert text not in str(refused.value)


@given(st.text(max_size=250))
def test_whatever_is_typed_is_sought_or_refused(text: str) -> None:
    try:
        found = sought(text)
    except UnsearchableText:
        return
    assert [found.reference, found.ssin, found.enterprise_number].count(None) == (3 if found.readings else 2)
    assert repr(found).count("object at") == 1
