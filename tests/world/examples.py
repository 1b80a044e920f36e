"""How many examples a property is tried with: few in the gate, all in `make nightly`, by one of two profiles.

A property says how many are worth trying with :func:`examples`; one that says nothing has Hypothesis's own number. The
gate tries a quarter. `make nightly` runs every property once more, with `--hypothesis-profile=nightly`.
"""

from __future__ import annotations

from typing import Final

from hypothesis import settings

GATE: Final = "gate"
NIGHTLY: Final = "nightly"

_WHERE_NONE_IS_SAID: Final = 100
_SHARE_OF_THE_GATE: Final = 4


def register_profiles() -> None:
    """Both, and the gate's is in force until pytest is told another."""
    # How long an example takes says more about the machine and what runs beside it than about the code.
    settings.register_profile(
        GATE, deadline=None, print_blob=True, max_examples=_WHERE_NONE_IS_SAID // _SHARE_OF_THE_GATE
    )
    settings.register_profile(NIGHTLY, settings.get_profile(GATE), max_examples=_WHERE_NONE_IS_SAID)
    settings.load_profile(GATE)


def examples(whole: int) -> int:
    """For ``max_examples``: this many by night, a quarter of them in the gate."""
    return whole if settings.get_current_profile_name() == NIGHTLY else whole // _SHARE_OF_THE_GATE
