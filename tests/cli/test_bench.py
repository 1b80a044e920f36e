"""``permit bench``: what it is told to measure, before anything is measured."""

from __future__ import annotations

import pytest

from tests.cli.conftest import CommandLine


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("growth", "--sizes", "10000,many"), "numbers of cases with commas"),
        (("growth", "--sizes", "0"), "numbers of cases with commas"),
        (("size", "--sizes", "10000"), "only growth is measured at several sizes"),
    ],
)
def test_sizes_are_numbers_and_for_growth_alone(permit: CommandLine, words: tuple[str, ...], sentence: str) -> None:
    ended = permit("bench", *words)

    assert ended.code == 2
    assert sentence in ended.errors
