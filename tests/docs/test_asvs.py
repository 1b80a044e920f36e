"""The list of the ASVS in docs/security.md: every requirement once, and every test that it names is there."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).resolve().parents[2]
PAGE: Final = ROOT / "docs" / "security.md"
HEADING: Final = "## OWASP ASVS 5.0, level 2"

NUMBER_OF: Final = {1: 70, 2: 183}
"""How many requirements version 5.0.0 has of each level that is answered for here."""

REASONS: Final = ("**Not applicable:**", "**Operator:**", "**Not met:**")
_TEST: Final = re.compile(r"`(tests/[\w/]+\.py)(?:::(\w+))?`")
_OTHER_PROOF: Final = re.compile(r"ruff's rules?|\[[^\]]+\]\([^)]+\)|`make check`|\"Limits\" above")


@dataclass(frozen=True, slots=True)
class Line:
    ids: tuple[str, ...]
    level: int
    answer: str


def lines() -> Iterator[Line]:
    section = PAGE.read_text(encoding="utf-8").partition(HEADING)[2].partition("\n## ")[0]
    for row in re.findall(r"^\| ([\d., to]+) \| ([12]) \| [^|]+ \| (.+) \|$", section, re.MULTILINE):
        yield Line(tuple(_ids(row[0])), int(row[1]), row[2])


def _ids(text: str) -> Iterator[str]:
    """Each id of a cell such as ``6.2.1 to 6.2.8, 6.3.1``."""
    for part in text.split(", "):
        first, _, last = part.partition(" to ")
        section, _, number = first.rpartition(".")
        until = last or first
        assert until.rpartition(".")[0] == section, part
        yield from (f"{section}.{each}" for each in range(int(number), int(until.rpartition(".")[2]) + 1))


def named_tests() -> Iterator[tuple[str, str]]:
    for line in lines():
        yield from _TEST.findall(line.answer)


def test_every_requirement_has_one_line() -> None:
    ids = [each for line in lines() for each in line.ids]
    assert [each for each, times in Counter(ids).items() if times > 1] == []
    assert Counter(line.level for line in lines() for _ in line.ids) == NUMBER_OF


def test_every_line_has_a_test_or_a_reason() -> None:
    for line in lines():
        proven = _TEST.search(line.answer) or _OTHER_PROOF.search(line.answer)
        assert proven or any(each in line.answer for each in REASONS), line.ids


@pytest.mark.parametrize(("file", "name"), sorted(set(named_tests())))
def test_every_test_that_is_named_is_there(file: str, name: str) -> None:
    path = ROOT / file
    assert path.is_file(), f"{file} is named in docs/security.md and is not there"
    assert not name or re.search(rf"^def {name}\(", path.read_text(encoding="utf-8"), re.MULTILINE), (file, name)
