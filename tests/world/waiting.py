"""The one way in which tests wait for what happens elsewhere: in another thread, process or server."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

LOOK_AGAIN: Final = 0.01
"""Seconds between two looks."""


def wait_until(condition: Callable[[], object], *, because: str, within: float = 20) -> None:
    """Look at the condition until it holds.

    ``because`` says what is waited for ("the breach is raised"): the test fails with it after ``within`` seconds.
    What the condition raises ends the test at once.
    """
    give_up = time.monotonic() + within
    while not condition():
        assert time.monotonic() < give_up, f"did not happen within {within:g} s: {because}"
        time.sleep(LOOK_AGAIN)
