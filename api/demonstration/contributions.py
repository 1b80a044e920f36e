"""What is paid to the Immigration Office in a demonstration."""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from typing import Final

from domain.case.fees import contribution_owed
from domain.law.rulebook import Rulebook

_WHERE_THE_LAW_HAS_NONE: Final = "150.00"
"""EUR, invented: what was owed is not in the law data."""


def contribution(category: str, filed_on: date) -> str:
    """The amount in EUR that is owed, as far as the law data have it."""
    fee = contribution_owed(_law(), category, filed_on)
    return _WHERE_THE_LAW_HAS_NONE if fee is None else str(fee.amount)


@lru_cache(maxsize=1)
def _law() -> Rulebook:
    return Rulebook.load()
