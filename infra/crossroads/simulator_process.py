"""The Crossroads Bank simulator as a child process that cannot outlive its parent."""

import contextlib
from collections.abc import Iterator

from infra.child_process import RunningChild, running_child


@contextlib.contextmanager
def running_simulator(seed: int, **options: float) -> Iterator[str]:
    """Run a simulator on a free loopback port and give its address, such as "http://127.0.0.1:40123".

    As :func:`simulator_process`, for those who start nobody that relies on it.
    """
    with simulator_process(seed, **options) as simulator:
        yield simulator.announced


@contextlib.contextmanager
def simulator_process(seed: int, **options: float) -> Iterator[RunningChild]:
    """Run a simulator on a free loopback port; what it announces is its address.

    `options` are those of its command line, with underscores: `delay_ms=5, outage_share=0.01`. The process
    ends with the block. Raises `infra.child_process.ChildDidNotStart`.
    """
    arguments = [f"--{name.replace('_', '-')}={value}" for name, value in options.items()]
    with running_child(
        "infra.crossroads.simulator",
        ["--until-stdin-closes", "--port=0", f"--seed={seed}", *arguments],
        announcement="crossroads simulator listening on ",
    ) as simulator:
        yield simulator
