"""The sample: which modules are under trial, which tests take part, and which mutants the seed chooses."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Final

from tests.mutation.mutants import Mutant, mutants_of
from tests.mutation.seen import ROOT

SEED: Final = "single permit, 2026"

SHARES: Final[Mapping[str, int]] = {
    "domain/case": 330, "domain/law": 380, "domain/audit": 70, "infra/event_codec.py": 10,
    "infra/stored_form": 60,
}  # fmt: skip
"""Mutants of each area in the whole sample."""

TESTS: Final = (
    *(f"{folder}/test_*.py" for folder in ("case", "law", "deadlines", "codec", "stored_events", "audit")),
    "projections/test_*.py",
    "documents/test_document_rules.py",
    "migration/test_histories.py",
)
"""Of these files of tests, those tests take part that need no server."""

# They start other processes, which would not have the mutant.
_LEFT_OUT: Final = {"test_replay_is_pure.py", "test_replay_on_every_python.py"}


def modules() -> list[str]:
    """The modules under trial, as paths from the root."""
    return [file for area in SHARES for file in _modules_of(area)]


def _modules_of(area: str) -> list[str]:
    place = ROOT / area
    found = [place] if place.is_file() else sorted(place.rglob("*.py"))
    return [str(each.relative_to(ROOT)) for each in found]


def pure_test_files() -> list[str]:
    """The files in which a test may take part."""
    found = (each for pattern in TESTS for each in sorted((ROOT / "tests").glob(pattern)))
    return [
        str(each.relative_to(ROOT)) for each in found if each.name not in _LEFT_OUT and not _all_need_a_server(each)
    ]


def _all_need_a_server(file: Path) -> bool:
    return "\npytestmark = pytest.mark.server\n" in file.read_text(encoding="utf-8")


def sample(share: float = 1.0) -> list[Mutant]:
    """The mutants that the seed chooses, a share of the whole sample, in the order of files and lines."""
    found: list[Mutant] = []
    for area, number in SHARES.items():
        of_area = (mutant for file in _modules_of(area) for mutant in mutants_in(file))
        found += drawn(of_area, number * share)
    return in_order(found)


@cache
def mutants_in(file: str) -> Sequence[Mutant]:
    return mutants_of(file, text(file))


def in_order(mutants: Iterable[Mutant]) -> list[Mutant]:
    return sorted(mutants, key=lambda each: (each.file, each.lines.start, each.name))


def drawn(mutants: Iterable[Mutant], number: float) -> list[Mutant]:
    """So many of them, as the seed has it.

    The place of a mutant in the draw depends on its name only: as long as its text exists it is drawn again, whatever
    is written around it.
    """
    return sorted(mutants, key=_place_in_the_draw)[: round(number)]


def _place_in_the_draw(mutant: Mutant) -> bytes:
    return sha256(f"{SEED}\n{mutant.name}".encode()).digest()


def text(file: str) -> str:
    return (ROOT / file).read_text(encoding="utf-8")
