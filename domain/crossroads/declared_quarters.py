"""Which quarters of declared wages a renewal is confirmed from."""

from __future__ import annotations

from datetime import date


def quarters_to_ask(filed_on: date) -> tuple[str, ...]:
    """The last four whole quarters before filing that can have been declared, oldest first, as ``2025Q3``.

    Declarations (DmfA) follow a quarter by about a month, so the quarter that ended last before filing is left
    out: it may not be complete yet. The exact filing deadline is not published (FACTS 11).
    """
    current = filed_on.year * 4 + (filed_on.month - 1) // 3
    return tuple(f"{number // 4}Q{number % 4 + 1}" for number in range(current - 5, current - 1))
