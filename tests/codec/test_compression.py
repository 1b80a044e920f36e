"""Texts are compressed one by one or many in one call, and nobody who reads them can tell which."""

from hypothesis import given
from hypothesis import strategies as st

from infra.stored_form.compression import CURRENT, compressed, compressed_all, decompressed


def test_a_text_comes_back() -> None:
    assert decompressed(compressed(b"a text"), CURRENT) == b"a text"


def test_nothing_is_compressed_of_nothing() -> None:
    assert compressed_all([]) == []


@given(st.lists(st.binary(max_size=3_000), max_size=40))
def test_many_in_one_call_give_what_each_gives_alone(texts: list[bytes]) -> None:
    assert compressed_all(texts) == [compressed(each) for each in texts]
