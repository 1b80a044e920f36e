"""What a newcomer does on a bare machine: clones the repository and types what the README says."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from tests.fresh_machines.bare_machine import ORDINARY_USER, Step, bare_machine

ROOT: Final = Path(__file__).parents[2]
RELEASES: Final = ("bookworm", "trixie")
USERS: Final = ("root", ORDINARY_USER)
README_COMMANDS: Final = ('make demo ARGS="--once"', "make test")

# Root's own home is closed to the account that PostgreSQL runs as, so root clones elsewhere.
_CLONES: Final = {"root": "/srv/single-permit", ORDINARY_USER: f"/home/{ORDINARY_USER}/single-permit"}


def try_on(release: str, *, users: Sequence[str], commands: Sequence[str]) -> Iterator[Step]:
    """Make a machine of that release; for each user clone, make the environment, and run the commands in the clone.

    A step that failed ends that user's try, not the others'. Raises :class:`NoBareMachine` and
    :class:`MakingFailed`.
    """
    with bare_machine(release) as machine:
        yield Step(user="root", command="debootstrap", code=0, seconds=machine.seconds_to_make, output="")
        bundle = machine.bring_in(ROOT)
        for user in users:
            clone = _CLONES[user]
            for command in (
                f"git clone --quiet -c advice.detachedHead=false {bundle} {clone}",
                f"cd {clone} && make env",
                *_in(clone, commands),
            ):
                step = machine.run(command, user=user)
                yield step
                if step.code != 0:
                    break


def _in(clone: str, commands: Sequence[str]) -> list[str]:
    return [f"cd {clone} && {each}" for each in commands]
