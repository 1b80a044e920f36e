"""A value that a command cannot read is refused in a plain sentence: what is wrong, and how to write it."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from api.cli.lazy_group import Section
from api.cli.tree import PERMIT
from tests.cli.conftest import CommandLine


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("demo --cases abc", "'abc' is no whole number: write digits only, such as 60"),
        ("demo --cases 12.5", "'12.5' is no whole number"),
        ("demo --cases 0", "0 is too small: write 10 or more"),
        ("serve --port 99999", "99999 is too large: write 65535 or less"),
        ("audit replay nonsense", "'nonsense' is no id: write it in full, as in 0198f0a4-"),
        ("migrate cutover rehearsed brussels --seconds soon", "'soon' is no number: write one, such as 2.5"),
    ],
)
def test_a_wrong_value_is_a_plain_sentence(permit: CommandLine, line: str, sentence: str) -> None:
    refused = permit(*line.split())
    assert (refused.code, refused.output) == (2, "")
    assert sentence in " ".join(refused.errors.split())


def commands(section: Section, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    for entry in section.entries:
        if isinstance(entry, Section):
            yield from commands(entry, (*path, entry.name))
        else:
            yield (*path, entry.name)


def test_no_number_of_any_command_is_refused_as_the_library_does(permit: CommandLine) -> None:
    tried = 0
    for path in commands(PERMIT):
        for option in re.findall(r"^ +(--[a-z-]+) <(?:int|float)\b", permit(*path, "--help").output, re.MULTILINE):
            refused = permit(*path, option, "many")
            assert refused.code == 2
            if "Missing argument" not in refused.errors:
                assert "'many' is no" in refused.errors, (path, option, refused.errors)
                tried += 1
    assert tried >= 5
