"""Products of cases, as route by role by object or page by language by width: `make nightly` tries the whole.

The gate tries a choice in which each value is, and where it can be each two values of different axes (`pairs`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from itertools import product
from typing import Any

import pytest


def pairs(first: Sequence[Any], second: Sequence[Any], shortest: Sequence[Any]) -> list[tuple[Any, Any, Any]]:
    """Each two values of different axes meet in one of these cases; there are as many as the two longer axes make."""
    assert len(shortest) <= min(len(first), len(second))
    return [
        (one, other, shortest[(row + column) % len(shortest)])
        for row, one in enumerate(first)
        for column, other in enumerate(second)
    ]


def whole(*axes: Iterable[Any]) -> list[tuple[Any, ...]]:
    """Every value with every other."""
    return list(product(*axes))


def by_day_and_night(
    names: str, chosen: Collection[tuple[Any, ...]], everything: Iterable[tuple[Any, ...]], **options: Any
) -> pytest.MarkDecorator:
    """Parametrize with everything; what is not chosen for the gate is for `make nightly`."""
    cases = list(everything)
    assert all(each in cases for each in chosen), "the gate chooses from the whole"
    return pytest.mark.parametrize(
        names,
        [pytest.param(*each, marks=() if each in chosen else pytest.mark.nightly) for each in cases],
        **options,
    )
