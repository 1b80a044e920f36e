"""What is paid to the Immigration Office in a demonstration."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from typing import Any, Final

from domain.law.facts import ApplicationFacts
from domain.law.fees_owed import FeeOwed, contribution_owed
from domain.law.rulebook import Rulebook

_WHERE_THE_LAW_HAS_NONE: Final = "150.00"
"""EUR, invented: what was owed is not in the law data."""


def contribution(body: Mapping[str, Any], filed_on: date) -> str:
    """The amount in EUR that an application owes, as far as the law data have it."""
    owed = _owed(body, filed_on)
    return _WHERE_THE_LAW_HAS_NONE if owed.amount is None else str(max((owed.amount, *owed.other_amounts)))


def is_exempt(body: Mapping[str, Any], filed_on: date) -> bool:
    return _owed(body, filed_on).exemption is not None


def contribution_is_known(body: Mapping[str, Any], filed_on: date) -> bool:
    """Whether the law data give the amount due: otherwise the handler who admits gives a reason."""
    return _owed(body, filed_on).reason is None


def _owed(body: Mapping[str, Any], filed_on: date) -> FeeOwed:
    facts = ApplicationFacts(
        authority=body["authority"],
        category=body["category"],
        filed_on=filed_on,
        nationality=body["worker"]["nationality"],
        renewal=body.get("renewal", False),
    )
    return contribution_owed(_law(), facts)


@lru_cache(maxsize=1)
def _law() -> Rulebook:
    return Rulebook.load()
