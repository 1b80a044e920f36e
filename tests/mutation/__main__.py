"""`python -m tests.mutation`: try the sample of mutants and write down what became of each.

`--share 0.1` tries a tenth of the sample and `--only domain/law` a part of it; `--modules FILE ...` tries all mutants
of these modules instead. `--tests FILE ...` names the tests that they meet, `--to FILE` the list that is written, and
`--keep` writes the one that is kept in the repository.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.mutation.kept import KEPT, LATEST, Summary, equivalents, write
from tests.mutation.sample import modules, mutants_in, pure_test_files, sample, text
from tests.mutation.trials import Outcome, test_files, trials


def main() -> int:
    arguments = argparse.ArgumentParser(prog="python -m tests.mutation", description=__doc__)
    arguments.add_argument("--share", type=float, default=1.0)
    arguments.add_argument("--only", default="")
    arguments.add_argument("--modules", nargs="+")
    arguments.add_argument("--tests", nargs="+", default=pure_test_files())
    arguments.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    arguments.add_argument("--to", type=Path, default=LATEST)
    arguments.add_argument("--keep", action="store_const", dest="to", const=KEPT)
    chosen = arguments.parse_args()
    with TemporaryDirectory() as compiled:
        # Every child imports all our modules: they are compiled once.
        sys.dont_write_bytecode, sys.pycache_prefix = False, compiled
        return carry_out(chosen)


def carry_out(chosen: argparse.Namespace) -> int:
    began = time.monotonic()
    if chosen.modules:
        mutants = [each for file in chosen.modules for each in mutants_in(file)]
    else:
        mutants = [each for each in sample(chosen.share) if each.file.startswith(chosen.only)]
    files = test_files(chosen.tests, chosen.modules or modules(), chosen.processes)
    sys.stderr.write(
        f"{len(mutants)} mutants, {sum(len(each.tests) for each in files)} tests in {len(files)} files; "
        f"it took {time.monotonic() - began:.0f} s to see which run which lines\n"
    )
    known = equivalents()
    found = []
    for trial in trials(mutants, files, text, chosen.processes):
        found.append(trial)
        if trial.outcome in (Outcome.SURVIVED, Outcome.UNSEEN) and trial.mutant.name not in known:
            sys.stderr.write(f"{trial.outcome}: line {trial.mutant.lines.start}, {trial.mutant.name}\n")
    summary = Summary(found)
    write(chosen.to, found)
    sys.stderr.write(f"{summary} in {time.monotonic() - began:.0f} s\n")
    return 0 if summary.enough else 1


if __name__ == "__main__":
    sys.exit(main())
