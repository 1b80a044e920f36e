"""What is paid to the Immigration Office in a demonstration."""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from typing import Final

from domain.law.fees_owed import fee_in_force
from domain.law.law_files import FEDERAL
from domain.law.rulebook import Rulebook

_WHERE_THE_LAW_HAS_NONE: Final = "150.00"
"""EUR, invented: what was owed is not in the law data."""


def contribution(category: str, filed_on: date) -> str:
    """The amount in EUR that is owed, as far as the law data have it."""
    fee = fee_in_force(_law(), FEDERAL, category, filed_on)
    return _WHERE_THE_LAW_HAS_NONE if fee is None else str(fee.amount)


def contribution_is_known(category: str, filed_on: date) -> bool:
    """Whether the law data say what is owed, and agree on it: otherwise whoever admits gives a reason."""
    fee = fee_in_force(_law(), FEDERAL, category, filed_on)
    return fee is not None and not fee.other_values


@lru_cache(maxsize=1)
def _law() -> Rulebook:
    return Rulebook.load()
