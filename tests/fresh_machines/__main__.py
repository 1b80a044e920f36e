"""Run commands of the README on bare machines and print how long each took.

python -m tests.fresh_machines --log fresh-machines.log
python -m tests.fresh_machines --release trixie --user root --command 'make test PYTEST_ARGS="tests/case"'
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from tests.fresh_machines.bare_machine import ORDINARY_USER, MakingFailed, NoBareMachine
from tests.fresh_machines.newcomers import README_COMMANDS, RELEASES, USERS, try_on


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.fresh_machines", description=__doc__.splitlines()[0])
    parser.add_argument("--release", action="append", choices=RELEASES, help="both unless named")
    parser.add_argument("--user", action="append", choices=USERS, help=f"root and {ORDINARY_USER} unless named")
    parser.add_argument("--command", action="append", help="the two of the README unless named")
    parser.add_argument("--log", type=Path, help="a file for all that the commands print")
    chosen = parser.parse_args()

    failed = False
    for release in chosen.release or RELEASES:
        try:
            steps = try_on(release, users=chosen.user or USERS, commands=chosen.command or README_COMMANDS)
            for step in steps:
                failed = failed or step.code != 0
                line = f"{release:9} {step.user:9} {step.seconds:6.0f} s  exit {step.code}  {step.command}\n"
                sys.stdout.write(line)
                sys.stdout.flush()
                if chosen.log:
                    with chosen.log.open("a", encoding="utf-8") as log:
                        log.write(f"--- {line}{step.output}\n")
                elif step.code != 0:
                    sys.stdout.write(step.output)
        except (MakingFailed, NoBareMachine) as why:
            sys.stdout.write(f"{release:9} could not be made: {why}\n")
            failed = True
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
