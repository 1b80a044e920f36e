"""A value to choose, in the reader's words."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One of the values that a field offers."""

    value: str
    text: str
