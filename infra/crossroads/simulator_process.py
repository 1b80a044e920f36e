"""The Crossroads Bank simulator as a child process that cannot outlive its parent."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

from infra.child_process import RunningChild, StartingChild, starting_child


@contextlib.contextmanager
def running_simulator(seed: int, **options: float) -> Iterator[str]:
    """Run a simulator on a free loopback port and give its address, such as "http://127.0.0.1:40123".

    As :func:`simulator_process`, for those who start nobody that relies on it.
    """
    with simulator_process(seed, **options) as simulator:
        yield simulator.announced


@contextlib.contextmanager
def simulator_process(seed: int, **options: float) -> Iterator[RunningChild]:
    """As :func:`starting_simulator`, when it is ready. Raises `infra.child_process.ChildDidNotStart`."""
    with starting_simulator(seed, None, **options) as simulator:
        yield simulator.ready()


@contextlib.contextmanager
def starting_simulator(seed: int, log: Path | None, **options: float) -> Iterator[StartingChild]:
    """Run a simulator on a free loopback port; what it announces is its address.

    `options` are those of its command line, with underscores: `delay_ms=5, outage_share=0.01`. Its errors are added
    to `log`, where there is one. The process ends with the block.
    """
    arguments = [f"--{name.replace('_', '-')}={value}" for name, value in options.items()]
    with starting_child(
        "infra.crossroads.simulator",
        ["--until-stdin-closes", "--port=0", f"--seed={seed}", *arguments],
        announcement="crossroads simulator listening on ",
        log=log,
    ) as simulator:
        yield simulator
