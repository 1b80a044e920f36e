"""The list of mutants with what became of each, and those that nobody can tell from the code as it is."""

from __future__ import annotations

import csv
import tomllib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.mutation.sample import SEED
from tests.mutation.seen import ROOT
from tests.mutation.trials import Outcome, Trial

KEPT: Final = Path(__file__).parent / "mutants.csv"
LATEST: Final = ROOT / "build" / "mutants.csv"
EQUIVALENTS: Final = Path(__file__).parent / "equivalents.toml"

ENOUGH: Final = 0.85
"""The share of the sample that has to be killed."""


def equivalents() -> Mapping[str, str]:
    """Mutants by name, with the reason why no test can tell them from the code as it is."""
    written = tomllib.loads(EQUIVALENTS.read_text(encoding="utf-8"))
    return {each["mutant"]: each["because"] for each in written.get("equivalent", ())}


def write(place: Path, found: Sequence[Trial]) -> None:
    """The list as a table, in the order of files and lines."""
    known = equivalents()
    place.parent.mkdir(parents=True, exist_ok=True)
    with place.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(
            ["file", "line", "scope", "kind", "before", "after", "number", "outcome", "killed by, or why not", "seed"]
        )
        for each in sorted(found, key=lambda one: (one.mutant.file, one.mutant.lines.start, one.mutant.name)):
            mutant = each.mutant
            table.writerow(
                [
                    mutant.file, mutant.lines.start, mutant.scope, mutant.kind, mutant.before, mutant.after,
                    mutant.number, each.outcome, each.killed_by or known.get(mutant.name, ""), SEED,
                ]
            )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Summary:
    """How many of a sample were killed. One that runs for ever has been noticed, too."""

    found: Sequence[Trial]

    @property
    def killed(self) -> int:
        return sum(each.outcome in (Outcome.KILLED, Outcome.TIMED_OUT) for each in self.found)

    @property
    def enough(self) -> bool:
        return self.killed >= ENOUGH * len(self.found)

    def __str__(self) -> str:
        numbers = ", ".join(f"{number} {outcome}" for outcome, number in Counter(e.outcome for e in self.found).items())
        return f"{self.killed / max(1, len(self.found)):.1%} of {len(self.found)} mutants killed ({numbers})"
